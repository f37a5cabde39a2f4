import { expect, test } from 'vitest';
import { SeededRandom } from '../base/index.ts';
import type { PastEvent } from './evaluate-format.ts';
import { near, tunedParts } from './tune-space.ts';
import { tune, type TuneResult, tunedBy } from './tune.ts';
import { shippedTuning } from './tuning.ts';

const day = 24 * 3600 * 1000;
const start = Date.UTC(2026, 0, 1);

/** Visits of four items; `next` says what follows an item on a day. */
function history(
  days: number,
  visitsADay: number,
  next: (item: number, day: number, random: SeededRandom) => number,
): PastEvent[] {
  const random = new SeededRandom(5);
  const events: PastEvent[] = [];
  for (let d = 0; d < days; d++) {
    for (let v = 0; v < visitsADay; v++) {
      const session = `${d}-${v}`;
      let item = Math.floor(random.next() * 60);
      for (let n = 0; n < 4; n++) {
        const at = start + d * day + v * 60_000 + n * 1000;
        events.push({ visitor: session, session, item: `i${item}`, kind: 'view', at });
        item = next(item, d, random);
      }
    }
  }
  return events;
}

function run(events: readonly PastEvent[], trials: number, seed = 1): TuneResult | null {
  const work = tune(events, new SeededRandom(seed), { trials, questions: 400, mayGoOn: () => true });
  for (;;) {
    const { value, done } = work.next();
    if (done === true) return value;
  }
}

test('with too few events nothing is said', () => {
  expect(run([], 5)).toBeNull();
  expect(
    run(
      history(3, 10, (item) => item + 1),
      5,
    ),
  ).toBeNull();
});

test('what is drawn by chance teaches nothing, and the shipped constants stay', () => {
  const result = run(
    history(10, 60, (_item, _day, random) => Math.floor(random.next() * 60)),
    12,
  )!;
  expect(result.own).toEqual({});
  expect(result.outcomes.map(({ part, taken }) => [part, taken])).toEqual([
    ['session', false],
    ['related', false],
  ]);
  expect(tunedBy(result.own)).toEqual(shippedTuning);
});

test('a shop where everything changed a few days ago gets constants of its own, judged on days that no choice has seen', () => {
  const next = (item: number, d: number, random: SeededRandom) =>
    random.next() < 0.8 ? (item + (d < 7 ? 1 : 9)) % 60 : Math.floor(random.next() * 60);
  const result = run(history(12, 80, next), 40)!;
  const session = result.outcomes.find(({ part }) => part === 'session')!;
  expect(session.taken).toBe(true);
  expect(session.after.value).toBeGreaterThan(session.before.value);
  expect(session.gain.value).toBeGreaterThan(2 * session.gain.error);
  expect(result.own.session!.ageFadeMs).toBeLessThan(shippedTuning.session.ageFadeMs);
  expect(tunedBy(result.own).learn).toEqual(shippedTuning.learn);
  expect(result.split).toBeGreaterThan(result.from);
});

test('a shop gets the likeness that finds most of what its own days went on with (recommendations ALG-15)', () => {
  // Every visit begins at one of two favourites and then looks at an item, half of them also at its partner: by rate the
  // favourites stand before the partner, by whatever asks how often they are met anyway they do not.
  const random = new SeededRandom(3);
  const events: PastEvent[] = [];
  for (let v = 0; v < 600; v++) {
    const item = Math.floor(random.next() * 40);
    const steps = [`f${Math.floor(random.next() * 2)}`, `i${item}`, `p${item}`];
    if (random.next() < 0.5) steps.pop();
    steps.forEach((one, n) => {
      const at = start + v * 1_800_000 + n * 1000;
      events.push({ visitor: `${v}`, session: `${v}`, item: one, kind: 'view', at });
    });
  }

  const result = run(events, 20)!;

  const related = result.outcomes.find(({ part }) => part === 'related')!;
  expect(related.taken).toBe(true);
  expect(related.after.value).toBeGreaterThan(related.before.value);
  expect(result.own.related!.likeness).not.toBe(shippedTuning.related.likeness);
});

test('the same events and seed give the same result', () => {
  const events = history(10, 60, (item) => (item * 7 + 3) % 60);
  expect(run(events, 10, 3)).toEqual(run(events, 10, 3));
});

test('time that is up ends the search, and what was found counts no more than its gain', () => {
  const work = tune(
    history(10, 60, (item) => (item + 1) % 60),
    new SeededRandom(1),
    { trials: 1000, questions: 200, mayGoOn: () => false },
  );
  let last = work.next();
  while (last.done !== true) last = work.next();
  expect(last.value!.outcomes[0]).toMatchObject({ trials: 0, taken: false });
});

test('no part takes the time of those after it', () => {
  let asked = 0;
  const work = tune(
    history(10, 60, (item) => (item + 1) % 60),
    new SeededRandom(1),
    { trials: 1000, questions: 200, mayGoOn: (share) => ++asked <= 24 * share },
  );
  let last = work.next();
  while (last.done !== true) last = work.next();
  // A quarter of the time each; nobody asks here for people or carts, so the last part has theirs too.
  const told = last.value!.outcomes.map(({ part, trials }) => [part, trials]);
  expect(told).toEqual([
    ['session', 6],
    ['related', 17],
  ]);
});

test('a tuning nearby differs in its part only, and its shares add up to one', () => {
  const random = new SeededRandom(9);
  for (let i = 0; i < 300; i++) {
    const part = tunedParts[i % tunedParts.length]!;
    const made = near(shippedTuning, part, { random });
    expect(made).not.toEqual(shippedTuning);
    for (const other of tunedParts) if (other !== part) expect(made[other]).toEqual(shippedTuning[other]);
    expect(made.learn).toEqual(shippedTuning.learn);
    const { model, jaccard, neighbours } = made.cart.withModel;
    expect(model + jaccard + neighbours).toBeCloseTo(1, 2);
  }
});
