import { beforeEach, describe, expect, it } from 'vitest';
import { aContext, aDesk, anItem, aPlan, noon, type Desk } from '../../test/support/message.ts';
import { assignArm, journeySalt } from '../profile/index.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await aDesk();
});
const hour = 3_600_000;
const state = async (id: string) => (await desk.messages.get(id))!.state;
const reason = async (id: string) => (await desk.messages.get(id))!.reason;

/** The rows' leases and doubts, made old on the database's clock. */
async function letLapse(column: 'lease_until' | 'doubt_at' = 'lease_until'): Promise<void> {
  await desk.store.run({
    text: `update message set ${column} = now() - interval '1 hour' where ${column} is not null`,
  });
}

describe('the send ledger', () => {
  it('sends a planned message once and tells its run, the log and the attempt', async () => {
    const ada = desk.person();
    const id = await desk.plan(ada);
    expect(await desk.messages.work()).toEqual({ done: 1 });
    expect(await desk.messages.work()).toEqual({ done: 0 });
    expect(desk.transport.sent.map((mail) => mail.envelope.to)).toEqual(['ada@example.com']);
    expect(await desk.messages.get(id)).toMatchObject({ state: 'accepted', arm: 'treated', acceptedAt: noon });
    expect(desk.results.map(({ outcome }) => outcome)).toEqual(['accepted']);
    expect(desk.events).toMatchObject([
      {
        types: ['message.accepted'],
        visitor: `profile:${ada.id}`,
        level: 3,
        message: { id, journey: 'abandoned-cart' },
      },
    ]);
    const [attempt] = await desk.store.rows<{ result: { kind: string } }>({ text: 'select result from attempt' });
    expect(attempt!.result.kind).toBe('accepted');
  });

  it('carries the picture of the opening only where its journey listens for it (journeys A9, M4)', async () => {
    const ada = desk.person();
    const rank = { priority: 50, group: 'journey:abandoned-cart', cap: null };
    const id = await desk.plan(ada, { rank: { ...rank, opens: true } });
    await desk.plan(desk.person({ email: 'bo@example.com' }), { rank });
    await desk.messages.work();
    const tokenIn = (to: string) => {
      const mail = desk.transport.sent.find(({ envelope }) => envelope.to === to)!;
      const part = mail.raw
        .toString()
        .split(/\r\n\r\n/)
        .at(-1)!;
      const html = Buffer.from(part.replace(/--[\s\S]*$/, ''), 'base64').toString();
      expect(html).toContain('</body>');
      return /\/p\/(v1\.1\.[\w.-]+)/.exec(html)?.[1] ?? null;
    };
    expect(tokenIn('bo@example.com')).toBeNull();
    const token = tokenIn('ada@example.com')!;
    expect(await desk.messages.open(token)).toMatchObject({
      types: ['message.opened'],
      level: 2,
      message: { id, activity: 'mail' },
    });
    expect(await desk.messages.open(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)).toBeNull();
    expect(await desk.messages.click(token), 'it opens nothing else').toBeNull();
  });

  it('plans the same place of the same run once, and another visit anew (trust row 61)', async () => {
    const ada = desk.person();
    const plan = aPlan(ada, desk.ids.next());
    const twice = await desk.store.inTransaction(async (tx) => [
      await desk.messages.plan(tx, plan),
      await desk.messages.plan(tx, plan),
      await desk.messages.plan(tx, { ...plan, visit: 2 }),
    ]);
    expect(twice[0]).toBe(twice[1]);
    expect(twice[2]).not.toBe(twice[0]);
  });

  it('sends one mail a message when two workers work at once', async () => {
    for (let i = 0; i < 30; i++) await desk.plan(desk.person({ email: `p${i}@example.com` }));
    await Promise.all([desk.messages.work(), desk.messages.work()]);
    await desk.messages.work();
    expect(new Set(desk.transport.sent.map(({ key }) => key)).size).toBe(30);
    expect(desk.transport.sent).toHaveLength(30);
  });

  it('defers an answer "later" up the ladder and sends again with the same Message-ID (trust row 44)', async () => {
    const id = await desk.plan(desk.person());
    desk.transport.answer = () => ({ kind: 'answered', stage: 'mail', code: 451, response: '451 try later' });
    await desk.messages.work();
    expect(await desk.messages.get(id)).toMatchObject({ state: 'deferred', reason: '451 try later', tries: 1 });
    const due = (await desk.messages.nextDue())!;
    expect(Math.abs(due - noon - 5 * 60_000)).toBeLessThanOrEqual(60_000);
    desk.transport.answer = () => ({ kind: 'accepted', response: '250' });
    desk.clock.advance(due - noon);
    await desk.messages.work();
    expect(await state(id)).toBe('accepted');
    const ids = desk.transport.sent.map(({ raw }) => /^Message-ID:\s*(<[^>]+>)/im.exec(raw.toString())![1]);
    expect(ids[0]).toBe(ids[1]);
  });

  it('rejects on 5xx, tells the run, and gives the cap slot back', async () => {
    const id = await desk.plan(desk.person());
    desk.transport.answer = () => ({ kind: 'answered', stage: 'mail', code: 550, response: '550 no such user' });
    await desk.messages.work();
    expect(await state(id)).toBe('rejected');
    expect(desk.results).toMatchObject([{ outcome: 'failed', reason: '550 no such user' }]);
    expect(desk.events, 'a journey may listen for it (journeys A9)').toMatchObject([
      { id: `bounced:${id}`, types: ['message.bounced'], message: { id, journey: 'abandoned-cart' } },
    ]);
    expect(await desk.store.rows({ text: 'select 1 from slot' })).toEqual([]);
  });

  it('never sends marketing again after doubt: abandoned after the recovery time (trust row 40)', async () => {
    const id = await desk.plan(desk.person());
    desk.transport.answer = () => ({ kind: 'lost', bodyEnded: true, why: 'reset' });
    await desk.messages.work();
    expect(await state(id)).toBe('in_doubt');
    await desk.messages.work();
    expect(await state(id)).toBe('in_doubt');
    await letLapse('doubt_at');
    await desk.messages.work();
    expect(await state(id)).toBe('abandoned');
    expect(desk.transport.sent).toHaveLength(1);
    expect(desk.results.map(({ outcome }) => outcome)).toEqual(['in_doubt']);
  });

  it('asks a next hop again that knows the key still, whatever the class, and gives up when it knows it no more', async () => {
    const id = await desk.plan(desk.person());
    Object.assign(desk.transport, { keyWindowMs: 3_600_000 });
    desk.transport.answer = () => ({ kind: 'lost', bodyEnded: true, why: 'reset' });
    for (let turn = 0; turn < 3; turn++) {
      await desk.messages.work();
      await letLapse('doubt_at');
    }
    expect(new Set(desk.transport.sent.map(({ key }) => key)).size).toBe(1);
    expect(desk.transport.sent.length).toBeGreaterThan(1);
    await desk.store.run({ text: `update attempt set started_at = now() - interval '2 hours'` });
    const before = desk.transport.sent.length;
    await letLapse('doubt_at');
    await desk.messages.work();
    expect(await state(id)).toBe('abandoned');
    expect(desk.transport.sent).toHaveLength(before);
    expect(desk.results).toHaveLength(1);
  });

  it('sends a transactional mail in doubt once more, with the same Message-ID, and no third time', async () => {
    const id = await desk.plan(desk.person({ consent: {} }), { class: 'transactional' });
    desk.transport.answer = () => ({ kind: 'lost', bodyEnded: true, why: 'reset' });
    for (let i = 0; i < 4; i++) {
      await desk.messages.work();
      await letLapse('doubt_at');
    }
    expect(await state(id)).toBe('abandoned');
    const ids = desk.transport.sent.map(({ raw }) => /^Message-ID:\s*(<[^>]+>)/im.exec(raw.toString())![1]);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
  });

  it('sends a transactional mail in doubt once more although its run, told of the doubt, has gone on', async () => {
    const id = await desk.plan(desk.person({ consent: {} }), { class: 'transactional' });
    desk.transport.answer = () => ({ kind: 'lost', bodyEnded: true, why: 'reset' });
    await desk.messages.work();
    desk.stale.set(desk.results[0]!.runId, 'The run has gone on');
    await letLapse('doubt_at');
    desk.transport.answer = () => ({ kind: 'accepted', response: '250' });
    await desk.messages.work();
    await desk.messages.work();
    expect(await state(id)).toBe('accepted');
    expect(desk.transport.sent).toHaveLength(2);
    expect(desk.results).toHaveLength(1);
  });

  it('never says of a mail that was in doubt that nobody got it', async () => {
    const late = await desk.plan(desk.person({ consent: {} }), { class: 'transactional', deadline: noon + hour });
    desk.transport.answer = () => ({ kind: 'lost', bodyEnded: true, why: 'reset' });
    await desk.messages.work();
    await letLapse('doubt_at');
    desk.clock.advance(2 * hour);
    await desk.messages.work();
    await desk.messages.work();
    expect(await state(late)).toBe('abandoned');
  });

  it('takes a late 250 of a worker that was given up: doubt is lifted, nothing is sent again (trust row 42)', async () => {
    const id = await desk.plan(desk.person());
    desk.transport.answer = async () => {
      await letLapse();
      await (await import('./rescue.ts')).rescueLost(kitLike());
      expect(await state(id)).toBe('in_doubt');
      return { kind: 'accepted', response: '250 late' };
    };
    const kitLike = () => ({ ...desk.parts, set: { crashLimit: 3 } }) as never;
    await desk.messages.work();
    expect(await state(id)).toBe('accepted');
    const [attempt] = await desk.store.rows<{ late_result: { kind: string } }>({
      text: 'select late_result from attempt',
    });
    expect(attempt!.late_result.kind).toBe('accepted');
    expect(desk.transport.sent).toHaveLength(1);
  });

  it('quarantines a message whose workers died three times before sending (trust row 64)', async () => {
    const id = await desk.plan(desk.person());
    await desk.store.run({
      text: `update message set state = 'leased', crashes = 2, fence = 2, lease_until = now() - interval '1 second'`,
    });
    await desk.messages.work();
    expect(await state(id)).toBe('accepted'); // the second loss still lets it go
    const next = await desk.plan(desk.person({ email: 'b@example.com' }));
    await desk.store.run({
      text: `update message set state = 'leased', crashes = 3, lease_until = now() - interval '1 second' where id = $1`,
      values: [next],
    });
    await desk.messages.work();
    expect(await state(next)).toBe('quarantined');
    expect(desk.transport.sent).toHaveLength(1);
    expect(desk.results.at(-1)).toMatchObject({ outcome: 'failed' });

    // A person lets it go: once, through all its gates, and its run, which has gone on, is not told again.
    desk.stale.set((await desk.messages.get(next))!.runId, 'The run has gone on');
    await desk.messages.release(next);
    await expect(desk.messages.release(next)).rejects.toMatchObject({ code: 'MESSAGE_RELEASE_REFUSED' });
    await desk.messages.work();
    expect(await state(next)).toBe('accepted');
    expect(desk.transport.sent).toHaveLength(2);
    expect(desk.results).toHaveLength(2);
    expect((await desk.messages.audit({ after: null, limit: 100 })).broken).toEqual([]);
  });

  it('keeps one put aside where it is once its deadline has passed, or its reader has gone', async () => {
    const [late, gone] = [await desk.plan(desk.person()), await desk.plan(desk.person({ email: 'b@example.com' }))];
    await desk.store.run({ text: `update message set state = 'quarantined', told = true` });
    await desk.store.run({ text: 'update message set deadline = $2 where id = $1', values: [late, new Date(noon)] });
    await expect(desk.messages.release(late)).rejects.toMatchObject({ code: 'MESSAGE_RELEASE_REFUSED' });
    await desk.store.inTransaction((tx) => desk.messages.neverMail(tx, ['b@example.com']));
    await desk.messages.release(gone);
    await desk.messages.work();
    expect(await state(gone)).toBe('skipped');
    expect(desk.transport.sent).toEqual([]);
  });

  it('expires what cannot leave before its deadline, whatever holds it (invariant I3)', async () => {
    desk.clock.set(noon + 12 * hour); // 22:00 in Stockholm
    const id = await desk.plan(desk.person(), { deadline: noon + 13 * hour });
    await desk.messages.work();
    expect(await state(id)).toBe('held');
    expect(await desk.messages.nextDue()).toBe(noon + 13 * hour);
    desk.clock.set(noon + 13 * hour);
    await desk.messages.work();
    expect(await state(id)).toBe('expired');
    expect(desk.results.map(({ outcome }) => outcome)).toEqual(['expired']);
  });

  it('cancels a run’s unsent message and frees its slot, without telling the run', async () => {
    const ada = desk.person();
    const plan = aPlan(ada, desk.ids.next());
    const id = await desk.store.inTransaction((tx) => desk.messages.plan(tx, plan));
    await desk.store.inTransaction((tx) => desk.messages.cancel(tx, plan.runId, 'Bought'));
    await desk.messages.work();
    expect(await state(id)).toBe('cancelled');
    expect(await reason(id)).toBe('Bought');
    expect(desk.results).toEqual([]);
  });
});

describe('an address beyond ASCII (row 6)', () => {
  it.each([true, false])(
    'waits until the mail host was asked, then goes or is skipped without an attempt: %s',
    async (takes) => {
      const transport = Object.assign(desk.transport, {
        utf8: null as boolean | null,
        takesUtf8: async () => (transport.utf8 = takes),
      });
      const id = await desk.plan(desk.person({ email: '用户@例子.广告' }));
      await desk.messages.work();
      expect(await state(id)).toBe('held');
      desk.clock.advance(60_000);
      await desk.messages.work();
      expect(await state(id)).toBe(takes ? 'accepted' : 'skipped');
      const [{ count }] = (await desk.store.rows<{ count: number }>({
        text: 'select count(*)::int as count from attempt',
      })) as [{ count: number }];
      expect(count).toBe(takes ? 1 : 0);
    },
  );
});

describe('the gates', () => {
  it.each([
    ['no consent', { consent: {} }],
    ['no consent', { consent: { 'email-marketing': { state: 'out', at: 1, source: 'x' } } }],
    ['no address', { email: null }],
    ['address refused: undeliverable_eai', { email: '用户@例子.广告' }],
  ] as const)('skips with the reason "%s" (trust rows 6, 32)', async (why, profile) => {
    const id = await desk.plan(desk.person(profile));
    await desk.messages.work();
    expect(await state(id)).toBe('skipped');
    expect(await reason(id)).toBe(why);
    expect(desk.results).toMatchObject([{ outcome: 'excluded', reason: why }]);
    expect(desk.transport.sent).toEqual([]);
  });

  it('holds in the recipient’s quiet hours and sends when they end; its run waits with it (journeys G6, §5 33)', async () => {
    const id = await desk.plan(desk.person({ timeZone: 'Asia/Tokyo' }), {
      quietHours: { from: '18:00', to: '19:00' }, // it is 18:00 in Tokyo
    });
    await desk.messages.work();
    expect(await desk.messages.held()).toEqual([{ reason: 'quiet hours', count: 1, until: noon + hour }]);
    desk.clock.advance(hour);
    await desk.messages.work();
    expect(await state(id)).toBe('accepted');
  });

  it('says of what is held when each hour of it may go on', async () => {
    const quiet = (to: string) => ({ quietHours: { from: '09:00', to } });
    await desk.plan(desk.person(), quiet('11:00'));
    await desk.plan(desk.person(), quiet('11:30'));
    await desk.plan(desk.person(), quiet('14:00'));
    await desk.messages.work();
    expect(await desk.messages.held()).toEqual([
      { reason: 'quiet hours', count: 2, until: noon + hour },
      { reason: 'quiet hours', count: 1, until: noon + 4 * hour },
    ]);
  });

  it('says which arm a profile is in when the arm is stored, whatever becomes of the mail (intention to treat)', async () => {
    const said: { profileId: string; arm: string; at: number }[] = [];
    desk = await aDesk({
      onAssigned: async (_tx, units) =>
        void said.push(...units.map(({ profileId, arm, at }) => ({ profileId, arm, at }))),
    });
    const [failed, heldOut, tester, unreachable] = [
      desk.person(),
      desk.person({ email: 'bob@example.com' }),
      desk.person({ email: 'tess@example.com', test: true }),
      desk.person({ email: 'cy@example.com', consent: {} }),
    ];
    await desk.plan(failed);
    await desk.plan(heldOut, { holdout: 1 });
    await desk.plan(tester, { test: true });
    await desk.plan(unreachable);
    desk.transport.answer = () => ({ kind: 'answered', stage: 'mail', code: 550, response: '550 no such user' });
    await desk.messages.work();
    expect(said.sort((a, b) => (a.arm < b.arm ? -1 : 1))).toEqual([
      { profileId: heldOut.id, arm: 'control', at: noon },
      { profileId: failed.id, arm: 'treated', at: noon },
    ]);
  });

  it('reserves caps: two journeys in the same moment give one mail when the cap is one (trust row 31)', async () => {
    desk = await aDesk({ settings: { caps: [{ windowMs: 24 * hour, count: 1 }] } });
    const ada = desk.person();
    const first = await desk.plan(ada);
    const second = await desk.plan(ada, { journey: 'viewed-not-bought', message: 'viewed-not-bought' });
    await Promise.all([desk.messages.work(), desk.messages.work()]);
    expect([await state(first), await state(second)].sort()).toEqual(['accepted', 'skipped']);
    expect(desk.results.find(({ outcome }) => outcome === 'excluded')?.reason).toBe('cap: 1 in 24 hours');
    desk.clock.advance(24 * hour);
    const third = await desk.plan(ada);
    await desk.messages.work();
    expect(await state(third)).toBe('accepted');
  });

  it('asks right before sending whether the run still waits here', async () => {
    const ada = desk.person();
    const plan = aPlan(ada, desk.ids.next());
    const id = await desk.store.inTransaction((tx) => desk.messages.plan(tx, plan));
    desk.stale.set(plan.runId, 'Bought');
    await desk.messages.work();
    expect(await reason(id)).toBe('Bought');
    expect(desk.transport.sent).toEqual([]);
  });

  it('waits while a browser’s unproven purchase may be true (trust §3.5)', async () => {
    const id = await desk.plan(desk.person({ claimedPurchaseUntil: noon + 24 * hour }));
    await desk.messages.work();
    expect(await state(id)).toBe('held');
    desk.clock.advance(24 * hour);
    await desk.messages.work();
    expect(await state(id)).toBe('accepted');
  });

  it('drops items that are gone, sold out or free, with the price of the moment (trust row 35)', async () => {
    desk.items.set('coat-1', anItem('coat-1', { stock: 0 }));
    desk.items.set('coat-2', anItem('coat-2', { priceMinor: 9900, name: 'Wool parka' }));
    const id = await desk.plan(desk.person());
    await desk.messages.work();
    const links = (await desk.messages.get(id))!.links;
    expect(links.filter(({ item }) => item === 'coat-1')).toEqual([]);
    expect(links).toContainEqual({ to: 'http://localhost:8080/shop/cart?items=coat-2:2' });
    expect(links).toContainEqual({
      to: 'http://localhost:8080/shop/p/coat-2',
      item: 'coat-2',
      position: 1,
      recommendation: 'rec-1',
    });
  });

  it('skips a mail that has no item left (trust row 35)', async () => {
    desk.items.clear();
    const id = await desk.plan(desk.person());
    await desk.messages.work();
    expect(await state(id)).toBe('skipped');
    expect(await reason(id)).toBe('no items');
  });

  it('holds a mail whose template lacks a value; it never sends "undefined" (trust row 63)', async () => {
    const id = await desk.plan(desk.person(), { context: { journey: { events: {}, actions: {} } } });
    const other = await desk.plan(desk.person({ email: 'b@example.com' }));
    await desk.messages.work();
    expect(await state(id)).toBe('render_failed');
    expect(await state(other)).toBe('accepted'); // row 62: one fault harms nobody else
  });

  it('refuses to send a link to a foreign host (journeys M5, §5 22)', async () => {
    desk.items.set('coat-1', anItem('coat-1', { url: 'https://evil.example/x' }));
    const id = await desk.plan(desk.person());
    await desk.messages.work();
    expect(await state(id)).toBe('render_failed');
    expect(await reason(id)).toContain('MESSAGE_LINK_REFUSED');
  });

  it('decides the holdout last: the ghost goes on as if accepted, keeps its slot, and has no attempt (I7)', async () => {
    const control = [...Array(200)]
      .map(() => desk.person())
      .find(({ id }) => assignArm(journeySalt('abandoned-cart'), id, 0.5) === 'control')!;
    const id = await desk.plan(control, { holdout: 0.5 });
    await desk.messages.work();
    expect(await desk.messages.get(id)).toMatchObject({ state: 'skipped', reason: 'held out', arm: 'control' });
    expect(desk.results.map(({ outcome }) => outcome)).toEqual(['accepted']);
    expect(desk.events.map(({ types }) => types[0])).toEqual(['message.heldOut']);
    expect(await desk.store.rows({ text: 'select 1 from slot' })).toHaveLength(1);
    expect(await desk.store.rows({ text: 'select 1 from attempt' })).toEqual([]);
    expect(await desk.messages.counts.of('abandoned-cart')).toEqual({
      byState: { skipped: 1 },
      excluded: {},
      heldOut: 1,
      opened: { openedByReader: 0, openedUnknown: 0, openedByMachine: 0 },
    });
  });

  it('always treats a test profile', async () => {
    const id = await desk.plan(desk.person({ test: true }), { holdout: 0.9 });
    await desk.messages.work();
    expect(await state(id)).toBe('accepted');
  });

  it('keeps both arms at the same gates: a control person without items is skipped, not held out', async () => {
    desk.items.clear();
    const id = await desk.plan(desk.person(), { holdout: 0.9999 });
    await desk.messages.work();
    expect(await reason(id)).toBe('no items');
  });
});

describe('consent and erasure', () => {
  it('stops a leased message the moment consent is lost (trust row 13)', async () => {
    const ada = desk.person();
    const id = await desk.plan(ada);
    await desk.store.run({ text: `update message set state = 'leased', lease_until = now() + interval '1 hour'` });
    const fact = {
      name: 'consent.lost',
      profileId: ada.id,
      at: noon,
      id: 'f',
      data: { purpose: 'email-marketing' },
      bot: false,
    };
    await desk.store.inTransaction((tx) => desk.messages.listen(tx, [fact]));
    await desk.messages.work();
    expect(await state(id)).toBe('skipped');
    expect(desk.transport.sent).toEqual([]);
  });

  it('erases address, context and links of a person and cancels what was not sent', async () => {
    const ada = desk.person();
    const sent = await desk.plan(ada);
    await desk.messages.work();
    const open = await desk.plan(ada, { context: aContext(['coat-1']) });
    await desk.store.inTransaction((tx) => desk.messages.forget(tx, ada.id));
    expect(await desk.messages.get(sent)).toMatchObject({ state: 'accepted', recipient: null, context: {}, links: [] });
    expect(await state(open)).toBe('cancelled');
    expect((await desk.messages.exportFor(ada.id)).messages).toHaveLength(2);
  });
});
