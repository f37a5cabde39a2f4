import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { migrations } from '../../src/schema.ts';
import { SeededRandom } from '../../src/base/index.ts';
import { migrate, openStore, type Store } from '../../src/store/index.ts';
import { adminKey, freePort } from '../support/beckon.ts';
import { Nats, natsServer } from '../support/nats.ts';
import { openFront } from '../../src/event/index.ts';
import { Database } from './database.ts';
import { Member } from './fleet.ts';
import { harm } from './harm.ts';
import { Outside } from './outside.ts';
import { LogLook, planted } from './planted.ts';
import { reckon, underWay } from './reckon.ts';
import { pause, Shoppers } from './shoppers.ts';

/**
 * `npm run chaos -- --seconds N --seed S --log nats --json`: the whole of Beckon in several processes on one PostgreSQL, under load,
 * while processes are killed and stopped, connections cut, PostgreSQL restarted, its disk filled, clocks stepped, and the
 * mail host and the service a journey calls are slow and fail (trust.md §2.6). Then everything is let come to rest, and what the
 * ledger, the log and the profiles say is held against what was answered and what the mail host has, and all that the processes
 * wrote is looked through for what people and the shop had said. The last line is
 * JSON; the exit code is 1 when something that must never be, is. With `--log nats` three NATS servers stand before the database, and are
 * killed one at a time.
 */
const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: '20261130' },
    'per-second': { type: 'string', default: '6' },
    log: { type: 'string', default: 'table' },
    json: { type: 'boolean', default: false },
  },
});
const seconds = Number(flags.seconds);
const seed = Number(flags.seed);
const hour = 3_600_000;
const chance = new SeededRandom(seed);
const tell = (line: string) => void (flags.json || process.stderr.write(`${line}\n`));

/** Which processes there are: their roles, and how many of each. */
const posts: readonly [string, number][] = [
  ['collect', 3],
  ['recommend', 2],
  ['journey', 2],
  ['send', 2],
  ['studio', 1],
];

const database = await Database.make();
const folder = mkdtempSync(join(tmpdir(), 'beckon-chaos-data-'));
let slowMs = 0;
const outside = await Outside.open(() => slowMs * chance.next());
const nats = flags.log === 'nats' ? await openNats() : null;
const members: Member[] = [];
const secret = 'chaos-secret-0123456789-0123456789-0123456789';
const look = new LogLook([adminKey, secret]);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void clear().then(() => process.exit(1)));
const code = await run().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  return 1;
});
await clear();
process.exit(code);

/** Nothing of it stays, however it ends. */
async function clear(): Promise<void> {
  await Promise.all(members.map((member) => member.dismiss()));
  await outside.close();
  await nats?.stop();
  await database.remove();
  rmSync(folder, { recursive: true, force: true });
}

async function openNats(): Promise<Nats> {
  if (natsServer() === null) throw new Error('There is no nats-server (apt-get install nats-server)');
  const servers = await Nats.start(3);
  await (await openFront(servers.place('CHAOS'))).close();
  return servers;
}

async function run(): Promise<number> {
  const store = await openStore(database.url, { connections: 4 });
  await migrate(store, migrations);
  await hire();
  await allReady();
  await furnish();
  const shoppers = new Shoppers(
    { events: membersOf('collect'), lists: membersOf('recommend'), rest: membersOf('studio') },
    chance,
    adminKey,
  );
  tell(`${members.length} processes; harm for ${seconds} s, seed ${seed}`);
  const coming = shoppers.come(Number(flags['per-second']), 60);
  const slowMail = (ms: number) => void (slowMs = ms);
  const { done, kills } = await harm(
    { members, database, outside, nats, chance, slowMail },
    performance.now() + seconds * 1000,
  );
  await shoppers.stop(60_000);
  await coming;
  const settledMs = await settle(store);
  const found = await reckon(store, { shoppers, outside, ask });
  await store.close();
  found.broken.push(...look.found, ...(look.lines === 0 ? ['no process wrote anything'] : []));
  for (const line of found.broken) tell(`BROKEN  ${line}`);
  tell(JSON.stringify({ done, messages: found.messages }, null, 2));
  const { accepted, eventsLost, doubled, lostUnseen, inDoubt, broken } = found;
  const unanswered = shoppers.sent.filter(({ acknowledged }) => !acknowledged).length;
  const lists = shoppers.lists.answered;
  const sums = { people: shoppers.people, accepted, unanswered, lists, mails: outside.sink.mails.size };
  const line = {
    seed,
    seconds,
    kills,
    ...sums,
    eventsLost,
    doubled,
    lostUnseen,
    inDoubt,
    logLines: look.lines,
    leaked: look.found.length,
    broken: broken.length,
    settledMs,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  return broken.length === 0 && accepted > 0 ? 0 : 1;
}

function membersOf(role: string): Member[] {
  return members.filter(({ post }) => post.name.startsWith(role));
}

async function hire(): Promise<void> {
  for (const [role, count] of posts)
    for (let no = 1; no <= count; no++) {
      const flags = ['--data', join(folder, `${role}-${no}`), '--role', role, '--zone', daylight()];
      const member = new Member({ name: `${role} ${no}`, flags, port: await freePort() }, environment(), look);
      // One clock in two is wrong by up to an hour once it steps.
      member.clock = [0, Math.round((chance.next() - 0.5) * 2 * hour), 0];
      members.push(member);
      member.start();
    }
}

function environment(): Record<string, string> {
  return {
    DATABASE_URL: database.url,
    ...(nats === null ? {} : { BECKON_LOG_URL: nats.url('CHAOS') }),
    BECKON_ADMIN_KEY: adminKey,
    BECKON_SECRET: secret,
    BECKON_SMTP_URL: `${outside.sink.url}?tls=off`,
    BECKON_FROM: 'Shop <shop@shop.example>',
    BECKON_POSTAL_ADDRESS: 'Shop, Street 1, 12345 Town',
    BECKON_SHOP_URL: 'https://shop.example',
    BECKON_ALLOWED_HOSTS: outside.service,
    BECKON_LEASE_MS: '3000',
    BECKON_RECOVERY_MS: '4000',
    BECKON_RATES: 'address=0,key=0,visitors=0,pace=0',
    BECKON_LOG: 'info',
  };
}

/** A zone in which it is early afternoon, so that no quiet hours keep the mail. */
function daylight(): string {
  const ahead = 13 - new Date().getUTCHours();
  return ahead === 0 ? 'Etc/GMT' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

async function allReady(): Promise<void> {
  const until = performance.now() + 120_000;
  for (const member of members)
    while (!(await member.isReady())) {
      if (performance.now() > until) throw new Error(`${member.post.name} is not ready:\n${member.said.join('')}`);
      await pause(100);
    }
}

/** What the shop sets up: a datastream, a mail, and a journey that waits, calls a service and sends the mail. */
async function furnish(): Promise<void> {
  const blocks = [
    { kind: 'text', words: 'Dear {{profile.firstName}}, you left something in your cart' },
    { kind: 'button', words: 'Back to your cart', href: '{{shop.url}}/cart' },
    { kind: 'footer' },
  ];
  const preheader = 'Your cart is still here, with everything that you put in it.';
  await ask('PUT', '/v1/secrets/service', { value: planted.serviceKey });
  await ask('PUT', '/v1/datastreams/default', { name: 'default' });
  await ask('PUT', '/v1/templates/cart', { name: 'Cart', subject: 'Your cart', preheader, blocks });
  await ask('POST', '/v1/templates/cart/publish');
  const url = `http://${outside.service}/recommend`;
  await ask('PUT', '/v1/journeys/cart', {
    key: 'cart',
    name: 'Cart',
    entry: { kind: 'event', event: 'cart.changed', when: 'count(event.lines) > 0', onRepeat: 'restart' },
    exits: [{ event: 'ordered', reason: 'Bought' }],
    reentry: { after: 'P30D' },
    holdout: 0.1,
    start: 'wait',
    activities: {
      wait: { kind: 'wait', for: 'PT2S', next: 'ask' },
      ask: {
        kind: 'action',
        name: 'Ask',
        method: 'POST',
        url,
        headers: { authorization: 'Bearer {{secret.service}}' },
        body: { for: '=profile.id' },
        timeout: 'PT2S',
        next: 'mail',
        onError: 'mail',
      },
      mail: { kind: 'message', message: 'cart', next: 'done' },
      done: { kind: 'end', label: 'Reminded' },
    },
  });
  await ask('POST', '/v1/journeys/cart/publish');
}

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${membersOf('studio')[0]!.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${adminKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text) as T;
}

/**
 * All end and begin anew, with clocks a little after the latest of the wrong ones, so that what those put off comes due; then
 * until nothing is under way. What was on the wire of a process that was killed is leased for eleven minutes, as long as a
 * mail host may take with its answer (trust.md §2.2): nobody holds those leases any more, so they are let lapse.
 */
async function settle(store: Store): Promise<number> {
  const from = performance.now();
  const front = nats && (await openFront(nats.place('CHAOS')));
  const stopped = await Promise.all(members.map((member) => member.dismiss()));
  tell(`Stopped within ${Math.round(Math.max(...stopped))} ms`);
  await store.run({ text: `update message set lease_until = now() where state in ('leased', 'sending')` });
  for (const member of members) {
    member.clock = [hour + 60_000];
    member.start();
  }
  for (;;) {
    const [left] = await store.rows<Record<string, number>>({
      text: `select (select count(*)::int from event_inbox) as inbox,
        (select count(*)::int from journey_run where ended_at is null) as runs,
        (select count(*)::int from message where state = any($1)) as messages`,
      values: [underWay],
    });
    if (front) left!['before the database'] = await front.holds();
    const rest = Object.values(left!).reduce((sum, n) => sum + n, 0);
    if (rest === 0) {
      await front?.close();
      return Math.round(performance.now() - from);
    }
    if (performance.now() - from > 180_000) {
      tell(`Not come to rest: ${JSON.stringify(left)}`);
      for (const member of members) tell(`${member.post.name}: ${member.said.slice(-3).join('')}`);
      return Math.round(performance.now() - from);
    }
    await pause(250);
  }
}
