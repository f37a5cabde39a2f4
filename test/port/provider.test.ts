import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/base/index.ts';
import { judgeResult, openWay, signedHeaders, type Transport } from '../../src/message/index.ts';
import { deadPort, fakeProvider, providerNames, type FakeProvider } from '../support/mail-providers.ts';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function way(name: string): Promise<{ fake: FakeProvider; transport: Transport }> {
  const fake = await fakeProvider(name);
  const transport = openWay(fake.url, new FakeClock(Date.UTC(2026, 10, 23)));
  open.push(() => transport.close(), fake.close);
  return { fake, transport };
}

const aMail = (n = 1, to = 'ada@example.com', subject = `mail ${n}`) => ({
  envelope: { from: 'bounce+abc@mail.shop.example', to },
  raw: Buffer.from(
    `From: =?UTF-8?B?${Buffer.from('Lümen, "Loom"').toString('base64')}?= <news@mail.shop.example>\r\nReply-To: help@shop.example\r\nTo: ${to}\r\nSubject: ${subject}\r\nMessage-ID: <m${n}@shop>\r\nList-Unsubscribe: <https://shop.example/u/x>,\r\n <mailto:u@shop.example>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nX-Beckon-Msg: fbl+abc\r\nMIME-Version: 1.0\r\n\r\nbody\r\n`,
  ),
  key: `run/mail/${n}/email`,
  message: `0190f5f0-0000-7000-8000-00000000000${n % 10}`,
  says: { subject, html: '<p>ä</p>', text: 'ä', links: [] },
});

describe.each(providerNames)('%s, by its documented shape', (name) => {
  it('takes the mail whole, with the one-click pair, our Message-ID and the tag that comes back', async () => {
    const { fake, transport } = await way(name);
    expect(transport.name).toBe(name);
    const result = await transport.send(aMail());
    expect(result).toMatchObject({ kind: 'accepted', response: expect.stringMatching(/^250 \S/) });
    expect(fake.taken).toHaveLength(1);
    expect(fake.taken[0]).toMatchObject({ to: 'ada@example.com', subject: 'mail 1', tag: aMail().message });
    expect(fake.taken[0]!.headers).toMatchObject({
      'list-unsubscribe': '<https://shop.example/u/x>, <mailto:u@shop.example>',
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
      'message-id': '<m1@shop>',
      'x-beckon-msg': 'fbl+abc',
    });
  });

  it('bears more at once than it is wide, each once', async () => {
    const { fake, transport } = await way(name);
    const results = await Promise.all(Array.from({ length: 25 }, (_, n) => transport.send(aMail(n))));
    expect(results.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(new Set(fake.taken.map(({ subject }) => subject)).size).toBe(25);
    expect(fake.taken).toHaveLength(25);
  });

  it('tells a recipient that cannot be from a key that is not good, and from too many at once', async () => {
    const { fake, transport } = await way(name);
    const state = async (mail = aMail()) => judgeResult(await transport.send(mail)).state;
    expect(await state(aMail(1, 'not an address'))).toBe('rejected');
    fake.fault = { status: 429, body: '{}', headers: { 'retry-after': '1' } };
    expect(await state()).toBe('deferred');
    fake.fault = { status: 503, body: '' };
    expect(await state()).toBe('deferred');
    fake.fault = { status: 401, body: '{"message":"no"}' };
    expect(await state()).toBe('deferred');
    const stranger = openWay(fake.url.replace('good', 'wrong').replace('AKID:', 'OTHER:'), new FakeClock(0));
    open.push(() => stranger.close());
    fake.fault = null;
    expect(judgeResult(await stranger.send(aMail())).state).toBe('deferred');
    expect(fake.taken).toEqual([]);
  });

  it.each([
    ['the connection is closed after the request (trust row 49)', 'close'],
    ['it breaks down', { status: 500, body: 'oops' }],
    ['who stands between gives up', { status: 504, body: '<html>' }],
    ['200 and nothing (trust row 50)', { status: 200, body: '' }],
    ['200 and a page (trust row 50)', { status: 200, body: '<html>hello</html>' }],
  ] as [string, FakeProvider['fault']][])('is in doubt when %s', async (_what, fault) => {
    const { fake, transport } = await way(name);
    fake.fault = fault;
    expect(judgeResult(await transport.send(aMail())).state).toBe('in_doubt');
  });

  it('is not in doubt when nobody was reached', async () => {
    const { fake } = await way(name);
    const dead = openWay(fake.url.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${await deadPort()}`), new FakeClock(0));
    open.push(() => dead.close());
    expect(judgeResult(await dead.send(aMail())).state).toBe('deferred');
  });
});

describe('keys and signatures', () => {
  it('resend: the same key is one mail, in the same words or in others (trust row 49)', async () => {
    const { fake, transport } = await way('resend');
    expect(transport.keyWindowMs).toBeGreaterThan(0);
    for (const subject of ['hello', 'hello', 'a new price']) {
      expect(await transport.send(aMail(1, 'ada@example.com', subject))).toMatchObject({ kind: 'accepted' });
    }
    expect(fake.taken).toHaveLength(1);
  });

  it('ses: signs as AWS publishes (Signature Version 4, the ListUsers example)', () => {
    const key = {
      id: 'AKIDEXAMPLE',
      secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
      region: 'us-east-1',
      service: 'iam',
    };
    const made = signedHeaders(key, {
      method: 'GET',
      host: 'iam.amazonaws.com',
      path: '/',
      query: 'Action=ListUsers&Version=2010-05-08',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: Buffer.alloc(0),
      at: Date.UTC(2015, 7, 30, 12, 36),
    });
    expect(made['authorization']).toContain(
      'Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    );
  });

  it.each(['postmark://api.postmarkapp.com', 'ses://AKID@eu-west-1', 'mailgun://key@api.mailgun.net', 'ftp://x@y'])(
    '%s is refused with what is missing',
    (address) => {
      expect(() => openWay(address, new FakeClock(0))).toThrow();
    },
  );
});
