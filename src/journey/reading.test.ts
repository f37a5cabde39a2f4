import { beforeEach, describe, expect, it } from 'vitest';
import { Office, opening } from '../../test/support/journeys.ts';
import type { AudienceEntry, Entry, JourneyDefinition } from './definition.ts';
import { nextReadDue, waveOf } from './reading.ts';

const hour = 3_600_000;
const day = 24 * hour;
const zone = 'Europe/Stockholm';
const at = (text: string) => Date.parse(text);

let office: Office;

beforeEach(async () => {
  office = await Office.open();
});

function journey(entry: Entry, more: Partial<JourneyDefinition> = {}): JourneyDefinition {
  return {
    key: 'letter',
    name: 'Letter',
    entry,
    start: 'wait',
    activities: { wait: { kind: 'wait', for: 'P3D', next: 'done' }, done: { kind: 'end', label: 'Done' } },
    ...more,
  };
}

const everybody: AudienceEntry = { kind: 'audience', audience: 'profile.visits > 0', at: '11:00' };
const people = (...numbers: number[]) => numbers.map((no) => office.event(['web.webpagedetails.pageViews'], {}, no));
const begun = async () => (await office.runs()).length;

describe('when an audience is read (journeys E13, B1)', () => {
  const due = (entry: Partial<AudienceEntry>, after: string) => {
    const next = nextReadDue({ ...everybody, at: '09:00', ...entry }, zone, at(after));
    return next === null ? null : new Date(next).toISOString();
  };

  it('every day, on days of the week, on dates of the month', () => {
    expect(due({}, '2026-11-24T09:00:00Z')).toBe('2026-11-25T08:00:00.000Z');
    expect(due({ every: 'week', on: [1, 4] }, '2026-11-24T09:00:00Z')).toBe('2026-11-26T08:00:00.000Z');
    expect(due({ every: 'week' }, '2026-11-24T09:00:00Z')).toBe('2026-11-30T08:00:00.000Z');
    expect(due({ every: 'month', on: [31] }, '2027-02-01T00:00:00Z')).toBe('2027-02-28T08:00:00.000Z');
  });

  it('once: on its date, or when the hour comes next; and not beyond the last day', () => {
    expect(due({ every: 'once', date: '2026-12-24' }, '2026-11-24T09:00:00Z')).toBe('2026-12-24T08:00:00.000Z');
    expect(due({ every: 'once', date: '2026-11-24' }, '2026-11-24T09:00:00Z')).toBeNull();
    expect(due({ every: 'once' }, '2026-11-24T07:00:00Z')).toBe('2026-11-24T08:00:00.000Z');
    expect(due({ until: '2026-11-25' }, '2026-11-24T09:00:00Z')).toBe('2026-11-25T08:00:00.000Z');
    expect(due({ until: '2026-11-25' }, '2026-11-25T09:00:00Z')).toBeNull();
  });
});

describe('waves (journeys E18)', () => {
  it('part people by shares, each in one wave, otherwise on each occasion', () => {
    const waves = [{ share: 0.1 }, { share: 0.4 }, { share: 0.5 }];
    const found = [0, 0, 0];
    const ids = Array.from({ length: 10_000 }, (_, n) => `p-${n}`);
    for (const id of ids) found[waveOf(waves, 'a', id)]!++;
    expect(found.map((n) => Math.round(n / 1000))).toEqual([1, 4, 5]);
    expect(ids.some((id) => waveOf(waves, 'a', id) !== waveOf(waves, 'b', id))).toBe(true);
  });

  it('begin one after the other, each when the one before has been read', async () => {
    await office.happens(...people(1, 2, 3, 4, 5, 6, 7, 8, 9));
    const waves = [
      { share: 0.5, after: 'PT0S' },
      { share: 0.5, after: 'PT2H' },
    ];
    await office.live(journey({ ...everybody, waves }));
    office.clock.advance(hour);
    await office.runner.read();
    const first = await begun();
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(9);
    expect(await office.runner.nextDue()).toBe(opening + 3 * hour);
    office.clock.advance(2 * hour);
    await office.runner.read();
    expect(await begun()).toBe(9);
  });
});

describe('reading an audience (journeys E12 to E15)', () => {
  it('once, and then the journey closes itself; those inside go on', async () => {
    await office.happens(...people(1, 2));
    await office.live(journey({ ...everybody, every: 'once' }));
    office.clock.advance(hour);
    await office.runner.read();
    expect([await begun(), office.journeys.get('letter').status]).toEqual([2, 'closed']);
    office.clock.advance(3 * day);
    await office.runner.wake();
    expect(await office.states()).toEqual(['Done', 'Done']);
  });

  it('leaves those inside alone, or begins anew with them', async () => {
    await office.happens(...people(1));
    await office.live(journey(everybody));
    await office.live(journey({ ...everybody, inside: 'restart' }, { key: 'again' }));
    office.clock.advance(hour);
    await office.runner.read();
    office.clock.advance(day);
    await office.runner.read();
    const runs = await office.runs();
    expect(runs.filter(({ journey: key }) => key === 'letter').map(({ endReason }) => endReason)).toEqual([null]);
    expect(runs.filter(({ journey: key }) => key === 'again').map(({ endReason }) => endReason)).toEqual([
      'The audience was read again',
      null,
    ]);
  });

  it('at a rate lets so many in a second, and waits no more than that (journeys B2)', async () => {
    await office.happens(...people(1, 2, 3, 4, 5));
    await office.live(journey({ ...everybody, rate: 2 }));
    office.clock.advance(hour);
    const counts: number[] = [];
    for (let second = 0; second < 4; second++) {
      await office.runner.read();
      counts.push(await begun());
      office.clock.advance(1000);
    }
    expect(counts).toEqual([2, 4, 5, 5]);
  });

  it('goes on behind the last page after a crash, and nobody comes in twice', async () => {
    await office.happens(...people(1, 2, 3, 4, 5));
    await office.live(journey({ ...everybody, rate: 2 }));
    office.clock.advance(hour);
    await office.runner.read();
    // The second page fails in the middle of its transaction, when its reading is held and its people are locked.
    const lock = office.profiles.lock.bind(office.profiles);
    office.profiles.lock = async (...given) => {
      await lock(...given);
      throw new Error('The process dies here');
    };
    office.clock.advance(1000);
    await expect(office.runner.read()).rejects.toThrow('dies here');
    office.profiles.lock = lock;
    expect(await begun()).toBe(2);
    for (let n = 0; n < 4; n++) {
      office.clock.advance(1000);
      await office.runner.read();
    }
    const ids = (await office.runs()).map(({ profileId }) => profileId);
    expect([ids.length, new Set(ids).size]).toEqual([5, 5]);
  });

  it('is held by a pause and goes on after it', async () => {
    await office.happens(...people(1, 2, 3));
    await office.live(journey({ ...everybody, rate: 1 }));
    office.clock.advance(hour);
    await office.runner.read();
    await office.lifecycle.pause('letter');
    office.clock.advance(hour);
    await office.runner.read();
    expect(await begun()).toBe(1);
    await office.lifecycle.resume('letter', { waits: 'shift' });
    for (let n = 0; n < 3; n++) {
      await office.runner.read();
      office.clock.advance(1000);
    }
    expect(await begun()).toBe(3);
  });
});

describe('a business event (journeys E20)', () => {
  const dropped: Entry = {
    kind: 'business',
    event: 'item.changed',
    when: 'event.field = "price" and event.after <= event.before * 0.9',
    audience: 'intersects(event.ids, profile.viewed)',
    each: 'event.items.all(contains(profile.viewed, this.id))',
    key: 'event.each.id',
  };
  const viewed = (item: string, no: number) => office.event(['commerce.productViews'], { items: [{ id: item }] }, no);
  const change = (id: string, before: number, after: number, field = 'price') => ({ id, field, before, after });
  const happened = (id: string, items: Record<string, unknown>[]) =>
    office.store.inTransaction((tx) =>
      office.runner.happened(tx, [{ name: 'item.changed', id, at: office.clock.now(), data: {}, items }]),
    );

  it('lets those in whom it concerns, once for each item, with what changed', async () => {
    await office.live(journey(dropped));
    await office.happens(viewed('coat', 1), viewed('watch', 1), viewed('coat', 2), viewed('scarf', 3));
    const changes = [
      change('coat', 100, 80),
      change('watch', 50, 49),
      change('scarf', 20, 10),
      change('coat', 3, 2, 'stock'),
    ];
    await happened('sale', changes);
    await happened('sale', changes);
    await office.runner.read();
    expect((await office.runs()).map(({ key }) => key).sort()).toEqual(['coat', 'coat', 'scarf']);
    await office.runner.read();
    expect(await begun()).toBe(3);
  });

  it('lets nobody in where its rule holds for nothing', async () => {
    await office.live(journey(dropped));
    await office.happens(viewed('coat', 1));
    await happened('small', [change('coat', 100, 99)]);
    await office.runner.read();
    expect(await begun()).toBe(0);
    expect(await office.runner.nextDue()).toBeNull();
  });
});
