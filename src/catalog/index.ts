/**
 * catalog — what is sold: items with names, prices, stock and pictures.
 *
 * In:     items by JSON array, NDJSON and CSV (plain, and Target's RECS form)
 * Out:    items looked up in memory; rows refused, with the reason; facts of price, stock, new and gone
 * Owns:   table item
 * Knows:  base, store, job, language
 * Never:  removes an item because a feed left it out; knows who looked at it
 * Start:  item.ts, then read.ts, then catalog.ts
 */
export { Catalog } from './catalog.ts';
export type { CatalogOptions, UpsertReport } from './catalog.ts';
export { itemLimits } from './input.ts';
export type { ItemInput, Refusal } from './input.ts';
export { inStock, priceOf, viewOf } from './item.ts';
export type { Item, ItemChange, ItemView } from './item.ts';
export { readItems } from './read.ts';
export type { ItemFormat, ItemsRead } from './read.ts';
export type {
  BoundPromotion,
  BoundRule,
  InclusionRule,
  Matcher,
  MatchOperation,
  RuleContext,
  Rules,
} from './rule.ts';
export { migrations } from './table.ts';
