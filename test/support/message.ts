import { FakeClock, quietLog, SeededRandom, UuidIds, type Log } from '../../src/base/index.ts';
import type { Item } from '../../src/catalog/index.ts';
import type { ShopEvent } from '../../src/event/index.ts';
import {
  emptyLedger,
  Messages,
  migrations,
  type MessageParts,
  type Plan,
  type SendResult,
  type Transport,
  type WireMail,
} from '../../src/message/index.ts';
import type { Profile, ProfileState } from '../../src/profile/index.ts';
import type { Store } from '../../src/store/index.ts';
import { sharedStore } from './database.ts';

/** A transport that keeps what it is given and answers as told. */
export class ScriptedTransport implements Transport {
  readonly name = 'scripted';
  readonly width = 4;
  readonly sent: WireMail[] = [];
  answer: (mail: WireMail) => SendResult | Promise<SendResult> = () => ({ kind: 'accepted', response: '250 ok' });
  async send(mail: WireMail): Promise<SendResult> {
    this.sent.push(mail);
    return this.answer(mail);
  }
  async close(): Promise<void> {}
}

export interface Desk {
  store: Store;
  clock: FakeClock;
  ids: UuidIds;
  transport: ScriptedTransport;
  messages: Messages;
  people: Map<string, Profile>;
  items: Map<string, Item>;
  events: ShopEvent[];
  results: { runId: string; outcome: string; reason: string | null }[];
  /** Per run: why it is no longer true. */
  stale: Map<string, string>;
  parts: MessageParts;
  person(state?: Partial<ProfileState>): Profile;
  plan(profile: Profile, more?: Partial<Plan>): Promise<string>;
}

/** 2026-11-23T10:00 in Stockholm. */
export const noon = Date.UTC(2026, 10, 23, 9, 0, 0);

export function anItem(id: string, more: Partial<Item> = {}): Item {
  return {
    id,
    name: `The ${id}`,
    categories: ['coats'],
    priceMinor: 12900,
    currency: 'EUR',
    stock: 4,
    url: `/shop/p/${id}`,
    imageUrl: `/shop/picture/${id}.png`,
    attributes: {},
    variantOf: null,
    updatedAt: 0,
    ...more,
  };
}

export function aState(more: Partial<ProfileState> = {}): ProfileState {
  return {
    identities: [],
    email: 'ada@example.com',
    attributes: { firstName: 'Ada' },
    timeZone: null,
    language: null,
    consent: { 'email-marketing': { state: 'in', at: 0, source: 'server' } },
    cart: null,
    viewed: [],
    orders: [],
    firstSeenAt: 0,
    lastSeenAt: 0,
    visit: null,
    visiting: false,
    visits: 1,
    claimedPurchaseUntil: null,
    mailed: {},
    test: false,
    ...more,
  };
}

/** The context a recipe's action leaves behind. */
export function aContext(cart: string[] = ['coat-1', 'coat-2'], items: string[] = ['scarf']): Record<string, unknown> {
  const entry = (id: string) => ({ id, name: 'stale name', price: 1, currency: 'EUR', url: null, imageUrl: null });
  const answer = {
    status: 'ok',
    trackingToken: 'rec-1',
    cart: cart.map((id) => ({ ...entry(id), quantity: 2, inStock: true })),
    items: items.map((id) => ({ ...entry(id), reason: 'Often bought with it' })),
  };
  return { journey: { events: {}, actions: { Recommend: answer } } };
}

/** The message room on an empty ledger, in a database of the test file whose compiled templates stay, with the rooms around it played by maps and arrays. */
export async function aDesk(more: Partial<MessageParts> = {}, log: Log = quietLog): Promise<Desk> {
  const store = await sharedStore(migrations);
  await emptyLedger(store);
  await store.run({ text: 'truncate suppression' });
  const clock = new FakeClock(noon);
  const random = new SeededRandom(7);
  const ids = new UuidIds(clock, random);
  const transport = new ScriptedTransport();
  const desk: Omit<Desk, 'messages' | 'parts' | 'person' | 'plan'> = {
    store,
    clock,
    ids,
    transport,
    people: new Map(),
    items: new Map(['coat-1', 'coat-2', 'scarf', 'watch'].map((id) => [id, anItem(id)])),
    events: [],
    results: [],
    stale: new Map(),
  };
  const parts: MessageParts = {
    store,
    clock,
    ids,
    random,
    log,
    transport,
    secret: Buffer.alloc(32, 1),
    publicUrl: 'http://localhost:8080',
    shop: { name: 'Lumen & Loom', url: 'http://localhost:8080/shop', zone: 'Europe/Stockholm' },
    from: '"Lumen & Loom" <news@mail.lumenloom.example>',
    replyTo: 'help@lumenloom.example',
    postalAddress: 'Storgatan 1, 111 22 Stockholm',
    profiles: {
      lock: async (_tx, list) =>
        new Map(list.flatMap((id) => (desk.people.has(id) ? [[id, desk.people.get(id)!] as const] : []))),
      get: async (id) => desk.people.get(id) ?? null,
    },
    catalog: { get: (id) => desk.items.get(id) },
    append: async (_tx, events) => void desk.events.push(...events),
    stillTrue: async (_tx, places) => places.map(({ runId }) => desk.stale.get(runId) ?? true),
    onResult: async (_tx, ...results) => {
      for (const { runId, outcome, reason } of results) desk.results.push({ runId, outcome, reason });
    },
    ...more,
    settings: { quietJitterMs: 0, ...more.settings },
  };
  const messages = new Messages(parts);
  await messages.templates.installRecipes();
  return {
    ...desk,
    messages,
    parts,
    person(state = {}) {
      const profile: Profile = { id: ids.next(), shard: 3, version: 1, state: aState(state) };
      desk.people.set(profile.id, profile);
      return profile;
    },
    plan: (profile, given = {}) => store.inTransaction((tx) => messages.plan(tx, aPlan(profile, ids.next(), given))),
  };
}

export function aPlan(profile: Profile, runId: string, more: Partial<Plan> = {}): Plan {
  return {
    runId,
    journey: 'abandoned-cart',
    journeyVersion: 1,
    activity: 'mail',
    visit: 1,
    profileId: profile.id,
    shard: profile.shard,
    message: 'abandoned-cart',
    context: aContext(),
    deadline: noon + 5 * 24 * 3_600_000,
    class: 'marketing',
    holdout: 0,
    quietHours: { from: '21:00', to: '08:00' },
    ...more,
  };
}
