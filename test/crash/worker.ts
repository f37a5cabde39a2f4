import { createInterface } from 'node:readline';
import { joinRooms } from '../../src/app.ts';
import { jsonLog, VirtualClock } from '../../src/base/index.ts';
import { openFront, type ShopEvent } from '../../src/event/index.ts';
import type { CallAnswer, CallRequest } from '../../src/journey/index.ts';
import { Messages, type Plan } from '../../src/message/index.ts';
import { readFront } from '../../src/settings-front.ts';
import { openStore } from '../../src/store/index.ts';
import { answerOf, settingsOf } from './ground.ts';

/**
 * A Beckon without doors, in a process of its own, to be killed: all rooms joined as in the product, on the database and
 * the mail server named in the environment. It does what it is told, line by line, and nothing by itself; so
 * `BECKON_CRASH_AT` strikes at a known place. It says `ready` when it has loaded, and opens the rooms at its first order.
 */
export type Order =
  | { do: 'receive'; events: ShopEvent[] }
  /** Everything that is due, until nothing is left. */
  | { do: 'settle' }
  /** The same, after moving business time. */
  | { do: 'pass'; ms: number }
  /** Moves business time and does nothing else. */
  | { do: 'later'; ms: number }
  /** Asks for a person's erasure and carries it out. */
  | { do: 'erase'; profile: string }
  /** Something is done with a journey. */
  | {
      do: 'life';
      key: string;
      what: 'pause' | 'resume' | 'close' | 'stop' | 'publish' | 'rollback' | 'migrate' | 'retry';
    }
  /** Looks for what owners must know, and has them told. */
  | { do: 'look' }
  /** T1 by hand, for classes that no recipe sends. */
  | { do: 'plan'; plan: Plan }
  | { do: 'release'; message: string }
  /** Somebody says something of a mail. */
  | { do: 'hear'; notice: Parameters<Messages['hear']>[0] }
  /** Sends the log on to its address, which writes down what it takes. */
  | { do: 'outlet' }
  /** Works audiences out over everybody. */
  | { do: 'build' }
  /** Learns what is in the feed and writes a snapshot of it. */
  | { do: 'snapshot' }
  /**
   * The send ledger alone: once, until the process is stopped, or for so long of real time, and then in spite of whatever
   * fails on the way, as the pulse of the product does.
   */
  | { do: 'send'; forEver?: boolean; forMs?: number };

const databaseUrl = process.env['CRASH_DATABASE_URL']!;
const smtpUrl = process.env['CRASH_SMTP_URL']!;
/** A log before the table; empty: there is none. */
const logUrl = process.env['CRASH_LOG_URL'] ?? '';
/** Leases of the send ledger, ms of real time: a second instead of minutes, so that recovery is quick. */
const short = { leaseMs: 1000, wireLeaseMs: 1200, recoveryMs: 400 };

async function open() {
  const store = await openStore(databaseUrl, { connections: 8 });
  const settings = settingsOf({ databaseUrl, smtpUrl });
  const at = { as: 'CRASH_LOG_URL', value: logUrl };
  const front = logUrl === '' ? null : await openFront(readFront(at, (as, _, why) => new Error(`${as} ${why}`)));
  const rooms = await joinRooms(settings, { store, log: jsonLog(Date.now), front });
  rooms.carrier?.start();
  rooms.slots.callOwn = async (request: CallRequest): Promise<CallAnswer> => {
    const key = request.headers['idempotency-key'];
    await store.run({ text: 'insert into crash_call (key, body) values ($1, $2)', values: [key, request.body] });
    return { status: 200, headers: {}, text: JSON.stringify(answerOf(['coat-1', 'coat-2'], ['scarf'])) };
  };
  const post = new Messages({
    ...rooms,
    secret: new TextEncoder().encode(settings.secret),
    publicUrl: settings.publicUrl,
    shop: { name: 'Lumen & Loom', url: `${settings.publicUrl}/shop`, zone: settings.zone },
    from: settings.from!,
    replyTo: null,
    postalAddress: settings.postalAddress!,
    transport: rooms.transport.out,
    append: (tx, events) => rooms.events.append(tx, events),
    // A run, as far as the ledger sees one: told once, it has gone on.
    stillTrue: async (tx, places) => {
      const ids = places.map(({ runId }) => runId);
      const told = await tx.rows<{ id: string }>({
        text: 'select run_id as id from crash_told where run_id = any($1)',
        values: [ids],
      });
      return ids.map((runId) => (told.some(({ id }) => id === runId) ? 'The run has gone on' : true));
    },
    onResult: async (tx, ...results) => {
      for (const { runId, outcome } of results)
        await tx.run({ text: 'insert into crash_told (run_id, outcome) values ($1, $2)', values: [runId, outcome] });
    },
    settings: short,
  });
  return { rooms, post };
}

type Opened = Awaited<ReturnType<typeof open>>;

async function later({ clock, memory }: Opened['rooms'], ms: number): Promise<void> {
  const virtual = clock as VirtualClock;
  virtual.moveTo(virtual.now() + ms);
  await memory.set('clock-offset', virtual.offset);
}

async function life(
  { store, journeys, lifecycle, runner }: Opened['rooms'],
  { key, what }: Extract<Order, { do: 'life' }>,
) {
  if (what === 'pause') return void (await lifecycle.pause(key));
  if (what === 'close') return void (await lifecycle.close(key));
  if (what === 'rollback') return void (await lifecycle.rollback(key, 1));
  if (what === 'retry') {
    const inside = 'select id from journey_run where journey = $1 and ended_at is null';
    const ids = (await store.rows<{ id: string }>({ text: inside, values: [key] })).map(({ id }) => id);
    return void (await runner.change(ids, () => ({ kind: 'moved', how: 'retry', by: 'somebody' })));
  }
  if (what === 'resume') return void (await lifecycle.resume(key, { waits: 'shift' }));
  if (what === 'stop') await lifecycle.stop(key);
  if (what === 'publish') await journeys.publish(key);
  if (what === 'migrate') await lifecycle.migrate(key, {});
  await lifecycle.work();
}

async function obey({ rooms, post }: Opened, order: Order): Promise<unknown> {
  switch (order.do) {
    case 'receive':
      return rooms.events.receive(order.events);
    case 'settle':
      return rooms.pulse.settle();
    case 'later':
      return later(rooms, order.ms);
    case 'pass':
      await later(rooms, order.ms);
      return rooms.pulse.settle();
    case 'erase': {
      const profile = await rooms.profiles.get(order.profile);
      if (profile) await rooms.erasures.request(profile);
      return rooms.erasures.work();
    }
    case 'look':
      return rooms.watching.look();
    case 'life':
      return life(rooms, order);
    case 'hear':
      return post.hear(order.notice);
    case 'outlet':
      rooms.slots.callOutside = async ({ headers, body }) => {
        const values = [headers['webhook-id'], body];
        await rooms.store.run({ text: 'insert into crash_call (key, body) values ($1, $2)', values });
        return { status: 200, headers: {}, text: '' };
      };
      return rooms.outlet.send();
    case 'build':
      return rooms.profiles.audiences.builds.finish();
    case 'snapshot':
      await rooms.learning.follower.catchUp();
      return rooms.learning.snapshots.make(rooms.learning.follower);
    case 'plan':
      return rooms.store.inTransaction((tx) => post.plan(tx, order.plan));
    case 'release':
      return post.release(order.message);
    case 'send':
      if (order.forMs !== undefined) return sendFor(post, order.forMs);
      for (;;) {
        const { done } = await post.work();
        if (!order.forEver) return done;
        if (done === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      }
  }
}

async function sendFor(post: Messages, ms: number): Promise<number> {
  let failures = 0;
  for (const end = performance.now() + ms; performance.now() < end;) {
    const { done } = await post.work().catch(() => {
      failures++;
      return { done: 0 };
    });
    if (done === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return failures;
}

let opened: Promise<Opened> | undefined;
process.stdout.write('{"ready":true}\n');
for await (const line of createInterface({ input: process.stdin })) {
  const { rooms, post } = await (opened ??= open());
  try {
    process.stdout.write(
      `${JSON.stringify({ done: (await obey({ rooms, post }, JSON.parse(line) as Order)) ?? null })}\n`,
    );
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ failed: (error as Error).stack })}\n`);
  }
}
// Told to go: a clean stop hands its leases back.
if (opened) {
  const { rooms } = await opened;
  await rooms.carrier?.stop();
  await rooms.folder.stop();
  await rooms.front?.close();
  await rooms.transport.close();
  await rooms.store.close();
}
process.exit();
