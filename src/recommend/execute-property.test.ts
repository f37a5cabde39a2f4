import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BoundRule, Item } from '../catalog/index.ts';
import { groupOf, inStock } from '../catalog/index.ts';
import type { Lesson } from '../profile/index.ts';
import type { Person, RecommendRequest } from './answer.ts';
import { noRules, type AnswerRules, type Asked, type Asking } from './asking.ts';
import { shippedCriteria } from './criteria-shipped.ts';
import type { Backup, CriterionAlgorithm, CriterionDefinition } from './criterion-definition.ts';
import { Engine } from './engine.ts';
import { execute } from './execute.ts';
import { useOf } from './key.ts';
import type { ShelfNumbers } from './shelf-numbers.ts';
import { hiding } from './sieve.ts';

/**
 * The property of the issue: no list ever contains an excluded, filtered, duplicate or purchased-and-hidden item, is never
 * shorter than it could be, and is identical for identical input. Over random shops, visits, criteria, rules and people.
 */
const now = Date.UTC(2026, 10, 24);
const hour = 3600 * 1000;
const range = [...'abcdefghijkl'];
const id = fc.constantFrom(...range);
const ids = fc.uniqueArray(id, { maxLength: 4 });

const lesson = fc.record({
  p: fc.constantFrom('p1', 'p2', 'p3'),
  s: fc.constantFrom('v1', 'v2', 'v3', 'v4', 'v5'),
  i: fc.constantFrom(...range, 'unknown'),
  k: fc.constantFrom('view' as const, 'cart' as const, 'purchase' as const),
  t: fc.integer({ min: now - 20 * 24 * hour, max: now }),
});

const item = fc.record({
  stock: fc.constantFrom(null, 0, 1, 5),
  priceMinor: fc.constantFrom(null, 500, 1500, 2500),
  variantOf: fc.constantFrom(null, null, null, 'a', 'group'),
  categories: fc.constantFrom('x', 'x x:y', 'z').map((names) => names.split(' ')),
});

const from = fc.constantFrom(
  'current' as const,
  'last-viewed' as const,
  'last-purchased' as const,
  'most-viewed' as const,
);
const keys = fc.record({ when: fc.constantFrom('none' as const, 'next' as const, 'whole' as const) });
const single: fc.Arbitrary<CriterionAlgorithm> = fc.oneof(
  fc.record({ kind: fc.constant('cart' as const) }),
  fc.constant<CriterionAlgorithm>({ kind: 'cart', action: 'viewed-viewed' }),
  fc.record({
    kind: fc.constant('item' as const),
    action: fc.constantFrom('viewed-viewed' as const, 'bought-bought' as const, 'site-affinity' as const),
    item: fc.record({ from }),
    keys,
  }),
  fc.record({ kind: fc.constant('similar' as const), item: fc.record({ from }), keys }),
  fc.constant<CriterionAlgorithm>({ kind: 'popular', action: 'bought', metric: 'revenue' }),
  fc.constant<CriterionAlgorithm>({ kind: 'recent' }),
  fc.record({ kind: fc.constant('for-you' as const), leftInCart: fc.boolean() }),
  fc.constant<CriterionAlgorithm>({ kind: 'session' }),
  fc.constant<CriterionAlgorithm>({ kind: 'next-basket' }),
  fc.constant<CriterionAlgorithm>({ kind: 'popular', action: 'viewed' }),
  fc.constant<CriterionAlgorithm>({
    kind: 'popular',
    action: 'bought',
    within: { category: { from: 'favourite' } },
    keys: { when: 'next' },
  }),
  fc.constant<CriterionAlgorithm>({ kind: 'custom', list: 'looks' }),
);
const members = fc.array(
  fc.record({ criterion: fc.constantFrom('one', 'two'), slots: fc.integer({ min: 1, max: 5 }) }),
  { minLength: 1, maxLength: 3 },
);
const algorithm: fc.Arbitrary<CriterionAlgorithm> = fc.oneof(
  { weight: 4, arbitrary: single },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sequence' as const), members }) },
);
const maybe = fc.constantFrom(undefined, true, false);

/** What is asked by, with rules as the ids that pass. */
const criterion = fc.record({
  algorithm,
  rules: fc.option(
    fc.subarray(range, { minLength: 4 }).map((one) => [one.join('')]),
    { nil: undefined },
  ),
  hide: fc.record({ purchased: maybe, viewed: maybe, cart: maybe, variants: maybe }),
  price: fc.constantFrom(undefined, { max: 20 }),
  leastStock: fc.constantFrom(undefined, 2),
  weights: fc.constantFrom([], [{ rule: 'abcd', weight: 2 as const }]),
  partial: maybe,
  backup: fc.record<Backup>({
    when: fc.constantFrom('fill' as const, 'empty' as const, 'none' as const),
    ruled: fc.boolean(),
    chain: fc.constantFrom([], ['one'], ['two', 'one']),
  }),
});

const person = fc.record({
  viewed: fc.array(fc.record({ item: id, at: fc.integer({ min: now - hour, max: now }) }), { maxLength: 5 }),
  cart: ids.map((list) => list.map((one) => ({ item: one, quantity: 1 }))),
  purchased: ids,
  visit: ids,
  mostViewed: ids,
  categories: fc.uniqueArray(fc.constantFrom('x', 'x:y', 'z')),
  seed: fc.string(),
});

const request = fc.record({
  item: fc.option(id, { nil: undefined }),
  pageItem: fc.option(id, { nil: undefined }),
  cart: fc.option(ids, { nil: undefined }),
  excludedIds: ids,
  collection: fc.option(fc.constant('inside'), { nil: undefined }),
  promotions: fc.constantFrom([], ['promo']),
});

const world = fc.record({
  lessons: fc.array(lesson, { maxLength: 60 }),
  items: fc.array(item, { minLength: range.length, maxLength: range.length }),
  excluded: ids,
  inside: fc.subarray(range, { minLength: 3 }),
  promoted: ids,
  front: fc.integer({ min: 0, max: 2 }),
  back: fc.integer({ min: 0, max: 2 }),
  criterion,
  one: single,
  two: single,
  looks: ids,
  person: fc.option(person, { nil: null }),
  request,
  limit: fc.integer({ min: 1, max: 14 }),
});
type World = typeof world extends fc.Arbitrary<infer W> ? W : never;

const only = (rule: string, passing: readonly string[]): BoundRule => ({
  rule,
  accepts: (one) => passing.includes(one.id),
  acceptsNumber: (number) => passing.includes(range[number]!),
  size: null,
});

/** Without the fields that were left open. */
function said<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}

function set(given: World) {
  const engine = new Engine();
  for (const one of given.lessons) engine.learn(one satisfies Lesson, now);
  const shelf = new Map<string, Item>();
  given.items.forEach((own, i) => {
    const name = range[i]!;
    const plain = { currency: 'EUR', url: null, imageUrl: null, attributes: {}, updatedAt: now };
    const made = {
      ...plain,
      id: name,
      name: `Item ${name}`,
      ...own,
      variantOf: own.variantOf === name ? null : own.variantOf,
    };
    shelf.set(name, made);
    engine.describe(name, made);
  });
  const rules: AnswerRules = {
    ...noRules,
    bindExclusions: () => [
      only(
        'exclusion',
        range.filter((name) => !given.excluded.includes(name)),
      ),
    ],
    bindCollection: () => only('collection', given.inside),
    bindInclusion: (list) => list.map((rule) => only(String(rule), [...String(rule)])),
    promotion: () => ({ front: given.front, back: given.back, items: given.promoted, rule: 'promo' }),
  };
  const define = (key: string, own: CriterionAlgorithm): CriterionDefinition => ({
    ...shippedCriteria[0]!,
    key,
    algorithm: own,
  });
  const kept = new Map([
    ['one', define('one', given.one)],
    ['two', define('two', given.two)],
  ]);
  const whole: Person | null = given.person && {
    profileId: 'p1',
    orders: [{ items: given.person.purchased, at: now }],
    ...given.person,
  };
  const asking: Asking = {
    source: engine,
    shelf: { get: (name) => shelf.get(name), all: () => shelf.values(), version: 1 },
    variants: (group) => [...shelf.values()].filter((one) => groupOf(one) === group).map((one) => one.id),
    range: () => range,
    rules,
    criterion: (key) => kept.get(key),
    customList: () => given.looks,
    now,
    request: { criterion: 'it', ...said(given.request) } as RecommendRequest,
    person: whole,
  };
  const { hide, ...rest } = given.criterion;
  const asked = { name: 'It', key: 'it', ...said(rest), hide: said(hide) } as Asked;
  return { asking, asked, shelf, whole };
}

describe('whatever a shop, its visitors, rules and criteria are', () => {
  it('no item is excluded, filtered, twice or bought and hidden, and no slot is empty without need', () => {
    fc.assert(
      fc.property(world, (given) => {
        const { asking, asked, shelf, whole } = set(given);
        const answer = execute(asked, given.limit, asking);
        const shown = answer.items.map((one) => one.id);
        const { excludedIds = [], pageItem, collection } = asking.request;
        const common = range.filter((name) => {
          const { stock } = shelf.get(name)!;
          const inside = collection === undefined || given.inside.includes(name);
          return (
            (stock === null || stock > 0) && inside && ![...given.excluded, ...excludedIds, pageItem].includes(name)
          );
        });
        expect(new Set(shown).size).toBe(shown.length);
        expect(shown.filter((name) => !common.includes(name))).toEqual([]);
        expect(shown.length).toBeLessThanOrEqual(given.limit);

        // What the criterion itself must not show, and what its backups must not.
        const hides = hiding(asked);
        const inCart = asking.request.cart ?? whole?.cart.map((line) => line.item) ?? [];
        const hidden = ({ purchased, viewed, cart }: Omit<ReturnType<typeof hiding>, 'variants'>) => [
          ...(purchased ? (whole?.purchased ?? []) : []),
          ...(viewed ? (whole?.viewed.map((one) => one.item) ?? []) : []),
          ...(cart ? inCart : []),
        ];
        // A visit keeps its own items out as keys, and other views only when it says so.
        const isVisit = asked.algorithm.kind === 'session';
        const ofOwn = hidden({ ...hides, viewed: isVisit ? asked.hide?.viewed === true : hides.viewed });
        const { purchased = true, viewed = false, cart = false } = asked.hide ?? {};
        const ofBackups = hidden({ purchased, viewed, cart });
        const ruled = (name: string) => {
          const { stock, priceMinor } = shelf.get(name)!;
          const { rules = [], price, leastStock } = asked;
          const dear = price !== undefined && (priceMinor === null || priceMinor > 2000);
          const scarce = leastStock !== undefined && stock !== null && stock < leastStock;
          return rules.every((rule) => String(rule).includes(name)) && !dear && !scarce;
        };
        for (const { id: name, source } of answer.items) {
          if (source === 'criteria') expect([name, ruled(name), ofOwn.includes(name)]).toEqual([name, true, false]);
          if (source === 'backup') {
            const isRuled = asked.backup?.ruled !== false;
            expect([name, !isRuled || ruled(name), ofBackups.includes(name)]).toEqual([name, true, false]);
          }
        }

        if (hides.variants) {
          const own = answer.items.filter(({ source }) => source !== 'promotion');
          const shownGroups = own.map((one) => groupOf(shelf.get(one.id)!));
          expect(new Set(shownGroups).size).toBe(shownGroups.length);
          // A list keeps out what it is about; where several are asked in turn, for members or for past keys, one may show
          // what a later one is about.
          const { kind } = asked.algorithm;
          const isOne = kind !== 'sequence' && (useOf(asked.algorithm).when ?? 'none') === 'none';
          // A visit that does not hide what was viewed may show all of it but its newest item.
          const about = isVisit && asked.hide?.viewed === false ? answer.key.slice(-1) : answer.key;
          if (isOne) expect(own.filter((one) => about.includes(one.id))).toEqual([]);
        }

        // Backups draw on the whole range, so what is missing must be forbidden.
        const fills = (asked.backup?.when ?? 'fill') === 'fill';
        const { promotion } = answer.filledBy;
        if (fills && (asked.partial ?? true) && shown.length < given.limit && promotion === 0) {
          const groups = new Set(shown.map((name) => groupOf(shelf.get(name)!)));
          const banned = new Set([...ofBackups, ...answer.key]);
          const keyGroups = new Set(answer.key.flatMap((name) => (shelf.has(name) ? [groupOf(shelf.get(name)!)] : [])));
          const left = common.filter((name) => {
            const group = groupOf(shelf.get(name)!);
            const apart = !hides.variants || (!groups.has(group) && !keyGroups.has(group));
            return (
              !shown.includes(name) && !banned.has(name) && apart && (asked.backup?.ruled === false || ruled(name))
            );
          });
          expect(left).toEqual([]);
        }
        if (asked.partial === false) expect([0, given.limit]).toContain(shown.length);
        expect(answer.items.map(({ rank }) => rank)).toEqual(shown.map((_, i) => i + 1));
        const { criteria, backup } = answer.filledBy;
        expect(criteria + promotion + backup).toBe(answer.count);
      }),
      { numRuns: 400 },
    );
  });

  it('the same question gives the same items, and asking for reasons changes none', () => {
    fc.assert(
      fc.property(world, (given) => {
        const { asking, asked } = set(given);
        const first = execute(asked, given.limit, asking);
        expect(execute(asked, given.limit, asking)).toEqual(first);
        const again = set(given);
        expect(execute(again.asked, given.limit, again.asking)).toEqual(first);
        const told = execute(asked, given.limit, { ...asking, request: { ...asking.request, reasons: true } });
        expect(told.items.map((one) => one.id)).toEqual(first.items.map((one) => one.id));
        // Rules that are asked by number let the same through, and note the same.
        const numbers: ShelfNumbers = {
          of: (one) => range.indexOf(asking.source.items.name(one)),
          standing: (one) => (inStock(asking.shelf.get(range[one]!)!) ? 'in stock' : 'out of stock'),
        };
        expect(execute(asked, given.limit, { ...asking, numbers })).toEqual(first);
      }),
      { numRuns: 200 },
    );
  });
});
