import { beforeEach, describe, expect, it } from 'vitest';
import { Office } from '../../test/support/journeys.ts';
import type { JourneyDefinition } from './definition.ts';
import { messagesOf, problemsOf } from './validate.ts';

let office: Office;
beforeEach(async () => {
  office = await Office.open();
});

const plan = (key: string, more: Partial<JourneyDefinition> = {}): JourneyDefinition => ({
  key,
  name: key,
  entry: { kind: 'event', event: 'cart.changed' },
  start: 'wait',
  activities: {
    wait: { kind: 'wait', for: 'PT1H', next: 'mail' },
    mail: { kind: 'message', message: 'reminder', next: 'done' },
    done: { kind: 'end', label: 'Done' },
  },
  ...more,
});
const searched = { kind: 'event', event: 'web.siteSearches' } as const;

async function refusals(): Promise<string[]> {
  const rows = await office.store.rows<{ journey: string; reason: string }>({
    text: 'select journey, reason from journey_refusal order by at, journey',
  });
  return rows.map(({ journey, reason }) => `${journey}: ${reason}`);
}

describe('journeys that compete for a person (journeys E22)', () => {
  it('lets in the one that goes before, and tells the others why not', async () => {
    await office.live(plan('a-low', { group: 'bring-back', priority: 20 }));
    await office.live(plan('z-high', { group: 'bring-back', priority: 80 }));
    await office.live(plan('other', { priority: 0 }));
    await office.happens(office.add('coat'));
    expect((await office.runs()).map(({ journey }) => journey).sort()).toEqual(['other', 'z-high']);
    expect(await refusals()).toEqual(['a-low: "z-high" goes before, and is not over for this person']);
  });

  it('ends what goes after, and calls its mail off', async () => {
    await office.live(plan('low', { group: 'bring-back', priority: 20, entry: searched }));
    await office.live(plan('high', { group: 'bring-back' }));
    await office.happens(office.event(['web.siteSearches']));
    office.clock.advance(3_600_001);
    await office.runner.wake();
    expect(await office.states()).toEqual(['mail']);
    await office.happens(office.add('coat'));
    expect(await office.states()).toEqual(['"high" goes before', 'wait']);
    expect(office.cancelled).toEqual([{ runId: expect.any(String) as string, reason: '"high" goes before' }]);
  });

  it('leaves who is inside of equals, and of other groups', async () => {
    await office.live(plan('first', { group: 'g', entry: searched }));
    await office.live(plan('second', { group: 'g' }));
    await office.live(plan('third', { group: 'h' }));
    await office.happens(office.event(['web.siteSearches']));
    await office.happens(office.add('coat'));
    expect((await office.runs()).map(({ journey }) => journey)).toEqual(['first', 'third']);
  });

  it('keeps people for one that goes before and is about to read them, where it looks ahead', async () => {
    const daily = { kind: 'audience', audience: 'profile.attributes.club == true', at: '09:00' } as const;
    const weekly = { ...daily, audience: 'profile.attributes.vip == true', every: 'week' as const, on: [5] };
    await office.live(plan('weekly', { group: 'g', priority: 90, entry: weekly })); // Friday, in three days
    await office.live(plan('search', { group: 'g', priority: 40, entry: searched, lookAhead: 'P1D' }));
    await office.live(plan('wide', { group: 'g', priority: 30, entry: searched, lookAhead: 'P7D' }));
    const search = (no: number) => office.event(['web.siteSearches'], {}, no);
    await office.happens(office.named('ada@example.com', 1, { attributes: { vip: true } }));
    await office.happens(search(1), search(2));
    expect((await office.runs()).map(({ journey }) => journey)).toEqual(['search', 'search']);
    expect(await refusals()).toContain('wide: "weekly" goes before, and reads its audience on 2026-11-27');

    await office.live(plan('daily', { group: 'g', priority: 50, entry: daily }));
    office.clock.advance(3_600_001);
    await office.runner.wake();
    for (const { runId, visit } of office.planned)
      await office.store.inTransaction((tx) =>
        office.runner.messaged(tx, { runId, visit, outcome: 'accepted', reason: null }),
      );
    await office.happens(office.named('bo@example.com', 2, { attributes: { club: true } }));
    await office.happens(search(1), search(2));
    const inside = (await office.runs()).filter(({ state }) => state !== 'ended');
    expect(
      inside.map(({ journey }) => journey),
      'who is not in the club is not kept for it',
    ).toEqual(['search']);
    expect(await refusals()).toContain('search: "daily" goes before, and reads its audience on 2026-11-25');
    expect(problemsOf(plan('x', { lookAhead: 'PT1H' }), new Set(['reminder'])).map(({ what }) => what)).toEqual([
      '"PT1H" is not within a day to 30 days',
      'It looks at journeys of its group: name the group, or leave it out',
    ]);
  });

  it('gives a mail its rank: priority, group and the cap of its journey', async () => {
    const caps = { mails: { max: 1, within: 'P2D' } };
    await office.live(plan('cart', { group: 'bring-back', priority: 80, caps }));
    await office.live(plan('alone'));
    await office.happens(office.add('coat'));
    office.clock.advance(3_600_001);
    await office.runner.wake();
    expect(office.planned.map(({ rank }) => rank).sort((a, b) => a.priority - b.priority)).toEqual([
      { priority: 50, group: 'journey:alone', cap: null },
      { priority: 80, group: 'bring-back', cap: { count: 1, windowMs: 172_800_000 } },
    ]);
  });
});

describe('caps on entries', () => {
  it('let so many in, over all versions, and begin anew with the next window (journeys E22)', async () => {
    const capped = plan('few', { caps: { entries: { max: 2, within: 'P1D' } } });
    await office.live(capped);
    await office.happens(office.add('coat', 1), office.add('coat', 2), office.add('coat', 3));
    await office.live({ ...capped, name: 'Few' });
    await office.happens(office.add('coat', 4));
    expect((await office.runs()).length).toBe(2);
    expect(await refusals()).toEqual([
      'few: All 2 places within P1D are taken',
      'few: All 2 places within P1D are taken',
    ]);
    office.clock.advance(86_400_001);
    await office.happens(office.add('coat', 4));
    expect((await office.runs()).length).toBe(3);
  });

  it('are exact where many come at once', async () => {
    await office.live(plan('few', { caps: { entries: { max: 3 } } }));
    await Promise.all([1, 2, 3, 4, 5, 6].map((no) => office.happens(office.add('coat', no))));
    expect((await office.runs()).length).toBe(3);
    expect(await refusals()).toEqual(Array(3).fill('few: All 3 places are taken'));
  });

  it('count one person’s runs back from now', async () => {
    await office.live(
      plan('often', { entry: searched, start: 'done', caps: { perPerson: { max: 2, within: 'P7D' } } }),
    );
    const search = (no = 1) => office.happens(office.event(['web.siteSearches'], {}, no));
    await search();
    office.clock.advance(86_400_000);
    await search();
    await search();
    await search(2);
    expect((await office.runs()).length).toBe(3);
    expect(await refusals()).toEqual(['often: Was in this journey 2 times within P7D']);
    office.clock.advance(6 * 86_400_000 + 1);
    await search();
    expect((await office.runs()).length).toBe(4);
  });

  it('are checked before a journey is saved', () => {
    const said = (more: object) => {
      const definition = { ...plan('x'), ...more } as JourneyDefinition;
      return problemsOf(definition, messagesOf(definition)).map(({ where }) => where);
    };
    expect(said({ caps: { perPerson: { max: 0 }, mails: { max: 1, within: '2 days' } } })).toEqual([
      'caps.perPerson.max',
      'caps.mails.within',
    ]);
    expect(said({ priority: 101, group: 'No Good', caps: { entries: { max: '3' } } })).toEqual([
      'group',
      'priority',
      'caps.entries.max',
    ]);
  });
});

it('a jump into a journey that the person is inside of is a refusal, also when a wait led to it (journeys A12)', async () => {
  await office.live(plan('target'));
  await office.live({
    ...plan('leads'),
    activities: {
      wait: { kind: 'wait', for: 'PT30M', next: 'jump' },
      jump: { kind: 'jump', journey: 'target', next: 'done' },
      done: { kind: 'end', label: 'Done' },
    },
  });
  await office.happens(office.add('coat'));
  office.clock.advance(1_800_001);
  await office.runner.wake();
  expect(await refusals()).toEqual(['target: Is in "target" already']);
  expect((await office.states()).sort()).toEqual(['Done', 'wait']);
});
