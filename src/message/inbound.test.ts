import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aComplaint, aLetter, aReport } from '../../test/support/letters.ts';
import type { BounceClass } from './bounce.ts';
import { readInbound, returnedHeaders } from './inbound.ts';
import { headerOf, partsOf, readMail } from './mail-read.ts';

const to = 'bounce+token@returns.shop.example';
const read = (raw: Buffer, sender: string | null = '') => readInbound(readMail(raw), sender);

describe('a delivery report (RFC 3464)', () => {
  it.each<[string, string, BounceClass]>([
    ['5.1.1', '550 5.1.1 <ada@example.com>: User unknown', 'hard'],
    ['5.7.9', '554 5.7.9 Message not accepted for policy reasons', 'policy'],
    ['5.2.2', '552 5.2.2 Mailbox is full', 'soft'],
    ['5.0.0', '550 5.1.1 no such user', 'hard'],
    ['5.0.0', 'unknown mail system error', 'unknown'],
    ['4.4.7', '451 4.4.7 Delivery time expired', 'soft'],
  ])('%s with "%s" is %s', (status, says, expected) => {
    expect(read(aReport({ to }, { status, says }))).toMatchObject({
      kind: 'report',
      deliveries: [{ action: 'failed', recipient: 'ada@example.com', class: expected }],
    });
  });

  it.each(['delayed', 'relayed', 'expanded', 'delivered'])('of the kind %s is no bounce (trust row 18)', (action) => {
    const found = read(aReport({ to }, { action, status: '4.4.1', says: '451 connection timed out' }));
    expect(found).toMatchObject({ kind: 'report', deliveries: [{ action, class: null }] });
  });

  it('tells of each recipient, also without an empty line between them', () => {
    const raw = aReport({ to }, { status: '5.1.1', says: '550 5.1.1 no' }).toString('latin1');
    const more = raw.replace(
      'Final-Recipient: rfc822; ada@example.com',
      'Final-Recipient: rfc822; bo@example.com\r\nAction: failed\r\nStatus: 5.2.2\r\nFinal-Recipient: rfc822; ada@example.com',
    );
    expect(read(Buffer.from(more, 'latin1'))).toMatchObject({
      deliveries: [
        { recipient: 'bo@example.com', class: 'soft' },
        { recipient: 'ada@example.com', class: 'hard' },
      ],
    });
  });

  it('brings headers of our mail back', () => {
    const own = 'Return-Path: <bounce+t@shop.example>\n';
    const headers = returnedHeaders(readMail(aReport({ to }, { status: '5.1.1', says: 'x', own })));
    expect(headers.get('return-path')).toEqual(['<bounce+t@shop.example>']);
    expect(returnedHeaders(readMail(aComplaint({ to }, 'abuse', own))).get('return-path')).toEqual([
      '<bounce+t@shop.example>',
    ]);
  });
});

describe('a host’s own words (trust §1.5)', () => {
  const daemon = { From: 'MAILER-DAEMON@far.example', To: to, Subject: 'failure notice' };
  it.each<[string, Record<string, string>, string, BounceClass]>([
    [
      'qmail',
      daemon,
      "Hi. This is the qmail-send program at far.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<ada@far.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\nSubject: 5.7.1 is not meant",
      'hard',
    ],
    [
      'Exim',
      {
        From: 'Mail Delivery System <Mailer-Daemon@far.example>',
        Subject: 'Mail delivery failed: returning message to sender',
        'X-Failed-Recipients': 'ada@far.example',
        'Auto-Submitted': 'auto-replied',
      },
      'This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered. This is a permanent error. The following address(es) failed:\n\n  ada@far.example\n    host mx.far.example [192.0.2.7]\n    SMTP error from remote mail server after RCPT TO:<ada@far.example>:\n    550 5.2.2 Mailbox over quota\n\n------ This is a copy of the message, including all the headers. ------',
      'soft',
    ],
    [
      'Exim without a code',
      { From: 'Mailer-Daemon@far.example', Subject: 'Mail delivery failed', 'X-Failed-Recipients': 'ada@far.example' },
      'The following address failed:\n\n  ada@far.example\n    Unrouteable address',
      'hinted',
    ],
    [
      'sendmail',
      {
        From: 'Mail Delivery Subsystem <MAILER-DAEMON@far.example>',
        Subject: 'Returned mail: see transcript for details',
      },
      '   ----- The following addresses had permanent fatal errors -----\n<ada@far.example>\n    (reason: 550 5.7.1 Rejected: 192.0.2.1 listed at zen.spamhaus.example)',
      'policy',
    ],
    [
      'words alone',
      { From: 'postmaster@far.example', Subject: 'Undeliverable: You left something' },
      'Your message did not reach some or all of the intended recipients.\n\nada@far.example: the recipient address was not found.',
      'hinted',
    ],
  ])('%s', (_name, headers, words, expected) => {
    expect(read(aLetter(headers, words))).toMatchObject({
      kind: 'report',
      deliveries: [{ action: 'failed', class: expected }],
    });
  });

  it('is no bounce while the host still tries (trust row 18)', () => {
    const headers = { From: 'Mailer-Daemon@far.example', Subject: 'Warning: message delayed 24 hours' };
    const words =
      'A message that you sent has not yet been delivered to one or more of its recipients after 24 hours.\nNo action is required on your part. Delivery attempts will continue.';
    expect(read(aLetter(headers, words))).toMatchObject({ deliveries: [{ action: 'delayed' }] });
  });
});

describe('a complaint (RFC 5965)', () => {
  it.each(['abuse', 'fraud'])('of the kind %s is one', (kind) => {
    expect(read(aComplaint({ to }, kind))).toEqual({ kind: 'complaint', feedback: kind });
  });
  it.each(['not-spam', 'other', 'virus', 'opt-out'])('of the kind %s asks for nothing (trust row 23)', (kind) => {
    expect(read(aComplaint({ to }, kind))).toEqual({ kind: 'feedback', feedback: kind });
  });
});

describe('an answer', () => {
  const from = { From: 'Ada <ada@example.com>', To: to, Subject: 'Re: You left something' };
  it('of a person is a reply', () => {
    expect(read(aLetter(from, 'Do you have it in blue?'), 'ada@example.com')).toEqual({ kind: 'reply' });
    expect(read(aLetter({ ...from, 'Auto-Submitted': 'no' }, 'Hello'), null)).toEqual({ kind: 'reply' });
  });
  it.each<[string, Record<string, string>]>([
    ['Auto-Submitted', { ...from, 'Auto-Submitted': 'auto-replied (vacation)' }],
    ['Precedence', { ...from, Precedence: 'bulk' }],
    ['Precedence of old', { ...from, Precedence: 'auto_reply' }],
    ['X-Autoreply', { ...from, 'X-Autoreply': 'yes' }],
    ['X-Auto-Response-Suppress', { ...from, 'X-Auto-Response-Suppress': 'All' }],
    ['a list', { ...from, 'List-Id': '<all.example.com>' }],
    ['English', { ...from, Subject: 'Automatic reply: You left something' }],
    ['Swedish', { ...from, Subject: 'Autosvar: You left something' }],
    ['German', { ...from, Subject: 'Automatische Antwort: You left something' }],
    ['nobody', { ...from, From: 'no-reply@example.com' }],
  ])('of a machine is told apart: %s (RFC 3834)', (_name, headers) => {
    expect(read(aLetter(headers, 'I am away'), 'ada@example.com').kind).toBe('auto');
  });
  it('without a return path is a machine’s', () => {
    expect(read(aLetter(from, 'I am away'), '').kind).toBe('auto');
  });
});

describe('reading a mail', () => {
  it('decodes what it is written in, and keeps the parts apart', () => {
    const raw = aLetter(
      { 'Content-Type': 'text/plain; charset=iso-8859-1', 'Content-Transfer-Encoding': 'quoted-printable' },
      'Fr=E5nvaro =\nidag',
    );
    expect(readMail(raw).text).toBe('Frånvaro idag\n');
  });

  it('ends, whatever comes in: nested without end, without boundary, noise (property)', () => {
    const nest = (depth: number): string => (depth === 0 ? 'x' : `Content-Type: message/rfc822\n\n${nest(depth - 1)}`);
    expect(partsOf(readMail(Buffer.from(nest(200)))).length).toBeLessThan(10);
    const many = `Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\nx\n'.repeat(5000)}`;
    expect(partsOf(readMail(Buffer.from(many))).length).toBeLessThan(70);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const mail = readMail(Buffer.from(bytes));
        expect(['report', 'complaint', 'feedback', 'auto', 'reply']).toContain(readInbound(mail, null).kind);
        expect(headerOf(mail, 'subject') ?? '').toBeTypeOf('string');
      }),
      { numRuns: 300 },
    );
  });
});
