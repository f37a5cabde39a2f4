import { beforeAll, describe, expect, it, vi } from 'vitest';
import { freshDatabase, freshStore } from '../test/support/database.ts';
import { leftovers } from '../test/support/scratch.ts';
import { joinRooms, migrations, type Rooms } from './app.ts';
import { quietLog } from './base/index.ts';
import { readItems } from './catalog/index.ts';
import type { ShopEvent } from './event/index.ts';
import { recipes, type JourneyDefinition, type SimulationRequest, type SimulationResult } from './journey/index.ts';
import { readSettings } from './settings.ts';
import { SimulationCancelled, Simulator } from './simulating.ts';
import { ThreadSimulator } from './simulating-thread.ts';

const recipe = (key: string) => recipes().find((one) => one.key === key)!;
const walked = ['abandoned-cart', 'viewed-not-bought', 'only-wandered'].map(recipe);
const day = 86_400_000;
let simulator: Simulator;

beforeAll(async () => {
  const settings = { ...readSettings([], {}), secret: 's'.repeat(40) };
  simulator = new Simulator({ settings, databaseUrl: await freshDatabase(), log: quietLog });
});

const invented = (people: number, days: number, more: Partial<SimulationRequest> = {}): SimulationRequest => ({
  documents: walked,
  over: { kind: 'invented', people, days, begins: '2026-10-01' },
  ...more,
});

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, one) => all + one, 0);

function expectToAddUp({ summary, people, mails }: SimulationResult): void {
  for (const total of summary.totals) {
    expect(total.came).toBe(total.entered + sum(total.refused));
    expect(total.entered).toBe(sum(total.inside) + sum(total.ended));
    expect(total.messages).toBe(total.sent + total.heldOut + sum(total.waiting) + sum(total.notSent));
    const runs = people.flatMap((one) => one.runs.filter(({ journey }) => journey === total.journey));
    expect(total.entered).toBe(runs.length);
    expect(total.sent).toBe(mails.filter(({ journey }) => journey === total.journey).length);
    const last = summary.frames.at(-1)!;
    expect(last.here[total.journey]).toEqual(total.inside);
    expect(last.sentBy[total.journey]).toBe(total.sent);
  }
  expect(summary.frames.at(-1)!.sent).toBe(mails.length);
  expect(summary.untouched).toBe(people.filter((one) => one.runs.length + one.whyNot.length === 0).length);
}

// Each simulation has a database and rooms of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

describe('invented people', () => {
  it('walk through journeys with the production engine: numbers add up, and the same seed gives the same', async () => {
    const asked = invented(60, 6, { step: 'PT30M' });
    const first = await simulator.run(asked, { journeys: walked });
    expect(first.mails.length).toBeGreaterThan(3);
    expect(first.summary.events).toBeGreaterThan(100);
    expectToAddUp(first);
    const mail = first.mails[0]!;
    expect(mail.html).toContain('<html');
    expect(mail.items[0]).toMatchObject({ position: 1, recommendation: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(first.people[mail.person - 1]!.mails).toContain(mail.no);
    const again = await simulator.run(asked, { journeys: walked });
    expect(again).toEqual(first);
  });

  it('get no mail at night, and who is held out is told so (journeys §5 5)', async () => {
    const { mails, people } = await simulator.run(invented(60, 4, { seed: 2, step: 'PT30M' }), {
      journeys: walked.map((one) => ({ ...one, holdout: 0.5 })),
    });
    const hours = mails.map(({ at }) => new Date(at).getUTCHours());
    expect(hours.filter((hour) => hour >= 23 || hour < 4)).toEqual([]);
    expect(people.flatMap(({ whyNot }) => whyNot.map(({ reason }) => reason))).toContain('held out');
    const night = people.flatMap(({ held = [] }) => held).filter(({ reason }) => reason === 'quiet hours');
    expect(night.length).toBeGreaterThan(0);
    expect(night.every(({ at, until }) => until > at && until - at < 13 * 3_600_000)).toBe(true);
  });
});

it('makes no call to the world outside: what has no answer is told, and a recorded answer is given (journeys §5 3, 4)', async () => {
  const { activities, ...rest } = recipe('only-wandered');
  const outside = Object.entries(activities).map(([name, one]) => {
    const url = 'https://service.example/ask';
    return [name, one.kind === 'action' ? { ...one, url, retries: 0 } : one] as const;
  });
  const journeys: JourneyDefinition[] = [{ ...rest, activities: Object.fromEntries(outside) }];
  const activity = outside.find(([, { kind }]) => kind === 'action')![0];
  const silent = await simulator.run(invented(40, 3), { journeys });
  expect(silent.summary.unanswered[activity]).toBeGreaterThan(0);
  expect(silent.mails).toEqual([]);
  const shown = { id: 'x-1', name: 'Thing', price: 10, currency: 'EUR', url: 'http://localhost:8080/x' };
  const body = { id: 'r-1', items: [shown, { ...shown, id: 'x-2' }], criterion: 'recent', backup: false };
  const told = await simulator.run(invented(40, 3, { answers: { [activity]: [{ body }] } }), { journeys });
  expect(told.summary.unanswered).toEqual({});
  expect(told.summary.totals[0]!.passed['mail']).toBeGreaterThan(0);
});

it('ends when somebody does not want it any more, and leaves no database behind', async () => {
  const hands = { journeys: walked, onProgress: (done: number, of: number) => done / of < 0.3 };
  await expect(simulator.run(invented(20, 4), hands)).rejects.toThrow(SimulationCancelled);
});

describe('recorded history', () => {
  const from = Date.parse('2026-10-10T00:00:00Z');
  const event = (visitor: string, at: number, more: Partial<ShopEvent>): ShopEvent => ({
    id: `${visitor}-${at}-${more.types![0]}`,
    source: 'server',
    types: ['web.webpagedetails.pageViews'],
    happenedAt: at,
    receivedAt: at,
    level: 3,
    visitor: `ecid:${visitor.padStart(38, '1')}`,
    identities: [
      { namespace: 'email', id: `${visitor}@shop.example` },
      { namespace: 'ecid', id: visitor.padStart(38, '1') },
    ],
    ...more,
  });
  const agrees = (visitor: string, at: number) =>
    event(visitor, at, {
      types: ['profile.asserted', 'profile.consent'],
      attributes: { firstName: visitor, test: true },
      consent: { 'email-marketing': 'in' },
    });

  async function shopWithHistory(): Promise<Rooms> {
    const store = await freshStore(migrations);
    const settings = { ...readSettings([], {}), secret: 's'.repeat(40), databaseUrl: store.url };
    const rooms = await joinRooms(settings, { store, log: quietLog });
    const page = 'http://localhost:8080/shop/p';
    const items = ['coat', 'scarf', 'hat', 'boots'].map((id) => ({
      id,
      name: id,
      categories: ['wear'],
      price: 50,
      currency: 'EUR',
      stock: 5,
      url: `${page}/${id}`,
      imageUrl: `${page}/${id}.png`,
    }));
    await rooms.catalog.upsert(readItems(JSON.stringify(items), 'json', from).items);
    const cart = (visitor: string, at: number) =>
      event(visitor, at, { types: ['commerce.productListAdds'], items: [{ id: 'coat', quantity: 1 }] });
    const bought = (visitor: string, at: number) =>
      event(visitor, at, {
        types: ['commerce.purchases'],
        items: [{ id: 'coat', quantity: 1 }],
        order: { id: `order-${visitor}`, totalMinor: 5000, currency: 'EUR' },
      });
    await rooms.events.receive([
      agrees('ada', from - 9 * day),
      agrees('ben', from - 8 * day),
      agrees('cleo', from - 7 * day),
      cart('cleo', from + 9.2 * 3_600_000),
      cart('ada', from + 9 * 3_600_000),
      cart('ben', from + 9 * 3_600_000),
      bought('ben', from + 10 * 3_600_000),
      bought('cleo', from + 13.4 * 3_600_000),
    ]);
    await rooms.folder.drain();
    return rooms;
  }

  it('is told again with the journey, on what was known before, and the shop itself stays as it is', async () => {
    const shop = await shopWithHistory();
    try {
      const rows = () =>
        shop.store.rows({
          text: 'select (select count(*) from event) as events, (select count(*) from journey_run) as runs, (select count(*) from message) as mails',
        });
      const before = await rows();
      const result = await replay(shop);
      expectToAddUp(result);
      expect(result.people.map(({ label, mails }) => [label, mails.length]).sort()).toEqual([
        ['ada (ada@shop.example)', 1],
        ['ben (ben@shop.example)', 0],
        ['cleo (cleo@shop.example)', 1],
      ]);
      const ben = result.people.find(({ label }) => label.startsWith('ben'))!;
      expect(ben.runs[0]!.end!.reason).toBe('Bought');
      expect(result.mails[0]!.items.map(({ item }) => item)).toContain('coat');
      expect(await rows()).toEqual(before);
      expect(await leftovers(shop.store)).toEqual([]);
    } finally {
      await shop.transport.close();
    }
  });

  it('keeps the order of each person within a step, and knows chosen people by the shop’s own ids', async () => {
    const shop = await shopWithHistory();
    try {
      const { id } = (await shop.profiles.find({ namespace: 'email', id: 'cleo@shop.example' }))!;
      // Her wait ends and she buys within one step: the mail comes first all the same.
      const { people, mails } = await replay(shop, { people: [id] }, 'PT1H');
      expect(people.map(({ profileId, runs }) => [profileId, runs[0]!.end!.reason])).toEqual([[id, 'Reminded']]);
      expect(mails).toHaveLength(1);
    } finally {
      await shop.transport.close();
    }
  });

  it('comes to the same in a thread, which reads the shop by connections of its own', async () => {
    const shop = await shopWithHistory();
    try {
      const { settings } = shop;
      const ground = { settings, databaseUrl: settings.databaseUrl!, log: quietLog };
      const over = { kind: 'history', from: '2026-10-10', to: '2026-10-11' } as const;
      const journeys = [recipe('abandoned-cart')];
      const threads = new ThreadSimulator(ground, () => shop.clock.now());
      const there = await threads.run({ documents: journeys, over }, { journeys });
      const here = await replay(shop);
      expect(there.summary).toEqual(here.summary);
      expect(there.people).toEqual(here.people);
      expect(there.mails.map(({ html, items }) => ({ html, items }))).toEqual(
        here.mails.map(({ html, items }) => ({ html, items })),
      );
    } finally {
      await shop.transport.close();
    }
  });

  it('in a thread that has too little memory fails, says so, and takes nobody with it', async () => {
    const settings = { ...readSettings([], {}), secret: 's'.repeat(40) };
    const ground = { settings, databaseUrl: await freshDatabase(), log: quietLog };
    const small = new ThreadSimulator(ground, () => from, { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 });
    await expect(small.run(invented(50, 2), { journeys: walked })).rejects.toThrow(
      'It needs more than the 24 MB a simulation may have; ask for fewer people or days',
    );
  });

  function replay(shop: Rooms, some: { people?: string[] } = {}, step?: string): Promise<SimulationResult> {
    const { settings } = shop;
    const here = new Simulator({ settings, databaseUrl: settings.databaseUrl!, log: quietLog });
    const over = { kind: 'history', from: '2026-10-10', to: '2026-10-11', ...some } as const;
    const journeys = [recipe('abandoned-cart')];
    return here.run({ documents: journeys, over, ...(step === undefined ? {} : { step }) }, { shop, journeys });
  }
});
