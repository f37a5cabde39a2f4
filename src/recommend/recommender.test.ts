import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BeckonError, FakeClock } from '../base/index.ts';
import type { Item, Shelf } from '../catalog/index.ts';
import type { Lesson } from '../profile/index.ts';
import type { Person, RecommendationAnswer, RecommendRequest } from './answer.ts';
import type { CriterionContent } from './criterion-definition.ts';
import { Recommender } from './recommender.ts';

const now = Date.UTC(2026, 10, 23, 10);
const hour = 3600 * 1000;
const nobody: Person = { profileId: null, viewed: [], cart: [], purchased: [], seed: 'nobody:2026-11-23' };

function itemOf(id: string, more: Partial<Item> = {}): Item {
  const plain = { categories: ['all'], priceMinor: 1000, currency: 'EUR', url: `/${id}`, imageUrl: `/${id}.png` };
  return { id, name: `Item ${id}`, stock: 5, attributes: {}, variantOf: null, updatedAt: now, ...plain, ...more };
}

class TestShelf implements Shelf {
  readonly #items: Map<string, Item>;
  readonly version = 1;
  constructor(items: Item[]) {
    this.#items = new Map(items.map((item) => [item.id, item]));
  }
  get(id: string): Item | undefined {
    return this.#items.get(id);
  }
  all(): Iterable<Item> {
    return this.#items.values();
  }
}

/** A recommender over items `a`, `b`, … (or those given), and a way to tell it what visits did. */
function shop(items: string | Item[]) {
  const catalog = new TestShelf(typeof items === 'string' ? [...items].map((id) => itemOf(id)) : items);
  let given = 0;
  const recommender = new Recommender({
    catalog,
    clock: new FakeClock(now),
    ids: { next: () => `id-${++given}` },
  });
  let visits = 0;
  const visit = (kind: Lesson['k'], ids: string, at = now - hour) => {
    visits++;
    for (const id of ids) recommender.learn({ p: 'p', s: `v${visits}`, i: id, k: kind, t: at });
  };
  return { recommender, visit };
}

const idsOf = (answer: RecommendationAnswer) => answer.items.map(({ id }) => id).join('');
const person = (more: Partial<Person>): Person => ({ ...nobody, profileId: 'p1', ...more });
const views = (ids: string) => [...ids].map((item, i) => ({ item, at: now - i * 1000 }));

describe('recently viewed', () => {
  it('is unique and newest first (golden example 11)', () => {
    const { recommender } = shop('1234');
    const viewed = [...'1232'].map((item, i) => ({ item, at: now + i })).toReversed();
    const answer = recommender.answer({ criterion: 'recently-viewed', limit: 3 }, person({ viewed }));
    expect(idsOf(answer)).toBe('231');
    expect(answer.items[0]).toEqual({
      id: '2',
      name: 'Item 2',
      url: '/2',
      imageUrl: '/2.png',
      price: 10,
      currency: 'EUR',
      category: 'all',
      source: 'criteria',
      criterion: 'recently-viewed',
      score: 1,
      rank: 1,
      reason: 'You looked at this',
      because: [{ key: '2', algorithm: 'recently-viewed', count: 1, weight: 1 }],
    });
    expect(answer).toMatchObject({ status: 'ok', count: 3, filledBy: { criteria: 3, promotion: 0, backup: 0 } });
  });

  it('leaves out the item whose page asks, what is sold out, and what is not in the catalogue', () => {
    const { recommender } = shop([itemOf('a'), itemOf('b', { stock: 0 }), itemOf('c', { stock: null }), itemOf('d')]);
    const request = { criterion: 'recently-viewed', pageItem: 'a', limit: 3 };
    const answer = recommender.answer(request, person({ viewed: views('abxcd') }));
    expect(idsOf(answer)).toBe('cd');
    expect(answer.status).toBe('partial');
  });

  it('fills up with popular items, marked as backup (design §7: "BAK-7: the backup is ours")', () => {
    const { recommender, visit } = shop('abcdef');
    for (const ids of ['de', 'de', 'd', 'a']) visit('view', ids);
    const answer = recommender.answer({ criterion: 'recently-viewed' }, person({ viewed: views('a') }));
    const told = answer.items.map(({ id, source, reason, criterion }) => [id, source, reason, criterion]);
    expect(told[0]).toEqual(['a', 'criteria', 'You looked at this', 'recently-viewed']);
    expect(told.slice(1, 3).sort()).toEqual([
      ['d', 'backup', 'Popular right now', 'popular'],
      ['e', 'backup', 'Popular right now', 'popular'],
    ]);
    expect(told[3]!.slice(1)).toEqual(['backup', 'From our range', 'range']);
    expect(answer).toMatchObject({ status: 'ok', filledBy: { criteria: 1, backup: 3 } });
  });

  it('shows just what was viewed, or popular items only to whoever viewed nothing, when asked to (ALG-13)', () => {
    const { recommender, visit } = shop('abcdef');
    for (const ids of ['de', 'de', 'd', 'a']) visit('view', ids);
    const ask = (backup: 'empty' | 'none', viewed: string) =>
      idsOf(recommender.answer({ criterion: 'recently-viewed', limit: 2, backup }, person({ viewed: views(viewed) })));
    expect([ask('none', 'a'), ask('empty', 'a'), ask('none', '')]).toEqual(['a', 'a', '']);
    expect(ask('empty', '')).toMatch(/^[ade]{2}$/);
  });

  it('answers a wanderer with popular items only, and says so', () => {
    const { recommender, visit } = shop('abcdef');
    for (const ids of ['de', 'de', 'df']) visit('view', ids);
    const answer = recommender.answer({ criterion: 'recently-viewed', limit: 3 }, person({}));
    expect([...idsOf(answer)].sort().join('')).toBe('def');
    expect(answer.status).toBe('backup');
    expect(answer.items.find(({ id }) => id === 'd')).toMatchObject({
      source: 'backup',
      score: 0,
      because: [{ key: null, algorithm: 'most-viewed', count: 3 }],
    });
  });

  it('does not recommend what was bought as a backup, but shows it when it was looked at', () => {
    const { recommender, visit } = shop('abc');
    visit('view', 'abc');
    expect(
      idsOf(
        recommender.answer({ criterion: 'recently-viewed' }, person({ purchased: ['b', 'a'], viewed: views('a') })),
      ),
    ).toBe('ac');
  });
});

describe('cart-based', () => {
  const coats = [
    itemOf('coat', { name: 'Winter coat' }),
    itemOf('sweat', { name: 'Sweatshirt', stock: 0 }),
    ...['scarf', 'hat', 'socks', 'watch', 'lamp'].map((id) => itemOf(id)),
  ];

  function taught() {
    const { recommender } = shop(coats);
    let visits = 0;
    const learn = (k: Lesson['k'], ...ids: string[]) => {
      visits++;
      for (const i of ids) recommender.learn({ p: 'p', s: `s${visits}`, i, k, t: now - hour });
    };
    for (let i = 0; i < 3; i++) learn('purchase', 'coat', 'scarf', 'sweat');
    learn('cart', 'coat', 'hat');
    learn('cart', 'coat', 'hat');
    for (let i = 0; i < 5; i++) learn('view', 'coat', 'watch');
    for (let i = 0; i < 9; i++) learn('view', 'lamp');
    return recommender;
  }

  it('puts bought together before carted before viewed before backup, each with its reason and counts', () => {
    const answer = taught().answer({ criterion: 'cart-based', cart: ['coat'], limit: 5 }, null);
    expect(
      answer.items.map(({ id, source, reason, because }) => ({ id, source, reason, ...because[0] })),
    ).toMatchObject([
      {
        id: 'scarf',
        source: 'criteria',
        reason: 'Often bought with Winter coat',
        key: 'coat',
        algorithm: 'bought-together',
        count: 3,
      },
      {
        id: 'hat',
        source: 'criteria',
        reason: 'Often put in the cart with Winter coat',
        key: 'coat',
        algorithm: 'carted-together',
        count: 2,
      },
      {
        id: 'watch',
        source: 'criteria',
        reason: 'Often looked at with Winter coat',
        key: 'coat',
        algorithm: 'viewed-together',
        count: 5,
      },
      { id: 'lamp', source: 'backup', reason: 'Popular right now', key: null, algorithm: 'most-viewed', count: 9 },
      { id: 'socks', source: 'backup', reason: 'From our range', key: null, algorithm: 'range', count: 0 },
    ]);
    const scores = answer.items.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(answer).toMatchObject({ status: 'ok', key: ['coat'], filledBy: { criteria: 3, promotion: 0, backup: 2 } });
  });

  it('shows the stored cart’s own lines as they are in the catalogue now, with quantity, and never among the items', () => {
    const cart = [
      { item: 'coat', quantity: 1 },
      { item: 'sweat', quantity: 2 },
      { item: 'unknown', quantity: 1 },
    ];
    const answer = taught().answer({ criterion: 'cart-based', limit: 10 }, person({ cart }));
    expect(answer.cart.map(({ id, name, quantity, inStock }) => [id, name, quantity, inStock])).toEqual([
      ['coat', 'Winter coat', 1, true],
      ['sweat', 'Sweatshirt', 2, false],
    ]);
    expect(answer.items.map(({ id }) => id)).not.toContain('coat');
    expect(answer.items.map(({ id }) => id)).not.toContain('sweat');
  });

  it('believes the cart of the request before the stored one, even an empty one (C-3)', () => {
    const stored = person({ cart: [{ item: 'coat', quantity: 3 }] });
    const recommender = taught();
    expect(recommender.answer({ criterion: 'cart-based', cart: ['hat'] }, stored).key).toEqual(['hat']);
    expect(recommender.answer({ criterion: 'cart-based', cart: ['coat', 'hat', 'hat'] }, stored).cart).toMatchObject([
      { id: 'coat', quantity: 3 },
      { id: 'hat', quantity: 2 },
    ]);
    expect(recommender.answer({ criterion: 'cart-based', cart: [] }, stored)).toMatchObject({
      key: [],
      cart: [],
      status: 'backup',
    });
  });

  it('sums the evidence of all lines, so what goes with two of them comes first (ALG-4)', () => {
    const { recommender, visit } = shop('abxyz');
    for (const ids of ['ax', 'by', 'az', 'bz', 'ax', 'by', 'az', 'bz']) visit('purchase', ids);
    const answer = recommender.answer({ criterion: 'cart-based', cart: ['a', 'b'], limit: 1 }, null);
    expect(idsOf(answer)).toBe('z');
  });

  it('does not call one visit often', () => {
    const { recommender, visit } = shop('ab');
    visit('purchase', 'ab');
    expect(recommender.answer({ criterion: 'cart-based', cart: ['a'] }, null).items[0]!.reason).toBe(
      'Bought with Item a',
    );
  });
});

describe('viewed together', () => {
  it('ranks by the share of the key’s visits, then by popularity', () => {
    const { recommender, visit } = shop('kabcd');
    for (const ids of ['kab', 'ka', 'kc', 'b']) visit('view', ids);
    const answer = recommender.answer({ criterion: 'viewed-together', item: 'k', limit: 3 }, null);
    expect(idsOf(answer)).toBe('abc');
    // Two of the key's three visits, and two visits more in the base, so that a key seen once proves little.
    expect(answer.items[0]).toMatchObject({
      score: 1,
      because: [{ key: 'k', algorithm: 'viewed-together', count: 2, weight: 0.4 }],
    });
  });

  it('takes the item of the page when none is named, and tells when there is neither', () => {
    const { recommender, visit } = shop('ka');
    visit('view', 'ka');
    expect(idsOf(recommender.answer({ criterion: 'viewed-together', pageItem: 'k' }, null))).toBe('a');
    expect(recommender.answer({ criterion: 'viewed-together', reasons: true }, null)).toMatchObject({
      status: 'backup',
      key: [],
      reasons: { asked: [{ criterion: 'viewed-together', items: 0, note: 'there is no key' }, {}, {}] },
    });
  });

  it('answers an unknown key with the backup', () => {
    const { recommender, visit } = shop('ka');
    visit('view', 'ka');
    expect(recommender.answer({ criterion: 'viewed-together', item: 'new' }, null).status).toBe('backup');
  });
});

describe('popular and top sellers', () => {
  it('count visits, not events: a pair or an item counts once per visit and kind (ALG-16)', () => {
    const { recommender, visit } = shop('abc');
    visit('view', 'aaaaa');
    visit('view', 'b');
    visit('view', 'b');
    expect(idsOf(recommender.answer({ criterion: 'popular', limit: 2 }, null))).toBe('ba');
    visit('purchase', 'ccc');
    visit('purchase', 'a');
    visit('purchase', 'a');
    const sellers = recommender.answer({ criterion: 'top-sellers', limit: 3 }, null);
    expect(sellers.items.map(({ id, source, reason }) => [id, source, reason])).toEqual([
      ['a', 'criteria', 'Selling well right now'],
      ['c', 'criteria', 'Others bought this'],
      ['b', 'backup', 'Popular right now'],
    ]);
  });

  it('hide what the person bought (C-1)', () => {
    const { recommender, visit } = shop('ab');
    visit('view', 'ab');
    expect(idsOf(recommender.answer({ criterion: 'popular' }, person({ purchased: ['a'] })))).toBe('b');
  });
});

describe('the answer', () => {
  it('holds the backup in shuffled buckets of popularity (golden example 6, BAK-1: ranks 1–20, then 21–40)', () => {
    const items = Array.from({ length: 45 }, (_, i) => itemOf(`i${String(i).padStart(2, '0')}`));
    const { recommender } = shop(items);
    items.forEach(({ id }, i) => {
      for (let n = 0; n < 45 - i; n++) recommender.learn({ p: 'p', s: `${id}-${n}`, i: id, k: 'view', t: now - hour });
    });
    const ranked = items.map(({ id }) => id);
    const of = (seed: string) =>
      recommender.answer({ criterion: 'recently-viewed', limit: 30 }, person({ seed })).items.map(({ id }) => id);
    expect(of('ada').slice(0, 20).sort()).toEqual(ranked.slice(0, 20));
    expect(of('ada').slice(20)).toHaveLength(10);
    expect(ranked.slice(20, 40)).toEqual(expect.arrayContaining(of('ada').slice(20)));
    expect(of('ada')).toEqual(of('ada'));
    expect(of('ada')).not.toEqual(of('bob'));
    const nobodyKnown = recommender.answer({ criterion: 'recently-viewed', limit: 30 }, null);
    expect(nobodyKnown.items.map(({ id }) => id)).toEqual(ranked.slice(0, 30));
  });

  it('is partial when criteria and backup together are too few (golden example 7: n = 4, k = 2, b = 1)', () => {
    const { recommender } = shop('abc');
    const answer = recommender.answer({ criterion: 'recently-viewed', limit: 4 }, person({ viewed: views('ab') }));
    expect(answer).toMatchObject({ status: 'partial', count: 3, filledBy: { criteria: 2, backup: 1 } });
  });

  it('is empty when nothing may be shown', () => {
    const { recommender } = shop([itemOf('a', { stock: 0 })]);
    expect(recommender.answer({ criterion: 'popular' }, null)).toMatchObject({ status: 'empty', count: 0, items: [] });
  });

  it('leaves excluded ids out of this one answer only (golden example 12)', () => {
    const { recommender, visit } = shop('abc');
    visit('view', 'abc');
    expect(idsOf(recommender.answer({ criterion: 'popular', excludedIds: ['a'] }, null))).toBe('bc');
    expect(idsOf(recommender.answer({ criterion: 'popular' }, null))).toBe('abc');
  });

  it('by revenue: visits that bought, times the price of now (recommendations ALG-20)', () => {
    const { recommender } = shop([
      itemOf('cheap', { priceMinor: 100 }),
      itemOf('dear', { priceMinor: 90_000 }),
      itemOf('free', { priceMinor: null }),
      itemOf('middle', { priceMinor: 500 }),
    ]);
    const buy = (id: string, times: number) => {
      for (let n = 0; n < times; n++) {
        recommender.learn({ p: 'p', s: `${id}-${n}`, i: id, k: 'purchase', t: now - hour });
      }
    };
    buy('cheap', 6);
    buy('free', 5);
    buy('middle', 3);
    buy('dear', 1);
    const content = {
      name: 'Sold',
      algorithm: { kind: 'popular', action: 'bought' },
      backup: { when: 'none' },
    } as const;
    const ask = (algorithm: CriterionContent['algorithm']) =>
      recommender.preview({ ...content, algorithm }, { limit: 4 }, null).items.map(({ id }) => id);
    expect(ask(content.algorithm)).toEqual(['cheap', 'free', 'middle', 'dear']);
    expect(ask({ ...content.algorithm, metric: 'revenue' })).toEqual(['dear', 'middle', 'cheap']);
  });

  it('by the events of any type that the shop names, each of them counted (recommendations ALG-20)', () => {
    const { recommender, visit } = shop([itemOf('a'), itemOf('b', { categories: ['camp'] }), itemOf('c')]);
    const tell = (id: string, e: string, t = now - hour) =>
      recommender.learn({ p: 'p', s: 's', i: id, k: 'event', e, t });
    visit('view', 'aaa');
    for (const id of 'bbbc') tell(id, 'wishlist.added');
    tell('a', 'video.played');
    for (let n = 0; n < 5; n++) tell('c', 'wishlist.added', now - 40 * 24 * hour);
    const content = { name: 'Wished', backup: { when: 'none' } } as const;
    const ask = (more: Partial<CriterionContent>, event = 'wishlist.added') => {
      const algorithm = { kind: 'popular', action: 'event', event } as const;
      const asked = { ...content, algorithm, ...more };
      return recommender.preview(asked, { limit: 4, category: 'camp' }, null).items;
    };
    expect(ask({ window: '7d' }).map(({ id }) => id)).toEqual(['b', 'c']);
    expect(ask({ window: 'ever' }).map(({ id }) => id)).toEqual(['c', 'b']);
    expect(ask({}, 'video.played').map(({ id }) => id)).toEqual(['a']);
    expect(ask({}, 'never.seen')).toEqual([]);
    expect(ask({ window: '7d' })[0]).toMatchObject({
      because: [{ algorithm: 'most-told', count: 3 }],
      reason: 'Popular right now',
    });
    const algorithm = {
      kind: 'popular',
      action: 'event',
      event: 'wishlist.added',
      within: { category: { from: 'current' } },
    } as const;
    recommender.engine.describe('b', { name: 'b', categories: ['camp'], attributes: {} });
    expect(ask({ algorithm }).map(({ id }) => id)).toEqual(['b']);
    expect([recommender.did({ event: 'video.played' }), recommender.did({ event: 'x.y' })]).toEqual([true, false]);
    // They are no views: nothing else is learned of them.
    expect(recommender.numbers('b', null)).toEqual({ viewed: 0, carted: 0, bought: 0 });
  });

  it('what somebody else did a moment ago is in everybody’s next answer (recommendations ALG-25)', () => {
    const { recommender, visit } = shop('kab');
    const ask = () => idsOf(recommender.answer({ criterion: 'viewed-together', item: 'k', backup: 'none' }, null));
    expect(ask()).toBe('');
    visit('view', 'ka');
    expect(ask()).toBe('a');
    visit('view', 'kb');
    visit('view', 'kb');
    expect(ask()).toBe('ba');
  });

  it('shows a new item at once, and in a shop without history each person a different part of the range', () => {
    const { recommender } = shop('abcdefghijklmnopqrstuvwxyz');
    const of = (seed: string) => idsOf(recommender.answer({ criterion: 'popular' }, person({ seed })));
    expect(of('ada')).toBe(of('ada'));
    expect(new Set(['ada', 'bob', 'cy', 'dan', 'eve'].map(of)).size).toBeGreaterThan(1);
  });

  it('is not starved by rules however many items they take away (INC-14)', () => {
    const items = Array.from({ length: 1500 }, (_, i) => itemOf(`i${i}`, { stock: i < 1400 ? 0 : 1 }));
    const { recommender } = shop(items);
    items.forEach(({ id }, i) => {
      for (let n = 0; n < (i < 1400 ? 2 : 1); n++) {
        recommender.learn({ p: 'p', s: `${id}-${n}`, i: id, k: 'view', t: now - hour });
      }
    });
    expect(recommender.answer({ criterion: 'popular', limit: 100 }, null).filledBy.criteria).toBe(100);
  });

  it('says how old the newest learned event is, in seconds', () => {
    const { recommender, visit } = shop('a');
    expect(recommender.answer({ criterion: 'popular' }, null).age).toBe(0);
    visit('view', 'a', now - 90_000);
    visit('view', 'a', now - 5000);
    expect(recommender.answer({ criterion: 'popular' }, null).age).toBe(5);
  });

  it('lets no wrong clock rule the ranking', () => {
    const { recommender, visit } = shop('ab');
    visit('view', 'a', Date.UTC(2999, 0, 1));
    visit('view', 'b');
    visit('view', 'b');
    expect(idsOf(recommender.answer({ criterion: 'popular' }, null))).toBe('ba');
    expect(recommender.newestAt).toBe(now);
  });

  it('names what it cannot answer', () => {
    const { recommender } = shop('a');
    const ask = (request: Partial<RecommendRequest>) =>
      codeOf(() => recommender.answer({ criterion: 'popular', ...request }, null));
    expect(ask({ criterion: 'cart-bsed' })).toBe('CRITERION_UNKNOWN');
    expect(ask({ limit: 0 })).toBe('RECOMMEND_LIMIT_INVALID');
    expect(ask({ limit: 1.5 })).toBe('RECOMMEND_LIMIT_INVALID');
    expect(ask({ excludedIds: Array.from({ length: 1001 }, () => 'a') })).toBe('RECOMMEND_LIST_TOO_LONG');
    expect(() => recommender.answer({ criterion: 'cart-bsed' }, null)).toThrow('did you mean "cart-based"?');
  });

  it('forgets everything on reset', () => {
    const { recommender, visit } = shop('ab');
    visit('view', 'ab');
    recommender.reset();
    expect([recommender.learned, recommender.newestAt]).toEqual([0, 0]);
  });
});

describe('whatever visits did and whoever asks', () => {
  const id = fc.constantFrom(...'abcdefghij');
  const lesson = fc.record({
    p: fc.constant('p'),
    s: fc.constantFrom('v1', 'v2', 'v3', 'v4', 'v5'),
    i: fc.constantFrom(...'abcdefghijxy'),
    k: fc.constantFrom('view' as const, 'cart' as const, 'purchase' as const),
    t: fc.integer({ min: now - 40 * 24 * hour, max: now }),
  });
  const question = fc.record({
    criterion: fc.constantFrom('cart-based', 'recently-viewed', 'viewed-together', 'popular', 'top-sellers'),
    item: fc.constantFrom(...'abz'),
    pageItem: id,
    cart: fc.array(id, { maxLength: 4 }),
    excludedIds: fc.array(id, { maxLength: 4 }),
    limit: fc.integer({ min: 1, max: 12 }),
  });
  const asker = fc.record({
    profileId: fc.constant('p1'),
    viewed: fc.array(fc.record({ item: id, at: fc.integer({ min: now - hour, max: now }) }), { maxLength: 6 }),
    cart: fc.constant<Person['cart']>([]),
    purchased: fc.array(id, { maxLength: 3 }),
    seed: fc.string(),
  });
  const stock = fc.array(fc.constantFrom(null, 0, -1, 3), { minLength: 10, maxLength: 10 });
  const world = fc.tuple(fc.array(lesson, { maxLength: 80 }), question, asker, stock);

  function ask(lessons: readonly Lesson[], stocks: readonly (number | null)[]) {
    const items = [...'abcdefghij'].map((name, i) => itemOf(name, { stock: stocks[i]! }));
    const { recommender } = shop(items);
    for (const each of lessons) recommender.learn(each);
    return recommender;
  }

  it('no item is excluded, sold out, unknown, a key, the page’s own, or there twice, and no slot is empty without need', () => {
    fc.assert(
      fc.property(world, ([lessons, request, who, stocks]) => {
        const answer = ask(lessons, stocks).answer(request, who);
        const ids = answer.items.map((item) => item.id);
        const keys =
          request.criterion === 'cart-based'
            ? request.cart
            : request.criterion === 'viewed-together'
              ? [request.item]
              : [];
        const sellable = [...'abcdefghij'].filter((_, i) => stocks[i] === null || stocks[i]! > 0);
        const allowed = sellable.filter((name) => ![...keys, ...request.excludedIds, request.pageItem].includes(name));
        const seen = who.viewed.map(({ item }) => item);
        const usable = allowed.filter(
          (name) => !who.purchased.includes(name) || (request.criterion === 'recently-viewed' && seen.includes(name)),
        );
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.filter((name) => !usable.includes(name))).toEqual([]);
        expect(ids).toHaveLength(Math.min(request.limit, usable.length));
        expect(answer.items.map(({ rank }) => rank)).toEqual(ids.map((_, i) => i + 1));
        expect(answer.filledBy.criteria + answer.filledBy.backup).toBe(answer.count);
      }),
    );
  });

  it('the same events give the same answer, in whatever order they came', () => {
    fc.assert(
      fc.property(world, fc.integer(), ([lessons, request, who, stocks], turn) => {
        const cut = lessons.length === 0 ? 0 : Math.abs(turn) % lessons.length;
        const turned = [...lessons.slice(cut), ...lessons.slice(0, cut)].toReversed();
        // A visit that did a thing twice counts the first that came; let every visit do each thing at one time.
        const once = (all: Lesson[]) => all.map((each) => ({ ...each, t: now - each.i.charCodeAt(0) * hour }));
        const first = ask(once(lessons), stocks).answer(request, who);
        const second = ask(once(turned), stocks).answer(request, who);
        // Sums of the same numbers in another order differ in their last digits, so scores are not compared.
        const shown = ({ items }: RecommendationAnswer) => items.map(({ id, source, reason }) => [id, source, reason]);
        expect(shown(second)).toEqual(shown(first));
      }),
    );
  });
});

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof BeckonError) return error.code;
    throw error;
  }
  return 'nothing was thrown';
}
