import { inStock, priceOf } from '../catalog/index.ts';
import type { AnsweredLine, Because, Reasons, RecommendationAnswer, RecommendedItem } from './answer.ts';
import type { Asked, Asking } from './asking.ts';
import { choiceOf, itemsOf, keysOf } from './key.ts';
import { languageOf, sentenceOf, type Language } from './reason.ts';
import { bansOf, checksOf, commonSieve, contextOf, currentItem, hidingElsewhere, type Sieve } from './sieve.ts';
import { Slots, type Chosen } from './slots.ts';

/** An answer without what each answer has of its own: its ids, and how old its data is. */
export type Executed = Omit<RecommendationAnswer, 'requestId' | 'trackingToken' | 'age' | 'reasons'> & {
  reasons: Omit<Reasons, 'age' | 'learned' | 'described'>;
};

/** Promoted items and where they stand. */
interface Promoted {
  front: Chosen[];
  back: Chosen[];
  told: Reasons['promotions'];
}

/**
 * Fills the slots by a criterion, in the order of recommendations §1.14: promotions take their places; the criterion's
 * own items fill what is between, then its backups, then popular items and the range; then it is settled whether fewer
 * than all slots will do. Pure: the same values give the same items.
 *
 * @throws RULE_UNKNOWN for a collection or promotion that is not there
 */
export function execute(asked: Asked, limit: number, asking: Asking): Executed {
  const slots = new Slots(asking);
  const common = commonSieve(asking);
  const promoted = promote(asked, { slots, common, limit, asking });
  const want = limit - promoted.front.length - promoted.back.length;
  const own = slots.choose(asked, want, { sieve: common, as: 'criterion' });
  const backup = backUp(asked, { open: want - own.length, own: own.length, slots, common, asking });
  const all = [...promoted.front, ...own, ...backup, ...promoted.back];
  const isWhole = all.length >= limit || (asking.request.partial ?? asked.partial ?? true);
  const shown = isWhole ? all : [];
  const language = languageOf(asking.request.language, asking.person?.language);
  const items = shown.map((one, i) => itemOf(one, i + 1, { asking, language }));
  const filtered = common.filtered(new Set(items.map(({ id }) => id)));
  const count = (source: RecommendedItem['source']) => items.filter((item) => item.source === source).length;
  const filledBy = { criteria: count('criteria'), promotion: count('promotion'), backup: count('backup') };
  return {
    status: statusOf(filledBy, items.length, limit),
    count: items.length,
    filledBy,
    criterion: { key: asked.key, title: titleOf(asked, language) },
    key: [...slots.keys],
    cart: isAboutCart(asked, asking) ? cartLines(asking) : [],
    items,
    filtered,
    reasons: {
      asked: slots.log,
      filtered,
      promotions: promoted.told,
      empty: items.length > 0 ? null : whyEmpty({ found: all.length, limit, slots, learned: asking.source.learned }),
      seed: asking.person?.seed ?? null,
    },
  };
}

/** What a criterion is called above its items, in a language. */
export function titleOf({ title, titles, name }: Pick<Asked, 'title' | 'titles' | 'name'>, language: Language): string {
  return titles?.[language] ?? title ?? titles?.['en'] ?? name;
}

/** Promotions before and after the criterion's own items, in their order; the front is filled first (PRO-1). */
function promote(
  asked: Asked,
  { slots, common, limit, asking }: { slots: Slots; common: Sieve; limit: number; asking: Asking },
): Promoted {
  const { request, rules } = asking;
  const promoted: Promoted = { front: [], back: [], told: [] };
  if (!request.promotions?.length) return promoted;
  const keys = keysOf(asked.algorithm, asking)[0]?.items ?? [];
  const named = [request.item, ...(request.cart ?? [])].filter((id) => id !== undefined);
  const bans = bansOf(hidingElsewhere(asked), [...keys, ...named], asking);
  const sieve = common.with({ bans, checks: [] });
  for (const id of request.promotions) {
    const { key, keyItem, keyAttribute } = rules.definition('promotion', id);
    const about = keyItem === null ? keys[0] : itemsOf(choiceOf(keyItem, keyAttribute), asking)[0];
    const isCurrent = keyItem === 'CURRENT' || (keyItem === null && about === undefined);
    const item = isCurrent ? currentItem(asking) : about === undefined ? null : (asking.shelf.get(about) ?? null);
    const bound = rules.promotion(id, contextOf(item, asking));
    let shown = 0;
    for (const end of ['front', 'back'] as const) {
      const room = Math.min(bound[end], limit - promoted.front.length - promoted.back.length);
      const items = slots.promote(key, bound.items, { want: room, sieve });
      promoted[end].push(...items);
      shown += items.length;
    }
    promoted.told.push({ promotion: key, items: shown });
  }
  return promoted;
}

/** Who fills what the criterion leaves empty: the criteria of its chain in turn, then popular items (BAK-1 to BAK-7). */
function backUp(
  asked: Asked,
  { open, own, slots, common, asking }: { open: number; own: number; slots: Slots; common: Sieve; asking: Asking },
): Chosen[] {
  const { backup = {} } = asked;
  const when = asking.request.backup ?? backup.when ?? 'fill';
  if (open <= 0 || when === 'none' || (when === 'empty' && own > 0)) return [];
  const hides = { ...hidingElsewhere(asked), purchased: asked.hide?.purchased ?? true };
  const checks = backup.ruled === false ? [] : checksOf(asked, firstKey(asked, asking), asking);
  // Its rules let nothing through, and they hold for backups too (BAK-3).
  if (checks === 'nothing') return [];
  const bans = bansOf(hides, [...slots.keys], asking);
  const sieve = common.with({ bans, checks });
  const chosen: Chosen[] = [];
  for (const key of backup.chain ?? []) {
    const next = asking.criterion(key);
    const left = open - chosen.length;
    if (next && left > 0) chosen.push(...slots.choose(next, left, { sieve, as: 'backup', oneOfGroup: hides.variants }));
  }
  chosen.push(...slots.fillIn(open - chosen.length, sieve, hides.variants));
  return chosen;
}

function firstKey(asked: Asked, asking: Asking): { items: readonly string[] } {
  return keysOf(asked.algorithm, asking)[0] ?? { items: [] };
}

function itemOf(
  { id, key, count, weight, by, within, share, source, criterion, rankBefore }: Chosen,
  rank: number,
  { asking, language }: { asking: Asking; language: Language },
): RecommendedItem {
  const because: Because = { key, algorithm: by, count, weight: rounded(weight) };
  if (within !== undefined) because.within = within;
  const item = asking.shelf.get(id)!;
  const about = key !== null && key !== id ? (asking.shelf.get(key)?.name ?? null) : (within ?? null);
  // Field by field: an object that is made by spreading another takes twenty times the memory of this one.
  const told: RecommendedItem = {
    id: item.id,
    name: item.name,
    url: item.url,
    imageUrl: item.imageUrl,
    price: priceOf(item),
    currency: item.currency,
    category: item.categories[0] ?? '',
    source,
    criterion,
    score: rounded(share),
    rank,
    reason: sentenceOf(because, about, language),
    because: [because],
  };
  if (asking.request.reasons === true) told.rankBefore = rankBefore;
  return told;
}

function rounded(number: number): number {
  return Math.round(number * 1e6) / 1e6;
}

/** The cart's own lines, in order, as they are in the catalogue now; lines of unknown items cannot be shown. */
function cartLines({ request, person, shelf }: Asking): AnsweredLine[] {
  const stored = new Map(person?.cart.map(({ item, quantity }) => [item, quantity]));
  const given = new Map<string, number>();
  for (const id of request.cart ?? []) given.set(id, (given.get(id) ?? 0) + 1);
  const lines = request.cart === undefined ? stored : given;
  return [...lines].flatMap(([id, count]) => {
    const item = shelf.get(id);
    if (!item) return [];
    const quantity = count > 1 ? count : (stored.get(id) ?? count);
    const { name, url, imageUrl, currency, categories } = item;
    const category = categories[0] ?? '';
    return [{ id, name, url, imageUrl, price: priceOf(item), currency, category, quantity, inStock: inStock(item) }];
  });
}

function isAboutCart({ algorithm }: Asked, { criterion }: Asking): boolean {
  if (algorithm.kind !== 'sequence') return algorithm.kind === 'cart';
  return algorithm.members.some((member) => criterion(member.criterion)?.algorithm.kind === 'cart');
}

function statusOf(
  { criteria, promotion }: RecommendationAnswer['filledBy'],
  count: number,
  limit: number,
): RecommendationAnswer['status'] {
  if (count === 0) return 'empty';
  if (criteria + promotion === 0) return 'backup';
  return count < limit ? 'partial' : 'ok';
}

function whyEmpty(told: { found: number; limit: number; slots: Slots; learned: number }): string {
  const { found, limit, slots, learned } = told;
  if (found > 0) return `too few items: ${found} of ${limit}, and fewer are not allowed`;
  if (learned === 0) return 'nothing has been learned yet';
  const note = slots.log.find((one) => one.note !== undefined)?.note;
  if (note !== undefined) return note;
  return slots.keys.size > 0
    ? `there is no list for ${[...slots.keys].slice(0, 5).join(', ')}`
    : 'no item may be shown';
}
