import { beforeEach, describe, expect, it, vi } from 'vitest';
import { aDesk, aPlan, noon, type Desk } from '../../test/support/message.ts';
import { hostByMx } from './hosts.ts';
import { Messages } from './messages.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
let desk: Desk;
beforeEach(async () => {
  desk = await aDesk();
  await desk.store.run({
    text: 'truncate mail_lane, mail_warm_up, mail_brake, mail_told_share, message_heard, message_sender, mail_host',
  });
});

/** So many people, each with a mail that waits. */
async function planMany(count: number, domain = 'example.com', more: Parameters<Desk['plan']>[1] = {}) {
  const ids: string[] = [];
  for (let n = 0; n < count; n++)
    ids.push(await desk.plan(desk.person({ email: `p${n}@${domain}` }), { quietHours: null, ...more }));
  return ids;
}

/** Moves the clock from due time to due time, and works at each. @returns when each mail left */
async function workUntil(until: number, workers: Messages[] = [desk.messages]): Promise<number[]> {
  const left: number[] = [];
  let sent = desk.transport.sent.length;
  for (;;) {
    await Promise.all(workers.map((one) => one.work()));
    for (; sent < desk.transport.sent.length; sent++) left.push(desk.clock.now());
    const due = await desk.messages.nextDue();
    if (due === null || due > until) return left;
    desk.clock.advance(Math.max(1, due - desk.clock.now()));
  }
}

const held = async () => (await desk.messages.held()).map(({ reason, count }) => [reason, count]);
const states = async (ids: string[]) => Promise.all(ids.map(async (id) => (await desk.messages.get(id))!.state));

describe('a rate', () => {
  it('holds for all workers together, loses nobody, and lets receipts by', async () => {
    await desk.messages.pacing.setRate('all', 30);
    const ids = await planMany(40);
    const receipts = await planMany(5, 'shop.example', { class: 'transactional' });
    const other = new Messages(desk.parts);
    const left = await workUntil(noon + 10 * minute, [desk.messages, other]);
    expect(await states(receipts)).toEqual(receipts.map(() => 'accepted'));
    expect(await states(ids)).toEqual(ids.map(() => 'accepted'));
    expect(left).toHaveLength(45);
    for (const from of left) expect(left.filter((at) => at >= from && at < from + minute).length).toBeLessThan(40);
    expect(left.at(-1)! - noon).toBeGreaterThan(75_000);
  });

  it('falls by half for the host that asks for less, and for no other; another process knows', async () => {
    desk.transport.answer = ({ envelope }) =>
      envelope.to.endsWith('gmail.com')
        ? { kind: 'answered', stage: 'mail', code: 421, response: '421 4.7.28 unusual rate' }
        : { kind: 'accepted', response: '250' };
    await planMany(3, 'gmail.com');
    await desk.messages.work();
    const { lanes } = await new Messages(desk.parts).pacing.state();
    expect(lanes).toMatchObject([
      { name: 'host:gmail', perMinute: 30, loweredAt: noon, why: '421 4.7.28 unusual rate' },
    ]);
    const [late] = await planMany(1, 'googlemail.com');
    const [others] = await planMany(1, 'gmx.net');
    await desk.messages.work();
    expect(await states([late!, others!])).toEqual(['held', 'accepted']);
    expect(await held()).toContainEqual(['its turn at the rate of host:gmail', 1]);
    desk.transport.answer = () => ({ kind: 'accepted', response: '250' });
    await workUntil(noon + 20 * minute);
    expect(await states([late!])).toEqual(['accepted']);
    expect(desk.results.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(5);
  });

  it('gives the places of mails that do not go to others', async () => {
    await desk.messages.pacing.setRate('all', 60);
    const kept = await planMany(6, 'example.com', { class: 'transactional' });
    await desk.store.run({ text: 'truncate mail_lane' });
    await desk.messages.pacing.setRate('all', 60);
    // Held out at the last gate: each had a place, and gives it back.
    await planMany(6, 'other.example', { holdout: 1 });
    await workUntil(noon + 10 * minute);
    const [row] = await desk.store.rows<{ free: Date }>({ text: 'select free_at as free from mail_lane' });
    const behind = row!.free.getTime() - desk.clock.now();
    expect(await states(kept)).toEqual(kept.map(() => 'accepted'));
    expect(behind).toBeLessThanOrEqual(6 * 1000);
  });

  it('waits as long as Retry-After says, receipts too', async () => {
    desk.transport.answer = () => ({
      kind: 'answered',
      stage: 'session',
      code: 421,
      response: '421 429',
      retryAfterMs: 20 * minute,
    });
    await planMany(1);
    await desk.messages.work();
    const [receipt] = await planMany(1, 'example.com', { class: 'transactional' });
    await desk.messages.work();
    expect(await desk.messages.get(receipt!)).toMatchObject({
      state: 'held',
      reason: 'taking nothing now: way:scripted',
      due: noon + 20 * minute,
    });
  });

  it('is nothing for a host that refuses us: it closes, and suppresses nobody (trust row 19)', async () => {
    desk.transport.answer = () => ({ kind: 'answered', stage: 'mail', code: 550, response: '550 5.7.26 DMARC' });
    await planMany(500, 'gmail.com');
    await desk.messages.work();
    expect(desk.transport.sent.length).toBeLessThan(101);
    expect(await desk.store.rows({ text: 'select 1 from suppression' })).toEqual([]);
    const [[reason, count]] = (await held()) as [[string, number]];
    expect([reason, count]).toEqual(['taking nothing now: host:gmail', 500 - desk.transport.sent.length]);
    const [lane] = (await desk.messages.pacing.state()).lanes;
    expect(lane).toMatchObject({ closedUntil: noon + 15 * minute });
  });
});

describe('the mailbox host of a domain', () => {
  const mx: Record<string, string[]> = {
    'weavers.se': ['aspmx.l.google.com'],
    'looms.de': ['looms-de.mail.protection.outlook.com.'],
    'own.se': ['mx.own.se'],
  };

  it('is that of its MX: a company whose mail Google keeps waits with Gmail, and another process knows it', async () => {
    const asked: string[] = [];
    const mxOf = async (domain: string) => {
      asked.push(domain);
      if (!mx[domain]) throw new Error('no answer');
      return mx[domain];
    };
    desk = await aDesk({ mxOf });
    const ids = await Promise.all(['weavers.se', 'own.se', 'mute.se', 'far.example'].map((name) => planMany(1, name)));
    await desk.messages.work();
    await vi.waitFor(async () => {
      const rows = await desk.store.rows({ text: 'select domain, host from mail_host order by domain' });
      expect(rows).toEqual([
        { domain: 'own.se', host: 'own.se' },
        { domain: 'weavers.se', host: 'gmail' },
      ]);
    });
    expect(await states(ids.flat()), 'nobody waits for a name server').toEqual(ids.map(() => 'accepted'));
    expect(asked.toSorted(), 'nobody asks for names that cannot be').toEqual(['mute.se', 'own.se', 'weavers.se']);

    await desk.messages.pacing.setRate('host:gmail', 1);
    await planMany(1, 'gmail.com');
    const [google, own] = [...(await planMany(1, 'weavers.se')), ...(await planMany(1, 'own.se'))];
    await desk.messages.work();
    expect(await states([google!, own!])).toEqual(['held', 'accepted']);
    expect(await held()).toContainEqual(['its turn at the rate of host:gmail', 1]);
    const other = new Messages({ ...desk.parts, mxOf: () => Promise.reject(new Error('asked again')) });
    const first = await planMany(1, 'weavers.se');
    await other.work();
    expect(await states(first), 'it has not looked yet').toEqual(['accepted']);
    await vi.waitFor(async () => {
      const next = await planMany(1, 'weavers.se');
      await other.work();
      expect(await states(next)).toEqual(['held']);
    });
  });

  it.each([
    [['ASPMX.L.Google.com'], 'gmail'],
    [['alt1.gmail-smtp-in.l.google.com'], 'gmail'],
    [['looms-de.mail.protection.outlook.com.'], 'microsoft'],
    [['mx-eu.mail.am0.yahoodns.net'], 'yahoo'],
    [['mx01.mail.icloud.com'], 'apple'],
    [['mx00.gmx.net'], 'gmx'],
    [['mx.notgoogle.com', 'google.com.evil.example'], null],
    [[], null],
  ] as const)('%j is %s', (names, host) => {
    expect(hostByMx(names)).toBe(host);
  });
});

describe('a warm-up', () => {
  it('holds what is over the day’s number, ends what comes too late, and says so (trust row 36, journeys G8)', async () => {
    await desk.messages.pacing.warmUp('mail.lumenloom.example', { caps: [4, 6] });
    const bought = (at: number) => ({
      orders: [{ id: 'o', at, total: 1, refunded: 0, currency: 'EUR', items: [] }] as never,
    });
    const old = await planMany(6);
    const perishable = await planMany(1, 'late.example', { deadline: noon + 60 * minute });
    const buyer = await desk.plan(desk.person({ email: 'b@example.com', ...bought(noon - day) }), { quietHours: null });
    const receipt = await planMany(1, 'example.com', { class: 'transactional' });
    await desk.messages.work();
    expect(await states([buyer, ...receipt])).toEqual(['accepted', 'accepted']);
    expect(desk.transport.sent, 'a receipt is counted, and never held').toHaveLength(4);
    expect(await held()).toEqual([['warm-up of mail.lumenloom.example: 4 today', 5]]);
    expect((await desk.messages.pacing.state()).warmUps).toMatchObject([{ step: 0, used: 4, room: 0 }]);
    const left = await workUntil(noon + 2 * day);
    expect(left.every((at) => at >= Date.UTC(2026, 10, 23, 23))).toBe(true);
    const ended = await Promise.all([...old, ...perishable].map((id) => desk.messages.get(id)));
    expect(ended.filter((row) => row!.state === 'accepted')).toHaveLength(6);
    expect(ended.filter((row) => row!.state === 'expired')).toHaveLength(1);
    expect((await desk.messages.ledger({})).lines.find(({ state }) => state === 'expired')).toMatchObject({ count: 1 });
    expect((await desk.messages.pacing.state()).warmUps).toMatchObject([{ step: 1, used: 4 }]);
  });

  it('counts what left, not what was held out or stopped at the last look', async () => {
    await desk.messages.pacing.warmUp('mail.lumenloom.example', { caps: [10, 20] });
    await planMany(6, 'example.com', { holdout: 0.9 });
    await desk.messages.work();
    const [row] = (await desk.messages.pacing.state()).warmUps;
    expect(row!.used).toBe(desk.transport.sent.length);
  });

  it('can be begun at a later day, and ended', async () => {
    const { pacing } = desk.messages;
    await pacing.warmUp('mail.lumenloom.example', { step: 3 });
    expect((await pacing.state()).warmUps).toMatchObject([{ step: 3, room: 400 }]);
    await expect(pacing.warmUp('a.example', { caps: [5], step: 1 })).rejects.toMatchObject({
      code: 'MESSAGE_WARM_UP_INVALID',
    });
    expect(await pacing.endWarmUp('mail.lumenloom.example')).toBe(true);
    expect(await pacing.endWarmUp('mail.lumenloom.example')).toBe(false);
    expect((await pacing.state()).warmUps).toMatchObject([{ room: null }]);
  });
});

/** Mails of a journey that hosts took yesterday, and so many of them complained of. */
async function past(journey: string, of: { sent: number; complained: number; sender?: string }): Promise<void> {
  await desk.store.run({
    text: `insert into message (shard, id, key, run_id, journey, journey_version, activity, visit, profile_id, template,
        context, class, holdout, state, planned_at, due, deadline, changed_at, accepted_at, sender)
      select 1, gen_random_uuid(), $1 || $4 || n, $1 || n, $1, 1, 'mail', 1, gen_random_uuid(), 'abandoned-cart', '{}',
        'marketing', 0, 'accepted', $3, $3, $3, $3, $3, $4 from generate_series(1, $2::int) n`,
    values: [journey, of.sent, new Date(noon - day), of.sender ?? 'default'],
  });
  await desk.store.run({
    text: `insert into message_heard (shard, message_id, kind, at, journey, activity, profile_id)
      select shard, id, 'complained', $3, journey, activity, profile_id from message
        where journey = $1 and sender = $4 limit $2`,
    values: [journey, of.complained, new Date(noon - day / 2), of.sender ?? 'default'],
  });
}

describe('a brake', () => {
  it('stops the journey that is complained of, and no other, and no receipt; a person releases it with a word', async () => {
    await past('abandoned-cart', { sent: 2000, complained: 12 });
    await past('welcome', { sent: 4000, complained: 0 });
    const ids = await planMany(3);
    const [other] = await planMany(1, 'other.example', { journey: 'welcome' });
    const [receipt] = await planMany(1, 'receipt.example', { class: 'transactional' });
    await desk.messages.work();
    expect(await states([...ids, other!, receipt!])).toEqual(['held', 'held', 'held', 'accepted', 'accepted']);
    const { pacing } = desk.messages;
    expect((await pacing.state()).brakes).toMatchObject([
      { scope: 'journey:abandoned-cart', why: '12 of 2000 readers complained', releasedAt: null },
    ]);
    const released = pacing.release('all', { by: 'Eva', note: 'x' });
    await expect(released).rejects.toMatchObject({ code: 'MESSAGE_BRAKE_FREE' });
    await pacing.release('journey:abandoned-cart', { by: 'Eva', note: 'the list was bought; it is gone' });
    await desk.messages.work();
    expect(await states(ids)).toEqual(['accepted', 'accepted', 'accepted']);
    await new Messages(desk.parts).pacing.look();
    expect((await pacing.state()).brakes, 'what was released counts no more, and stays to be read').toMatchObject([
      { scope: 'journey:abandoned-cart', releasedBy: 'Eva', note: 'the list was bought; it is gone' },
    ]);
  });

  it('stops all marketing mail when it is the sender’s name that suffers', async () => {
    await past('abandoned-cart', { sent: 1000, complained: 3 });
    await past('welcome', { sent: 9000, complained: 60 });
    const found = await desk.messages.pacing.look();
    expect(found.map(({ scope, level }) => [scope, level])).toEqual([
      ['all', 'stop'],
      ['journey:abandoned-cart', 'watch'],
      ['journey:welcome', 'stop'],
    ]);
    const [mail] = await planMany(1, 'x.example', { journey: 'third' });
    await desk.messages.work();
    expect(await states([mail!])).toEqual(['held']);
  });

  it('stops the one sending domain whose readers complain, where a shop has several (trust §1.4)', async () => {
    await desk.messages.senders.put('loom', { name: 'Loom', from: 'Loom <hello@loom.example>' });
    await past('abandoned-cart', { sent: 8000, complained: 0 });
    await past('abandoned-cart', { sent: 1500, complained: 14, sender: 'loom' });
    const [ours, theirs] = [...(await planMany(1)), ...(await planMany(1, 'x.example', { sender: 'loom' }))];
    await desk.messages.work();
    expect(await states([ours!, theirs!])).toEqual(['accepted', 'held']);
    const { brakes, domains } = await desk.messages.pacing.state();
    expect(brakes.map(({ scope, why }) => [scope, why])).toEqual([
      ['domain:loom.example', '14 of 1500 readers complained'],
    ]);
    expect(domains).toEqual(['mail.lumenloom.example', 'loom.example']);
  });

  it('heeds what Gmail shows to senders alone, once somebody has typed it in', async () => {
    const { pacing } = desk.messages;
    const told = { domain: 'mail.lumenloom.example', host: 'gmail', day: '2026-11-22' };
    await pacing.tell({ ...told, share: 0.0012 }, 'Eva');
    expect(await pacing.look()).toEqual([
      { scope: 'all', level: 'watch', why: 'gmail says that 0.12 % complained on 2026-11-22' },
    ]);
    await pacing.tell({ ...told, share: 0.004 }, 'Eva');
    const [mail] = await planMany(1);
    await desk.messages.work();
    expect(await states([mail!])).toEqual(['held']);
    await pacing.release('all', { by: 'Eva', note: 'the list was cleaned' });
    desk.clock.advance(1);
    await desk.messages.work();
    expect(await states([mail!])).toEqual(['accepted']);
    expect((await pacing.state()).told).toMatchObject([{ ...told, share: 0.004, toldBy: 'Eva' }]);
    for (const wrong of [{ domain: 'other.example' }, { day: '2026-11-24' }, { day: '2026-11-01' }]) {
      const refused = pacing.tell({ ...told, ...wrong, share: 0 }, 'Eva');
      await expect(refused).rejects.toMatchObject({ code: 'MESSAGE_TOLD_INVALID' });
    }
  });

  it('of a template stops its mails when every second one cannot be written, and one fault stops nothing (trust row 62)', async () => {
    const empty = { context: { journey: { events: {}, actions: {} } } };
    const [faulty] = await planMany(1, 'faulty.example', empty);
    const good = await planMany(99);
    await desk.messages.work();
    expect(await states([faulty!])).toEqual(['render_failed']);
    expect(new Set(await states(good))).toEqual(new Set(['accepted']));
    expect((await desk.messages.pacing.state()).brakes).toEqual([]);

    for (let n = 0; n < 10; n++) {
      await planMany(1, `a${n}.example`, empty);
      await planMany(1, `b${n}.example`);
    }
    const others = await planMany(30, 'c.example');
    await desk.messages.work();
    expect((await desk.messages.pacing.state()).brakes).toMatchObject([
      {
        scope: 'template:abandoned-cart',
        why: expect.stringMatching(/^10 of the last 20 mails could not be written: /),
      },
    ]);
    expect(new Set(await states(others))).toEqual(new Set(['held']));
    await desk.messages.pacing.release('template:abandoned-cart', { by: 'Ada', note: 'mended' });
    await desk.messages.work();
    expect(new Set(await states(others))).toEqual(new Set(['accepted']));
  });

  it('reaches what was claimed before it was pulled (trust row 60)', async () => {
    await planMany(1);
    await desk.store.run({
      text: `insert into mail_brake (id, scope, why, counts, pulled_at) values ($1, 'all', 'seen', '{}', now())`,
      values: [desk.ids.next()],
    });
    // As if it had been pulled between the claim and the first byte: the claim does not see it.
    const blind = { ...desk.parts, store: seeingBrakesLate(desk.parts.store) };
    const worker = new Messages(blind as typeof desk.parts);
    await worker.work();
    expect(desk.transport.sent).toEqual([]);
    expect(await held()).toEqual([['brake: too many came back', 1]]);
  });

  it('lets those that it holds end at their deadline, and their runs go on', async () => {
    await past('abandoned-cart', { sent: 2000, complained: 30 });
    const plan = aPlan(desk.person(), desk.ids.next(), { quietHours: null });
    await desk.store.inTransaction((tx) => desk.messages.plan(tx, plan));
    await workUntil(noon + 10 * day);
    expect(desk.results).toMatchObject([{ runId: plan.runId, outcome: 'expired' }]);
  });
});

/** A store whose first look at the brakes sees none. */
function seeingBrakesLate(store: Desk['store']): unknown {
  let looks = 0;
  const blind = <T extends object>(runner: T): T =>
    new Proxy(runner, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return async (query: { name?: string }, ...rest: unknown[]) => {
          const found = await (value as (...args: unknown[]) => Promise<unknown>).call(target, query, ...rest);
          if (query.name !== 'mail-slowed' || looks++ > 0) return found;
          return (found as { braked: string[] }[]).map((row) => ({ ...row, braked: [] }));
        };
      },
    });
  return new Proxy(store, {
    get(target, name) {
      if (name === 'inTransaction')
        return (work: (tx: object) => Promise<unknown>) => target.inTransaction((tx) => work(blind(tx)));
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}
