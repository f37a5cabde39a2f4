import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Described } from './content-text.ts';
import { signsOf } from './content-text.ts';
import { Engine } from './engine.ts';
import { languageOf } from './language-of.ts';

const now = Date.UTC(2026, 10, 24);
let engine: Engine;

beforeEach(() => {
  engine = new Engine();
});

const item = (name: string, more: Partial<Described> = {}): Described => ({
  name,
  categories: [],
  attributes: {},
  ...more,
});

/** Items nothing has in common with, so that what the others share is rare. */
function others(count: number): void {
  for (let n = 0; n < count; n++) engine.describe(`other${n}`, item(`thing${n} piece${n}`, { categories: [`c${n}`] }));
}

function similar(id: string, ask: { weights?: Record<string, number>; least?: number } = {}, limit = 10) {
  const list = engine.list({ kind: 'similar', key: engine.items.find(id), ...ask }, limit, () => true);
  return list.map(({ item: number, score }) => ({ id: engine.items.name(number), score }));
}
const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);

describe('items alike by words and attributes', () => {
  it('are found by stems of their words, without stop words, and by values (ALG-10)', () => {
    others(20);
    engine.describe('a', item('The red winter jacket', { attributes: { brand: 'Fjord' } }));
    engine.describe('b', item('Winter jackets in red', { attributes: { brand: 'Fjord' } }));
    engine.describe('c', item('A red lamp'));
    const list = similar('a', { least: 0 });
    expect(ids(list)).toEqual(['b', 'c']);
    expect(list[0]!.score).toBeGreaterThan(0.6);
    expect(list[1]!.score).toBeLessThan(0.4);
    expect(similar('a')).toHaveLength(1);
  });

  it('are the fewer the stricter the least likeness is (C-9)', () => {
    others(20);
    engine.describe('a', item('red winter jacket'));
    engine.describe('b', item('red winter jacket'));
    engine.describe('c', item('red winter coat'));
    expect(ids(similar('a', { least: 0.1 }))).toEqual(['b', 'c']);
    expect(ids(similar('a', { least: 0.98 }))).toEqual(['b']);
  });

  it('hang on the weights of fields: 0 ignores one (ALG-11)', () => {
    others(20);
    engine.describe('a', item('red tent', { attributes: { brand: 'Fjord' } }));
    engine.describe('b', item('blue stove', { attributes: { brand: 'Fjord' } }));
    engine.describe('c', item('red tent', { attributes: { brand: 'Alp' } }));
    expect(ids(similar('a', { least: 0 }))).toEqual(['c', 'b']);
    expect(ids(similar('a', { least: 0, weights: { brand: 16 } }))).toEqual(['b', 'c']);
    expect(ids(similar('a', { least: 0, weights: { brand: 0 } }))).toEqual(['c']);
  });

  it('are not alike by numbers, dates, or yes and no', () => {
    others(20);
    const attributes = { size: 42, since: '2026-01-01', sale: true, isNew: 'yes' };
    engine.describe('a', item('tent', { attributes }));
    engine.describe('b', item('stove', { attributes }));
    expect(similar('a', { least: 0 })).toEqual([]);
  });

  it('are not alike by what more than a quarter of the items have', () => {
    for (let n = 0; n < 40; n++)
      engine.describe(`x${n}`, item(`thing${n}`, { attributes: { maker: n < 20 ? 'Us' : 'Them' } }));
    engine.describe('a', item('red tent', { attributes: { maker: 'Us' } }));
    engine.describe('b', item('red stove', { attributes: { maker: 'Them' } }));
    expect(ids(similar('a', { least: 0 }))).toEqual(['b']);
  });

  it('are forgotten when they are sold no more, and what passes the filter fills the slots', () => {
    others(20);
    for (const id of ['a', 'b', 'c', 'd']) engine.describe(id, item('red winter jacket'));
    engine.describe('c', null);
    expect(ids(similar('a'))).toEqual(['b', 'd']);
    const list = engine.list({ kind: 'similar', key: engine.items.find('a') }, 1, (n) => engine.items.name(n) === 'd');
    expect(list).toMatchObject([
      { item: engine.items.find('d'), by: 'similar', key: engine.items.find('a'), count: 0 },
    ]);
  });

  it('stand by how many visits they had, where they are equally alike', () => {
    others(20);
    for (const id of ['a', 'b', 'c', 'd']) engine.describe(id, item('red winter jacket'));
    expect(ids(similar('a'))).toEqual(['b', 'c', 'd']);
    engine.learn({ p: 'v', s: 's', i: 'd', k: 'view', t: now }, now);
    expect(ids(similar('a'))).toEqual(['d', 'b', 'c']);
  });
});

describe('the language of a text', () => {
  it('is told by its stop words, and its words are stemmed by it', () => {
    const words = (text: string) => text.toLowerCase().split(' ');
    expect(languageOf(words('die jacken sind warm und nicht für den sommer'))).toBe('deu');
    expect(languageOf(words('the jackets are warm and not for the summer'))).toBe('eng');
    expect(languageOf(words('jacket 42'))).toBeNull();
    const signs = (name: string, language: string) => signsOf(item(name), language).map(({ text }) => text.slice(2));
    expect(signs('die Jacken', 'deu')).toEqual(signs('Jacke', 'deu'));
    expect(signs('the jackets', 'eng')).toEqual(signs('jacket', 'eng'));
  });
});

const word = fc.constantFrom('red', 'blue', 'tent', 'stove', 'rope', 'boots', 'lamp', 'winter', 'alpine');
const described = fc.record({
  name: fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' ')),
  categories: fc.array(fc.constantFrom('camp', 'camp:tents', 'walk', 'walk:boots'), { maxLength: 2 }),
  attributes: fc.record({ brand: fc.constantFrom('Fjord', 'Alp', 'Us') }, { requiredKeys: [] }),
});

it('what was learned change by change is what is learned from scratch: the same lists, of likeness and of groups', () => {
  const step = fc.tuple(fc.integer({ min: 0, max: 15 }), fc.option(described, { freq: 4 }));
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 80 }), (steps) => {
      const [grown, fresh] = [new Engine(), new Engine()];
      const last = new Map<string, Described | null>();
      const view = (engine: Engine) => {
        for (let n = 0; n < 16; n++)
          engine.learn({ p: 'v', s: `s${n}`, i: `i${n}`, k: 'view', t: now - n * 1000 }, now);
      };
      view(grown);
      for (const [n, what] of steps) {
        grown.describe(`i${n}`, what);
        last.set(`i${n}`, what);
        grown.list({ kind: 'similar', key: grown.items.find(`i${n}`), least: 0 }, 5, () => true);
      }
      for (const [id, what] of [...last].reverse()) if (what !== null) fresh.describe(id, what);
      view(fresh);
      const lists = (engine: Engine) => {
        const seen = (list: readonly { item: number; score: number }[]) =>
          list.map((one) => [engine.items.name(one.item), one.score]);
        return {
          alike: [...last.keys()].map((id) =>
            seen(engine.list({ kind: 'similar', key: engine.items.find(id), least: 0 }, 100, () => true)),
          ),
          popular: (['camp', 'walk:boots'] as const).map((value) =>
            seen(
              engine.list(
                { kind: 'popular', action: 'viewed', windowMs: null, now, group: { by: 'category', value } },
                100,
                () => true,
              ),
            ),
          ),
          branded: seen(
            engine.list(
              {
                kind: 'popular',
                action: 'viewed',
                windowMs: null,
                now,
                group: { by: 'attribute', name: 'brand', value: 'alp' },
              },
              100,
              () => true,
            ),
          ),
        };
      };
      expect(lists(grown)).toEqual(lists(fresh));
      expect(grown.described).toBe(fresh.described);
    }),
    { numRuns: 200 },
  );
});
