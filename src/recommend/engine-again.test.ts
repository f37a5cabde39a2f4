import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Lesson } from '../profile/index.ts';
import { Engine } from './engine.ts';
import type { ListQuery } from './source.ts';

const hour = 3600 * 1000;
const now = Date.UTC(2026, 10, 30);
const kinds = ['view', 'view', 'cart', 'purchase'] as const;
const actions = ['viewed-viewed', 'viewed-bought', 'bought-bought', 'site-affinity'] as const;

const item = fc.nat(14);
const lesson = fc.record({
  visitor: fc.nat(8),
  visit: fc.nat(2),
  item,
  kind: fc.constantFrom(...kinds),
  back: fc.nat(900),
});
const steps = fc.array(fc.record({ item, at: fc.constant(now - hour) }), { minLength: 1, maxLength: 6 });
const query: fc.Arbitrary<ListQuery> = fc.oneof(
  steps.map((all) => ({ kind: 'session' as const, steps: all, now })),
  fc.array(item, { minLength: 1, maxLength: 5 }).map((cart) => ({ kind: 'cart' as const, cart, now })),
  fc
    .record({ cart: fc.array(item, { minLength: 1, maxLength: 5 }), action: fc.constantFrom(...actions.slice(0, 3)) })
    .map(({ cart, action }) => ({ kind: 'cart' as const, cart, action: action as 'viewed-viewed', now })),
  fc
    .record({
      key: item,
      action: fc.constantFrom(...actions),
      basis: fc.constantFrom('session' as const, 'visitor' as const),
    })
    .map((one) => ({ kind: 'related' as const, ...one, windowMs: null, now })),
  fc
    .record({ viewed: steps, carted: steps, bought: fc.constant([]), leftInCart: fc.boolean() })
    .map((one) => ({ kind: 'for-you' as const, ...one, now })),
  steps.map((all) => ({
    kind: 'next-basket' as const,
    orders: all.map(({ item: id, at }) => ({ items: [id], at })),
    now,
  })),
  fc.constant({ kind: 'popular' as const, action: 'viewed' as const, windowMs: null, now }),
);

it('a list asked for again, deeper, bare or after others, is what an engine that was asked nothing else gives', () => {
  const ask = fc.record({
    nth: fc.nat(3),
    limit: fc.nat(12),
    hidden: fc.nat(4),
    isBare: fc.boolean(),
    learns: fc.integer({ min: 0, max: 5 }),
  });
  const history = fc.array(lesson, { minLength: 5, maxLength: 80 });
  fc.assert(
    fc.property(
      history,
      fc.array(query, { minLength: 4, maxLength: 4 }),
      fc.array(ask, { maxLength: 12 }),
      (past, queries, asks) => {
        const told = past.map(lessonOf);
        const engine = taught(told);
        for (const { nth, limit, hidden, isBare, learns } of asks) {
          if (learns === 0) {
            told.push(lessonOf({ visitor: nth, visit: 3, item: limit, kind: 'view', back: 0 }));
            engine.learn(told.at(-1)!, now);
          }
          const accept = (one: number) => one % 5 !== hidden;
          const fresh = taught(told).list({ ...queries[nth]! }, limit, accept);
          const places = engine.places(queries[nth]!, [0, 3, 9, 5], { depth: limit, accept });
          const standing = fresh.map((one) => one.item);
          expect(places).toEqual([0, 3, 9, 5].map((one) => standing.indexOf(one) + 1));
          if (isBare) expect(engine.ranked(queries[nth]!, limit, accept)).toEqual(fresh.map((one) => one.item));
          else expect(engine.list(queries[nth]!, limit, accept)).toEqual(fresh);
        }
      },
    ),
    { numRuns: 150 },
  );
});

it('events learned together, however they are cut, leave what they leave one by one', () => {
  const cut = fc.integer({ min: 1, max: 150 });
  fc.assert(
    fc.property(fc.array(lesson, { maxLength: 300 }), fc.array(cut, { maxLength: 4 }), (past, cuts) => {
      const told = past.map(lessonOf);
      const together = new Engine();
      let at = 0;
      for (const length of cuts) {
        together.learnAll(told.slice(at, at + length), now);
        at += length;
      }
      together.learnAll(told.slice(at), now);
      expect(isDeepStrictEqual(written(together.keep()), written(taught(told).keep()))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

/** What is kept, where some of it is only written when asked. */
function written(kept: unknown): unknown {
  if (typeof kept === 'function') return written(kept());
  if (Array.isArray(kept)) return kept.map(written);
  if (kept === null || typeof kept !== 'object' || ArrayBuffer.isView(kept)) return kept;
  return Object.fromEntries(Object.entries(kept).map(([name, one]) => [name, written(one)]));
}

function lessonOf({
  visitor,
  visit,
  item: number,
  kind,
  back,
}: {
  visitor: number;
  visit: number;
  item: number;
  kind: Lesson['k'];
  back: number;
}): Lesson {
  return { p: `p${visitor}`, s: `p${visitor}/${visit}`, i: `i${number}`, k: kind, t: now - back * hour };
}

function taught(lessons: readonly Lesson[]): Engine {
  const engine = new Engine();
  for (const one of lessons) engine.learn(one, now);
  return engine;
}
