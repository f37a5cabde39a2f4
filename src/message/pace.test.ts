import { array, assert, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noon } from '../../test/support/message.ts';
import { hostOf, lowered, openLane, paceRules, rateOf, refused, slowDownOf, turnOf, type Lane } from './pace.ts';
import { ladder, nextTry } from './result.ts';

const minute = 60_000;
const asks = { of: 'host', kind: 'slower', retryAfterMs: null, why: '421 4.7.28' } as const;
const refuses = { ...asks, kind: 'refused', why: '550 5.7.26' } as const;
const answered = (stage: 'session' | 'mail', response: string, retryAfterMs?: number) =>
  slowDownOf({
    kind: 'answered',
    stage,
    code: Number(response.slice(0, 3)),
    response,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });

describe('what a host says of our pace', () => {
  it.each([
    ['session', '421 too many connections', 'way', 'slower'],
    ['session', '554 no service for you', 'way', 'refused'],
    ['mail', '421 4.7.28 unusual rate of mail', 'host', 'slower'],
    ['mail', '451 4.7.0 try again later', 'host', 'slower'],
    ['mail', '450 4.3.2 not accepting now', 'host', 'slower'],
    ['mail', '452 4.5.3 too many recipients', null, null],
    ['mail', '450 too many messages from you', 'host', 'slower'],
    ['mail', '550 5.7.26 not authenticated, DMARC', 'host', 'refused'],
    ['mail', '550 5.1.1 no such user', null, null],
    ['mail', '452 4.2.2 mailbox full', null, null],
    ['mail', '450 4.2.0 greylisted, come back', null, null],
    ['mail', '451 4.7.1 greylisting in action', null, null],
    ['mail', '451 local error', null, null],
  ] as const)('%s: %s', (stage, response, of, kind) => {
    const said = answered(stage, response);
    expect(said && { of: said.of, kind: said.kind }).toEqual(of === null ? null : { of, kind });
  });

  it('knows the hosts that stand behind many domains', () => {
    expect(['a@GoogleMail.com', 'b@hotmail.co.uk', 'c@yahoo.de', 'd@shop.example'].map(hostOf)).toEqual([
      'gmail',
      'microsoft',
      'yahoo',
      'shop.example',
    ]);
  });
});

describe('the rate of a lane (AIMD, trust §1.13)', () => {
  it('is half at once, once a burst, and a tenth more every ten minutes until it is free again', () => {
    const first = lowered(openLane('host:gmail'), asks, { now: noon, measured: 600 });
    expect(rateOf(first, noon)).toBe(300);
    expect(rateOf(lowered(first, asks, { now: noon + 30_000, measured: 600 }), noon + 30_000)).toBe(300);
    expect(rateOf(first, noon + 10 * minute)).toBe(360);
    const again = lowered(first, asks, { now: noon + 10 * minute, measured: 360 });
    expect(rateOf(again, noon + 10 * minute)).toBe(180);
    expect(rateOf(again, noon + 20 * minute), 'a tenth of what it was at first').toBe(240);
    expect(rateOf(again, noon + 500 * minute)).toBeNull();
  });

  it('never falls below one a minute, and never rises above what a person set', () => {
    let lane: Lane = { ...openLane('way:smtp'), ceiling: 100 };
    for (let n = 0; n < 20; n++) lane = lowered(lane, asks, { now: noon + n * 2 * minute, measured: 100 });
    expect(rateOf(lane, noon + 40 * minute)).toBe(1);
    expect(rateOf(lane, noon + 24 * 60 * minute)).toBe(100);
  });

  it('stops until the time that the host names, an hour at most', () => {
    const lane = lowered(openLane('way:ses'), { ...asks, retryAfterMs: 120_000 }, { now: noon, measured: 10 });
    const asking = { lanes: ['way:ses'], first: true, placed: null };
    expect(turnOf(new Map([['way:ses', lane]]), asking, noon)).toMatchObject({ go: false, until: noon + 120_000 });
    const long = lowered(openLane('way:ses'), { ...asks, retryAfterMs: 86_400_000 }, { now: noon, measured: 10 });
    expect(long.closedUntil).toBe(noon + 60 * minute);
  });

  it('closes after five refusals of us, tries with one a minute, and closes for longer when that is refused too', () => {
    const of = { now: noon, measured: 90, taken: 0 };
    let lane = openLane('host:gmail');
    for (let n = 0; n < 4; n++) lane = refused(lane, refuses, of);
    expect(lane.closedUntil).toBeNull();
    lane = refused(lane, refuses, of);
    expect(lane.closedUntil).toBe(noon + 15 * minute);
    expect(rateOf(lane, lane.closedUntil!)).toBe(1);
    lane = refused(lane, refuses, { ...of, now: noon + 16 * minute });
    expect(lane.closedUntil).toBe(noon + 46 * minute);
    const busy = Array.from({ length: 9 }).reduce<Lane>(
      (one) => refused(one, refuses, { ...of, taken: 500 }),
      openLane('host:gmail'),
    );
    expect(busy.closedUntil, 'a host that takes most of it refuses a few, not us').toBeNull();
  });

  it('lets no more through than the rate, however many ask and whoever comes back for a place', () => {
    const comer = record({ atMs: integer({ min: 0, max: 20 * minute }), lane: constantFrom('a', 'b') });
    assert(
      property(integer({ min: 1, max: 600 }), array(comer, { maxLength: 300 }), (rate, comers) => {
        const lanes = new Map(['all', 'a', 'b'].map((name) => [name, { ...openLane(name), ceiling: rate }] as const));
        const waiting = comers.map((one) => ({ ...one, atMs: noon + one.atMs, placed: null as never }));
        const went: number[] = [];
        while (waiting.length > 0) {
          waiting.sort((x, y) => y.atMs - x.atMs);
          const next = waiting.pop()!;
          const asking = { lanes: ['all', next.lane], first: false, placed: next.placed };
          const turn = turnOf(lanes, asking, next.atMs);
          if (turn.go) went.push(next.atMs);
          else {
            expect(turn.until).toBeGreaterThan(next.atMs);
            const placed = turn.why === 'placed' ? { at: turn.until, given: next.atMs } : null;
            waiting.push({ ...next, atMs: turn.until, placed: placed as never });
          }
        }
        expect(went).toHaveLength(comers.length);
        went.sort((x, y) => x - y);
        // Within any span: the rate, those of the second before and after it, and the first.
        for (const [n, at] of went.entries()) {
          const within = went.slice(n).filter((one) => one - at < minute).length;
          expect(within).toBeLessThanOrEqual(rate + Math.ceil((rate / minute) * 2000) + 2);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives receipts their turn at once, and those who wait pay for it', () => {
    const lanes = new Map([['all', { ...openLane('all'), ceiling: 1 }]]);
    const ask = (first: boolean) => turnOf(lanes, { lanes: ['all'], first, placed: null }, noon);
    expect([ask(false).go, ask(true).go, ask(true).go]).toEqual([true, true, true]);
    expect(ask(false)).toMatchObject({ go: false, until: noon + 3 * minute, why: 'placed' });
  });

  it('takes a place back when the host has asked for less since, or its time is long past', () => {
    const lane = { ...openLane('all'), ceiling: 60, freeAt: noon + 5 * minute };
    const asking = { lanes: ['all'], first: false, placed: { at: noon, given: noon - minute } };
    expect(turnOf(new Map([['all', { ...lane }]]), asking, noon).go).toBe(true);
    expect(turnOf(new Map([['all', { ...lane }]]), asking, noon + paceRules.keptMs + 1).go).toBe(false);
    const cut = { ...lane, rate: 30, base: 60, loweredAt: noon - 1000 };
    expect(turnOf(new Map([['all', cut]]), asking, noon).go).toBe(false);
  });
});

describe('the ladder (trust §1.5)', () => {
  it('is 5, 15, 30, 60, 120, 240, 480 and 720 minutes, a fifth shorter or longer (journeys G3)', () => {
    expect(ladder.map((ms) => ms / minute)).toEqual([5, 15, 30, 60, 120, 240, 480, 720]);
    expect(ladder.reduce((sum, ms) => sum + ms, 0) / (60 * minute)).toBeCloseTo(27.8, 1);
    expect([0, 0.5, 1].map((chance) => nextTry(noon, 0, chance) - noon)).toEqual([4 * minute, 5 * minute, 6 * minute]);
    expect(nextTry(noon, 20, 0.5) - noon).toBe(720 * minute);
  });
});
