import { beforeEach, describe, expect, it } from 'vitest';
import type { Lesson } from '../profile/index.ts';
import { Engine } from './engine.ts';
import type { Group, ListQuery, Scored } from './source.ts';
import { windows } from './popularity.ts';
import { jointly } from './visitor-groups.ts';

const day = 24 * 3600 * 1000;
const now = Date.UTC(2026, 10, 24);
let engine: Engine;
let visits = 0;

beforeEach(() => {
  engine = new Engine();
});

function did(
  k: Lesson['k'],
  i: string,
  more: { a?: Record<string, string>; at?: number; p?: string; s?: string } = {},
): void {
  const s = more.s ?? `s${++visits}`;
  const about = more.a === undefined ? {} : { a: more.a };
  engine.learn({ p: more.p ?? s, s, i, k, t: more.at ?? now - day, ...about }, now);
}

const ids = (list: readonly Scored[]) => list.map(({ item }) => engine.items.name(item));
const ask = (query: ListQuery, limit = 10) => engine.list(query, limit, () => true);
const popular = (group: Group, action: 'viewed' | 'bought' = 'viewed', windowMs: number | null = null) =>
  ask({ kind: 'popular', action, windowMs, now, group });

describe('popular within a group', () => {
  it('of a category counts the items that are in it now (ALG-17)', () => {
    for (const id of ['tent', 'stove', 'boots'])
      engine.describe(id, { name: id, categories: ['camp'], attributes: {} });
    engine.describe('boots', { name: 'boots', categories: ['walk'], attributes: {} });
    did('view', 'boots');
    did('view', 'stove');
    did('view', 'tent');
    did('view', 'tent');
    expect(ids(popular({ by: 'category', value: 'camp' }))).toEqual(['tent', 'stove']);
    expect(popular({ by: 'category', value: 'camp' })[0]).toMatchObject({ count: 2, key: null, by: 'most-viewed' });
    expect(popular({ by: 'category', value: 'camp' }, 'bought')).toEqual([]);
    expect(popular({ by: 'category', value: 'unknown' })).toEqual([]);
    engine.describe('tent', null);
    expect(ids(popular({ by: 'category', value: 'camp' }))).toEqual(['stove']);
  });

  it('of an attribute takes each value of a list, numbers too, whatever the case (ALG-18)', () => {
    engine.describe('a', { name: 'a', categories: [], attributes: { brand: 'Fjord', size: [41, 42] } });
    engine.describe('b', { name: 'b', categories: [], attributes: { brand: 'fjord', size: 42 } });
    did('purchase', 'a');
    did('purchase', 'b');
    did('purchase', 'b');
    expect(ids(popular({ by: 'attribute', name: 'brand', value: 'FJORD' }, 'bought'))).toEqual(['b', 'a']);
    expect(ids(popular({ by: 'attribute', name: 'size', value: '41' }, 'bought'))).toEqual(['a']);
  });

  it('is found beyond the best of all, however large the group is', () => {
    for (let n = 0; n < 2000; n++) {
      engine.describe(`i${n}`, { name: `i${n}`, categories: [n < 1200 ? 'front' : 'back'], attributes: {} });
      did('view', `i${n}`);
      if (n < 1200) did('view', `i${n}`);
    }
    did('view', 'i1999');
    expect(ids(popular({ by: 'category', value: 'back' })).slice(0, 2)).toEqual(['i1999', 'i1200']);
    expect(popular({ by: 'category', value: 'front' })).toHaveLength(10);
  });

  it('looks back as far as each window of Target (recommendations §1.4)', () => {
    engine.describe('old', { name: 'old', categories: ['camp'], attributes: {} });
    engine.describe('new', { name: 'new', categories: ['camp'], attributes: {} });
    for (let n = 0; n < 5; n++) did('view', 'old', { at: now - 50 * day });
    did('view', 'new', { at: now - 3600 * 1000 });
    for (const windowMs of windows.slice(0, -1)) {
      expect(ids(popular({ by: 'category', value: 'camp' }, 'viewed', windowMs))[0]).toBe('new');
    }
    expect(ids(popular({ by: 'category', value: 'camp' }, 'viewed', 61 * day))).toEqual(['old', 'new']);
    expect(ids(popular({ by: 'category', value: 'camp' }))).toEqual(['old', 'new']);
  });
});

describe('popular among people alike (ALG-19)', () => {
  it('counts by what an attribute was at the time of the event', () => {
    did('view', 'skis', { a: { region: 'Alps' } });
    did('view', 'skis', { a: { region: 'Alps' } });
    did('view', 'surf', { a: { region: 'Coast' } });
    did('view', 'surf', { a: { region: 'Alps' } });
    did('view', 'rope');
    const of = (value: string) => popular({ by: 'profile-attribute', name: 'region', value });
    expect(ids(of('Alps'))).toEqual(['skis', 'surf']);
    expect(of('Alps')[0]).toMatchObject({ count: 2, by: 'most-viewed' });
    expect(ids(of('Coast'))).toEqual(['surf']);
    expect(of('Moon')).toEqual([]);
  });

  it('counts several attributes together where that is asked for', () => {
    engine = new Engine({ visitorsBy: () => [['region', 'tier'], ['region']] });
    did('view', 'skis', { a: { region: 'Alps', tier: 'gold' } });
    did('view', 'sled', { a: { region: 'Alps', tier: 'iron' } });
    did('view', 'rope', { a: { region: 'Alps' } });
    const of = (names: string[], values: string[]) =>
      ids(popular({ by: 'profile-attribute', name: jointly(names), value: jointly(values) }));
    expect(of(['region', 'tier'], ['Alps', 'gold'])).toEqual(['skis']);
    expect(of(['region'], ['Alps'])).toEqual(['rope', 'skis', 'sled']);
    expect(of(['tier'], ['gold'])).toEqual([]);
  });

  it('counts a visit once and filters the deep list', () => {
    for (let n = 0; n < 3; n++) did('view', 'skis', { a: { region: 'Alps' }, s: 'one' });
    did('view', 'rope', { a: { region: 'Alps' } });
    const group: Group = { by: 'profile-attribute', name: 'region', value: 'Alps' };
    const query: ListQuery = { kind: 'popular', action: 'viewed', windowMs: null, now, group };
    expect(engine.list(query, 5, () => true)).toMatchObject([{ count: 1 }, { count: 1 }]);
    expect(ids(engine.list(query, 1, (item) => engine.items.name(item) === 'skis'))).toEqual(['skis']);
  });
});

describe('what a person buys again, and next', () => {
  const number = (id: string) => engine.items.find(id);
  const orders = (...all: string[][]) =>
    all.map((items, n) => ({ items: items.map(number), at: now - (all.length - n) * 7 * day }));
  const basket = (...all: string[][]) => ask({ kind: 'next-basket', orders: orders(...all), now });

  it('is what they bought often and lately, then what people alike buy (recommender-quality §4c)', () => {
    for (const p of ['u', 'w']) {
      did('purchase', 'milk', { p, s: `${p}1` });
      did('purchase', 'bread', { p, s: `${p}1` });
      did('purchase', 'butter', { p, s: `${p}2` });
    }
    did('purchase', 'salt', { p: 'x' });
    const list = basket(['milk'], ['milk', 'bread'], ['milk']);
    expect(ids(list)).toEqual(['milk', 'bread', 'butter', 'salt']);
    expect(list[0]).toMatchObject({ by: 'bought-again', count: 3, key: number('milk') });
    expect(list[2]).toMatchObject({ by: 'bought-by-alike', count: 2 });
    expect(list[3]).toMatchObject({ by: 'top-sellers', count: 1, key: null });
  });

  it('hears nobody who was forgotten; what they bought stays counted', () => {
    did('purchase', 'milk', { p: 'u', s: 'u1' });
    did('purchase', 'butter', { p: 'u', s: 'u2' });
    expect(basket(['milk']).find(({ item }) => item === number('butter'))).toMatchObject({ by: 'bought-by-alike' });
    engine.forgetVisitor('u');
    const list = basket(['milk']);
    expect(list.map(({ by }) => by)).toEqual(['bought-again', 'top-sellers']);
    expect(list[1]).toMatchObject({ item: number('butter'), count: 1 });
  });

  it('is what sells, for somebody without orders', () => {
    did('purchase', 'milk');
    expect(ids(basket())).toEqual(['milk']);
  });
});

describe('items that had no chance yet', () => {
  it('are those like the keys that hardly anybody has seen', () => {
    for (let n = 0; n < 20; n++) engine.describe(`o${n}`, { name: `thing${n}`, categories: [], attributes: {} });
    for (const id of ['tent', 'seen', 'fresh']) {
      engine.describe(id, { name: 'alpine tent', categories: ['camp'], attributes: {} });
    }
    for (let n = 0; n < 5; n++) did('view', 'seen');
    const list = ask({ kind: 'unproven', keys: [engine.items.find('tent')], now });
    expect(ids(list)).toEqual(['fresh']);
    expect(list[0]).toMatchObject({ by: 'explored', key: engine.items.find('tent'), count: 0 });
  });
});

describe('likeness by content beside what neighbours say', () => {
  const session = (id: string) => ask({ kind: 'session', steps: [{ item: engine.items.find(id), at: now }], now });

  it('answers for an item nobody has seen yet, and is silent where visits say enough', () => {
    for (let n = 0; n < 20; n++) engine.describe(`o${n}`, { name: `thing${n}`, categories: [], attributes: {} });
    for (const id of ['tent', 'twin'])
      engine.describe(id, { name: 'alpine tent', categories: ['camp'], attributes: {} });
    expect(ids(session('tent'))).toEqual(['twin']);
    expect(session('tent')[0]).toMatchObject({ by: 'similar', key: engine.items.find('tent'), count: 0 });
    for (let n = 0; n < 80; n++) for (const i of ['tent', 'stove']) did('view', i, { s: `both${n}` });
    expect(ids(session('tent'))).toEqual(['stove']);
  });

  it('finds something for a cart that nobody has had before', () => {
    for (let n = 0; n < 20; n++) engine.describe(`o${n}`, { name: `thing${n}`, categories: [], attributes: {} });
    for (const id of ['tent', 'twin'])
      engine.describe(id, { name: 'alpine tent', categories: ['camp'], attributes: {} });
    const tent = engine.items.find('tent');
    const list = ask({ kind: 'cart', cart: [tent], now });
    expect(ids(list)).toEqual(['twin']);
    expect(list[0]).toMatchObject({ by: 'similar', key: tent, count: 0 });
  });
});
