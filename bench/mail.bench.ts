import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createTransport } from 'nodemailer';
import { elapsed, FakeClock, quietLog, SeededRandom, SystemRandom, UuidIds } from '../src/base/index.ts';
import type { Item } from '../src/catalog/index.ts';
import {
  Messages,
  migrations,
  renderMail,
  SmtpTransport,
  type MessageParts,
  type Plan,
  type RenderSetting,
} from '../src/message/index.ts';
import { viewOf, type Profile, type ProfileState } from '../src/profile/index.ts';
import { migrate, openStore, type Store } from '../src/store/index.ts';
import { startServer } from '../test/support/postgres.ts';
import { figure, numberFlag } from './figure.ts';

/**
 * Mails a second from outbox row to recorded 250, on a real PostgreSQL and a real SMTP sink in another process:
 * `npm run bench -- mail`. Flags: --mails, --width.
 */
const bench = 'mail';
const mails = numberFlag('mails', 1000);
const width = numberFlag('width', 10);
/** Mails that go first and are not counted. */
const warmUp = 100;
if (mails <= warmUp) throw new Error(`--mails wants more than ${warmUp}: so many go before the counting`);
const now = Date.UTC(2026, 10, 23, 9);
const ids = new UuidIds(new FakeClock(now), new SystemRandom());
const items = new Map(Array.from({ length: 12 }, (_, n) => [`item-${n}`, inventItem(n)]));
const shop = { name: 'Shop', url: 'http://localhost:8080/shop', zone: 'Europe/Stockholm' };
const setting: RenderSetting = {
  shop,
  publicUrl: 'http://localhost:8080',
  postalAddress: 'Storgatan 1, Stockholm',
  hosts: new Set(['localhost:8080']),
  linkKey: Buffer.alloc(32, 2),
  item: (id) => items.get(id),
};

const sink = spawn(process.execPath, [...process.execArgv, new URL('./mail-sink.ts', import.meta.url).pathname], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [port] = (await once(sink.stdout, 'data')) as [Buffer];
const url = `smtp://127.0.0.1:${port.toString().trim()}`;
const server = await startServer();
try {
  await measure();
} finally {
  sink.kill();
  server.stop();
}

async function measure(): Promise<void> {
  const store = await openStore(server.url);
  await migrate(store, migrations);
  const people = Array.from({ length: mails }, (_, n) => person(n));
  const messages = new Messages(partsOf(store, people));
  await messages.templates.installRecipes();
  const rendered = await renderRate(messages);
  const planAll = (some: readonly Profile[]) =>
    store.inTransaction(async (tx) => {
      for (const profile of some) await messages.plan(tx, plan(profile));
    });
  await planAll(people.slice(0, warmUp));
  await messages.work();
  await planAll(people.slice(warmUp));
  const begun = elapsed();
  const { done } = await messages.work();
  const rate = done / ((elapsed() - begun) / 1000);
  const accepted = (await messages.counts('bench')).byState['accepted'];
  if (accepted !== mails) throw new Error(`${accepted} of ${mails} mails were accepted`);
  const limit = await fixedRate(rendered.size);
  const note = `${done} mails of ${rendered.size} B HTML, 12 items, ${width} connections, sink in its own process, PostgreSQL without fsync`;
  figure({
    bench,
    figure: 'sent',
    value: rate,
    unit: 'mails/s',
    limit,
    note: `${note}; outbox row to recorded answer; limit: nodemailer's pool sending one fixed body of the same size, which leaves out gates, rendering and the ledger`,
  });
  figure({
    bench,
    figure: 'render',
    value: rendered.rate,
    unit: 'mails/s',
    limit: null,
    note: 'a 12-item mail: items read again, HTML, text and subject rendered, each link signed; one thread',
  });
  await store.close();
}

async function renderRate(messages: Messages): Promise<{ rate: number; size: number }> {
  const template = await messages.templates.draft('abandoned-cart');
  const messageId = '0190f5f0-0000-7000-8000-000000000001';
  const sample = { template, messageId, profile: viewOf(person(0)), context: context(), now, timeZone: shop.zone };
  const times = 500;
  let [size, begun] = [0, 0];
  for (let n = -100; n < times; n++) {
    if (n === 0) begun = elapsed();
    const made = renderMail(sample, setting);
    if (!('mail' in made)) throw new Error(JSON.stringify(made));
    size = made.mail.size;
  }
  return { rate: times / ((elapsed() - begun) / 1000), size };
}

/** The limit: the same pool width and size, one body made once. */
async function fixedRate(size: number): Promise<number> {
  const transport = createTransport(`${url}?pool=true&maxConnections=${width}`);
  const html = 'x'
    .repeat(75)
    .concat('\n')
    .repeat(Math.ceil(size / 76));
  const mail = {
    from: 'news@shop.example',
    to: 'a@example.com',
    subject: 'Fixed',
    html,
    text: 'x'.repeat(1500),
    textEncoding: 'base64' as const,
  };
  await Promise.all(Array.from({ length: 100 }, () => transport.sendMail(mail)));
  const begun = elapsed();
  await Promise.all(Array.from({ length: mails }, () => transport.sendMail(mail)));
  const rate = mails / ((elapsed() - begun) / 1000);
  transport.close();
  return rate;
}

function partsOf(store: Store, people: Profile[]): MessageParts {
  const clock = new FakeClock(now);
  const random = new SeededRandom(1);
  const known = new Map(people.map((profile) => [profile.id, profile]));
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
      lock: async (_tx, list) => new Map(list.map((id) => [id, known.get(id)!])),
      get: async (id) => known.get(id) ?? null,
    },
    catalog: { get: (id) => items.get(id) },
    append: async () => {},
    stillTrue: async (_tx, places) => places.map(() => true),
    onResult: async () => {},
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

function context(): Record<string, unknown> {
  const entry = (id: string) => ({ id, quantity: 1, reason: 'Often bought together' });
  const all = [...items.keys()];
  const answer = { trackingToken: 'rec', cart: all.slice(0, 8).map(entry), items: all.slice(8).map(entry) };
  return { journey: { events: {}, actions: { Recommend: answer } } };
}

function person(n: number): Profile {
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

function plan(profile: Profile): Plan {
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
