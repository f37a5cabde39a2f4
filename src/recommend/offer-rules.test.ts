import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { BoundRule, Item } from '../catalog/index.ts';
import type { RecommendRequest } from './answer.ts';
import { sampleAnswer, sampleItem } from './design-sample.ts';
import { answerUnderRules, type OfferRules } from './offer-rules.ts';

const catalogue = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const item = (id: string): Item | undefined =>
  catalogue.includes(id) ? { ...sampleItem('plain')(id)!, id } : undefined;
const only = (ids: string): BoundRule => ({
  accepts: ({ id }) => ids.includes(id),
  acceptsNumber: () => true,
  rule: ids,
  size: null,
});

/** Lists a to f by the criterion and g, h as backups; `asked` keeps the questions. */
function parts(rules: { collection?: string; excluded?: string; front?: number; back?: number; promoted?: string[] }) {
  const asked: RecommendRequest[] = [];
  const made: OfferRules = {
    item,
    now: () => 0,
    answer: (request) => {
      asked.push(request);
      const ids = catalogue.slice(0, request.limit ?? 4);
      const answer = sampleAnswer('plain', ids.length);
      const items = answer.items.map((one, i) => ({
        ...one,
        id: ids[i]!,
        source: i < 6 ? ('criteria' as const) : ('backup' as const),
      }));
      return { ...answer, items, key: [] };
    },
    rules: {
      bindCollection: (id) => only(id ?? ''),
      bindExclusions: () =>
        rules.excluded
          ? [{ ...only(''), rule: 'exclusion', accepts: (one: Item) => !rules.excluded!.includes(one.id) }]
          : [],
      promotion: () => ({
        front: rules.front ?? 0,
        back: rules.back ?? 0,
        items: rules.promoted ?? [],
        rule: 'promotion',
      }),
    },
  };
  return { made, asked };
}

function ids(request: Partial<RecommendRequest>, rules: Parameters<typeof parts>[0] = {}) {
  const { made } = parts(rules);
  const { answer, filtered } = answerUnderRules(
    { criterion: 'popular', ...request },
    { person: null, profile: {} },
    made,
  );
  return { ids: answer.items.map(({ id }) => id).join(''), answer, filtered };
}

it('without rules the question is passed on as it is', () => {
  const { made, asked } = parts({});
  answerUnderRules({ criterion: 'popular', limit: 3 }, { person: null, profile: {} }, made);
  expect(asked).toEqual([{ criterion: 'popular', limit: 3 }]);
});

it('only items of the collection, backups too, and the list is not starved (COL-1, INC-14)', () => {
  expect(ids({ collection: 'efg', limit: 3 }).ids).toBe('efg');
  expect(ids({ collection: 'h' }).answer).toMatchObject({
    status: 'backup',
    count: 1,
    filledBy: { criteria: 0, promotion: 0, backup: 1 },
  });
  expect(ids({ collection: 'x' }).answer).toMatchObject({ status: 'empty', items: [] });
});

it('what is excluded is in no offer (EXC-1)', () => {
  expect(ids({ limit: 4 }, { excluded: 'bd' }).ids).toBe('acef');
});

it('six slots, two promoted in front: four are the criterion’s, and no id twice (golden example 9, PRO-1)', () => {
  const { answer, ids: shown } = ids({ limit: 6, promotions: ['p'] }, { front: 2, promoted: ['c', 'h', 'g'] });
  expect(shown).toBe('chabde');
  expect(answer.filledBy).toEqual({ criteria: 4, promotion: 2, backup: 0 });
  expect(answer.items.map(({ rank, source }) => `${rank}${source[0]}`)).toEqual(['1p', '2p', '3c', '4c', '5c', '6c']);
});

it('promotions behind, never more than there are places, never what the request excludes', () => {
  expect(ids({ limit: 3, promotions: ['p'] }, { back: 1, promoted: ['h'] }).ids).toBe('abh');
  expect(ids({ limit: 2, promotions: ['p'] }, { front: 5, back: 5, promoted: ['e', 'f', 'g'] }).ids).toBe('ef');
  expect(ids({ limit: 2, promotions: ['p'], excludedIds: ['e'] }, { front: 1, promoted: ['e', 'f'] }).ids).toBe('fa');
  expect(ids({ limit: 4, promotions: ['p'], collection: 'abc' }, { front: 1, promoted: ['h', 'c'] }).ids).toBe('cab');
});

it('backups fill in only where nothing of the criterion is left, if it says so', () => {
  expect(ids({ collection: 'fgh', backup: 'empty' }).ids).toBe('f');
  expect(ids({ collection: 'gh', backup: 'empty' }).ids).toBe('gh');
});

it('tells what was taken out by which rule (ACT-7)', () => {
  expect(ids({ collection: 'abc', limit: 2 }, { excluded: 'bd' }).filtered).toEqual([
    { rule: 'exclusion', count: 2 },
    { rule: 'abc', count: 4 },
  ]);
});

it('never an item twice, excluded or outside the collection, and never shorter than it could be (property)', () => {
  const some = fc.subarray(catalogue);
  const slots = fc.integer({ min: 0, max: 4 });
  const shape = fc.record({
    inside: some,
    excluded: some,
    promoted: some,
    front: slots,
    back: slots,
    limit: fc.integer({ min: 1, max: 8 }),
  });
  fc.assert(
    fc.property(shape, ({ inside, excluded, promoted, front, back, limit }) => {
      const given = { excluded: excluded.join('') || 'x', promoted, front, back };
      const { answer } = ids({ collection: inside.join(''), promotions: ['p'], limit }, given);
      const shown = answer.items.map(({ id }) => id);
      const allowed = inside.filter((id) => !excluded.includes(id));
      expect(new Set(shown).size).toBe(shown.length);
      expect(shown.every((id) => allowed.includes(id))).toBe(true);
      expect(shown.length).toBe(Math.min(limit, allowed.length));
    }),
  );
});
