import { beforeEach, describe, expect, it } from 'vitest';
import { Office } from '../../test/support/journeys.ts';
import type { Activity, JourneyDefinition } from './definition.ts';
import { problemsOf } from './validate.ts';

let office: Office;
beforeEach(async () => {
  office = await Office.open(); // 24 November 2026, 10:00 in Stockholm
});

const hour = 3_600_000;
const mail: Activity = { kind: 'message', message: 'reminder', next: 'done' };

function season(more: Partial<JourneyDefinition>, activities: Record<string, Activity> = { mail }): JourneyDefinition {
  return {
    key: 'season',
    name: 'Season',
    entry: { kind: 'event', event: 'cart.changed' },
    start: Object.keys(activities)[0]!,
    activities: { ...activities, done: { kind: 'end', label: 'Done' } },
    ...more,
  };
}

describe('a journey of a season (journeys E21)', () => {
  it('lets nobody in before it begins and after it has ended, and says so', async () => {
    await office.live(season({ begins: '2026-11-24T12:00', ends: '2026-11-25' }));
    await office.happens(office.add('coat', 1));
    office.clock.advance(2 * hour);
    await office.happens(office.add('coat', 2));
    office.clock.advance(12 * hour);
    await office.happens(office.add('coat', 3));
    expect(await office.runs()).toHaveLength(1);
    const said = await office.store.rows<{ reason: string }>({
      text: 'select reason from journey_refusal order by at',
    });
    expect(said.map(({ reason }) => reason)).toEqual([
      'The journey begins 2026-11-24 12:00',
      'The journey ended 2026-11-25',
    ]);
  });

  it('goes by the clock of each person where the journey does', async () => {
    await office.live(season({ begins: '2026-11-24T09:00', zone: 'profile' }));
    const far = (no: number, timeZone: string) => office.happens({ ...office.add('coat', no), timeZone });
    await far(1, 'America/New_York'); // 04:00 there
    await far(2, 'Asia/Tokyo'); // 18:00 there
    expect(await office.runs()).toHaveLength(1);
  });

  it('ends whoever is inside, wherever they stand, and no mail leaves after it', async () => {
    const listen: Activity = {
      kind: 'listen',
      events: [{ event: 'ordered', label: 'Bought', next: 'done' }],
    };
    const ask: Activity = { kind: 'action', name: 'Ask', method: 'GET', url: 'https://a.example/', next: 'mail' };
    const wait: Activity = { kind: 'wait', for: 'P30D', next: 'mail' };
    const split: Activity = {
      kind: 'condition',
      paths: [
        { label: 'Listens', when: 'event.lines[0].item = "listen"', next: 'listen' },
        { label: 'Asks', when: 'event.lines[0].item = "ask"', next: 'ask' },
        { label: 'Mails', when: 'event.lines[0].item = "mail"', next: 'mail' },
      ],
      otherwise: 'wait',
    };
    await office.live(season({ ends: '2026-11-25' }, { split, listen, ask, wait, mail }));
    await office.happens(...['listen', 'ask', 'mail', 'wait'].map((item, no) => office.add(item, no + 1)));
    const end = Date.UTC(2026, 10, 24, 23);
    expect(office.planned.map(({ deadline }) => deadline)).toEqual([end]);
    office.clock.set(end);
    await office.runner.wake();
    await office.runner.act();
    const { runId, visit } = office.planned[0]!;
    await office.store.inTransaction((tx) =>
      office.runner.messaged(tx, { runId, visit, outcome: 'expired', reason: 'too late' }),
    );
    expect(new Set(await office.states())).toEqual(new Set(['Its time was over']));
    expect(office.planned).toHaveLength(1);
  });

  it('closes itself when it is over, for everybody', async () => {
    await office.live(season({ ends: '2026-11-25' }));
    await office.live({ ...season({ ends: '2026-11-25', zone: 'profile' }), key: 'everywhere' });
    const status = () => office.journeys.list().map(({ key, status }) => `${key} ${status}`);
    await office.lifecycle.work();
    expect(status()).toEqual(['everywhere live', 'season live']);
    office.clock.set(Date.UTC(2026, 10, 24, 23));
    await office.lifecycle.work();
    expect(status()).toEqual(['everywhere live', 'season closed']);
    office.clock.advance(13 * hour); // midnight where it comes last
    await office.lifecycle.work();
    expect(status()).toEqual(['everywhere closed', 'season closed']);
  });

  it('reads its audience within its time only', async () => {
    const entry = { kind: 'audience', audience: 'profile.visits >= 0', at: '10:30' } as const;
    await office.live(season({ entry, begins: '2026-11-26', ends: '2026-11-28T10:30' }));
    const days: string[] = [];
    for (let due = office.journeys.get('season').readDue; due !== null; due = office.journeys.get('season').readDue) {
      days.push(new Date(due).toISOString());
      office.clock.set(due);
      await office.runner.read();
    }
    expect(days).toEqual(['2026-11-26T09:30:00.000Z', '2026-11-27T09:30:00.000Z']);
    await office.lifecycle.work();
    expect(office.journeys.get('season').status).toBe('closed');
  });

  it('has days and times that exist, in their order', () => {
    const templates = new Set(['reminder']);
    expect(problemsOf(season({ begins: 'soon', ends: '2026-02-30' }), templates)).toEqual([
      { where: 'begins', what: '"soon" is no day and no time of the wall; write 2026-12-01 or 2026-12-01T08:00' },
      { where: 'ends', what: '"2026-02-30" is no day and no time of the wall; write 2026-12-01 or 2026-12-01T08:00' },
    ]);
    expect(problemsOf(season({ begins: '2026-12-24', ends: '2026-12-01' }), templates)).toEqual([
      { where: 'ends', what: 'It ends before it begins' },
    ]);
    expect(problemsOf(season({ begins: '2026-12-01', ends: '2026-12-24T18:00' }), templates)).toEqual([]);
  });
});
