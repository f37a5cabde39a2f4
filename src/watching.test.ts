import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshStore } from '../test/support/database.ts';
import { joinRooms, migrations, type Rooms } from './app.ts';
import { quietLog } from './base/index.ts';
import { recipes, type JourneyDefinition } from './journey/index.ts';
import { readSettings } from './settings.ts';
import { Watching } from './watching.ts';

const cart = recipes().find(({ key }) => key === 'abandoned-cart')!;
const wandered = recipes().find(({ key }) => key === 'only-wandered')!;
const minute = 60_000;
let rooms: Rooms;

beforeAll(async () => {
  const store = await freshStore(migrations);
  const settings = { ...readSettings([], {}), secret: 's'.repeat(40), databaseUrl: store.url };
  rooms = await joinRooms(settings, { store, log: quietLog });
});
afterAll(() => rooms.transport.close());
beforeEach(async () => {
  await rooms.store.run({ text: 'truncate journey_step, journey_wait, alert, alert_notice, mailbox, message' });
  for (const { key } of rooms.journeys.list()) await rooms.journeys.remove(key);
});

async function live(definition: JourneyDefinition): Promise<void> {
  await rooms.journeys.put(definition);
  await rooms.journeys.publish(definition.key);
}

async function step(no: number, kind: string, more: { activity: string; reason: string | null; detail?: object }) {
  const { activity, reason, detail = {} } = more;
  await rooms.store.run({
    text: `insert into journey_step (run_id, no, shard, profile_id, journey, at, activity, kind, reason, detail)
      values (gen_random_uuid(), $1, 0, gen_random_uuid(), 'abandoned-cart', $2, $3, $4, $5, $6)`,
    values: [no, new Date(rooms.clock.now() - minute), activity, kind, reason, JSON.stringify(detail)],
  });
}

async function wait(journey: string, agoMs: number, held = false): Promise<void> {
  await rooms.store.run({
    text: `insert into journey_wait (run_id, shard, profile_id, due, journey, held)
      values (gen_random_uuid(), 0, gen_random_uuid(), $1, $2, $3)`,
    values: [new Date(rooms.clock.now() - agoMs), journey, held],
  });
}

describe('what somebody must know (journeys F13)', () => {
  const keys = async () => (await rooms.watching.troubles()).map(({ key }) => key).sort();

  it('is nothing when all is well', async () => {
    await live(cart);
    await wait(cart.key, minute);
    await wait(cart.key, 60 * minute, true);
    for (let n = 0; n < 4; n++) await step(n, 'action', { activity: 'recommend', reason: 'HTTP 503' });
    expect(await keys(), 'four failures are too few to tell').toEqual([]);
  });

  it('mail hosts that refuse us, once there are five within an hour (trust row 19)', async () => {
    const refuse = (agoMs: number) =>
      rooms.store.run({
        text: `insert into message_heard (shard, message_id, kind, at, class, weight, journey, activity, profile_id)
          values (0, gen_random_uuid(), 'bounced', $1, 'policy', 1, 'abandoned-cart', 'mail', gen_random_uuid())`,
        values: [new Date(rooms.clock.now() - agoMs)],
      });
    await refuse(2 * 60 * minute);
    for (let n = 0; n < 4; n++) await refuse(minute);
    expect(await keys()).toEqual([]);
    await refuse(minute);
    expect(await keys()).toEqual(['refused']);
    await rooms.store.run({ text: 'truncate message_heard' });
  });

  it('runs that need a hand, with the owners of their journey', async () => {
    await live({ ...cart, alerts: { to: ['cart@shop.example'] } });
    await wait(cart.key, 6 * minute);
    await wait(cart.key, 9 * minute);
    expect(await rooms.watching.troubles()).toMatchObject([
      {
        key: 'stuck:abandoned-cart',
        title: '2 runs of "Abandoned cart" need a hand',
        owners: ['cart@shop.example'],
        journey: 'abandoned-cart',
      },
    ]);
  });

  it('calls and mails that fail more often than their journey says', async () => {
    await live({ ...cart, alerts: { errorShare: 0.5 } });
    for (let n = 0; n < 10; n++) {
      await step(n, 'action', { activity: 'recommend', reason: n < 5 ? 'HTTP 503' : null });
      await step(n, 'messaged', { activity: 'mail', reason: null, detail: { outcome: n < 6 ? 'failed' : 'accepted' } });
    }
    expect(await keys(), 'half is not more than half').toEqual(['failing:abandoned-cart/mail']);
    await step(11, 'action', { activity: 'recommend', reason: 'HTTP 500' });
    const [call] = (await rooms.watching.troubles()).filter(({ kind }) => kind === 'action');
    expect(call).toMatchObject({ key: 'failing:abandoned-cart/recommend' });
    expect(call!.text).toContain('6 of 11 within five minutes; the last: HTTP 50');
  });

  it('services that are down', async () => {
    await live(cart);
    const failure = { status: 'http_503', reason: 'HTTP 503' };
    const down = Array.from({ length: 5 }, () => 'down' as const);
    await rooms.runner.services.note('abandoned-cart/recommend', down, { isProbe: false, failure });
    const [trouble] = await rooms.watching.troubles();
    expect(trouble).toMatchObject({
      key: 'breaker:abandoned-cart/recommend',
      kind: 'breaker',
      journey: 'abandoned-cart',
    });
    expect(trouble!.text).toContain('HTTP 503');
    await rooms.runner.services.close('abandoned-cart/recommend');
    expect(await keys()).toEqual([]);
  });

  it('audiences that were not read ten minutes after their hour', async () => {
    await live(wandered);
    await rooms.store.inTransaction((tx) =>
      rooms.journeys.setReadDue(wandered.key, rooms.clock.now() - 9 * minute, tx),
    );
    expect(await keys()).toEqual([]);
    await rooms.store.inTransaction((tx) =>
      rooms.journeys.setReadDue(wandered.key, rooms.clock.now() - 11 * minute, tx),
    );
    expect(await keys()).toEqual(['reading:only-wandered']);
  });

  it('feeds that were refused or wait for a word, and what must never be', async () => {
    const run = {
      alarms: [1, 2],
      error: { code: 'FEED_NOTHING_TAKEN', why: 'No row could be taken', mend: 'Mend it' },
    };
    const feeds = {
      list: async () => [
        { key: 'a', name: 'Ours', last: { ...run, state: 'failed' } },
        { key: 'b', name: 'Theirs', last: { ...run, state: 'held' } },
        { key: 'c', name: 'New', last: null },
      ],
    };
    const auditing = { found: new Map([['x', { which: 'I4', what: 'a mail twice', id: 'm1' }]]) };
    const watched = () => ({ ...rooms, feeds: feeds as never, auditing });
    const found = await new Watching({ ...rooms, alerts: rooms.watching.alerts }, watched).troubles();
    expect(found.map(({ key, title }) => `${key}: ${title}`)).toEqual([
      'feed:a: The feed "Ours" was refused',
      'feed:b: The feed "Theirs" waits for approval',
      'invariant: Something was found that must never be',
    ]);
    expect(found[0]!.text).toBe('No row could be taken. Mend it');
  });
});

it('reaches the owners as a mail of the ledger, once', async () => {
  await live(cart);
  await rooms.watching.alerts.put({ mails: ['owner@shop.example'], webhook: null });
  await wait(cart.key, 6 * minute);
  await rooms.watching.look();
  await rooms.watching.look();
  await rooms.messages.work();
  const mails = await rooms.store.rows<{ recipient: string; subject: string; body_text: string; html: string }>({
    text: 'select recipient, subject, body_text, html from mailbox',
  });
  expect(mails.map(({ recipient, subject }) => [recipient, subject])).toEqual([
    ['owner@shop.example', 'Needs a hand: One run of "Abandoned cart" needs a hand'],
  ]);
  expect(mails[0]!.body_text).toContain('GET /v1/journeys/abandoned-cart/stuck');
  expect(mails[0]!.html).toContain('Needs a hand');
});
