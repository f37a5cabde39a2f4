import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { migrations as eventMigrations } from '../event/index.ts';
import { migrations as jobMigrations } from '../job/index.ts';
import type { Store } from '../store/index.ts';
import { itemsHalved, itemViewed } from './affinity.ts';
import { blankState } from './fold.ts';
import type { Profile, ProfileState } from './profile.ts';
import { lockProfiles, migrations, saveProfiles } from './table.ts';
import { packed, profileOf, recentSql, type Packed } from './table-row.ts';
import { inFront, viewedAfter } from './viewed.ts';
import { viewOf } from './view.ts';

const at = Date.UTC(2026, 10, 24, 9);

const items = fc.uniqueArray(fc.oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.stringMatching(/^sku-\d{1,4}$/)), {
  maxLength: 60,
});

/** States with lists of any length, whose items are partly the same. */
const states = fc
  .record({
    viewed: items,
    more: items,
    times: fc.array(fc.integer({ min: 0, max: at }), { minLength: 60, maxLength: 60 }),
    scores: fc.option(fc.array(fc.double({ min: 0.05, max: 500, noNaN: true }), { minLength: 60, maxLength: 60 })),
    visit: fc.constantFrom('none', 'same', 'other'),
    twice: fc.boolean(),
  })
  .map(({ viewed, more, times, scores, visit, twice }): ProfileState => {
    const state = blankState(at);
    const listed = twice ? [...viewed, ...viewed] : viewed;
    state.viewed = listed.map((item, place) => ({ item, at: times[place % 60]! }));
    if (scores)
      state.itemScores = [...new Set([...more, ...viewed])].slice(0, 60).map((item, place) => [item, scores[place]!]);
    const views = visit === 'same' ? viewed.slice(0, 20) : [...more.slice(0, 20), ...viewed.slice(5)];
    if (visit !== 'none') state.visit = { id: 'v', ecid: null, startedAt: 1, lastAt: 2, views, pages: 0, orders: 0 };
    return state;
  });

/** The state out of its columns; one that was not written again is what the row had. */
const read = ({ state, ...row }: Packed, had = state): ProfileState =>
  profileOf({
    id: 'p',
    shard: 0,
    version: 1,
    state: JSON.parse(state ?? had!) as ProfileState,
    recent: row.recent,
    seen_at: row.seenAt,
    visit_at: row.visitAt,
    visit_pages: row.visitPages,
  }).state;

/** What one more thing that somebody does makes of the lists. */
function after(state: ProfileState, { item, what, at: now }: { item: string; what: string; at: number }): ProfileState {
  if (what === 'page') return { ...state, lastSeenAt: now };
  if (what === 'halved') return { ...state, itemScores: itemsHalved(state.itemScores ?? []) };
  if (what === 'visit')
    return {
      ...state,
      visit: { id: `v${now}`, ecid: null, startedAt: now, lastAt: now, views: [], pages: 0, orders: 0 },
    };
  const { visit } = state;
  return {
    ...state,
    viewed: viewedAfter(state.viewed, item, what === 'late' ? now - 7500 : now),
    ...(what === 'bot'
      ? {}
      : { itemScores: itemViewed(state.itemScores ?? [], item, !visit || visit.views.length === 0) }),
    visit: visit && { ...visit, lastAt: now, views: inFront(visit.views, item) },
  };
}

describe('a state in two columns', () => {
  it('is read as it was written, whatever its lists hold', () => {
    fc.assert(
      fc.property(states, (state) => {
        expect(read(packed(state))).toEqual(JSON.parse(JSON.stringify(state)));
      }),
    );
  });

  it('is not written again for what stands beside it, and is read all the same', () => {
    fc.assert(
      fc.property(states, fc.integer({ min: 0, max: at }), (state, later) => {
        const first = packed(state);
        const visit = state.visit && { ...state.visit, lastAt: later, pages: 7, views: [...state.visit.views, 'new'] };
        const viewed = [{ item: 'new', at: later }, ...state.viewed];
        const next = { ...state, lastSeenAt: later, viewed, visit };
        const second = packed(next, state);
        expect(second.state === null).toBe(first.recent !== null && second.recent !== null);
        expect(read(second, first.state)).toEqual(JSON.parse(JSON.stringify(next)));
      }),
    );
  });

  it('is written again when anything else of it has changed', () => {
    const state = { ...blankState(at), viewed: [{ item: 'coat', at }] };
    packed(state);
    expect(packed({ ...state, language: 'sv' }, state).state).toContain('"sv"');
    expect(packed({ ...state, claimedPurchaseUntil: at }, state).state).not.toBeNull();
    expect(packed({ ...state, mailboxProvenAt: at }, state).state).not.toBeNull();
    expect(packed({ ...state, cart: { id: 'c', lines: [], changedAt: at } }, state).state).not.toBeNull();
    expect(packed(state, { ...state }).state, 'a state whose row is not known').not.toBeNull();
    expect(packed({ ...state }, state).state).toBeNull();
  });

  it('is read as it was written, however its lists have grown since the row was last written', () => {
    const step = fc.record({
      item: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 12 })).map((no) => `sku "${no},`),
      what: fc.constantFrom('view', 'view', 'view', 'view', 'late', 'bot', 'visit', 'halved', 'page'),
      isWritten: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 260 }), (steps) => {
        let state = blankState(at);
        let row: { state: ProfileState; packed: Packed } | null = null;
        for (const [no, { item, what, isWritten }] of steps.entries()) {
          state = after(state, { item, what, at: at + no * 1000 });
          if (!isWritten) continue;
          const made: Packed = packed(state, row?.state);
          row = { state, packed: { ...made, state: made.state ?? row!.packed.state } };
          expect(read(row.packed)).toEqual(JSON.parse(JSON.stringify(state)));
        }
        // A copy is of no row that is known, so it is written anew; then most of it says the same.
        if (row) expect(read(packed({ ...row.state }))).toEqual(read(row.packed));
      }),
      { numRuns: 150 },
    );
  });

  it('writes a hundred viewed items and one more without a look at the hundred', () => {
    let state = blankState(at);
    for (let no = 0; no < 100; no++) state = after(state, { item: `sku-${no}`, what: 'view', at: at + no });
    packed(state);
    let looks = 0;
    const watched = state.viewed.map(
      (one) => new Proxy(one, { get: (of, name) => (looks++, Reflect.get(of, name) as unknown) }),
    );
    const before = { ...state, viewed: watched };
    packed(before, state);
    looks = 0;
    const next = { ...before, viewed: [{ item: 'new', at: at + 500 }, ...watched.slice(0, 99)] };
    const made = packed(next, before);
    expect(looks, 'only when the one that was newest was viewed').toBe(1);
    expect(read(made, packed({ ...state }).state).viewed).toEqual(JSON.parse(JSON.stringify(next.viewed)));
  });

  it('reads rows of before, whose scores were places and scores in turn', () => {
    const state = { ...blankState(at), itemScores: undefined };
    const recent = JSON.stringify([['a', 'b', 'c'], [at, 5], 1, [2, 10, 0, 5, 1, 2.5]]);
    const found = read({ state: JSON.stringify(state), recent, seenAt: at, visitAt: null, visitPages: null });
    expect(found.viewed).toEqual([
      { item: 'a', at },
      { item: 'b', at: at - 5 },
    ]);
    expect(found.itemScores).toEqual([
      ['c', 10],
      ['a', 5],
      ['b', 2.5],
    ]);
  });

  it('keeps its lists in few octets', () => {
    const state = blankState(at);
    expect(packed(state).recent).toBeNull();
    state.viewed = Array.from({ length: 100 }, (_, n) => ({ item: `sku-${n}`, at: at - n * 1000 }));
    state.visit = {
      id: 'v',
      ecid: null,
      startedAt: 1,
      lastAt: 2,
      pages: 0,
      orders: 0,
      views: state.viewed.map(({ item }) => item),
    };
    state.itemScores = state.viewed.map(({ item }, n) => [item, 500 - n]);
    const { state: rest, recent } = packed(state);
    expect(rest!.length + recent!.length).toBeLessThan(JSON.stringify(state).length / 2);
  });
});

describe('the long lists in SQL', () => {
  let store: Store;

  beforeAll(async () => {
    store = await freshStore([...jobMigrations, ...eventMigrations, ...migrations]);
  });

  it('are what expressions see of them', async () => {
    const drawn = fc.sample(states, { numRuns: 60, seed: 20261124 });
    const made = drawn
      .map((state): ProfileState => JSON.parse(JSON.stringify(state).replaceAll('\\u0000', '')) as ProfileState)
      .map((state, n): Profile => ({
        id: `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`,
        shard: 1,
        version: 1,
        state,
      }));
    await saveProfiles(store, made);
    const rows = await store.rows<Record<string, unknown>>({
      text: `select ${recentSql.lastSeenAt} as seen, ${recentSql.visitAt} as "visitAt", ${recentSql.visitPages} as pages, ${recentSql.viewed} as viewed, ${recentSql.lastViewed} as "lastViewed", ${recentSql.mostViewed} as "mostViewed",
        ${recentSql.visitViews} as views from profile p order by p.id`,
    });
    for (const [place, row] of rows.entries()) {
      const view = viewOf(made[place]!, at);
      expect(row).toEqual({
        seen: made[place]!.state.lastSeenAt,
        visitAt: made[place]!.state.visit?.lastAt ?? null,
        pages: made[place]!.state.visit?.pages ?? null,
        viewed: view.viewed,
        lastViewed: view.lastViewed,
        mostViewed: view.mostViewed,
        views: view.visit?.views ?? null,
      });
    }
    const locked = await store.inTransaction((tx) =>
      lockProfiles(
        tx,
        made.map(({ id }) => id),
      ),
    );
    expect(locked).toEqual(made);
  });
});
