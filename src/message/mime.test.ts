import { simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import { addressKey, judgeAddress, readMailbox } from './address.ts';
import { composeMail, type MailParts } from './mime.ts';

const parts = (more: Partial<MailParts> = {}): MailParts => ({
  from: { name: 'Lumen & Loom', address: 'news@mail.shop.example' },
  replyTo: { name: '', address: 'help@shop.example' },
  to: 'Ada.Lovelace+x@example.com',
  subject: 'Your cart',
  html: '<p>ä</p>',
  text: 'ä',
  at: Date.UTC(2026, 10, 23, 9),
  message: { key: 'run/mail/1/email', journey: 'abandoned-cart', class: 'marketing' },
  unsubscribeUrl: 'https://shop.example/u/v1.1.abc.def',
  stream: { name: 'Lumen & Loom', domain: 'mail.shop.example', sender: 'default' },
  returns: { path: 'bounce+token@mail.shop.example', unsubscribe: null, feedback: null, tag: 'fbl+token' },
  secret: Buffer.alloc(32),
  ...more,
});

describe('a composed mail', () => {
  it('keeps rules M1, M2, M7, M8, M9 and M11 of trust §1.1, one From whatever a text says (trust row 15)', async () => {
    const { raw, messageId, envelope } = composeMail(
      parts({ subject: 'From: a@b.example', text: 'From: a@b.example', html: `<p>${'long '.repeat(2000)}</p>` }),
    );
    const text = raw.toString('latin1');
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(Math.max(...text.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998);
    const names = text
      .split('\r\n\r\n')[0]!
      .split(/\r\n(?![ \t])/)
      .map((line) => line.split(':')[0]!.toLowerCase());
    for (const name of ['from', 'date', 'message-id', 'subject', 'to']) {
      expect(names.filter((other) => other === name)).toHaveLength(1);
    }
    expect(messageId).toMatch(/^<[\w-]{43}@mail\.shop\.example>$/);
    expect(composeMail(parts()).messageId).toBe(messageId);
    expect(envelope.from).toBe('bounce+token@mail.shop.example');
    expect(text.indexOf('text/plain')).toBeLessThan(text.indexOf('text/html'));
  });

  it('carries the one-click pair, the stream and our own tag (trust §1.2)', async () => {
    const { headers } = await simpleParser(composeMail(parts()).raw);
    const raw = composeMail(parts())
      .raw.toString()
      .replace(/\r\n[ \t]+/g, ' ');
    expect(raw).toContain('List-Unsubscribe: <https://shop.example/u/v1.1.abc.def>\r\n');
    expect(raw).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n');
    expect(raw).toContain('<abandoned-cart.mail.shop.example>');
    expect(headers.get('auto-submitted')).toBe('auto-generated');
    expect(headers.get('x-beckon-msg')).toBe('fbl+token');
    expect((await simpleParser(composeMail(parts({ unsubscribeUrl: null })).raw)).headers.has('list')).toBe(false);
  });

  it.each(['a\r\nBcc: x@y', 'a\u2028b', 'a\u202eb', 'a\u0000b'])(
    'refuses the subject %j before it is built (trust row 1)',
    (subject) => {
      expect(() => composeMail(parts({ subject }))).toThrow(/invisible/);
    },
  );

  it('takes an encoded word in a name literally, and round-trips a subject of emoji (trust rows 3, 4)', async () => {
    const name = '=?utf-8?q?=0D=0ABcc:_x?=';
    const subject = '👩‍👩‍👧‍👦'.repeat(60);
    const mail = await simpleParser(composeMail(parts({ subject, from: { name, address: 'a@b.example' } })).raw);
    expect(mail.subject).toBe(subject);
    expect(mail.headers.has('bcc')).toBe(false);
  });
});

describe('addresses', () => {
  it.each([
    ['Foo+Bar@Example.com', 'Foo+Bar@example.com'],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
  ])('%s goes on the wire as %s (trust M4, M5)', (typed, wire) => {
    expect(judgeAddress(typed)).toEqual({ address: wire });
  });

  it.each([
    'a@b',
    'a@localhost',
    'a@[127.0.0.1]',
    'a@127.0.0.1',
    '"a b"@x.com',
    `${'a'.repeat(65)}@x.com`,
    'a b@x.com',
    '@x.com',
    'a@',
    'a@x..com',
    'a\r\n@x.com',
    'a@-x.com',
  ])('%j is refused (trust row 7)', (typed) => {
    expect(judgeAddress(typed)).toHaveProperty('refused');
  });

  it('have one key whatever their case (trust row 8)', () => {
    const key = Buffer.alloc(32);
    expect(addressKey(key, 'Foo@Example.com')).toBe(addressKey(key, ' foo@example.COM'));
  });

  it('of a sender are read with their name, and control characters are refused (trust row 2)', () => {
    expect(readMailbox('"Lumen & Loom" <news@shop.example>')).toEqual({
      name: 'Lumen & Loom',
      address: 'news@shop.example',
    });
    expect(readMailbox('news@shop.example')).toEqual({ name: '', address: 'news@shop.example' });
    expect(() => readMailbox('"a\r\n.\r\nMAIL FROM" <news@shop.example>')).toThrow();
  });
});
