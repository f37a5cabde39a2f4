import { generateKeyPairSync } from 'node:crypto';
import { FakeClock, quietLog, SeededRandom, SystemRandom, UuidIds } from '../src/base/index.ts';
import type { Item } from '../src/catalog/index.ts';
import { dkimKey, SmtpTransport, type MessageParts, type Plan, type RenderSetting } from '../src/message/index.ts';
import type { Profile, ProfileState } from '../src/profile/index.ts';
import type { Store } from '../src/store/index.ts';

/** What the mail bench sends, for whom, and the message room with the rooms around it played by maps. */
export const now = Date.UTC(2026, 10, 23, 9);
export const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
}) as string;
export const signer = dkimKey({ domain: 'mail.shop.example', selector: 'bk1', pem: privateKey });
export const ids = new UuidIds(new FakeClock(now), new SystemRandom());
export const items = new Map(Array.from({ length: 12 }, (_, n) => [`item-${n}`, inventItem(n)]));
export const shop = { name: 'Shop', url: 'http://localhost:8080/shop', zone: 'Europe/Stockholm' };
export const setting: RenderSetting = {
  shop,
  publicUrl: 'http://localhost:8080',
  postalAddress: 'Storgatan 1, Stockholm',
  hosts: new Set(['localhost:8080']),
  linkKey: Buffer.alloc(32, 2),
  item: (id) => items.get(id),
};

/** Rooms around the message room; people are whoever is asked for. Without a way out of its own it sends by SMTP to `url`. */
export function partsOf(
  store: Store,
  { url, width, ...more }: Partial<MessageParts> & { url: string; width: number },
): MessageParts {
  const clock = new FakeClock(now);
  const random = new SeededRandom(1);
  return {
    store,
    clock,
    ids,
    random,
    log: quietLog,
    secret: Buffer.alloc(32, 1),
    publicUrl: setting.publicUrl,
    shop,
    from: 'Shop <news@mail.shop.example>',
    replyTo: null,
    postalAddress: setting.postalAddress,
    transport: new SmtpTransport({ url, width }),
    profiles: {
      lock: async (_tx, list) => new Map(list.map((id) => [id, { ...person(0), id }])),
      get: async (id) => ({ ...person(0), id }),
    },
    catalog: { get: (id) => items.get(id) },
    append: async () => {},
    stillTrue: async (_tx, places) => places.map(() => true),
    onResult: async () => {},
    ...more,
  };
}

function inventItem(n: number): Item {
  return {
    id: `item-${n}`,
    name: `A winter coat of the number ${n}`,
    categories: ['coats'],
    priceMinor: 9900 + n * 100,
    currency: 'EUR',
    stock: 5,
    url: `/shop/p/item-${n}`,
    imageUrl: `/shop/picture/item-${n}.png`,
    attributes: {},
    variantOf: null,
    updatedAt: 0,
  };
}

export function context(): Record<string, unknown> {
  const entry = (id: string) => ({ id, quantity: 1, reason: 'Often bought together' });
  const all = [...items.keys()];
  const answer = { trackingToken: 'rec', cart: all.slice(0, 8).map(entry), items: all.slice(8).map(entry) };
  return { journey: { events: {}, actions: { Recommend: answer } } };
}

export function person(n: number): Profile {
  const state: ProfileState = {
    identities: [],
    email: `person${n}@example.com`,
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
  };
  return { id: ids.next(), shard: n % 64, version: 1, state };
}

export function plan(profile: Profile): Plan {
  return {
    runId: ids.next(),
    journey: 'bench',
    journeyVersion: 1,
    activity: 'mail',
    visit: 1,
    profileId: profile.id,
    shard: profile.shard,
    message: 'abandoned-cart',
    context: context(),
    deadline: now + 86_400_000,
    class: 'marketing',
    holdout: 0,
    quietHours: null,
  };
}
