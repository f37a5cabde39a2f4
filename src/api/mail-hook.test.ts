import { createHmac, createSign, generateKeyPairSync, sign } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { selfSigned } from '../../test/support/certificate.ts';
import { freshStore } from '../../test/support/database.ts';
import { fakeHouse, secretKey, type FakeHouse } from '../../test/support/house.ts';
import { mailgun, postmark, resend, sendgrid, ses } from '../../test/support/providers.ts';
import type { Store } from '../store/index.ts';
import type { MailSourceView } from './contract-mail.ts';
import { isCertificateUrl, snsText } from './mail-signature.ts';
import { MailSources } from './mail-sources.ts';
import { buildServer } from './server.ts';
import { migrations } from './table.ts';

const message = '01939e6d-0000-7000-8000-00000000aaaa';
const topic = 'arn:aws:sns:eu-north-1:123456789012:mail';
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const sendgridKey = ec.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
const svixKey = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const sns = selfSigned('sns.amazonaws.com', 'rsa');

let store: Store;
let house: FakeHouse;
let app: FastifyInstance;
let told: { provider: string; body: unknown }[];
let fetched: string[];

beforeAll(async () => {
  store = await freshStore(migrations);
});
beforeEach(async () => {
  await store.run({ text: 'truncate mail_source' });
  house = fakeHouse();
  [told, fetched] = [[], []];
  const { random, settings } = house;
  house.mailSources = new MailSources({ store, random, ...settings });
  house.messages.told = async (provider, { body }) => {
    told.push({ provider, body });
    return { taken: 1, repeated: 0 };
  };
  house.fetchText = async (url) => {
    fetched.push(url);
    return sns.cert;
  };
  app = await buildServer(house);
});

const put = (key: string, payload: object) =>
  app.inject({
    method: 'PUT',
    url: `/v1/mail-sources/${key}`,
    payload,
    headers: { authorization: `Bearer ${secretKey}` },
  });
const view = async (key: string) =>
  (
    await app.inject({ url: `/v1/mail-sources/${key}`, headers: { authorization: `Bearer ${secretKey}` } })
  ).json<MailSourceView>();
async function post(key: string, body: string, headers: Record<string, string> = {}): Promise<number> {
  const all = { 'content-type': 'application/json', ...headers };
  return (await app.inject({ method: 'POST', url: `/hooks/mail/${key}`, payload: body, headers: all })).statusCode;
}
const seconds = (ms: number) => String(Math.floor(ms / 1000));

describe('SendGrid', () => {
  const body = JSON.stringify([sendgrid('delivered', message)]);
  const headersFor = (text: string, at = seconds(house.clock.real())) => ({
    'x-twilio-email-event-webhook-timestamp': at,
    'x-twilio-email-event-webhook-signature': sign('sha256', Buffer.from(at + text), ec.privateKey).toString('base64'),
  });
  beforeEach(() => put('sg', { provider: 'sendgrid', secret: sendgridKey }));

  it('is taken when signed over these very bytes, soon (trust rows 27, 28)', async () => {
    expect(await post('sg', body, headersFor(body))).toBe(200);
    expect(told).toHaveLength(1);
    expect(await post('sg', JSON.stringify(JSON.parse(body), null, 1), headersFor(body)), 'serialised anew').toBe(401);
    expect(await post('sg', body)).toBe(401);
    const hourAgo = seconds(house.clock.real() - 3_600_000);
    expect(await post('sg', body, headersFor(body, hourAgo)), 'replayed').toBe(401);
    expect(told).toHaveLength(1);
    expect(await view('sg')).toMatchObject({ taken: 1, lastRefusal: expect.stringContaining('signature') });
  });
});

describe('Mailgun', () => {
  const signed = (at: string, key = 'key-test') => {
    const made = mailgun('delivered', message);
    made.signature = {
      timestamp: at,
      token: 'tok',
      signature: createHmac('sha256', key).update(`${at}tok`).digest('hex'),
    };
    return JSON.stringify(made);
  };
  it('is taken when its token is signed, also in the older form', async () => {
    await put('mg', { provider: 'mailgun', secret: 'key-test' });
    const now = seconds(house.clock.real());
    expect(await post('mg', signed(now))).toBe(200);
    expect(await post('mg', signed(now, 'another'))).toBe(401);
    expect(await post('mg', signed(seconds(house.clock.real() - 2 * 86_400_000)))).toBe(401);
    const signature = createHmac('sha256', 'key-test').update(`${now}tok`).digest('hex');
    const form = new URLSearchParams({ event: 'bounced', timestamp: now, token: 'tok', signature }).toString();
    expect(await post('mg', form, { 'content-type': 'application/x-www-form-urlencoded' })).toBe(200);
  });
});

describe('Postmark', () => {
  it('shows the user and password of its address', async () => {
    await put('pm', { provider: 'postmark', secret: 'postmark:a-long-password' });
    const body = JSON.stringify(postmark('Delivery', message));
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
    expect(await post('pm', body, basic('postmark:a-long-password'))).toBe(200);
    expect(await post('pm', body, basic('postmark:another'))).toBe(401);
    expect(await post('pm', body)).toBe(401);
  });
});

describe('Resend', () => {
  it('signs as Svix does', async () => {
    await put('rs', { provider: 'resend', secret: svixKey });
    const body = JSON.stringify(resend('email.delivered', message));
    const at = seconds(house.clock.real());
    const mac = createHmac('sha256', Buffer.alloc(24, 7)).update(`msg_1.${at}.${body}`).digest('base64');
    const headers = { 'svix-id': 'msg_1', 'svix-timestamp': at, 'svix-signature': `v1,${mac}` };
    expect(await post('rs', body, headers)).toBe(200);
    expect(await post('rs', body, { ...headers, 'svix-id': 'msg_2' })).toBe(401);
  });
});

describe('SES by SNS', () => {
  const url = 'https://sns.eu-north-1.amazonaws.com/SimpleNotificationService-x.pem';
  /** Signed by what `SNS` would sign with; `more` is in it before it is signed. */
  const signed = (more: Record<string, string> = {}, version: '1' | '2' = '2') => {
    const made = ses.envelope(
      { eventType: 'Delivery', mail: ses.mail(message) },
      { SignatureVersion: version, ...more },
    );
    const algorithm = version === '2' ? 'RSA-SHA256' : 'RSA-SHA1';
    const Signature = createSign(algorithm).update(snsText(made)).sign(sns.key, 'base64');
    return { ...made, Signature };
  };
  const text = { 'content-type': 'text/plain; charset=UTF-8' };
  beforeEach(() => put('ses', { provider: 'ses', topics: [topic] }));

  it('is taken with either version of the signature, the certificate fetched once', async () => {
    expect(await post('ses', JSON.stringify(signed()), text)).toBe(200);
    expect(await post('ses', JSON.stringify(signed({}, '1')), text)).toBe(200);
    expect(fetched.length).toBeLessThanOrEqual(1);
    expect(await post('ses', JSON.stringify({ ...signed(), Message: '{}' }), text), 'changed on the way').toBe(401);
  });

  it('takes no certificate from elsewhere, and does not fetch it (trust row 26)', async () => {
    const evil = signed({ SigningCertURL: 'https://sns.us-east-1.amazonaws.com.evil.io/x.pem' });
    expect(await post('ses', JSON.stringify(evil), text)).toBe(401);
    expect(fetched).toEqual([]);
    for (const bad of [
      url.replace('https', 'http'),
      'https://sns.eu-north-1.amazonaws.com:444/x.pem',
      'https://user@sns.eu-north-1.amazonaws.com/x.pem',
      'https://sns.eu-north-1.amazonaws.com/x.pem?to=evil',
      'https://xsns.eu-north-1.amazonaws.com/x.pem',
      'https://sns.eu-north-1.amazonaws.com/a/b.pem',
    ])
      expect(isCertificateUrl(bad), bad).toBe(false);
    expect(isCertificateUrl(url)).toBe(true);
  });

  it('is confirmed only for a topic that may call', async () => {
    const more = {
      Type: 'SubscriptionConfirmation',
      Token: 'token',
      SubscribeURL: 'https://sns.eu-north-1.amazonaws.com/?Action=ConfirmSubscription&Token=token',
    };
    expect(await post('ses', JSON.stringify(signed(more)), text)).toBe(200);
    expect(fetched.at(-1)).toBe(more.SubscribeURL);
    const strange = signed({ ...more, TopicArn: topic.replace(':mail', ':other') });
    expect(await post('ses', JSON.stringify(strange), text)).toBe(401);
    const evil = signed({ ...more, SubscribeURL: 'https://evil.example/' });
    expect(await post('ses', JSON.stringify(evil), text)).toBe(401);
    expect(told).toEqual([]);
  });
});

describe('a mail source', () => {
  it('needs what it is known by, and never shows it', async () => {
    expect((await put('x', { provider: 'mailgun' })).statusCode).toBe(400);
    expect((await put('x', { provider: 'ses' })).statusCode).toBe(400);
    expect((await put('x', { provider: 'ses', topics: ['*'] })).statusCode).toBe(400);
    expect((await put('x', { provider: 'sendgrid', secret: 'no key' })).statusCode).toBe(400);
    expect((await put('x', { provider: 'postmark', secret: 'user:short' })).statusCode).toBe(400);
    const made = await put('x', { provider: 'mailgun', secret: 'key-test' });
    expect(made.body).not.toContain('key-test');
    expect(made.json()).toMatchObject({ address: 'http://localhost:8080/hooks/mail/x', provider: 'mailgun' });
    const rows = await store.rows<{ secret: string }>({ text: 'select secret from mail_source' });
    expect(rows[0]!.secret).not.toContain('key-test');
    const other = await put('x', { provider: 'resend' });
    expect(other.statusCode, 'another provider’s secret is not this one’s').toBe(400);
  });

  it('that is ended answers 404', async () => {
    await put('x', { provider: 'mailgun', secret: 'key-test' });
    const headers = { authorization: `Bearer ${secretKey}` };
    expect((await app.inject({ method: 'DELETE', url: '/v1/mail-sources/x', headers })).statusCode).toBe(200);
    expect(await post('x', '{}')).toBe(404);
  });
});
