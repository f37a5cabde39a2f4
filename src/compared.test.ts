import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Campaign, type Manners, type Truth } from '../test/support/campaign.ts';
import { readTable } from '../test/support/spreadsheet.ts';
import { comparisonFrom } from '../test/support/spreadsheet-pages.ts';
import { privacyDoor } from './erasing.ts';
import type { ComparisonReport, FunnelRow, JourneyReport, PeriodComparison } from './measure/index.ts';

/** Comparisons of messages and paths, the holdout of all mail, and reports by version, message and variant, through all of Beckon. */
const people = 240;
const manners: Manners = {
  buys: ({ whim }) => whim < 0.5,
  clicks: ({ curiosity }, buys) => curiosity < (buys ? 0.6 : 0.1),
};

let campaign: Campaign;
let truth: Truth;
beforeAll(async () => {
  campaign = await Campaign.open(11, { globalHoldout: 0.2 });
  await campaign.publish('content', {
    start: 'way',
    activities: {
      way: {
        kind: 'experiment',
        paths: [
          { label: 'At once', share: 0.5, next: 'mail' },
          { label: 'With a word', share: 0.5, next: 'mail' },
        ],
        holdout: 0.1,
        otherwise: 'done',
      },
      mail: {
        kind: 'message',
        message: 'reminder',
        variants: [
          { label: 'Plain', share: 0.5, message: 'reminder' },
          { label: 'Warm', share: 0.5, message: 'reminder-warm' },
        ],
        next: 'done',
      },
      done: { kind: 'end', label: 'Done' },
    },
  });
  truth = await campaign.run('content', people, manners);
});
afterAll(() => campaign.close());

const experiments = async () =>
  (await campaign.ask<{ comparisons: ComparisonReport[] }>('/v1/journeys/content/report/experiments')).comparisons;
const funnel = async (by: string) =>
  (await campaign.ask<{ rows: FunnelRow[] }>(`/v1/journeys/content/report/funnel?by=${by}`)).rows;
const sum = (rows: readonly number[]) => rows.reduce((total, one) => total + one, 0);

describe('experiments', () => {
  it('put everybody who comes to a split into one path, the held-out included, and nobody twice', async () => {
    const way = (await experiments()).find(({ activity }) => activity === 'way')!;
    expect(way).toMatchObject({ journey: 'content', base: 'Held out', bandit: false, conflicted: 0 });
    expect(way.arms.map(({ arm }) => arm).sort()).toEqual(['At once', 'Held out', 'With a word']);
    expect(sum(way.arms.map(({ all }) => all.profiles))).toBe(people);
    expect(way.arms.find(({ arm }) => arm === 'At once')!.expected).toBeCloseTo(0.45, 6);
    expect(way.ratio).toMatchObject({ alarm: false });
    // Two comparisons with the held-out share the 5 % that may be wrong.
    expect(way.alpha).toBe(0.025);
  });

  it('compare messages among those who got one, and report each by its name', async () => {
    const mail = (await experiments()).find(({ activity }) => activity === 'mail')!;
    expect(sum(mail.arms.map(({ all }) => all.profiles))).toBe(truth.mailed);
    const variants = await funnel('variant');
    expect(variants.map(({ group }) => group)).toEqual(['mail: Plain', 'mail: Warm']);
    for (const { arm, all } of mail.arms) {
      expect(variants.find(({ group }) => group === `mail: ${arm}`)!.accepted).toBe(all.profiles);
    }
    expect(mail.against.map(({ word }) => word)).toContain('too early');
  });

  it('name the unit that may not change its arm: everybody is in the arm of their hash again', async () => {
    const rows = await campaign.rooms.store.rows<{ n: number }>({
      text: `select count(*)::int as n from measure_unit u join journey_step s on s.profile_id = u.profile_id
        where u.journey = 'content/way' and s.detail ->> 'path' = u.arm and s.detail ? 'experiment'`,
    });
    expect(rows[0]!.n).toBe(people);
  });
});

describe('from the files of arms, with a spreadsheet', () => {
  it('each reading of an experiment and of all mail against none can be worked out', async () => {
    for (const door of ['/v1/journeys/content/report/experiments', '/v1/reports/global']) {
      const { comparisons } = await campaign.ask<{ comparisons: ComparisonReport[] }>(door);
      const lines = readTable(await campaign.ask<string>(`${door}/file?format=csv`));
      for (const { key, arms, against, alpha } of comparisons) {
        const theirs = lines.filter((row) => row['comparison'] === key);
        for (const { arm, all, expected } of arms) {
          const row = theirs.find((one) => one['arm'] === arm && one['matured'] === 'false')!;
          expect(Object.keys(all).map((name) => Number(row[name]))).toEqual(Object.values(all));
          expect(Number(row['expected'])).toBe(expected);
        }
        const mine = comparisonFrom(theirs);
        expect(alpha).toBeCloseTo(mine.alpha, 12);
        for (const one of against) {
          const own = mine.against.find(({ arm, reading }) => arm === one.arm && reading === one.reading)!;
          for (const name of ['effect', 'low', 'high', 'p'] as const)
            if (one[name] !== null) expect(own[name], `${key} ${one.arm} ${name}`).toBeCloseTo(one[name], 3);
        }
      }
    }
  });
});

describe('the holdout of all mail (trust §5.1, vector 6.9)', () => {
  it('comes first, by its own salt; its people are in no journey’s comparison', async () => {
    const { comparisons } = await campaign.ask<{ comparisons: ComparisonReport[] }>('/v1/reports/global');
    const [all] = comparisons;
    expect(all).toMatchObject({ key: 'global:2026Q4', journey: null, base: 'control' });
    const of = (arm: string) => all!.arms.find((one) => one.arm === arm)!.all.profiles;
    const report = await campaign.ask<JourneyReport>('/v1/journeys/content/report');
    expect(of('control') / (of('control') + of('treated'))).toBeCloseTo(0.2, 1);
    expect(report.arms.treated.profiles + report.arms.control.profiles).toBe(of('treated'));
    expect(report.arms.treated.profiles).toBe(truth.mailed);
    expect(report.messages.heldOut).toBe(of('control') + report.arms.control.profiles);
  });
});

describe('sums by whatever they are told apart', () => {
  it('add up to the people, and to each other', async () => {
    const report = await campaign.ask<JourneyReport>('/v1/journeys/content/report');
    for (const by of ['day', 'activity', 'version', 'message', 'variant', 'whole']) {
      const rows = await funnel(by);
      expect([by, sum(rows.map(({ planned }) => planned))]).toEqual([by, report.messages.planned]);
      expect([by, sum(rows.map(({ accepted }) => accepted))]).toEqual([by, truth.mailed]);
      expect([by, sum(rows.map(({ clickedByPeople }) => clickedByPeople))]).toEqual([by, truth.clicked]);
      expect([by, sum(rows.map(({ orders }) => orders))]).toEqual([by, report.credited.orders]);
      for (const row of rows) {
        const { heldOut, excluded, inDoubt, failed, pending, accepted } = row;
        const out = sum(excluded.map(({ count }) => count));
        expect(heldOut + out + inDoubt + failed + pending + accepted).toBe(row.planned);
      }
    }
    expect((await funnel('version')).map(({ group }) => group)).toEqual(['1']);
    expect((await funnel('message')).map(({ group }) => group)).toEqual(['reminder', 'reminder-warm']);
    expect(await campaign.rooms.measure.audit()).toEqual([]);
  });

  it('tell openings apart by who loaded the picture, each once a mail, and take none of them for anything (journeys §5 43, 44)', async () => {
    const { messages, store } = campaign.rooms;
    const before = await campaign.ask<JourneyReport>('/v1/journeys/content/report');
    const [first, second] = await store.rows<{ recipient: string }>({
      text: `select recipient from message where state = 'accepted' and journey = 'content' order by id limit 2`,
    });
    const openedBy = async ({ recipient }: { recipient: string }, by: string, name: string) => {
      const { event } = (await messages.click(campaign.linkTo(recipient)!))!;
      return { ...event, id: name, types: ['message.opened'], message: { ...event.message!, by } };
    };
    await campaign.happen([
      await openedBy(first!, 'prefetch', 'open-1'),
      await openedBy(first!, 'scanner', 'open-2'),
      await openedBy(first!, 'reader', 'open-3'),
      await openedBy(second!, 'proxy', 'open-4'),
      await openedBy(second!, 'proxy', 'open-5'),
    ]);
    const opens = { reader: 1, unknown: 1, machine: 1 };
    const after = await campaign.ask<JourneyReport>('/v1/journeys/content/report');
    expect(after).toEqual({ ...before, opens, at: after.at });
    while ((await campaign.rooms.measure.rollUp()) > 0);
    for (const by of ['day', 'activity', 'version', 'message', 'variant', 'whole']) {
      const rows = await funnel(by);
      const columns = ['openedByReader', 'openedUnknown', 'openedByMachine'] as const;
      expect([by, ...columns.map((name) => sum(rows.map((row) => row[name]!)))]).toEqual([by, 1, 1, 1]);
    }
    expect((await funnel('item')).every(({ openedByReader }) => openedByReader === null)).toBe(true);
    await campaign.rooms.measure.rebuild();
    expect((await campaign.ask<JourneyReport>('/v1/journeys/content/report')).opens).toEqual(opens);
    await campaign.advance(120_000);
  });

  it('stand beside those of the span before', async () => {
    const periods = await campaign.ask<PeriodComparison>(
      '/v1/journeys/content/report/periods?from=2026-11-23&until=2026-11-24',
    );
    expect(periods.now).toMatchObject({ accepted: truth.mailed, clickedByPeople: truth.clicked });
    expect(periods.before).toMatchObject({ from: '2026-11-22T00:00:00.000Z', planned: 0, treated: 0 });
    expect(periods.change).toMatchObject({ accepted: null });
  });
});

describe('rules of credit', () => {
  it('stand beside each other, and a changed one leaves older orders alone', async () => {
    const { credits } = await campaign.ask<{
      credits: { model: string; days: number; orders: number; revenue: number }[];
    }>('/v1/journeys/content/report/credits');
    const report = await campaign.ask<JourneyReport>('/v1/journeys/content/report');
    const usual = credits.find(({ model, days }) => model === 'last' && days === 5)!;
    expect([usual.orders, usual.revenue]).toEqual([report.credited.orders, report.credited.revenue.amount]);
    expect(credits).toHaveLength(5);
    const { rules } = await campaign.ask<{ rules: { name: string; since: string | null }[] }>(
      '/v1/credit-rule',
      'PUT',
      {
        model: 'first',
        clickDays: 14,
        orderDays: 2,
      },
    );
    expect(rules.map(({ name }) => name)).toEqual(['last-human-click-5d/1', 'first-human-click-14d-2d/2']);
    const again = await campaign.ask<JourneyReport>('/v1/journeys/content/report');
    expect(again.credited).toEqual(report.credited);
  });
});

describe('the log, for a warehouse', () => {
  const lines = async (query: string) =>
    (await campaign.ask<string>(`/v1/events/export?${query}&format=`))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { cursor: string; event: { id: string; source: string; types: string[] } });

  it('is read in pieces that go on where the last one ended, with nothing twice and nothing left out', async () => {
    const whole = await lines('');
    const names = whole.map(({ event }) => `${event.source}:${event.id}`);
    const [{ n }] = (await campaign.rooms.store.rows<{ n: number }>({
      text: 'select count(*)::int as n from event',
    })) as [{ n: number }];
    expect([names.length, new Set(names).size]).toEqual([n, n]);
    const pieces: string[] = [];
    for (let cursor = ''; ;) {
      const piece = await lines(`limit=300${cursor}`);
      if (piece.length === 0) break;
      pieces.push(...piece.map(({ event }) => `${event.source}:${event.id}`));
      cursor = `&cursor=${piece.at(-1)!.cursor}`;
    }
    expect(pieces).toEqual(names);
    const orders = await lines('type=commerce.purchases');
    expect(orders.length).toBe(truth.buyers.mailed + truth.buyers.others);
    await expect(lines('cursor=nonsense')).rejects.toThrow(/API_INPUT_INVALID/);
    await expect(lines('limit=0')).rejects.toThrow(/API_INPUT_INVALID/);
  });
});

describe('recommendations on pages', () => {
  it('are counted by criterion and slot, and orders go to the last one that was clicked', async () => {
    const ivy = campaign.person('ivy');
    const at = (position: number, item: string) => ({
      recommendation: { id: 'r1', criterion: 'popular', item, position },
    });
    const shown = 'decisioning.propositionDisplay';
    await campaign.happen([campaign.introduced(ivy)]);
    await campaign.happen([
      campaign.event(ivy, { types: [shown], ...at(1, 'coat') }),
      campaign.event(ivy, { types: [shown], ...at(2, 'hat') }),
      campaign.event(ivy, { types: ['decisioning.propositionInteract'], ...at(2, 'hat') }),
      campaign.event(ivy, { types: [shown], ...at(1, 'coat'), bot: true }),
    ]);
    const names = [
      { namespace: 'email', id: ivy.email },
      { namespace: 'ecid', id: ivy.ecid },
    ];
    const order = { id: 'o-ivy', totalMinor: 2500, currency: 'EUR' };
    const bought = { types: ['commerce.purchases'], level: 3, source: 'server', identities: names, order } as const;
    await campaign.happen([campaign.event(ivy, { ...bought, types: [...bought.types], items: [{ id: 'hat' }] })]);
    const rows = async (by: string) =>
      (await campaign.ask<{ rows: Record<string, unknown>[] }>(`/v1/reports/recommendations?by=${by}`)).rows;
    expect(await rows('criterion')).toMatchObject([
      { criterion: 'popular', shown: 2, clicked: 1, items: 2, orders: 1, ordersWithIt: 1, revenue: 25 },
    ]);
    expect(await rows('slot')).toMatchObject([
      { group: '1', shown: 1, clicked: 0, orders: 0 },
      { group: '2', shown: 1, clicked: 1, orders: 1 },
    ]);
    while ((await campaign.rooms.measure.rollUp()) > 0);
    expect(await rows('item')).toMatchObject([
      { group: 'coat', shown: 1 },
      { group: 'hat', shown: 1, revenue: 25 },
    ]);
    const file = await campaign.ask<string>('/v1/reports/recommendations/file?by=day&format=csv');
    expect(file.split('\r\n')[0]).toBe(
      '"criterion","group","shown","heldOut","clicked","unknown","items","coverage","orders","ordersWithIt","revenue"',
    );
  });
});

describe('what pages showed', () => {
  const told = async () => {
    const { measure } = campaign.rooms;
    while ((await measure.rollUp()) > 0);
    const query = { where: 'pages', journey: null, from: null, until: null } as const;
    return Promise.all(
      (['criterion', 'slot', 'item', 'day'] as const).map((by) => measure.crediting.recommendations({ by, ...query })),
    );
  };

  it('is made anew from the log with the same result, without what waits to be folded', async () => {
    const { measure, store } = campaign.rooms;
    const before = await told();
    expect(before[0]!.length).toBeGreaterThan(0);
    for (const table of ['measure_shown', 'measure_shown_month']) {
      await store.run({ text: `update ${table} set shown = shown + 7, clicked = 3 where journey = ''` });
    }
    expect(await told()).not.toEqual(before);
    await measure.rebuild();
    expect(await told()).toEqual(before);
    // As if one of them had not been folded yet: the fold will count it.
    const waits = `select shard, id, '[' || body::text || ']' from event
      where body -> 'types' ? 'decisioning.propositionDisplay' and body -> 'recommendation' is not null limit 1`;
    await store.run({
      text: `insert into event_quarantine (shard, id, payload, error) select *, 'none' from (${waits}) w`,
    });
    await measure.rebuild();
    const shown = (all: typeof before) => all[0]!.reduce((sum, row) => sum + row.shown, 0);
    expect(shown(await told())).toBe(shown(before) - 1);
    await store.run({ text: 'delete from event_quarantine' });
    await measure.rebuild();
    expect(await told()).toEqual(before);
  });

  it('goes from the reports with whoever is erased, as it goes from the log', async () => {
    const { erasures, folded, measure, profiles } = campaign.rooms;
    const before = await told();
    const noel = campaign.person('noel');
    const [types, recommendation] = [
      ['decisioning.propositionDisplay'],
      { id: 'r2', criterion: 'popular', item: 'hat' },
    ];
    await campaign.happen([campaign.introduced(noel)]);
    await campaign.happen([campaign.event(noel, { types, recommendation })]);
    expect(await told()).not.toEqual(before);
    const profile = await profiles.find({ namespace: 'ecid', id: noel.ecid });
    await privacyDoor(campaign.rooms, folded).erase(profile!);
    while ((await erasures.work()) > 0);
    const counts = (all: typeof before) => all[0]!.map(({ criterion, shown, clicked }) => [criterion, shown, clicked]);
    expect(counts(await told())).toEqual(counts(before));
    await measure.rebuild();
    expect(await told()).toEqual(before);
  });
});

describe('what is looked at again and again', () => {
  it('is every roll-up, a piece at a time, and a piece that was changed is found', async () => {
    const { measure, store } = campaign.rooms;
    const walk = async () => {
      const broken: { sums: string; journey: string }[] = [];
      const seen = new Set<string>();
      let last: Parameters<typeof measure.auditNext>[0] = null;
      do {
        const look = await measure.auditNext(last);
        broken.push(...look.broken);
        last = look.next;
        if (last?.part === 'people') seen.add(last.slice.journey);
      } while (last);
      return { broken, seen };
    };
    while ((await measure.rollUp()) > 0);
    const { broken, seen } = await walk();
    expect(broken).toEqual([]);
    expect([...seen].sort()).toEqual(['content', 'content/mail', 'content/way', 'global:2026Q4']);
    await store.run({
      text: `update measure_tally set sum = sum + 1 where journey = 'content/way' and arm = 'Held out'`,
    });
    expect(new Set((await walk()).broken.map(({ journey }) => journey))).toEqual(new Set(['content/way']));
    for (const [sums, text] of Object.entries({
      days: `update measure_day set n = n + 1 where journey = 'content' and arm = 'treated'`,
      shown: `insert into measure_shown (journey, day, criterion, position, item, shown, clicked, held)
        select 'content', (max(planned_at) at time zone 'UTC')::date, 'popular', 1, 'hat', 1, 0, 0 from measure_sent`,
      months: `update measure_shown_month set shown = shown + 1 where ctid = (select ctid from measure_shown_month where journey = '' limit 1)`,
      mails: `update message_day set n = n + 1 where ctid = (select ctid from message_day where journey = 'content' limit 1)`,
    })) {
      await campaign.ask('/v1/reports/rebuild', 'POST');
      while ((await measure.rollUp()) > 0);
      expect((await walk()).broken).toEqual([]);
      await store.run({ text });
      expect((await walk()).broken.map((one) => one.sums)).toContain(sums);
    }
    await campaign.ask('/v1/reports/rebuild', 'POST');
    expect((await walk()).broken).toEqual([]);
  });
});

describe('an experiment that looks for a winner', () => {
  it('keeps its shares until one is clearly better; then all go there, for good, and what is read is of before (journeys X7)', async () => {
    const { journeys, measure, store, clock } = campaign.rooms;
    const paths = ['At once', 'With a word'].map((label) => ({ label, share: 0.5, next: 'done' }));
    await campaign.publish('content', {
      start: 'way',
      activities: {
        way: { kind: 'experiment', choose: 'winner', paths },
        done: { kind: 'end', label: 'Done' },
      },
    } as never);
    expect(journeys.sharesOf('content', 'way')).toBeNull();
    expect((await experiments()).find(({ activity }) => activity === 'way')).toMatchObject({
      bandit: false,
      weights: [],
    });
    // It was found yesterday.
    const yesterday = new Date(clock.now() - 86_400_000).toISOString().slice(0, 10);
    await store.run({
      text: `insert into measure_weight (key, day, shares, seen) values ('content/way', $1, '{"At once": 0, "With a word": 1}', '[]')`,
      values: [yesterday],
    });
    await measure.rollUp();
    expect(journeys.sharesOf('content', 'way')).toEqual({ 'At once': 0, 'With a word': 1 });
    const way = (await experiments()).find(({ activity }) => activity === 'way')!;
    expect(way).toMatchObject({ bandit: false, weights: [{ shares: { 'With a word': 1 } }, { day: yesterday }] });
    expect(way.against.length).toBeGreaterThan(0);
    await store.run({ text: `delete from measure_weight where key = 'content/way'` });
  });
});

describe('a bandit', () => {
  it('begins by the shares written down, and goes by what was bought from the next day on, the same in every process', async () => {
    const { journeys, measure, store, clock } = campaign.rooms;
    const paths = ['At once', 'With a word'].map((label) => ({ label, share: 0.5, next: 'done' }));
    await campaign.publish('content', {
      start: 'way',
      activities: {
        way: { kind: 'experiment', choose: 'bandit', paths },
        done: { kind: 'end', label: 'Done' },
      },
    } as never);
    await measure.rollUp();
    const today = new Date(clock.now()).toISOString().slice(0, 10);
    const [kept] = await store.rows<{ shares: Record<string, number>; seen: { label: string; n: number }[] }>({
      text: `select shares, seen from measure_weight where key = 'content/way' and day = $1`,
      values: [today],
    });
    expect(journeys.sharesOf('content', 'way')).toEqual(kept!.shares);
    // Everybody of the fixed split before has been watched for seven days by now.
    const way = (await experiments()).find(({ activity }) => activity === 'way')!;
    for (const { label, n } of kept!.seen) {
      expect(way.arms.find(({ arm }) => arm === label)!.matured.profiles).toBe(n);
    }
    expect(way).toMatchObject({ bandit: true, against: [], ratio: null });
    expect(Object.values(kept!.shares).reduce((total, one) => total + one, 0)).toBeCloseTo(1, 3);
  });
});

describe('the log, sent on', () => {
  it('goes in order, signed, again under the same id until it is taken, and on from there', async () => {
    const { rooms } = campaign;
    await campaign.advance(120_000);
    const calls: { id: string; signed: string; events: { id: string }[] }[] = [];
    const answers = [503, 200];
    rooms.slots.callOutside = async ({ headers, body }) => {
      const { events } = JSON.parse(body!) as { events: { id: string }[] };
      calls.push({ id: headers['webhook-id']!, signed: headers['webhook-signature']!, events });
      return { status: answers.shift() ?? 200, headers: {}, text: '' };
    };
    const url = 'https://warehouse.example/events';
    const types = ['commerce.purchases'];
    const made = await campaign.ask<{ secret: string }>('/v1/event-webhook', 'PUT', { url, types, whole: true });
    expect(made.secret).toMatch(/^whsec_/);
    expect(await rooms.outlet.send()).toBe(0);
    expect(await rooms.outlet.view()).toMatchObject({ sent: 0, fault: 'It answered 503' });
    await rooms.store.run({ text: 'update event_outlet set next_at = now()' });
    const taken = await rooms.outlet.send();
    const [{ n }] = (await rooms.store.rows<{ n: number }>({
      text: `select count(*)::int as n from event where body -> 'types' ? 'commerce.purchases'`,
    })) as [{ n: number }];
    expect(taken).toBe(n);
    expect(calls[0]!.id).toBe(calls[1]!.id);
    expect(calls[0]!.signed).toMatch(/^v1,/);
    const names = calls.slice(1).flatMap(({ events }) => events.map(({ id }) => id));
    expect(new Set(names).size).toBe(n);
    expect(await rooms.outlet.view()).toMatchObject({ sent: n, fault: null });
    expect(await rooms.outlet.send()).toBe(0);
    await expect(campaign.ask('/v1/event-webhook', 'PUT', { url: 'http://169.254.169.254/' })).rejects.toThrow(
      /400|422/,
    );
    expect(await campaign.ask('/v1/event-webhook', 'DELETE' as 'POST')).toEqual({ removed: true });
  });
});

describe('what stands in mails', () => {
  const shelf = ['coat', 'hat', 'mug'];
  const gone = 40;
  let orders = 0;
  beforeAll(async () => {
    const { rooms } = campaign;
    const about = { price: 20, currency: 'EUR', stock: 3, imageUrl: '/picture/a.png' };
    await rooms.catalog.upsert(shelf.map((id) => ({ id, name: `The ${id}`, url: `/p/${id}`, ...about })));
    const list = 'context.journey.actions.Recommend.items';
    const blocks = [{ kind: 'products', list, title: 'For you' }, { kind: 'footer' }];
    const about2 = { name: 'Shelf', subject: 'For you', preheader: 'Three things that others like as well, for you.' };
    await rooms.messages.templates.put('shelf', { ...about2, blocks } as never);
    await rooms.messages.templates.publish('shelf');
    await campaign.publish('shelf', {
      holdout: 0.3,
      start: 'ask',
      activities: {
        ask: {
          kind: 'action',
          name: 'Recommend',
          method: 'POST',
          url: '/v1/recommendations',
          body: { criterion: 'popular', limit: 2, backup: 'none' },
          retries: 0,
          next: 'mail',
          onError: 'done',
        },
        mail: { kind: 'message', message: 'shelf', next: 'done' },
        done: { kind: 'end', label: 'Done' },
      },
    } as never);
    const others = [1, 2, 3].map((n) => campaign.person(`looker-${n}`));
    await campaign.happen(
      others.flatMap((one) =>
        ['hat', 'mug'].map((id) => campaign.event(one, { types: ['commerce.productViews'], items: [{ id }] })),
      ),
    );
    await rooms.learning.follower.catchUp();
    const natures = Array.from({ length: gone }, (_, i) => campaign.person(`shelf-${i}`));
    await campaign.happen(natures.map((one) => campaign.introduced(one)));
    await campaign.happen(
      natures.map((one) => campaign.event(one, { types: ['left.shelf'], items: [{ id: 'coat' }] })),
    );
    await campaign.advance(60_000);
    for (const one of natures.filter((_, i) => i % 2 === 0)) {
      if (campaign.linkTo(one.email) === undefined) continue;
      const links = [0, 1, 2, 3].map((no) => campaign.linkTo(one.email, no)!);
      const targets = await Promise.all(links.map((link) => rooms.messages.click(link)));
      const target = targets.find((one) => one?.event.message?.item !== undefined)!;
      const url = target.location;
      await campaign.happen([
        target.event,
        campaign.event(one, { types: ['web.webpagedetails.pageViews'], page: { url } }),
      ]);
      const names = [
        { namespace: 'email', id: one.email },
        { namespace: 'ecid', id: one.ecid },
      ];
      const order = { id: `shelf-${one.email}`, totalMinor: 3000, currency: 'EUR' };
      const from = { level: 3, source: 'server', identities: names, order } as const;
      const items = [{ id: target.event.message!.item! }];
      await campaign.happen([campaign.event(one, { types: ['commerce.purchases'], ...from, items })]);
      orders++;
    }
  });

  const ask = async <T>(url: string) => (await campaign.ask<{ rows: T[] }>(url)).rows;
  const shown = (by: string) =>
    ask<Record<string, number>>(`/v1/reports/recommendations?in=mails&journey=shelf&by=${by}`);

  it('is told by criterion, item and place: sent, kept back, clicked and bought; orders add up to the journey’s', async () => {
    const report = await campaign.ask<JourneyReport>('/v1/journeys/shelf/report');
    const { accepted, heldOut } = report.messages;
    expect(accepted + heldOut).toBe(gone);
    for (const by of ['criterion', 'item', 'slot']) {
      const rows = await ask<FunnelRow>(`/v1/journeys/shelf/report/funnel?by=${by}`);
      expect([by, sum(rows.map((row) => row.orders))]).toEqual([by, report.credited.orders]);
      expect(sum(rows.map(({ revenue }) => revenue))).toBeCloseTo(report.credited.revenue.amount, 6);
      expect(sum(rows.map(({ clickedByPeople }) => clickedByPeople))).toBe(orders);
      for (const row of rows) expect(row.planned).toBe(row.heldOut + row.accepted);
    }
    const [criterion] = await ask<FunnelRow>('/v1/journeys/shelf/report/funnel?by=criterion');
    // Each mail shows two items, both of one criterion.
    expect(criterion).toMatchObject({ group: 'popular', accepted: 2 * accepted, heldOut: 2 * heldOut, orders });
    const slots = await ask<FunnelRow>('/v1/journeys/shelf/report/funnel?by=slot');
    expect(slots.map(({ group, accepted: n }) => [group, n]).sort()).toEqual([
      ['1', accepted],
      ['2', accepted],
    ]);
    const items = await ask<FunnelRow>('/v1/journeys/shelf/report/funnel?by=item');
    expect(items.every(({ group, name }) => name === `The ${group}`)).toBe(true);
    expect(sum(items.map((row) => row.accepted))).toBe(2 * accepted);
  });

  it('is in the report of recommendations, with the share of the catalogue, and in its file', async () => {
    const [popular] = await shown('criterion');
    expect(popular).toMatchObject({
      criterion: 'popular',
      items: 2,
      orders,
      ordersWithIt: orders,
      revenue: orders * 30,
    });
    expect(popular!['coverage']).toBeCloseTo(2 / campaign.rooms.catalog.size, 3);
    expect(sum((await shown('slot')).map((row) => row['shown']!))).toBe(popular!['shown']);
    expect(sum((await shown('day')).map((row) => row['clicked']!))).toBe(orders);
    const file = await campaign.ask<string>(
      '/v1/reports/recommendations/file?in=mails&journey=shelf&by=item&format=csv',
    );
    expect(file.split('\r\n').length).toBe(2 + (await shown('item')).length);
    await expect(campaign.ask('/v1/reports/recommendations?in=letters')).rejects.toThrow(/API_INPUT_INVALID/);
  });

  it('is the same when it is made anew, and loses whoever is forgotten', async () => {
    const { measure, store } = campaign.rooms;
    const before = await shown('slot');
    while ((await measure.rollUp()) > 0);
    expect(await shown('slot')).toEqual(before);
    await campaign.ask('/v1/reports/rebuild', 'POST');
    expect(await shown('slot')).toEqual(before);
    const [one] = await store.rows<{ profile_id: string }>({
      text: `select profile_id from measure_sent where journey = 'shelf' and not held limit 1`,
    });
    await store.inTransaction((tx) => measure.forget(tx, one!.profile_id));
    const after = await shown('slot');
    expect(sum(after.map((row) => row['shown']!))).toBe(sum(before.map((row) => row['shown']!)) - 2);
    await campaign.ask('/v1/reports/rebuild', 'POST');
    expect(await shown('slot')).toEqual(after);
  });
});
