import { beforeEach, describe, expect, it } from 'vitest';
import { Mark } from '../base/index.ts';
import type { Lesson } from '../profile/index.ts';
import { Engine } from './engine.ts';
import type { ListQuery, Scored } from './source.ts';

const minute = 60_000;
const day = 24 * 3600 * 1000;
const now = Date.UTC(2026, 10, 24);
let engine: Engine;

/** A visit: views in order; `c` and `p` before an item put it in the cart and buy it. */
function visit(name: string, script: string, options: { visitor?: string; at?: number } = {}): void {
  const kinds: Record<string, Lesson['k']> = { c: 'cart', p: 'purchase' };
  script.split(' ').forEach((word, i) => {
    const [kind, item] = word.includes(':') ? word.split(':') : ['v', word];
    const at = (options.at ?? now - day) + i * minute;
    engine.learn({ p: options.visitor ?? name, s: name, i: item!, k: kinds[kind!] ?? 'view', t: at }, now);
  });
}

const number = (id: string) => engine.items.find(id);
const ids = (list: readonly Scored[]) => list.map(({ item }) => engine.items.name(item));
const ask = (query: ListQuery, limit = 10) => engine.list(query, limit, () => true);
const session = (...items: string[]) =>
  ask({ kind: 'session', steps: items.map((id) => ({ item: number(id), at: now })), now });

beforeEach(() => {
  engine = new Engine();
});

describe('what this visit wants next', () => {
  it('comes from visits like it, and each item says how many visits and which own item brought it', () => {
    visit('s1', 'coat scarf gloves');
    visit('s2', 'coat scarf hat');
    visit('s3', 'lamp bulb');
    const list = session('coat', 'scarf');
    expect(ids(list)).toEqual(['gloves', 'hat']);
    expect(list[0]).toMatchObject({ count: 1, key: number('scarf'), by: 'session-neighbours' });
    expect(session('scarf').find(({ item }) => item === number('coat'))).toMatchObject({ count: 2 });
  });

  it('knows of an event at once, and of nothing else than what was learned', () => {
    visit('s1', 'a b');
    expect(ids(session('a'))).toEqual(['b']);
    visit('s2', 'a c');
    visit('s3', 'a c');
    expect(ids(session('a'))[0]).toBe('c');
    expect(session('unknown')).toEqual([]);
    expect(session()).toEqual([]);
  });

  it('leaves out the items of the visit, unless they may come back', () => {
    visit('s1', 'a b a');
    visit('s2', 'a b');
    const steps = ['a', 'b'].map((id) => ({ item: number(id), at: now }));
    expect(ask({ kind: 'session', steps, now })).toEqual([]);
    expect(ids(ask({ kind: 'session', steps, now, repeats: true })).sort()).toEqual(['a', 'b']);
  });

  it('shows the item looked at now first where people look at the same again, and last where nobody does', () => {
    const comeBack = (again: string) => {
      engine = new Engine();
      for (let n = 0; n < 40; n++) visit(`s${n}`, `a${again} b${again} ${n % 2 === 0 ? 'c' : 'd'}`);
      const steps = ['a', 'b'].map((id) => ({ item: number(id), at: now }));
      return ids(ask({ kind: 'session', steps, now, repeats: true }));
    };
    const [never, often] = [comeBack(''), comeBack(' b b')];
    expect(never.at(-1)).toBe('b');
    expect(often[0]).toBe('b');
  });

  it('hears a newer visit louder than an old one', () => {
    visit('old', 'a b', { at: now - 300 * day });
    visit('new', 'a c', { at: now - day });
    expect(ids(session('a'))).toEqual(['c', 'b']);
  });

  it('fills every slot that can be filled, whatever is filtered out', () => {
    for (let i = 0; i < 60; i++) visit(`s${i}`, `a x${i} y${i}`);
    const accept = (item: number) => engine.items.name(item).startsWith('y');
    const list = engine.list({ kind: 'session', steps: [{ item: number('a'), at: now }], now }, 50, accept);
    expect(list).toHaveLength(50);
    expect(new Set(ids(list)).size).toBe(50);
  });
});

describe('what goes with a cart', () => {
  const cart = (...items: string[]) => ask({ kind: 'cart', cart: items.map(number), now });

  it('is what was bought or carted with its lines, buying before carting, never a line itself', () => {
    for (const name of ['o1', 'o2', 'o3']) visit(name, 'p:coat p:scarf');
    visit('o4', 'c:coat c:hat');
    visit('o5', 'p:lamp p:bulb');
    const list = cart('coat');
    expect(ids(list)).toEqual(['scarf', 'hat']);
    expect(list[0]).toMatchObject({ count: 3, key: number('coat'), by: 'bought-together' });
    expect(list[1]).toMatchObject({ count: 1, by: 'carted-together' });
    expect(ids(cart('coat', 'scarf'))).toEqual(['hat']);
    expect([cart(), cart('unknown')]).toEqual([[], []]);
  });

  it('by one action sums what goes with each line, all lines weighing the same (ALG-1, ALG-2, ALG-3, ALG-4)', () => {
    visit('s1', 'a x');
    visit('s2', 'a x');
    visit('s3', 'a y');
    visit('s4', 'b y');
    visit('s5', 'b y');
    const list = ask({ kind: 'cart', cart: [number('a'), number('b')], action: 'viewed-viewed', now });
    expect(ids(list)).toEqual(['y', 'x']);
    expect(list[0]!.score).toBeCloseTo(1 / 5 + 2 / 4, 6); // one of 3 visits + 2, two of 2 + 2
    expect(list[0]).toMatchObject({ count: 2, key: number('b'), by: 'viewed-together' });
  });
});

describe('what goes with an item', () => {
  const related = (key: string, rest: Partial<Extract<ListQuery, { kind: 'related' }>> = {}) =>
    ask({
      kind: 'related',
      action: 'viewed-viewed',
      key: number(key),
      basis: 'session',
      windowMs: null,
      now,
      ...rest,
    });

  it('counts visits that viewed both, each once (ALG-5, 6)', () => {
    visit('s1', 'a b a b');
    visit('s2', 'a b');
    visit('s3', 'b c');
    expect(related('a')).toMatchObject([{ item: number('b'), count: 2, key: number('a'), by: 'viewed-together' }]);
    expect(ids(related('b'))).toEqual(['a', 'c']);
  });

  it('of what was bought together, tells companions from what everybody buys (recommendations ALG-8)', () => {
    for (let n = 0; n < 4; n++) visit(`t${n}`, 'p:tea p:bag');
    for (let n = 0; n < 3; n++) visit(`f${n}`, 'p:tea p:filter');
    for (let n = 0; n < 40; n++) visit(`b${n}`, `p:bag p:other${n}`);
    const bought = { kind: 'related', action: 'bought-bought', key: number('tea'), basis: 'session' } as const;
    const list = (likeness?: 'rate') =>
      ids(ask({ ...bought, windowMs: null, now, ...(likeness === undefined ? {} : { likeness }) }));
    expect(list()).toEqual(['filter', 'bag']);
    expect(list('rate')).toEqual(['bag', 'filter']);
  });

  it('goes from viewed to bought and not back (ALG-7), also when the purchase comes within a week', () => {
    visit('s1', 'camera bag p:bag');
    visit('s2', 'camera', { visitor: 'v', at: now - 9 * day });
    visit('s3', 'p:tripod', { visitor: 'v', at: now - 4 * day });
    visit('s4', 'camera', { visitor: 'w', at: now - 20 * day });
    visit('s5', 'p:lens', { visitor: 'w', at: now - 4 * day });
    expect(ids(related('camera', { action: 'viewed-bought' })).sort()).toEqual(['bag', 'tripod']);
    expect(related('tripod', { action: 'viewed-bought' })).toEqual([]);
  });

  it('by visitor joins the visits of one visitor (ALG-5)', () => {
    visit('s1', 'a', { visitor: 'v' });
    visit('s2', 'b', { visitor: 'v' });
    visit('s3', 'a b', { visitor: 'v' });
    expect(related('a')).toMatchObject([{ count: 1 }]);
    expect(related('a', { basis: 'visitor' })).toMatchObject([{ item: number('b'), count: 1 }]);
    visit('s4', 'a', { visitor: 'w' });
    visit('s5', 'c', { visitor: 'w' });
    expect(ids(related('a', { basis: 'visitor' })).sort()).toEqual(['b', 'c']);
    expect(ids(related('a'))).toEqual(['b']);
  });

  it('within a window leaves older visits out', () => {
    visit('s1', 'a b', { at: now - 10 * day });
    visit('s2', 'a c', { at: now - 3 * day });
    expect(ids(related('a', { windowMs: 7 * day }))).toEqual(['c']);
    expect(ids(related('a', { windowMs: 14 * day })).sort()).toEqual(['b', 'c']);
  });

  it('by log-likelihood leaves out what everybody looks at anyway (ALG-9)', () => {
    for (let i = 0; i < 30; i++) visit(`n${i}`, `common other${i}`);
    for (let i = 0; i < 5; i++) visit(`a${i}`, i < 4 ? 'a common friend' : 'a friend');
    expect(ids(related('a', { likeness: 'llr' }))).toEqual(['friend']);
    expect(ids(related('a', { likeness: 'rate' }))).toEqual(['friend', 'common']);
  });
});

describe('where visits like this one end before the list is full', () => {
  it('what goes with what goes with the own items follows, below it and with the own item as its reason', () => {
    visit('s1', 'tent stove');
    visit('s2', 'stove gas');
    visit('s3', 'stove gas');
    visit('s4', 'gas lighter');
    const list = session('tent');
    expect(ids(list)).toEqual(['stove', 'gas', 'lighter'].slice(0, list.length));
    expect(list.map(({ by }) => by)).toEqual(['session-neighbours', 'two-steps']);
    expect(list[1]).toMatchObject({ key: number('tent'), count: 2 });
    expect(list[1]!.score).toBeLessThan(list[0]!.score);
  });

  it('and no item that is not accepted, is in the visit, or stands in the list already', () => {
    visit('s1', 'tent stove');
    visit('s2', 'stove gas');
    visit('s3', 'stove tent');
    visit('s4', 'stove lamp');
    const steps = [{ item: number('tent'), at: now }];
    const list = engine.list({ kind: 'session', steps, now }, 10, (item) => item !== number('lamp'));
    expect(ids(list)).toEqual(['stove', 'gas']);
    expect(engine.list({ kind: 'session', steps, now }, 1, () => true)).toHaveLength(1);
  });
});

describe('what a person wants', () => {
  it('joins visits into people: what people alike did on other days', () => {
    visit('s1', 'tent', { visitor: 'v' });
    visit('s2', 'stove', { visitor: 'v' });
    visit('s3', 'lamp', { visitor: 'w' });
    const list = ask({ kind: 'for-you', viewed: [{ item: number('tent'), at: now }], bought: [], carted: [], now });
    expect(ids(list)).toEqual(['stove']);
    expect(list[0]).toMatchObject({ count: 1, key: number('tent') });
  });

  it('may begin with what the person left in the cart, newest first and not what was bought since', () => {
    visit('s1', 'tent stove');
    visit('s2', 'rope boots');
    const at = (id: string, ago: number) => ({ item: number(id), at: now - ago });
    const query: ListQuery = {
      kind: 'for-you',
      viewed: [],
      carted: [at('tent', 9), at('rope', 5), at('boots', 3)],
      bought: [at('rope', 2)],
      now,
      leftInCart: true,
    };
    const list = ask(query);
    expect(ids(list)).toEqual(['boots', 'tent', 'stove']);
    expect(list.map(({ by }) => by)).toEqual(['left-in-cart', 'left-in-cart', 'session-neighbours']);
    expect(list.every(({ score }, i) => i === 0 || score <= list[i - 1]!.score)).toBe(true);
  });

  it('puts what was left in the cart on one day in the order in which it goes with the rest the person had', () => {
    for (const n of [1, 2, 3]) visit(`o${n}`, 'p:boots p:socks');
    for (const n of [4, 5]) visit(`o${n}`, 'p:rope p:lamp');
    const day = 24 * 3600 * 1000;
    const at = (id: string, ago: number) => ({ item: number(id), at: now - ago });
    const left = (carted: ReturnType<typeof at>[]) =>
      ids(ask({ kind: 'for-you', viewed: [], carted, bought: [at('socks', 10 * day)], now, leftInCart: true }));
    expect(left([at('rope', 1), at('boots', 2)]).slice(0, 2)).toEqual(['boots', 'rope']);
    // What is mostly bought where it is carted goes first, too.
    for (const n of [6, 7]) visit(`o${n}`, 'p:laces p:socks');
    expect(left([at('laces', 1), at('boots', 2)]).slice(0, 2)).toEqual(['boots', 'laces']);
    for (let n = 0; n < 9; n++) visit(`r${n}`, 'c:boots');
    expect(left([at('laces', 1), at('boots', 2)]).slice(0, 2)).toEqual(['laces', 'boots']);
    // What was left yesterday stands behind.
    expect(left([at('rope', 1), at('boots', 2 * day)]).slice(0, 2)).toEqual(['rope', 'boots']);
  });

  it('hears all lines of an order alike, in whatever order they came', () => {
    const lines = Array.from({ length: 16 }, (_, n) => `line${n}`);
    lines.forEach((line, n) => visit(`o${n}`, `p:${line} p:found${n}`, { at: now - 9 * day }));
    const listFor = (order: string[]) => {
      const bought = order.map((id) => ({ item: number(id), at: now - day }));
      return ask({ kind: 'for-you', viewed: [], carted: [], bought, now }, 30).map(({ item, score }) => [item, score]);
    };
    const scores = new Map(listFor(lines) as [number, number][]);
    expect(scores.get(number('found0'))).toBeCloseTo(scores.get(number('found15'))!, 6);
    expect(listFor(lines.toReversed())).toEqual(listFor(lines));
  });

  it('leaves out what the person had, unless it may come back', () => {
    visit('s1', 'tent stove lamp');
    const viewed = [{ item: number('tent'), at: now - 2 }, { item: number('stove'), at: now - 1 }]; // prettier-ignore
    const query = { kind: 'for-you', viewed, bought: [], carted: [], now } as const;
    expect(ids(ask(query))).toEqual(['lamp']);
    expect(ids(ask({ ...query, repeats: true })).sort()).toEqual(['lamp', 'stove', 'tent']);
  });
});

describe('visitors with very many items (BEH-14)', () => {
  it('teach by 500 steps of a visit, the rest is counted as left out', () => {
    const many = Array.from({ length: 1200 }, (_, n) => `i${n}`);
    visit('s1', many.join(' '));
    expect([engine.learned, engine.ignored]).toEqual([1200, 700]);
    expect(ids(session('i499'))).toContain('i498');
    expect(session('i600')).toEqual([]);
  });

  it('are asked about by what they did last', () => {
    for (let n = 0; n < 300; n++) visit(`s${n}`, `own${n} next${n}`);
    const viewed = Array.from({ length: 300 }, (_, n) => ({ item: number(`own${n}`), at: now - 300 + n }));
    const query = { kind: 'for-you', bought: [], carted: [], now } as const;
    const list = ask({ ...query, viewed }, 100);
    expect(ids(list)).toContain('next299');
    expect(ids(list)).not.toContain('next0');
    const repeated = new Set(viewed.slice(-50).map(({ item }) => item));
    expect(list).toEqual(ask({ ...query, viewed: viewed.filter(({ item }) => repeated.has(item)) }, 100));
  });
});

describe('what is popular', () => {
  it('counts visits, each once and kind (ALG-16)', () => {
    visit('s1', 'a a c:a p:a p:a');
    visit('s2', 'b');
    visit('s3', 'b');
    const popular = (action: 'viewed' | 'carted' | 'bought') => ask({ kind: 'popular', action, windowMs: null, now });
    expect(popular('viewed').map(({ item, count }) => [engine.items.name(item), count])).toEqual([
      ['b', 2],
      ['a', 1],
    ]);
    expect(popular('bought')).toMatchObject([{ item: number('a'), count: 1, key: null, by: 'top-sellers' }]);
    expect(ids(popular('carted'))).toEqual(['a']);
  });
});

describe('forgetting a visitor', () => {
  it('takes what they did out of every list, while the counts of the crowd stay', () => {
    visit('s1', 'a b', { visitor: 'v' });
    visit('s2', 'a c', { visitor: 'v' });
    visit('s3', 'a d', { visitor: 'w' });
    engine.forgetVisitor('v');
    engine.forgetVisitor('v');
    engine.forgetVisitor('unknown');
    const near = session('a').filter(({ by }) => by === 'session-neighbours');
    expect(ids(near)).toEqual(['d']);
    const related: ListQuery = {
      kind: 'related',
      action: 'viewed-viewed',
      key: number('a'),
      basis: 'visitor',
      windowMs: null,
      now,
    };
    expect(ids(ask(related))).toEqual(['d']);
    expect(ask({ kind: 'popular', action: 'viewed', windowMs: null, now })[0]).toMatchObject({ count: 3 });
    visit('s9', 'a e', { visitor: 'v' });
    expect(ids(ask(related)).sort()).toEqual(['d', 'e']);
  });

  it('takes their carts along, while what was bought together stays counted', () => {
    visit('o1', 'p:coat p:scarf', { visitor: 'v' });
    visit('o2', 'c:coat c:hat', { visitor: 'w' });
    engine.forgetVisitor('v');
    const list = ask({ kind: 'cart', cart: [number('coat')], now });
    expect(list.map(({ item, by }) => [engine.items.name(item), by])).toEqual([
      ['hat', 'carted-together'], // first, as only a cart that is still there speaks for it besides
      ['scarf', 'bought-together'],
    ]);
  });

  it('leads to the same lists for who learns the feed only afterwards, without the name', () => {
    const nobody = '00000000-0000-0000-0000-000000000000';
    const live = engine;
    visit('s1', 'a b p:c', { visitor: 'v' });
    visit('s2', 'a d', { visitor: 'w' });
    live.forgetVisitor('v');
    const later = new Engine();
    engine = later;
    visit('s1', 'a b p:c', { visitor: nobody });
    visit('s2', 'a d', { visitor: 'w' });
    later.forget(new Mark().of('v'));
    const steps = [{ item: number('a'), at: now }];
    const queries: ListQuery[] = [
      { kind: 'session', steps, now },
      { kind: 'cart', cart: [number('a')], now },
      { kind: 'related', action: 'viewed-viewed', key: number('a'), basis: 'visitor', windowMs: null, now },
      { kind: 'popular', action: 'viewed', windowMs: null, now },
    ];
    for (const query of queries) {
      const lists = [live, later].map((one) => one.list(query, 10, () => true));
      expect(lists[1]).toEqual(lists[0]);
    }
  });
});
