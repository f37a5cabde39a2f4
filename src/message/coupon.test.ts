import { beforeEach, describe, expect, it } from 'vitest';
import { aDesk, type Desk } from '../../test/support/message.ts';
import { shardOf } from '../base/index.ts';
import { viewOf } from '../profile/index.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await aDesk();
  await desk.store.run({ text: 'truncate coupon, coupon_pool' });
  await desk.store.run({ text: `delete from message_template where origin = 'shop'` });
});

const document = (more: object = {}) => ({
  name: 'Gift',
  subject: 'A gift from {{shop.name}}',
  preheader: 'A preheader that is long enough to fill the line in an inbox.',
  blocks: [
    { kind: 'text', words: 'Something for you:' },
    { kind: 'coupon', code: 'GIFT', pool: 'spring', words: 'Your own code' },
    { kind: 'footer' },
  ],
  ...more,
});

async function ready(codes: string[], pool: object = {}) {
  await desk.messages.coupons.put('spring', { name: 'Spring', ...pool });
  await desk.messages.coupons.add(
    'spring',
    codes.map((code) => ({ code, expiresAt: null })),
  );
  await desk.messages.templates.put('gift', document());
  await desk.messages.templates.publish('gift');
}
const plan = (more: object = {}, profile = desk.person()) =>
  desk.plan(profile, { message: 'gift', context: {}, ...more });
const state = async (id: string) => (await desk.messages.get(id))!;
const counts = async () => {
  const { free, used, expired, low } = await desk.messages.coupons.get('spring');
  return { free, used, expired, low };
};
/** Codes that left, in HTML and text. */
const left = () =>
  desk.transport.sent.map(({ says }) => {
    const [html, text] = [says!.html, says!.text].map((part) => /CODE-\d+/.exec(part)?.[0]);
    expect(text).toBe(html);
    return html;
  });

describe('a code of a pool', () => {
  it('is given to one mail each, never twice, also when two workers work at once', async () => {
    await ready(
      Array.from({ length: 30 }, (_one, no) => `CODE-${no + 10}`),
      { lowWater: 20 },
    );
    for (let n = 0; n < 20; n++) await plan({}, desk.person({ email: `p${n}@example.com` }));

    await Promise.all([desk.messages.work(), desk.messages.work(), desk.messages.work()]);
    await desk.messages.work();

    expect(new Set(left()).size).toBe(20);
    expect(left()).toHaveLength(20);
    expect(await counts()).toEqual({ free: 10, used: 20, expired: 0, low: true });
  });

  it('stays with its mail for the next try, for the mail in a browser, and in what a person may take away', async () => {
    await ready(['CODE-11', 'CODE-12', 'CODE-13']);
    desk.transport.answer = () => ({ kind: 'answered', stage: 'mail', code: 451, response: '451 later' });
    const profile = desk.person();
    const id = await plan({}, profile);
    await desk.messages.work();
    expect((await state(id)).state).toBe('deferred');
    desk.transport.answer = () => ({ kind: 'accepted', response: '250 ok' });
    desk.clock.advance(3_600_000);
    await desk.messages.work();

    const [code, again] = left();
    expect(again).toBe(code);
    const mirror = /\/m\/([\w.-]+)"/.exec(desk.transport.sent[0]!.says!.html)![1]!;
    expect(await desk.messages.mirror(mirror)).toMatchObject({ html: expect.stringContaining(code!) });
    expect((await desk.messages.exportFor(profile.id)).coupons).toEqual([{ messageId: id, pool: 'spring', code }]);
    expect((await counts()).used).toBe(1);
  });

  it('is free again when its mail ends before the first byte, and never once something was on the wire', async () => {
    await ready(['CODE-11']);
    const held = await plan({ holdout: 1 });
    await desk.messages.work();
    expect(await state(held)).toMatchObject({ state: 'skipped', arm: 'control' });
    expect(await counts()).toMatchObject({ free: 1, used: 0 });

    desk.transport.answer = () => ({ kind: 'answered', stage: 'mail', code: 550, response: '550 5.7.1 no' });
    const refused = await plan({});
    await desk.messages.work();
    expect((await state(refused)).state).toBe('rejected');
    expect(await counts()).toMatchObject({ free: 0, used: 1 });
  });

  it('names nobody once its person is forgotten, and is not free for that', async () => {
    await ready(['CODE-11']);
    const profile = desk.person();
    await plan({}, profile);
    await desk.messages.work();
    await desk.store.inTransaction((tx) => desk.messages.forget(tx, profile.id));
    expect((await desk.messages.exportFor(profile.id)).coupons).toEqual([]);
    expect(await counts()).toMatchObject({ free: 0, used: 1 });
  });

  it('is shown by a preview and a proof as a sample, and none is taken', async () => {
    await ready(['CODE-11']);
    const profile = desk.person();
    const sample = { profile: viewOf(profile, desk.clock.now()), context: {} };
    expect(await desk.messages.preview('gift', sample)).toMatchObject({
      mail: { html: expect.stringContaining('SAMPLE-') },
    });
    const order = { key: 'gift', version: 1, to: ['me@example.com'], ...sample };
    await desk.store.inTransaction((tx) => desk.messages.prove(tx, order));
    await desk.messages.work();
    expect(desk.transport.sent[0]!.says!.text).toMatch(/The code in it is a sample[\s\S]*SAMPLE-/);
    expect(await counts()).toMatchObject({ free: 1, used: 0 });
  });

  it('goes out with those that end first, and not when it does not hold long enough', async () => {
    await ready([], { leastDays: 3 });
    const day = 86_400_000;
    const at = (days: number) => desk.clock.now() + days * day;
    await desk.messages.coupons.add('spring', [
      { code: 'CODE-30', expiresAt: at(30) },
      { code: 'CODE-10', expiresAt: at(10) },
      { code: 'CODE-11', expiresAt: at(2) },
      { code: 'CODE-12', expiresAt: at(-1) },
    ]);
    await plan();
    await desk.messages.work();
    expect(left()).toEqual(['CODE-10']);
    expect(await counts()).toMatchObject({ free: 2, used: 1, expired: 1 });
  });
});

describe('a pool that has run dry', () => {
  it.each([
    ['hold', { state: 'held', reason: 'no coupon left' }],
    ['skip', { state: 'skipped', reason: 'no coupon left' }],
    ['without', { state: 'accepted' }],
  ] as const)('lets mails %s, as the shop has chosen, with one primary reason', async (whenEmpty, expected) => {
    await ready(['CODE-11'], { whenEmpty });
    const first = await plan({}, desk.person({ email: 'one@example.com' }));
    await desk.messages.work();
    const second = await plan({}, desk.person({ email: 'two@example.com' }));
    await desk.messages.work();

    expect((await state(first)).state).toBe('accepted');
    expect(await state(second)).toMatchObject(expected);
    if (whenEmpty === 'without') {
      expect(desk.transport.sent[1]!.says!.html).not.toContain('Your own code');
      expect(desk.transport.sent[1]!.says!.text).not.toContain('Your own code');
    }
  });

  it('lets go what it held once codes have come', async () => {
    await ready([]);
    const id = await plan();
    await desk.messages.work();
    expect((await state(id)).state).toBe('held');
    await desk.messages.coupons.add('spring', [{ code: 'CODE-21', expiresAt: null }]);
    desk.clock.advance(16 * 60_000);
    await desk.messages.work();
    expect(left()).toEqual(['CODE-21']);
  });

  it('is no reason to give out what was withdrawn, and what was withdrawn never comes in again', async () => {
    await ready(['CODE-11']);
    expect(await desk.messages.coupons.withdraw('spring')).toBe(1);
    expect(await desk.messages.coupons.add('spring', [{ code: 'CODE-11', expiresAt: null }])).toEqual(new Set());
    await plan();
    await desk.messages.work();
    expect(left()).toEqual([]);
  });

  it('is removed while it never had a code, and stays once it had one, so that none comes in twice', async () => {
    await desk.messages.coupons.put('empty', { name: 'Empty' });
    await desk.messages.coupons.remove('empty');
    await expect(desk.messages.coupons.get('empty')).rejects.toMatchObject({ code: 'COUPON_POOL_UNKNOWN' });
    await ready(['CODE-11']);
    await desk.messages.coupons.withdraw('spring');
    await expect(desk.messages.coupons.remove('spring')).rejects.toMatchObject({ code: 'COUPON_POOL_IN_USE' });
  });

  it('is refused in a template when there is no such pool', async () => {
    await expect(desk.messages.templates.put('gift', document())).rejects.toMatchObject({
      code: 'MESSAGE_TEMPLATE_FAULT',
    });
    expect(await desk.messages.templates.check('gift', document())).toMatchObject([
      { code: 'COUPON_POOL_UNKNOWN', where: '/blocks/1/pool', severity: 'error' },
    ]);
  });
});

describe('a code in the database', () => {
  const clear = () => desk.store.rows<{ row: string }>({ text: 'select c::text as row from coupon c' });

  it('lies sealed', async () => {
    await ready(['CODE-10']);
    await plan();
    await desk.messages.work();
    expect(left()).toEqual(['CODE-10']);
    expect((await clear()).map(({ row }) => row).join()).not.toContain('CODE-10');
  });

  it('that an earlier version left in the clear is sealed, known again, and given out as before', async () => {
    await ready(['CODE-10']);
    await desk.store.run({
      text: `insert into coupon (shard, pool, code, added_at) values ($1, 'spring', 'CODE-11', now())`,
      values: [shardOf('CODE-11')],
    });
    const add = (dryRun: boolean) =>
      desk.messages.coupons.add(
        'spring',
        ['CODE-10', 'CODE-11', 'CODE-12'].map((code) => ({ code, expiresAt: null })),
        dryRun,
      );
    expect([...(await add(true))]).toEqual(['CODE-12']);
    expect((await clear()).map(({ row }) => row).join()).not.toContain('CODE-1');
    expect([...(await add(false))]).toEqual(['CODE-12']);
    for (let n = 0; n < 3; n++) await plan({}, desk.person({ email: `p${n}@example.com` }));
    await desk.messages.work();
    expect(left().toSorted()).toEqual(['CODE-10', 'CODE-11', 'CODE-12']);
  });
});
