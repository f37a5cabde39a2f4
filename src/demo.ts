import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { catalogue } from '../shop/catalogue.ts';
import { history, react, type HistoryEvent } from '../shop/history.ts';
import { seededChance, type Chance, type InventedVisitor } from '../shop/people.ts';
import { newsletterForm, type ShopServerOptions } from '../shop/beckon.ts';
import { shopServer } from '../shop/server.ts';
import { emptySignUps, keyText } from './api/index.ts';
import { joinRooms, type AppParts, type Rooms } from './app.ts';
import { elapsed, SystemRandom, VirtualClock } from './base/index.ts';
import { readItems } from './catalog/index.ts';
import { type Datastream, emptyLog, type ShopEvent } from './event/index.ts';
import { emptyJobs } from './job/index.ts';
import { emptyJourneys, localTime, recipes, type Caller } from './journey/index.ts';
import { emptyMeasure } from './measure/index.ts';
import { emptyLedger, readToken } from './message/index.ts';
import { emptyProfiles } from './profile/index.ts';
import { Memory } from './memory.ts';
import { emptySeen, emptySnapshots } from './recommend/index.ts';
import type { Settings } from './settings.ts';

const day = 86_400_000;
const hour = 3_600_000;
const seed = 20261123;
/** Hours of the history after which the database counts its rows anew. */
const analyzedAfter = new Set([12, 48, 168]);
/** The demo begins at this hour of the shop's day (design §7 "Time"). */
const openingHour = 10;

/** The recipes that the demo runs; the others are there as drafts. */
export const walked: ReadonlySet<string> = new Set(['abandoned-cart', 'viewed-not-bought', 'only-wandered']);

/**
 * People whom the shop offers for a quick sign-in. They have done nothing yet. Their ids are fixed, and by the published
 * hash all three are treated in all three journeys (a test holds this), so that a newcomer who plays one of them sees
 * the mails; anybody else is held out one time in ten, as in a real shop.
 */
export const demoPeople = [
  {
    profileId: '01900000-0000-7000-8000-000000000001',
    email: 'ada@example.com',
    firstName: 'Ada',
    timeZone: 'Europe/Stockholm',
  },
  {
    profileId: '01900000-0000-7000-8000-000000000002',
    email: 'jonas@example.com',
    firstName: 'Jonas',
    timeZone: 'Europe/Berlin',
  },
  {
    profileId: '01900000-0000-7000-8000-000000000004',
    email: 'mira@example.com',
    firstName: 'Mira',
    timeZone: 'Europe/London',
  },
] as const;

/** Makes the demo stand: shop, catalogue, thirty days of invented history walked by the real journeys. */
export async function prepareDemo(rooms: Rooms, say: (line: string) => void): Promise<{ key: string | null }> {
  const { memory, settings, keys } = rooms;
  const key = demoKey(settings);
  await keys.adopt(key, 'Demo');
  const stands = await memory.get<string>('demo');
  if (stands !== 'ready') {
    if (stands !== null) await emptyAll(rooms);
    await memory.set('demo', 'begun');
    await seedDemo(rooms, say);
    await memory.set('demo', 'ready');
  } else {
    await putItems(rooms);
    await putForm(rooms);
    await putPlaces(rooms);
  }
  return { key: settings.adminKey === null ? key : null };
}

/** The shop's own server, mounted beside ours; it knows only the public API and a secret key. */
export function shopMounts(rooms: Rooms, callOwn: Caller): ((app: FastifyInstance) => void)[] {
  const call: ShopServerOptions['call'] = async (request) => {
    const path = request.url.slice(rooms.settings.publicUrl.length);
    const answer = await callOwn({ ...request, url: path, timeoutMs: 10_000 });
    return { status: answer.status, body: answer.text };
  };
  const options = {
    beckonUrl: rooms.settings.publicUrl,
    key: demoKey(rooms.settings),
    call,
    now: () => rooms.clock.now(),
  };
  return [(app) => void app.register(shopServer(options))];
}

/** Takes the demo away: its items, people, events, runs and mails. `beckon serve --no-demo` then starts clean. */
export async function removeDemo(settings: Settings, parts: AppParts): Promise<void> {
  if ((await new Memory(parts.store).get('demo')) === null) {
    parts.say('There is no demo here; nothing was changed.');
    return;
  }
  const rooms = await joinRooms(settings, parts);
  await emptyAll(rooms);
  for (const { key } of recipes()) await rooms.journeys.remove(key);
  await rooms.events.removeDatastream('demo');
  await rooms.forms.remove(newsletterForm);
  await rooms.memory.remove('demo');
  await rooms.memory.remove('clock-offset');
  await rooms.transport.close();
}

async function emptyAll({ store, catalog, journeys, settings }: Rooms): Promise<void> {
  await store.inTransaction(async (tx) => {
    for (const empty of [
      emptyJobs,
      emptyLog,
      emptyProfiles,
      emptyJourneys,
      emptyLedger,
      emptyMeasure,
      emptySeen,
      emptySnapshots,
      emptySignUps,
    ])
      await empty(tx);
  });
  await catalog.remove(catalogue(`${settings.publicUrl}/shop`).map(({ id }) => id));
  await journeys.load();
}

/** The demo's secret key: made once and kept beside the secret, readable by us alone. */
function demoKey({ dataDir }: Settings): string {
  const path = join(dataDir, 'demo-key');
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  mkdirSync(dataDir, { recursive: true });
  const key = keyText('secret', new SystemRandom());
  writeFileSync(path, `${key}\n`, { mode: 0o600 });
  return key;
}

async function putItems({ settings, catalog, clock }: Rooms): Promise<void> {
  const { items } = readItems(JSON.stringify(catalogue(`${settings.publicUrl}/shop`)), 'json', clock.now());
  await catalog.upsert(items);
}

/** The newsletter's form, unless it is there; without double opt-in, so that the demo's mails come at once. */
async function putForm({ settings, forms }: Rooms): Promise<void> {
  if (await forms.find(newsletterForm)) return;
  const shopUrl = `${settings.publicUrl}/shop`;
  await forms.put(newsletterForm, { title: 'Letters from the shop', doubleOptIn: false, shopUrl });
}

/** What the shop's pages may ask for with an event, and what each place shows (docs/guide/web-sdk.md). */
const places: Datastream['scopes'] = {
  'home-recs': { criterion: 'welcome-back', format: 'json', limit: 4 },
  'category-recs': { criterion: 'popular-in-category', format: 'json', limit: 4 },
  'product-recs': { criterion: 'viewed-together', format: 'json', limit: 4 },
  'cart-recs': { criterion: 'cart-based', format: 'json', limit: 4 },
};

/** The places of the shop's pages, unless the datastream has any: a demo of before, or one that somebody changed. */
async function putPlaces({ events }: Rooms): Promise<void> {
  const demo = events.datastreams().find(({ id }) => id === 'demo');
  if (demo && demo.scopes === undefined) await events.putDatastream({ ...demo, scopes: places });
}

async function seedDemo(rooms: Rooms, say: (line: string) => void): Promise<void> {
  const { settings, clock, events, journeys } = rooms;
  const began = elapsed();
  const today = localTime(clock.real(), settings.zone, openingHour, 0);
  const virtual = clock instanceof VirtualClock ? clock : null;
  say('Setting up the demo: shop, catalogue, and thirty days of invented visitors …');
  virtual?.freeze(today - 30 * day);
  await events.putDatastream({
    id: 'demo',
    name: 'Lumen & Loom',
    orgId: 'DEMO@AdobeOrg',
    allowedOrigins: [],
    fpidCookie: null,
    scopes: places,
  });
  await putItems(rooms);
  await putForm(rooms);
  for (const recipe of recipes()) {
    await journeys.put(recipe);
    if (walked.has(recipe.key)) await journeys.publish(recipe.key);
  }
  if (virtual) {
    await new HistoryWalk(rooms, virtual, say).walk(today - 30 * day, today);
    virtual.freeze(today);
  }
  await events.receive(demoPeople.map((person) => personEvent(person, clock.now())));
  await rooms.pulse.settle();
  virtual?.release();
  if (virtual) await rooms.memory.set('clock-offset', virtual.offset);
  say(`Demo ready … ${((elapsed() - began) / 1000).toFixed(1)} s`);
}

function personEvent({ profileId, email, firstName, timeZone }: (typeof demoPeople)[number], at: number): ShopEvent {
  return {
    id: `person-${profileId}`,
    source: 'demo',
    types: ['profile.asserted'],
    happenedAt: at,
    receivedAt: at,
    level: 3,
    visitor: `email:${email}`,
    identities: [{ namespace: 'email', id: email }],
    attributes: { firstName, timeZone },
    data: { profileId },
  };
}

/** The history is walked in steps of this length; shorter ones make the mails' times finer and the first start longer. */
const stepMs = 2 * hour;

/** Walks the invented history step by step through the production engine; mails are caught and answered. */
class HistoryWalk {
  readonly #rooms: Rooms;
  readonly #clock: VirtualClock;
  readonly #say: (line: string) => void;
  readonly #chance: Chance = seededChance(seed);
  readonly #items;
  #people = new Map<string, InventedVisitor>();
  #arrived: { html: string; to: string }[] = [];
  #coming: ShopEvent[] = [];

  constructor(rooms: Rooms, clock: VirtualClock, say: (line: string) => void) {
    this.#rooms = rooms;
    this.#clock = clock;
    this.#say = say;
    this.#items = catalogue(`${rooms.settings.publicUrl}/shop`);
  }

  async walk(from: number, to: number): Promise<void> {
    const { transport, mailbox } = this.#rooms;
    const { visitors, events } = history({
      seed,
      from,
      to,
      visitors: this.#rooms.settings.demoVisitors,
      items: this.#items,
    });
    this.#people = new Map(visitors.flatMap((visitor) => (visitor.email ? [[visitor.email, visitor] as const] : [])));
    transport.catchAll(
      async (raw, address) => void this.#arrived.push({ html: (await mailbox.put(raw, address)).html, to: address }),
    );
    const told = [...events];
    let place = 0;
    for (let at = from + stepMs; at <= to; at += stepMs) {
      const now: ShopEvent[] = [];
      while (place < told.length && told[place]!.happenedAt <= at) now.push(told[place++]!);
      await this.#step(at, now);
      // Plans were made for empty tables; the database looks anew only once a minute, and this takes not much longer.
      if (analyzedAfter.has((at - from) / hour)) await this.#rooms.store.run({ text: 'analyze' });
      if ((at - from) % (5 * day) === 0) this.#say(`  day ${(at - from) / day} of ${(to - from) / day}`);
    }
    transport.release();
  }

  async #step(at: number, told: readonly ShopEvent[]): Promise<void> {
    const { events, pulse, folder, follower } = this.#rooms;
    this.#clock.freeze(at);
    const due = this.#coming.filter(({ happenedAt }) => happenedAt <= at);
    this.#coming = this.#coming.filter(({ happenedAt }) => happenedAt > at);
    const happening = [...told, ...due].sort((a, b) => a.happenedAt - b.happenedAt);
    if (happening.length > 0) {
      await events.receive(happening);
      await folder.drain();
      await follower.catchUp();
    }
    await pulse.settle();
    for (const mail of this.#arrived.splice(0)) await this.#answer(mail, at);
  }

  /** What the reader of a mail does: perhaps clicks, through the same links and tokens as anybody, perhaps buys. */
  async #answer({ html, to }: { html: string; to: string }, at: number): Promise<void> {
    const { messages } = this.#rooms;
    const person = this.#people.get(to.toLowerCase());
    const tokens = new Map<number, string>();
    let message: string | null = null;
    for (const [, token] of html.matchAll(/\/c\/(v1\.[\w.-]+)/g)) {
      const read = readToken(token!);
      if (!read) continue;
      message = read.message;
      tokens.set(read.index, token!);
    }
    const row = person && message !== null ? await messages.get(message) : null;
    if (!person || !row) return;
    const links = row.links.map(({ item }, index) => ({ index, item: item ?? null }));
    const reaction = react(
      person,
      { id: row.id, journey: row.journey, at, links, cart: cartOf(row.context) },
      { chance: this.#chance, items: this.#items },
    );
    const { click, events } = reaction;
    const token = click && tokens.get(click.link);
    const target = token ? await messages.click(token) : null;
    if (!click || !target) return;
    const landing = landingOf(person, { url: target.location, id: `${row.id}-landing`, at: click.at + 1500 });
    this.#coming.push({ ...target.event, happenedAt: click.at, receivedAt: click.at }, landing, ...events);
  }
}

function landingOf(person: InventedVisitor, { url, id, at }: { url: string; id: string; at: number }): HistoryEvent {
  return {
    id,
    source: 'demo',
    types: ['web.webpagedetails.pageViews'],
    happenedAt: at,
    receivedAt: at,
    level: 3,
    visitor: `ecid:${person.ecid}`,
    identities: [{ namespace: 'ecid', id: person.ecid }],
    page: { url, name: 'from a mail', section: '' },
    timeZone: person.timeZone,
  };
}

function cartOf(context: Record<string, unknown>): { id: string; quantity: number }[] {
  const journey = context['journey'] as
    { actions?: Record<string, { cart?: { id: string; quantity: number }[] }> } | undefined;
  return (journey?.actions?.['Recommend']?.cart ?? []).map(({ id, quantity }) => ({ id, quantity }));
}
