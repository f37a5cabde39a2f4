import { beforeEach, describe, expect, it } from 'vitest';
import { aDesk, noon, type Desk } from '../../test/support/message.ts';
import { judgeHome } from './sending.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await aDesk();
  await desk.store.run({
    text: `update sending set frozen = false, cause = null, reason = null, epoch = 0, home = null, instance = null`,
  });
});
const state = async (id: string) => (await desk.messages.get(id))!.state;
const sending = () => desk.messages.sending;

describe('sending held back', () => {
  it('begins no mail while frozen, says why, keeps everything, and goes on when thawed', async () => {
    const id = await desk.plan(desk.person());
    await sending().freeze({ reason: 'a wrong price', by: 'Ada' });
    expect(await sending().freeze({ reason: 'again', by: 'Bo' })).toMatchObject({
      reason: 'a wrong price',
      by: 'Ada',
      cause: 'hand',
    });
    expect(await desk.messages.work()).toEqual({ done: 0 });
    expect(await state(id)).toBe('planned');
    expect(await desk.messages.nextDue(), 'only its deadline').toBe(noon + 5 * 24 * 3_600_000);
    expect(await sending().thaw('Ada')).toMatchObject({ frozen: false, expired: 0 });
    await desk.messages.work();
    expect(await state(id)).toBe('accepted');
  });

  it('stops what was claimed before the freeze and is not on the wire yet (trust row 60)', async () => {
    const id = await desk.plan(desk.person());
    const { hear } = await import('../base/index.ts');
    let freezing: Promise<unknown> | undefined;
    const end = hear((name) => {
      if (name === 'message.rendered') freezing ??= sending().freeze({ reason: 'stop', by: 'Ada' });
    });
    // The freeze commits before the batch begins: its transaction waits for it.
    const { store } = desk.parts;
    const inTransaction: typeof store.inTransaction = async (work) => {
      await freezing;
      return store.inTransaction(work);
    };
    const again = new (await import('./messages.ts')).Messages({ ...desk.parts, store: { ...store, inTransaction } });
    await again.work();
    end();
    expect(desk.transport.sent).toEqual([]);
    expect(await desk.messages.get(id)).toMatchObject({ state: 'ready', reason: 'sending is frozen' });
  });

  it('still ends what is past its deadline', async () => {
    const id = await desk.plan(desk.person(), { deadline: noon + 1000 });
    await sending().freeze({ reason: 'stop', by: 'Ada' });
    desk.clock.advance(2000);
    await desk.messages.work();
    expect(await state(id)).toBe('expired');
  });
});

describe('a database that is not the one that sent last (rows 67, 68)', () => {
  it('is taken as it is at the first start, and known again at the next', async () => {
    const first = await sending().arrive({ epoch: null, instance: 'production' });
    expect(first).toEqual({ epoch: 1, found: null });
    expect(await sending().arrive({ epoch: 1, instance: 'production' })).toEqual({ epoch: 2, found: null });
    expect(await sending().arrive({ epoch: null, instance: null }), 'another machine on the same one').toEqual({
      epoch: 3,
      found: null,
    });
    expect((await sending().state()).frozen).toBe(false);
  });

  it('restored from yesterday (trust row 67) is frozen; thawed, what was planned before is never sent and later plans are', async () => {
    const old = await desk.plan(desk.person());
    await sending().arrive({ epoch: null, instance: null });
    const back = await sending().arrive({ epoch: 41, instance: null });
    expect(back.found).toMatchObject({ cause: 'restored', reason: expect.stringContaining('start 1 of 41') });
    expect(back.epoch).toBe(42);
    await desk.messages.work();
    expect(desk.transport.sent).toEqual([]);
    desk.clock.advance(1000);
    const young = await desk.plan(desk.person({ email: 'young@example.com' }));
    expect(await sending().thaw('Ada')).toMatchObject({ frozen: false, expired: 1 });
    await desk.messages.work();
    await desk.messages.work();
    expect([await state(old), await state(young)]).toEqual(['expired', 'accepted']);
    expect(await sending().arrive({ epoch: 42, instance: null })).toMatchObject({ found: null });
  });

  it('copied into another one is frozen, and so is one of another installation (trust row 68)', async () => {
    await sending().arrive({ epoch: null, instance: 'production' });
    expect(await sending().arrive({ epoch: null, instance: 'staging' })).toMatchObject({ found: { cause: 'copied' } });
    await sending().thaw('Ada');
    await desk.store.run({ text: `update sending set home = 'elsewhere/1'` });
    expect(await sending().arrive({ epoch: null, instance: 'production' })).toMatchObject({
      found: { cause: 'copied' },
    });
    expect(await sending().state()).toMatchObject({ frozen: true, cause: 'copied', by: 'Beckon' });
    await sending().thaw('Ada');
    expect(await sending().arrive({ epoch: null, instance: 'production' })).toMatchObject({ found: null });
  });

  it('says nothing of what it cannot know', () => {
    const kept = { epoch: 5, instance: null, home: null };
    expect(judgeHome(kept, { epoch: null, instance: 'x', home: 'a/1' })).toBeNull();
    expect(judgeHome(kept, { epoch: 5, instance: null, home: null })).toBeNull();
  });
});

describe('the ledger’s numbers', () => {
  it('add up over states, classes, journeys and days, whatever became of the mails; test mails stand apart', async () => {
    await desk.plan(desk.person());
    await desk.plan(desk.person({ consent: {} }));
    await desk.plan(desk.person({ email: 'c@example.com', consent: {} }), {
      class: 'transactional',
      journey: 'receipts',
    });
    await desk.plan(desk.person({ email: 'd@example.com' }), { holdout: 1 });
    await desk.plan(desk.person({ email: 't@example.com' }), { test: true });
    await desk.messages.work();
    desk.transport.answer = () => ({ kind: 'lost', bodyEnded: true, why: 'reset' });
    desk.clock.advance(86_400_000);
    const doubted = await desk.plan(desk.person({ email: 'e@example.com' }));
    await desk.messages.work();
    const { lines, reasons, doubt } = await desk.messages.ledger({});
    expect(lines.reduce((sum, { count }) => sum + count, 0)).toBe(5);
    expect(reasons.reduce((sum, { count }) => sum + count, 0)).toBe(5);
    expect(reasons).toContainEqual({ state: 'skipped', heldOut: false, reason: 'no consent', count: 1 });
    const lost = { state: 'in_doubt', heldOut: false, reason: 'no answer after the mail was handed over', count: 1 };
    expect(reasons).toContainEqual(lost);
    expect(new Set(lines.map(({ day }) => day))).toEqual(new Set(['2026-11-23', '2026-11-24']));
    expect(lines.filter(({ heldOut }) => heldOut)).toMatchObject([{ state: 'skipped', count: 1 }]);
    expect(doubt).toEqual({ open: 1, abandoned: 0, resent: 0, late: 0 });
    const some = await desk.messages.ledger({ journey: 'receipts', class: 'transactional', from: noon, to: noon + 1 });
    expect(some.lines).toMatchObject([{ state: 'accepted', count: 1 }]);
    const page = await desk.messages.ledgerMessages({ state: 'in_doubt' }, { after: null, limit: 10 });
    expect(page).toMatchObject([{ id: doubted, attempts: 1, class: 'marketing' }]);
    const ofReason = await desk.messages.ledgerMessages({ reason: lost.reason }, { after: null, limit: 10 });
    expect(ofReason.map(({ id }) => id)).toEqual([doubted]);
    expect(await desk.messages.ledgerStory(doubted)).toMatchObject({
      state: 'in_doubt',
      recipient: 'e@example.com',
      attempts: 1,
      wire: [{ no: 1, result: { kind: 'lost', bodyEnded: true, why: 'reset' }, late: null }],
      heard: [],
    });
    expect(await desk.messages.ledgerStory(doubted.replace(/^./, (digit) => (digit === '0' ? '1' : '0')))).toBeNull();
    const first = await desk.messages.ledgerMessages({}, { after: null, limit: 4 });
    const rest = await desk.messages.ledgerMessages({}, { after: first.at(-1)!.id, limit: 4 });
    expect(new Set([...first, ...rest].map(({ id }) => id)).size).toBe(6);
  });
});

it('a message that has become marketing since its journey was published goes to nobody as transactional (journeys M2)', async () => {
  const rank = { priority: 50, group: 'journey:cart', cap: null };
  const id = await desk.plan(desk.person({ consent: {} }), { class: 'transactional', rank });
  await desk.messages.work();
  expect(await desk.messages.get(id)).toMatchObject({
    state: 'render_failed',
    reason: '"abandoned-cart" is marketing',
  });
  expect(desk.transport.sent).toEqual([]);
});

describe('an installation from which only some get mail (journeys G4)', () => {
  it('leaves out all others, notices too, with that reason; a suppression goes before it', async () => {
    const desk = await aDesk({ onlyTo: new Set(['ada@example.com', 'staging.example']) });
    const plan = (email: string) => desk.plan(desk.person({ email }), { quietHours: null });
    const ids = [await plan('Ada@Example.com'), await plan('eve@example.com'), await plan('bob@staging.example')];
    const about = { about: 'sign-up:1', turn: 1, message: 'reminder', context: {}, deadline: noon + 86_400_000 };
    await desk.store.inTransaction((tx) =>
      desk.messages.notify(tx, { ...about, id: desk.ids.next(), to: 'eve@example.com' }),
    );
    await desk.messages.work();
    expect(desk.transport.sent.map(({ envelope }) => envelope.to).sort()).toEqual([
      'Ada@example.com',
      'bob@staging.example',
    ]);
    const rows = await desk.store.rows<{ id: string; reason: string | null }>({
      text: `select id, reason from message where state = 'skipped'`,
    });
    expect(rows).toHaveLength(2);
    expect(rows.map(({ id }) => id)).toContain(ids[1]);
    expect(new Set(rows.map(({ reason }) => reason))).toEqual(
      new Set(['not among the addresses that may get mail here']),
    );
  });
});
