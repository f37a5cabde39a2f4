/**
 * catalog — what is sold: items with names, prices, stock and pictures.
 *
 * In:     items by JSON array, NDJSON and CSV (plain, and Target's RECS form); feeds by file and address, in these forms,
 *         TSV and Google Merchant's XML; what pages say, where the shop lets them
 * Out:    items looked up in memory; rows refused, with the reason; facts of price, stock, new and gone; rules bound to
 *         a request: collections, exclusions, promotions, inclusion rules
 * Owns:   tables item, catalog_setting, rule_definition, rule_definition_version,
 *         feed_source, feed_run, feed_file, feed_part, feed_fault, feed_item
 * Knows:  base, store, job, language
 * Never:  removes an item because a feed left it out, unless the feed replaces and the item came from it alone; knows who
 *         looked at it
 * Start:  item.ts, then read.ts, then catalog.ts; rule.ts, then rule-book.ts
 */
export { Catalog } from './catalog.ts';
export type { CatalogOptions, Shelf, UpsertReport, Watcher } from './catalog.ts';
export { itemLimits } from './input.ts';
export type { ItemInput, Refusal } from './input.ts';
export type { Alarm, FeedCounts, FeedGuard, FeedPreview, FeedRun, FeedSettings, RunState } from './feed.ts';
export { feedErrors } from './feed-error.ts';
export { openFetcher, vetted } from './feed-fetch.ts';
export type { Fetched, Fetcher, FetcherOptions, FetchRequest } from './feed-fetch.ts';
export { FeedFiles } from './feed-files.ts';
export type { FeedInput } from './feed-input.ts';
export { mappedFields } from './feed-mapping.ts';
export type { FeedMapping, FieldSource } from './feed-mapping.ts';
export { feedFormats } from './feed-read.ts';
export { FeedRuns } from './feed-runs.ts';
export { checkSchedule, nextAt } from './feed-schedule.ts';
export type { FeedSchedule } from './feed-schedule.ts';
export { readCsv } from './csv.ts';
export { Feeds } from './feeds.ts';
export type { FeedView } from './feeds.ts';
export { groupOf, inEnvironment, inStock, priceOf, viewOf } from './item.ts';
export type { AttributeValue, Item, ItemChange, ItemView, Override, Scalar, WholeItem } from './item.ts';
export { categoriesOf, categoryKey } from './item-category.ts';
export { PageItems } from './page-items.ts';
export type { ItemSettings } from './shop-settings.ts';
export { fieldName, fieldOf } from './item-field.ts';
export type { Source } from './origin.ts';
export { pageSource } from './origin.ts';
export { attributeTypes } from './schema.ts';
export type { Declaration } from './retype.ts';
export type { Attribute, AttributeNote, AttributeType, Schema } from './schema.ts';
export { readItems } from './read.ts';
export type { ItemFormat, ItemsRead } from './read.ts';
export { RuleBook } from './rule-book.ts';
export type { RuleBookParts } from './rule-book.ts';
export { checkRules, ruleSchema } from './rule-check.ts';
export { keyOfRequest } from './rule-context.ts';
export type { Collection, Content, Definition, Exclusion, KeyItem, Kind, Promotion } from './rule-definition.ts';
export type { DefinitionInput } from './definition-check.ts';
export { keyFrom } from './definition-check.ts';
export type { UsersOf } from './rule-definitions.ts';
export { conditionOf } from './rule-matcher.ts';
export { previewRules } from './rule-preview.ts';
export type { RuleEffect, RulePreview } from './rule-preview.ts';
export { StandingRules } from './rule-standing.ts';
export type { Excluding } from './rule-standing.ts';
export type {
  BoundPromotion,
  BoundRule,
  InclusionRule,
  ItemStandings,
  Matcher,
  MatchOperation,
  RuleContext,
  Rules,
  Standing,
} from './rule.ts';
export { migrations } from './table.ts';
