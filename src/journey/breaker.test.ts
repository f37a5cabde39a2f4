import { describe, expect, it } from 'vitest';
import { admitted, after, closed, type Breaker, type Heard } from './breaker.ts';
import { placesOf } from './pace.ts';
import { given } from './service.ts';

const second = 1000;
const start = 1_795_510_800_000;
const failure = { status: 'http_503', reason: null };

const hear = (breaker: Breaker, heard: Heard[], now = start, isProbe = false) =>
  after(breaker, heard, { now, isProbe, failure: heard.includes('down') ? failure : null });
const down = (n: number): Heard[] => Array.from({ length: n }, () => 'down');
const up = (n: number): Heard[] => Array.from({ length: n }, () => 'up');

describe('a breaker (trust §2.4)', () => {
  it('opens at the fifth failure in a row, for 30 seconds, and says by what', () => {
    const four = hear(closed, down(4));
    expect(four.since).toBeNull();
    expect(hear(hear(four, up(1)), down(4)).since, 'a success begins the row anew').toBeNull();
    const open = hear(four, down(1));
    expect(open).toMatchObject({ since: start, until: start + 30 * second, last: { at: start, status: 'http_503' } });
  });

  it('opens at half of twenty within a minute, however they are mixed', () => {
    let mixed = closed;
    for (let n = 0; n < 9; n++) mixed = hear(mixed, ['up', 'down'], start + n * second);
    expect(mixed.since).toBeNull();
    expect(hear(mixed, ['up', 'down'], start + 10 * second).since).toBe(start + 10 * second);
    expect(hear(mixed, ['up', 'down'], start + 90 * second).since, 'those of a minute ago are forgotten').toBeNull();
    expect(hear(hear(mixed, up(1)), ['up', 'down']).since, 'one less than half').toBeNull();
  });

  it('counts no answer that only says the call was wrong, and none that was not made', () => {
    expect(hear(hear(closed, ['odd', 'none', 'odd', 'odd', 'odd', 'odd']), down(4)).since).toBeNull();
  });

  it('lets nobody by while it is open, then one, and no second while that is under way', () => {
    const open = hear(closed, down(5));
    const ask = (breaker: Breaker, now: number) => admitted(breaker, { want: 9, now, probeMs: 20 * second });
    expect(ask(open, start + 29 * second)).toMatchObject({ go: 0, until: start + 30 * second });
    const probed = ask(open, start + 30 * second);
    expect(probed).toMatchObject({ go: 1, isProbe: true });
    expect(ask(probed.breaker, start + 31 * second)).toMatchObject({ go: 0 });
    expect(ask(probed.breaker, start + 51 * second), 'a probe that died counts as lost').toMatchObject({ go: 1 });
  });

  it('closes by a probe that is answered, and opens twice as long by one that is not, up to ten minutes', () => {
    let breaker = hear(closed, down(5));
    const lengths: number[] = [];
    for (let n = 0; n < 7; n++) {
      const now = breaker.until;
      breaker = hear(admitted(breaker, { want: 1, now, probeMs: 1 }).breaker, down(1), now, true);
      lengths.push((breaker.until - now) / second);
    }
    expect(lengths).toEqual([60, 120, 240, 480, 600, 600, 600]);
    expect(breaker.since).toBe(start);
    expect(hear(breaker, up(1), breaker.until, true)).toMatchObject({ since: null, inRow: 0, recent: [] });
    expect(hear(breaker, ['odd'], breaker.until, true).since, 'somebody is there').toBeNull();
    const again = hear({ ...breaker, probe: start }, ['none'], breaker.until, true);
    expect(again, 'a probe that was not made tells nothing').toMatchObject({ probe: null, since: start });
  });

  it('hears nothing of calls that were under way when it opened', () => {
    const open = hear(closed, down(5));
    expect(hear(open, up(3), start + second)).toMatchObject({ since: start, until: open.until });
    expect(hear(open, down(3), start + second)).toMatchObject({ until: open.until });
  });
});

describe('a pace (journeys §5 21)', () => {
  const free = Array.from({ length: 5 }, () => Infinity);

  it('gives each call its own place, at any rate, also below one a second', () => {
    expect(placesOf(null, { now: 0, rate: 2, latest: free }).places).toEqual([0, 500, 1000, 1500, 2000]);
    expect(placesOf(null, { now: 0, rate: 0.1, latest: free }).places).toEqual([0, 10_000, 20_000, 30_000, 40_000]);
    expect(placesOf(null, { now: 0, rate: 3000, latest: free }).places).toEqual([0, 1, 1, 1, 2]);
  });

  it('saves no places for later: after a long silence there is no burst', () => {
    const { freeAt } = placesOf(null, { now: 0, rate: 1, latest: free });
    expect(placesOf(freeAt, { now: 3_600_000, rate: 1, latest: free }).places[1]).toBe(3_601_000);
  });

  it('gives none that would come too late, and goes on with the next', () => {
    const { places, freeAt } = placesOf(null, { now: 0, rate: 1, latest: [5000, -1, 500, 5000] });
    expect(places).toEqual([0, null, null, 1000]);
    expect(freeAt).toBe(2000);
  });

  it('gives no place while the breaker holds, and a probe that must wait for its place is none yet', () => {
    const open = hear(closed, down(5));
    const wanted = { rate: 1, latest: [Infinity, Infinity], placed: [false, false], callMs: second };
    const held = given({ service: 's', freeAt: null, breaker: open }, wanted, start);
    expect(held.row.freeAt).toBeNull();
    expect(held.places.map((place) => !place.go && place.why)).toEqual(['breaker', 'breaker']);
    const later = given({ service: 's', freeAt: open.until + 5000, breaker: open }, wanted, open.until);
    expect(later.places.map(({ go }) => go)).toEqual([false, false]);
    expect(later.row.breaker.probe).toBeNull();
  });
});
