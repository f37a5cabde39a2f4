import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { WebhookSignature } from './contract-webhook.ts';
import { signsEnough, signatureOf, verify, type Headers } from './webhook-signature.ts';

const now = 1_770_920_772_000;

/** The code of what is thrown, or "passes". */
function judged(how: WebhookSignature, headers: Headers, more: { body?: string; secret?: string; now?: number } = {}) {
  try {
    const body = Buffer.from(more.body ?? '{"a":1}', 'utf8');
    verify(how, { headers, body }, { secrets: [more.secret ?? 'secret'], now: more.now ?? now });
    return 'passes';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const hex: WebhookSignature = { header: 'X-Signature', encoding: 'hex' };
const mac = (text: string, encoding: 'hex' | 'base64' = 'hex') =>
  createHmac('sha256', 'secret').update(text).digest(encoding);

describe('vectors', () => {
  it('RFC 4231, test case 2, hex and with a prefix', () => {
    const signature = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
    const vector = { secret: 'Jefe', body: 'what do ya want for nothing?' };
    expect(judged(hex, { 'x-signature': signature }, vector)).toBe('passes');
    expect(judged(hex, { 'x-signature': signature.toUpperCase() }, vector)).toBe('passes');
    expect(judged({ ...hex, prefix: 'sha256=' }, { 'x-signature': `sha256=${signature}` }, vector)).toBe('passes');
    expect(judged({ ...hex, prefix: 'sha256=' }, { 'x-signature': signature }, vector)).toBe('WEBHOOK_SIGNATURE_WRONG');
  });

  it('timestamp and token run together, as Mailgun signs (trust 6.11)', () => {
    const how: WebhookSignature = { ...hex, timestampHeader: 'X-Time', signs: '{timestamp}{body}' };
    const body = 'e0b5477167110d68991efc6b9f89f0a11066af27834600e123';
    const headers = {
      'x-time': '1770920772',
      'x-signature': '097ff1603ce0947833a030fe6b23a46d9597fc9835f074f252b2e662274fb61c',
    };
    expect(judged(how, headers, { secret: 'key-test', body })).toBe('passes');
  });

  it('id, time and body with a key in base64 and two signatures, as Standard Webhooks signs', () => {
    const how: WebhookSignature = {
      header: 'webhook-signature',
      encoding: 'base64',
      prefix: 'v1,',
      secretEncoding: 'base64',
      timestampHeader: 'webhook-timestamp',
      idHeader: 'webhook-id',
      signs: '{id}.{timestamp}.{body}',
    };
    const key = Buffer.from('0123456789abcdef0123456789abcdef');
    const made = createHmac('sha256', key).update('msg_1.1770920772.{"a":1}').digest('base64');
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': '1770920772',
      'webhook-signature': `v1,${mac('another', 'base64')} v1,${made}`,
    };
    const secret = `whsec_${key.toString('base64')}`;
    expect(judged(how, headers, { secret })).toBe('passes');
    expect(judged(how, { ...headers, 'webhook-id': 'msg_2' }, { secret })).toBe('WEBHOOK_SIGNATURE_WRONG');
  });
});

it.each([
  ['no header', {}, 'WEBHOOK_UNSIGNED'],
  ['an empty one', { 'x-signature': '' }, 'WEBHOOK_SIGNATURE_WRONG'],
  [
    'one flipped digit',
    { 'x-signature': mac('{"a":1}').replace(/.$/, (last) => (last === '0' ? '1' : '0')) },
    'WEBHOOK_SIGNATURE_WRONG',
  ],
  ['a shorter one', { 'x-signature': mac('{"a":1}').slice(0, 62) }, 'WEBHOOK_SIGNATURE_WRONG'],
  ['another encoding', { 'x-signature': mac('{"a":1}', 'base64') }, 'WEBHOOK_SIGNATURE_WRONG'],
  ['the body written anew (trust row 28)', { 'x-signature': mac('{ "a": 1 }') }, 'WEBHOOK_SIGNATURE_WRONG'],
  ['the right one', { 'x-signature': mac('{"a":1}') }, 'passes'],
])('%s', (_, headers, verdict) => {
  expect(judged(hex, headers as Headers)).toBe(verdict);
});

it('a signed timestamp must be near, either way, and cannot be swapped (trust row 27)', () => {
  const how: WebhookSignature = { ...hex, timestampHeader: 'X-Time', tolerance: 60 };
  const at = (time: string) => ({ 'x-time': time, 'x-signature': mac(`${time}.{"a":1}`) });
  expect(judged(how, at('1770920772'))).toBe('passes');
  expect(judged(how, at('1770920772000'))).toBe('passes');
  expect(judged(how, at(new Date(now - 59_000).toISOString()))).toBe('passes');
  expect(judged(how, at('1770920711'))).toBe('WEBHOOK_STALE');
  expect(judged(how, at('1770920833'))).toBe('WEBHOOK_STALE');
  expect(judged(how, at('soon'))).toBe('WEBHOOK_STALE');
  expect(judged(how, { ...at('1770900000'), 'x-time': '1770920772' })).toBe('WEBHOOK_SIGNATURE_WRONG');
  expect(judged(how, { 'x-signature': mac('{"a":1}') })).toBe('WEBHOOK_UNSIGNED');
});

it('a timestamp that is asked for and not signed is no protection, so it cannot be set', () => {
  expect(signsEnough({ ...hex, timestampHeader: 'X-Time', signs: '{body}' })).toBe(false);
  expect(signsEnough({ ...hex, signs: '{timestamp}' })).toBe(false);
  expect(signsEnough({ ...hex, signs: '{id}.{body}' })).toBe(false);
  expect(signsEnough({ ...hex, timestampHeader: 'X-Time' })).toBe(true);
});

it('the platforms sign in their own way, whatever is stated', () => {
  expect(signatureOf('shopify', hex)).toEqual({ header: 'X-Shopify-Hmac-Sha256', encoding: 'base64' });
  expect(signatureOf('woocommerce', null)).toEqual({ header: 'X-WC-Webhook-Signature', encoding: 'base64' });
  expect(signatureOf('generic', null)).toBeNull();
});
