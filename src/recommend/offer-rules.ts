import type { BoundRule, Item, RuleContext, Rules } from '../catalog/index.ts';
import { priceOf } from '../catalog/index.ts';
import type { Person, RecommendationAnswer, RecommendedItem, RecommendRequest } from './answer.ts';

/** What an offer's rules are asked with. */
export interface OfferRules {
  answer(request: RecommendRequest, person: Person | null): RecommendationAnswer;
  rules: Pick<Rules, 'bindCollection' | 'bindExclusions' | 'promotion'>;
  item(id: string): Item | undefined;
  /** UTC ms. */
  now(): number;
}

/** An answer, and what rules took out of its lists. */
export interface RuledAnswer {
  answer: RecommendationAnswer;
  /** By the first rule that an item failed, in the order in which rules are asked. */
  filtered: { rule: string; count: number }[];
}

/** How deep a list is asked for where rules take items out of it. */
const deepest = 100;
const usualLimit = 4;
const promotedReason = 'Chosen by the shop';

/**
 * An answer under the rules of an offer: nothing excluded and nothing outside its collection, with its promotions before
 * and after, each item once (recommendations COL-1, EXC-1, PRO-1; golden example 9). Promotions go before the
 * criterion's items where both want a place.
 *
 * @param profile attributes of the person, for rules that ask for them
 * @throws what `answer` throws; RULE_UNKNOWN
 */
export function answerUnderRules(
  request: RecommendRequest,
  { person, profile }: { person: Person | null; profile: Readonly<Record<string, unknown>> },
  parts: OfferRules,
): RuledAnswer {
  const { collection, promotions = [], limit = usualLimit, backup } = request;
  const plain = { now: parts.now(), profile, request: parametersOf(request), ...(person ? { seed: person.seed } : {}) };
  const excluding = parts.rules.bindExclusions({ ...plain, key: itemOf(request.item, parts) });
  if (collection === undefined && promotions.length === 0 && excluding.length === 0)
    return { answer: parts.answer(request, person), filtered: [] };
  // Who fills in is settled after the rules: what they leave of the criterion's items decides.
  const deep =
    backup === 'empty' ? { ...request, limit: deepest, backup: 'fill' as const } : { ...request, limit: deepest };
  const answer = parts.answer(deep, person);
  const context: RuleContext = { ...plain, key: itemOf(answer.key[0] ?? request.item, parts) };
  const bound = collection === undefined ? excluding : [...excluding, parts.rules.bindCollection(collection, context)];
  const failed = new Map<string, number>();
  const passing = answer.items.filter(({ id }) => {
    const rule = failing(id, bound, parts);
    if (rule !== null) failed.set(rule, (failed.get(rule) ?? 0) + 1);
    return rule === null;
  });
  const chosen = passing.filter(({ source }) => source !== 'backup');
  const kept = backup === 'empty' && chosen.length > 0 ? chosen : passing;
  const items = around(kept, { promotions, context, bound, request, limit, parts });
  const filtered = [...failed].map(([rule, count]) => ({ rule, count }));
  return { answer: finished(answer, items, limit), filtered };
}

function itemOf(id: string | undefined, parts: OfferRules): Item | null {
  return id === undefined ? null : (parts.item(id) ?? null);
}

function parametersOf({ item, cart, excludedIds }: RecommendRequest): Record<string, unknown> {
  return {
    ...(item === undefined ? {} : { 'entity.id': item }),
    ...(cart === undefined ? {} : { cartIds: cart }),
    ...(excludedIds === undefined ? {} : { excludedIds }),
  };
}

/** The first rule that an item does not pass; null when it passes all. */
function failing(id: string, bound: readonly BoundRule[], parts: OfferRules): string | null {
  const item = parts.item(id);
  if (!item) return 'the catalogue';
  return bound.find((rule) => !rule.accepts(item))?.rule ?? null;
}

interface Around {
  promotions: readonly string[];
  context: RuleContext;
  bound: readonly BoundRule[];
  request: RecommendRequest;
  limit: number;
  parts: OfferRules;
}

/** The criterion's items between what is promoted. */
function around(
  kept: readonly RecommendedItem[],
  { promotions, context, bound, request, limit, parts }: Around,
): RecommendedItem[] {
  const banned = new Set([...(request.excludedIds ?? []), request.pageItem, request.item, ...(request.cart ?? [])]);
  const ends: { front: RecommendedItem[]; back: RecommendedItem[] } = { front: [], back: [] };
  for (const key of promotions) {
    const promotion = parts.rules.promotion(key, context);
    const ids = promotion.items.filter((id) => !banned.has(id) && failing(id, bound, parts) === null);
    for (const end of ['front', 'back'] as const) {
      const room = Math.min(promotion[end], limit - ends.front.length - ends.back.length);
      const taken = ids.filter((id) => !banned.has(id)).slice(0, room);
      for (const id of taken) banned.add(id);
      ends[end].push(...taken.map((id) => promoted(parts.item(id)!)));
    }
  }
  const own = kept.filter(({ id }) => !banned.has(id) || isOwn(id, request));
  return [...ends.front, ...own.slice(0, limit - ends.front.length - ends.back.length), ...ends.back];
}

/** What the request names may be answered all the same, where the criterion gives it; a promotion of it may not. */
function isOwn(id: string, { item, cart = [] }: RecommendRequest): boolean {
  return id === item || cart.includes(id);
}

function promoted(item: Item): RecommendedItem {
  const { id, name, url, imageUrl, currency, categories } = item;
  return {
    id,
    name,
    url,
    imageUrl,
    price: priceOf(item),
    currency,
    category: categories[0] ?? '',
    source: 'promotion',
    score: 0,
    rank: 0,
    reason: promotedReason,
    because: [{ key: null, algorithm: 'promotion', count: 0 }],
  };
}

function finished(
  answer: RecommendationAnswer,
  items: readonly RecommendedItem[],
  limit: number,
): RecommendationAnswer {
  const count = (source: RecommendedItem['source']) => items.filter((item) => item.source === source).length;
  const filledBy = { criteria: count('criteria'), promotion: count('promotion'), backup: count('backup') };
  const own = filledBy.criteria + filledBy.promotion;
  const status = items.length === 0 ? 'empty' : own === 0 ? 'backup' : items.length < limit ? 'partial' : 'ok';
  return {
    ...answer,
    status,
    count: items.length,
    filledBy,
    items: items.map((item, i) => ({ ...item, rank: i + 1 })),
  };
}
