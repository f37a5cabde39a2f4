import { simpleParser } from 'mailparser';
import { assert, asyncProperty, constantFrom, oneof, property, string, type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeAddress } from './address.ts';
import { mailboxField, textField, tokenField } from './header.ts';
import { composeMail, type MailParts } from './mime.ts';

/** Any text, and text that likes to break headers. */
const nasty: Arbitrary<string> = oneof(
  string({ unit: 'binary' }),
  string({ unit: 'grapheme', maxLength: 300 }),
  string({
    unit: constantFrom(
      '\r',
      '\n',
      '\r\n',
      ' ',
      '  ',
      '\t',
      '=?',
      '?=',
      '"',
      '\\',
      '<',
      '>',
      ',',
      ':',
      ';',
      'Bcc',
      'ä',
      '👩‍👩‍👧‍👦',
      '\u2028',
      '\u202e',
    ),
    maxLength: 60,
  }),
);

const parts = (more: Partial<MailParts> = {}): MailParts => ({
  from: { name: 'Shop', address: 'news@mail.shop.example' },
  replyTo: null,
  to: 'ada@example.com',
  subject: 'Your cart',
  html: '<p>ä</p>',
  text: 'ä',
  at: Date.UTC(2026, 10, 23, 9),
  message: { key: 'run/mail/1/email', journey: 'abandoned-cart', class: 'marketing' },
  unsubscribeUrl: 'https://shop.example/u/v1.1.abc.def',
  stream: { name: 'Shop', domain: 'mail.shop.example', sender: 'default' },
  returns: {
    path: 'bounce+t@mail.shop.example',
    unsubscribe: 'unsub+t@mail.shop.example',
    feedback: 'fbl+t@mail.shop.example',
    tag: 'fbl+t',
  },
  secret: Buffer.alloc(32),
  ...more,
});

const order = [
  'From',
  'Reply-To',
  'To',
  'Subject',
  'Date',
  'Message-ID',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'List-Id',
  'Feedback-ID',
  'Auto-Submitted',
  'CFBL-Address',
  'X-Beckon-Msg',
  'MIME-Version',
  'Content-Type',
];

/** The mail, or null when a value was refused before it was built. */
function built(more: Partial<MailParts>): { header: string; names: string[]; raw: Buffer } | null {
  try {
    const { raw, headerLength } = composeMail(parts(more));
    const header = raw.toString('utf8', 0, headerLength);
    return {
      header,
      raw,
      names: header
        .split(/\r\n(?![ \t])/)
        .slice(0, -1)
        .map((line) => line.split(':')[0]!),
    };
  } catch (error) {
    expect(error).toMatchObject({ code: 'MESSAGE_HEADER_REFUSED' });
    return null;
  }
}

describe('headers whatever the values (trust M1–M4, M10, rows 1–5)', () => {
  it('no value adds, breaks or takes away a field: the same fields in the same order, or nothing at all', () => {
    assert(
      property(nasty, nasty, nasty, nasty, (subject, name, journey, stream) => {
        const mail = built({
          subject,
          from: { name, address: 'news@mail.shop.example' },
          replyTo: { name: stream, address: 'help@shop.example' },
          stream: { name: stream, domain: 'mail.shop.example', sender: 'default' },
          message: { key: journey, journey, class: 'marketing' },
        });
        if (!mail) return;
        expect(mail.names).toEqual(order);
        expect(mail.header.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
        for (const line of mail.header.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(998);
        for (const word of mail.header.match(/=\?UTF-8\?B\?[^?]*\?=/g) ?? []) {
          expect(word.length).toBeLessThanOrEqual(75);
          const piece = Buffer.from(word.slice(10, -2), 'base64');
          expect(Buffer.from(piece.toString('utf8'), 'utf8'), 'whole code points').toEqual(piece);
        }
      }),
    );
  });

  it('subject and names are read back as they were given, by an independent parser', async () => {
    await assert(
      asyncProperty(nasty, nasty, async (subject, name) => {
        const mail = built({ subject, from: { name, address: 'news@mail.shop.example' } });
        if (!mail) return;
        const read = await simpleParser(mail.raw, { skipHtmlToText: true });
        // Blanks around a text, and around an empty one, are not part of it for any reader.
        if (subject.trim() !== '') expect(read.subject?.trim()).toBe(subject.trim());
        expect(read.from?.value).toHaveLength(1);
        expect(read.from?.value[0]?.address).toBe('news@mail.shop.example');
        expect(read.from?.value[0]?.name.trim()).toBe(name.trim());
        expect(read.text?.trim()).toBe('ä');
      }),
      { numRuns: 60 },
    );
  });

  it('an address that may be mailed goes into the To field as it is, any other is refused', () => {
    assert(
      property(nasty, (local) => {
        const verdict = judgeAddress(`${local}@example.com`);
        if ('refused' in verdict) return;
        expect(mailboxField('To', { name: '', address: verdict.address })).toBe(`To: ${verdict.address}\r\n`);
      }),
    );
  });

  it('folds long plain text at its spaces, and never inside what a machine reads', () => {
    const long = textField('Subject', 'word '.repeat(40).trim());
    expect(long.split('\r\n').every((line) => line.length <= 78)).toBe(true);
    expect(long.replaceAll('\r\n', '')).toBe(`Subject: ${'word '.repeat(40).trim()}`);
    const url = `<https://shop.example/u/${'x'.repeat(200)}>`;
    expect(tokenField('List-Unsubscribe', [`${url},`, '<mailto:u@shop.example>'])).toBe(
      `List-Unsubscribe: ${url},\r\n <mailto:u@shop.example>\r\n`,
    );
    expect(() => tokenField('X', ['x'.repeat(1000)])).toThrow('998');
    expect(() => tokenField('X', ['a b'])).toThrow('spaces');
  });

  it('the list pair is exactly what RFC 8058 asks for, with a mailto only where somebody reads', () => {
    const read = built({})!.header;
    expect(read).toContain(
      'List-Unsubscribe: <https://shop.example/u/v1.1.abc.def>,\r\n <mailto:unsub+t@mail.shop.example>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nList-Id: "Shop" <abandoned-cart.mail.shop.example>\r\nFeedback-ID: abandoned-cart:shop:marketing:beckon\r\n',
    );
    const silent = { path: 'b@mail.shop.example', unsubscribe: null, feedback: null, tag: 'fbl+t' };
    const bare = built({ returns: silent })!.header;
    expect(bare).toContain('List-Unsubscribe: <https://shop.example/u/v1.1.abc.def>\r\nList-Unsubscribe-Post');
    expect(bare).not.toMatch(/mailto|CFBL/);
    const receipt = built({ unsubscribeUrl: null })!.header;
    expect(receipt).not.toMatch(/List-/);
  });
});
