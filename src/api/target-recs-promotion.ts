import type { Definition, DefinitionInput } from '../catalog/index.ts';
import type { InclusionMatcher, RecsPromotionInput } from './contract-target-recs.ts';
import { shortIso } from './target-recs-list.ts';
import { matcherOf, reads, ruleOfMatcher } from './target-recs-rule.ts';

type Promotion = Definition<'promotion'>;

/**
 * A promotion in Target's words. Slots are Beckon's own there, since Target has them in the activity; so is whether it is
 * on. A list of ids is its rule on the attribute `id`.
 */
export function promotionViewOf(one: Promotion, numberOf: (collection: string) => number): object {
  const { name, keyItem, keyAttribute, starts, ends, randomise, collection, on, front, back } = one;
  const start = starts === null ? {} : { start: shortIso(starts) };
  const end = ends === null ? {} : { end: shortIso(ends) };
  return {
    name,
    type: 'EXTERNAL',
    ...(keyItem === null ? {} : { key: keyItem }),
    ...(keyAttribute === null ? {} : { attribute: keyAttribute }),
    ...(starts === null && ends === null ? {} : { schedule: { ...start, ...end } }),
    order: { type: randomise ? 'RANDOM' : 'ORIGINAL' },
    ...(collection === null ? {} : { configuration: { collectionId: numberOf(collection) } }),
    rules: one.ids === null ? one.rules.map(matcherOf) : [{ attribute: 'id', operation: 'equals', values: one.ids }],
    beckon: { on, front, back },
  };
}

/** A promotion as the catalogue takes it. What Target has no word for stays as it was. */
export function promotionFrom(body: RecsPromotionInput, before: Promotion | null): DefinitionInput<'promotion'> {
  const { name, key = null, attribute = null, schedule = {}, order, configuration = {}, rules = [] } = body;
  const isAsShown = before?.ids === null && reads(before.rules.map(matcherOf), rules);
  const ids = isAsShown || configuration.collectionId !== undefined ? null : idsIn(rules);
  return {
    name,
    ...(before === null
      ? {}
      : { description: before.description, on: before.on, front: before.front, back: before.back }),
    keyItem: key,
    keyAttribute: attribute,
    starts: schedule.start ?? null,
    ends: schedule.end ?? null,
    randomise: order?.type === 'RANDOM',
    collection: configuration.collectionId === undefined ? null : String(configuration.collectionId),
    ...(ids === null ? { rules: rules.map((rule, i) => ruleOfMatcher(rule, `rules[${i}]`)) } : { ids }),
  };
}

/** Ids that are named one by one are shown in their order (PRO-2); what rules choose stands by price. */
function idsIn(rules: readonly InclusionMatcher[]): string[] | null {
  const [only] = rules;
  if (rules.length !== 1 || only!.attribute !== 'id' || only!.operation !== 'equals' || only!.source) return null;
  const ids = (only!.values ?? []).map(String);
  const isPlain =
    ids.length > 0 && new Set(ids).size === ids.length && ids.every((id) => id !== '' && id === id.trim());
  return isPlain ? ids : null;
}
