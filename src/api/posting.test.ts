import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { aDesk, type Desk } from '../../test/support/message.ts';
import { fakeHouse, secretKey } from '../../test/support/house.ts';
import type { PostingView } from './contract-mail.ts';
import { buildServer } from './server.ts';

let desk: Desk;
let app: FastifyInstance;
beforeEach(async () => {
  desk = await aDesk();
  const house = fakeHouse();
  house.messages = { ...house.messages, ...doorsOf(desk) } as never;
  app = await buildServer(house);
});
const doorsOf = ({ messages }: Desk) => ({
  post: messages.post.bind(messages),
  posted: messages.posted.bind(messages),
});
const headers = { authorization: `Bearer ${secretKey}` };
const receipt = {
  key: 'receipt:1001',
  to: 'Ada@Example.com',
  subject: 'Your order 1001',
  paragraphs: ['Thank you.', 'It is <b>on its way</b>.'],
};
const post = (payload: object) => app.inject({ method: 'POST', url: '/v1/messages', payload, headers });
const count = async () =>
  (await desk.store.rows<{ n: number }>({ text: 'select count(*)::int as n from message' }))[0]!.n;

describe('POST /v1/messages', () => {
  it('is answered 202 when planned, sends one mail, and says where it stands', async () => {
    const asked = await post(receipt);
    expect(asked.statusCode).toBe(202);
    const { id } = asked.json<PostingView>();
    await desk.messages.work();
    const mail = desk.transport.sent[0]!;
    expect(mail.envelope.to).toBe('Ada@example.com');
    expect(mail.says!.html).toContain('&lt;b&gt;on its way');
    expect(mail.raw.toString(), 'nobody unsubscribes from a receipt').not.toMatch(/^List-Unsubscribe/im);
    const standing = (await app.inject({ url: `/v1/messages/${id}`, headers })).json<PostingView>();
    expect(standing).toMatchObject({ id, key: 'receipt:1001', state: 'accepted', heard: [] });
    expect(standing.acceptedAt).not.toBeNull();
    const byKey = await app.inject({ url: '/v1/messages?key=receipt:1001', headers });
    expect(byKey.json<{ messages: PostingView[] }>().messages[0]!.id).toBe(id);
  });

  it('is the same mail under the same key, 20 at once too, and never another one', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => post(receipt)));
    expect(new Set(all.map((one) => one.json<PostingView>().id)).size).toBe(1);
    await desk.messages.work();
    await post(receipt);
    await desk.messages.work();
    expect([await count(), desk.transport.sent.length]).toEqual([1, 1]);
    for (const other of [{ to: 'bo@example.com' }, { subject: 'Another' }, { paragraphs: ['x'] }]) {
      const refused = await post({ ...receipt, ...other });
      expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([409, 'MESSAGE_KEY_USED']);
    }
    expect(await count()).toBe(1);
  });

  it('goes to who unsubscribed, not to a mailbox that does not exist', async () => {
    await desk.messages.suppressions.add([{ address: 'ada@example.com', scope: 'marketing' }], 'manual');
    await post(receipt);
    await desk.messages.suppressions.add([{ address: 'bo@example.com', scope: 'all' }], 'manual');
    await post({ ...receipt, key: 'receipt:1002', to: 'bo@example.com' });
    await desk.messages.work();
    expect(desk.transport.sent.map(({ envelope }) => envelope.to)).toEqual(['Ada@example.com']);
    const found = (await app.inject({ url: '/v1/messages?key=receipt:1002', headers })).json<{
      messages: PostingView[];
    }>();
    expect(found.messages[0]).toMatchObject({ state: 'skipped', reason: 'suppressed' });
  });

  it('refuses what cannot be sent, and plans nothing', async () => {
    for (const [wrong, status] of [
      [{ ...receipt, to: 'nobody' }, 400],
      [{ ...receipt, subject: undefined, paragraphs: undefined, template: 'abandoned-cart' }, 404],
      [{ ...receipt, template: 'plain-notice' }, 400],
      [{ ...receipt, subject: undefined }, 400],
      [{ ...receipt, within: 'P30D' }, 400],
      [{ ...receipt, bcc: 'x@example.com' }, 400],
    ] as const)
      expect((await post(wrong)).statusCode, JSON.stringify(wrong)).toBe(status);
    expect(await count()).toBe(0);
  });

  it('holds a header that breaks out, as data of one mail only (trust rows 1, 3)', async () => {
    await post({ ...receipt, subject: 'x\r\nBcc: evil@example.com' });
    await post({ ...receipt, key: 'receipt:1003' });
    await desk.messages.work();
    expect(desk.transport.sent.map(({ raw }) => /^Bcc:/im.test(raw.toString()))).toEqual([false]);
  });

  it('keeps no word of a mail to somebody who asks to be forgotten (invariant I11)', async () => {
    const { id } = (await post(receipt)).json<PostingView>();
    await desk.messages.work();
    await post({ ...receipt, key: 'receipt:1004' });
    await desk.store.inTransaction((tx) => desk.messages.neverMail(tx, ['ada@example.com']));
    await desk.messages.work();
    expect(desk.transport.sent).toHaveLength(1);
    const rows = await desk.store.rows({ text: 'select addressed_to, recipient, subject, context from message' });
    expect(JSON.stringify(rows).toLowerCase()).not.toMatch(/ada|thank you/);
    expect((await app.inject({ url: `/v1/messages/${id}`, headers })).statusCode).toBe(200);
  });
});
