import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { array, assert, asyncProperty, constantFrom } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSignatures, ed25519Key } from '../../test/support/dkim.ts';
import { canonicalBody, dkimKey, signMail } from './dkim.ts';
import { composeMail } from './mime.ts';

/** RFC 8463 appendix A: the message with its two signatures, and the public keys of its DNS records. */
const published = [
  'DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;',
  ' d=football.example.com; i=@football.example.com;',
  ' q=dns/txt; s=brisbane; t=1528637909; h=from : to :',
  ' subject : date : message-id : from : subject : date;',
  ' bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;',
  ' b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus',
  ' Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==',
  'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;',
  ' d=football.example.com; i=@football.example.com;',
  ' q=dns/txt; s=test; t=1528637909; h=from : to : subject :',
  ' date : message-id : from : subject : date;',
  ' bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;',
  ' b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3',
  ' DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz',
  ' dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=',
  'From: Joe SixPack <joe@football.example.com>',
  'To: Suzie Q <suzie@shopping.example.net>',
  'Subject: Is dinner ready?',
  'Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)',
  'Message-ID: <20030712040037.46341.5F8J@football.example.com>',
  '',
  'Hi.',
  '',
  'We lost the game.  Are you hungry yet?',
  '',
  'Joe.',
  '',
].join('\r\n');
const publishedKeys = {
  brisbane: ed25519Key('11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='),
  test: createPublicKey(
    `-----BEGIN PUBLIC KEY-----\nMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB\n-----END PUBLIC KEY-----\n`,
  ),
};
/** Its Ed25519 private key (appendix A.2), as PKCS #8. */
const brisbane = `-----BEGIN PRIVATE KEY-----\n${Buffer.concat([
  Buffer.from('302e020100300506032b657004220420', 'hex'),
  Buffer.from('nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=', 'base64'),
]).toString('base64')}\n-----END PRIVATE KEY-----\n`;

const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const at = Date.UTC(2026, 10, 23, 9);
const keys = [
  dkimKey({ domain: 'mail.shop.example', selector: 'bk1', pem: pem(rsa.privateKey) }),
  dkimKey({ domain: 'mail.shop.example', selector: 'bk2', pem: brisbane }),
];
const known = { bk1: rsa.publicKey, bk2: publishedKeys.brisbane };

const mailOf = (more: { subject?: string; html?: string } = {}) =>
  composeMail({
    from: { name: 'Lumen & Loom', address: 'news@mail.shop.example' },
    replyTo: { name: '', address: 'help@shop.example' },
    to: 'ada@example.com',
    subject: 'Your cart',
    html: '<p>ä</p>',
    text: 'ä',
    at,
    message: { key: 'run/mail/1/email', journey: 'abandoned-cart', class: 'marketing' },
    unsubscribeUrl: 'https://shop.example/u/v1.1.abc.def',
    stream: { name: 'Lumen & Loom', domain: 'mail.shop.example', sender: 'default' },
    returns: { path: 'bounce+t@mail.shop.example', unsubscribe: null, feedback: null, tag: 'fbl+t' },
    secret: Buffer.alloc(32),
    ...more,
  });

describe('the judge of these tests', () => {
  it('passes the published message, and sees a changed letter (RFC 8463 appendix A)', () => {
    const results = (raw: string) => checkSignatures(raw, publishedKeys).map(({ result }) => result);
    expect(results(published)).toEqual(['pass', 'pass']);
    expect(results(published.replace('hungry', 'angry'))).toEqual(['body changed', 'body changed']);
    expect(results(published.replace('dinner', 'lunch'))).toEqual(['signature wrong', 'signature wrong']);
  });
});

describe('DKIM (trust §1.3)', () => {
  it('signs with RSA and Ed25519 so that a reader passes both, and covers the one-click pair (trust row 14)', async () => {
    const { raw, headerLength } = await signMail(mailOf(), keys, at);
    const text = raw.toString('latin1');
    expect(text.slice(headerLength, headerLength + 4)).toMatch(/^\r\n--/);
    const verdicts = checkSignatures(text, known);
    expect(verdicts.map(({ algorithm, result }) => [algorithm, result])).toEqual([
      ['rsa-sha256', 'pass'],
      ['ed25519-sha256', 'pass'],
    ]);
    for (const { covers } of verdicts) {
      for (const name of ['list-unsubscribe', 'list-unsubscribe-post', 'message-id', 'feedback-id', 'list-id'])
        expect(covers).toContain(name);
      for (const name of ['from', 'to', 'subject', 'date'])
        expect(
          covers.filter((other) => other === name),
          `${name} is oversigned`,
        ).toHaveLength(2);
    }
    expect(text).not.toMatch(/;\s*l=/);
    expect(Math.max(...text.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(78);
  });

  it('breaks when a field is added, changed or taken out on the way', async () => {
    const text = (await signMail(mailOf(), keys, at)).raw.toString('latin1');
    const result = (changed: string) => checkSignatures(changed, known)[0]!.result;
    expect(result(text.replace(/^/, 'From: Eve <eve@evil.example>\r\n'))).toBe('signature wrong');
    expect(result(text.replace(/^/, 'Subject: Prize\r\n'))).toBe('signature wrong');
    expect(result(text.replace('One-Click\r\n', 'Two-Click\r\n'))).toBe('signature wrong');
    expect(result(text.replace(/List-Unsubscribe-Post:.*\r\n/, ''))).toBe('signature wrong');
    expect(result(`${text}<p>more</p>\r\n`)).toBe('body changed');
  });

  it('makes the signature of the published key over the published mail’s canonical form', async () => {
    const header = published.slice(published.indexOf('From:'), published.indexOf('\r\n\r\n') + 2);
    const body = published.slice(published.indexOf('\r\n\r\n') + 4);
    const mail = { raw: Buffer.from(`${header}\r\n${body}`), headerLength: header.length };
    const key = dkimKey({ domain: 'football.example.com', selector: 'brisbane', pem: brisbane });
    const { raw } = await signMail(mail, [key], 1528637909000);
    expect(raw.toString()).toContain('bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=');
    expect(checkSignatures(raw.toString(), publishedKeys)[0]!.result).toBe('pass');
  });

  it('brings any body to the form that the judge computes', async () => {
    const piece = constantFrom('a', ' ', '\t', '  ', '\r\n', '.', 'ä');
    await assert(
      asyncProperty(array(piece, { maxLength: 30 }), async (pieces) => {
        const body = Buffer.from(pieces.join(''), 'latin1');
        const header = 'From: a@b.example\r\nSubject: x\r\n';
        const mail = { raw: Buffer.concat([Buffer.from(`${header}\r\n`), body]), headerLength: header.length };
        const { raw } = await signMail(mail, [keys[1]!], at);
        expect(checkSignatures(raw.toString('latin1'), known)[0]!.result).toBe('pass');
      }),
    );
    expect(canonicalBody(Buffer.from('\r\n\r\n')).length).toBe(0);
  });

  it('refuses what is no key, or of a kind that no reader knows', () => {
    const about = { domain: 'a.example', selector: 's' };
    expect(() => dkimKey({ ...about, pem: 'nonsense' })).toThrow('no private key');
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(() => dkimKey({ ...about, pem: pem(ec.privateKey) })).toThrow('of the kind ec');
  });
});
