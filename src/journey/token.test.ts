import { constants, generateKeyPairSync, verify, type KeyObject } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { Office } from '../../test/support/journeys.ts';
import type { CallAnswer, CallRequest } from './call.ts';
import type { CustomAction, JourneyDefinition } from './definition.ts';
import { problemsOf } from './validate.ts';

const login = 'https://login.example.com/token';
const action: CustomAction = {
  kind: 'action',
  name: 'Recs',
  method: 'POST',
  url: 'https://recs.example.com/v1',
  headers: { authorization: 'Bearer {{token}}' },
  body: { for: '=profile.id' },
  token: { url: login, form: { grant_type: 'client_credentials', client_secret: '{{secret.recs}}' } },
  retries: 0,
  next: 'done',
  onError: 'failed',
};
const journey = (more: Partial<CustomAction> = {}): JourneyDefinition => ({
  key: 'asks',
  name: 'Asks',
  entry: { kind: 'event', event: 'cart.changed' },
  start: 'ask',
  activities: {
    ask: { ...action, ...more },
    done: { kind: 'end', label: 'Done' },
    failed: { kind: 'end', label: 'Failed' },
  },
});
const json = (value: unknown, status = 200): CallAnswer => ({ status, headers: {}, text: JSON.stringify(value) });
const hour = 3_600_000;

let office: Office;
let logins: CallRequest[];
/** Gives tokens token-1, token-2 … that are good for an hour, and takes the newest alone. */
let given: (request: CallRequest) => CallAnswer;

beforeEach(async () => {
  office = await Office.open();
  await office.secrets.put('recs', 'sk-very-secret');
  logins = [];
  given = () => json({ access_token: `token-${logins.length}`, expires_in: 3600 });
  office.respond = (request) => {
    if (request.url !== login) return json({ items: [request.headers['authorization']] });
    logins.push(request);
    return given(request);
  };
});

const act = async () => {
  while ((await office.runner.act()) > 0);
};
const calls = () => office.asked.filter(({ url }) => url !== login);

describe('a token in two steps (journeys C6)', () => {
  it('is asked for once, by a form that shows the secret, and serves all calls until shortly before it expires', async () => {
    await office.live(journey());
    await office.happens(office.add('coat', 1), office.add('coat', 2));
    await act();

    expect(logins).toHaveLength(1);
    expect(logins[0]).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials&client_secret=sk-very-secret',
    });
    expect(logins[0]!.headers).not.toHaveProperty('idempotency-key');
    expect(calls().map(({ headers }) => headers['authorization'])).toEqual(['Bearer token-1', 'Bearer token-1']);

    office.clock.advance(hour - 31_000);
    await office.happens(office.add('coat', 3));
    await act();
    expect(logins).toHaveLength(1);
    office.clock.advance(2000);
    await office.happens(office.add('coat', 4));
    await act();
    expect(calls().at(-1)!.headers['authorization']).toBe('Bearer token-2');
  });

  it('is found where the document says, and is good as long as it says', async () => {
    given = () => json({ data: { jwt: 'abc' } });
    const token = { url: login, method: 'GET' as const, value: 'response.data.jwt', lasts: 'PT10M' };
    await office.live(journey({ token }));
    for (const no of [1, 2]) {
      await office.happens(office.add('coat', no));
      await act();
      office.clock.advance(600_000);
    }
    expect(logins.map(({ method, body }) => [method, body])).toEqual([
      ['GET', null],
      ['GET', null],
    ]);
    expect(calls()[0]!.headers['authorization']).toBe('Bearer abc');
  });

  it('that the service does not take any more is forgotten, and the call is made once more with a new one', async () => {
    await office.live(journey({ retries: 3 }));
    const answered = office.respond;
    office.respond = (request) =>
      request.headers['authorization'] === 'Bearer token-1' ? json({}, 401) : answered(request);
    await office.happens(office.add('coat', 1));
    await act();
    expect(calls().map(({ headers }) => headers['authorization'])).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(await office.states()).toEqual(['Done']);

    office.respond = (request) => (request.url === login ? answered(request) : json({}, 401));
    await office.happens(office.add('coat', 2));
    await act();
    expect(calls()).toHaveLength(4);
    expect(await office.states()).toEqual(['Done', 'Failed']);
  });

  it('that is not given fails the action as the call would: tried again where that helps, and never without it', async () => {
    given = () => json({ error: 'sk-very-secret is wrong' }, 503);
    await office.live(journey({ retries: 1 }));
    await office.happens(office.add('coat', 1));
    await act();
    expect(await office.states()).toEqual(['ask']);
    given = () => json({ error: 'sk-very-secret is wrong' }, 400);
    office.clock.advance(hour / 2);
    await act();
    expect(logins).toHaveLength(2);
    expect(calls()).toEqual([]);
    const [run] = await office.runs();
    expect(run!.endReason).toBe('Failed');
    const steps = await office.store.rows({ text: 'select detail, reason from journey_step' });
    expect(JSON.stringify(steps)).toContain('http_400');
    expect(JSON.stringify(steps)).not.toContain('sk-very-secret');
  });

  it('of an answer that gives it back is shown nowhere', async () => {
    await office.live(journey());
    await office.happens(office.add('coat', 1));
    await act();
    const [row] = await office.store.rows<{ context: unknown }>({ text: 'select context from journey_run' });
    expect(JSON.stringify(row)).not.toContain('Bearer token-1');
    expect(JSON.stringify(row)).toContain('~token~');
  });

  it('is checked on saving: a host that is written out, a secret that is none of the document, and somebody who uses it', () => {
    const wrong = (token: CustomAction['token'], more: Partial<CustomAction> = {}) =>
      problemsOf(journey({ token, ...more } as Partial<CustomAction>), new Set()).map(({ where }) =>
        where.split('.').slice(2).join('.'),
      );
    expect(wrong(action.token)).toEqual([]);
    expect(wrong({ url: 'https://{{event.host}}/token' })).toContain('token.url');
    expect(wrong({ url: login, form: { client_secret: 'sk-1' } })).toEqual(['token.form.client_secret']);
    expect(wrong({ url: login, form: { a: '{{profile.id}}' } })).toEqual(['token.form.a']);
    expect(wrong({ url: login, form: {}, body: {} })).toEqual(['token']);
    expect(wrong(action.token, { headers: {} })).toEqual(['token']);
    expect(wrong(undefined)).toEqual(['headers.authorization']);
  });
});

it('a call that needs a consent is made only for those who gave it; the others go on without (journeys C14)', async () => {
  const { token: _, ...plain } = action;
  const open: JourneyDefinition = journey();
  open.activities['ask'] = { ...plain, headers: {}, consent: 'email-marketing' };
  await office.live(open);
  const yes = office.named('ada@example.com', 1, { types: ['profile.consent'], consent: { 'email-marketing': 'in' } });
  await office.happens(yes, office.add('coat', 1), office.add('coat', 2));
  await act();
  expect(calls()).toHaveLength(1);
  expect(await office.states()).toEqual(['Done', 'Done']);
  const rows = await office.store.rows<{ status: string }>({
    text: `select context->'actions'->'Recs'->>'jo_status_code' as status from journey_run order by 1`,
  });
  expect(rows.map(({ status }) => status)).toEqual(['http_200', 'noConsent']);
});

describe('a token for a signed assertion (journeys C6, RFC 7523)', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
  const asserted = (algorithm: 'RS256' | 'PS256' | 'ES256'): Partial<CustomAction> => ({
    token: {
      url: login,
      assertion: {
        key: 'signer',
        algorithm,
        keyId: 'k1',
        claims: { iss: 'shop', sub: '{{secret.recs}}', aud: login, scopes: ['recs'] },
        lasts: 'PT2M',
      },
      form: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: '{{assertion}}' },
    },
  });
  const part = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>;

  it.each(['RS256', 'PS256', 'ES256'] as const)(
    'is asked for with what the service can verify: %s',
    async (algorithm) => {
      const { privateKey, publicKey } = algorithm === 'ES256' ? ec : rsa;
      await office.secrets.put('signer', pem(privateKey));
      await office.live(journey(asserted(algorithm)));
      await office.happens(office.add('coat', 1), office.add('coat', 2));
      await act();
      expect(logins, 'once for both').toHaveLength(1);
      const jwt = new URLSearchParams(logins[0]!.body!).get('assertion')!;
      const [head, claims, signature] = jwt.split('.') as [string, string, string];
      const now = Math.floor(office.clock.real() / 1000);
      expect(part(head)).toEqual({ alg: algorithm, typ: 'JWT', kid: 'k1' });
      expect(part(claims)).toEqual({
        iss: 'shop',
        sub: 'sk-very-secret',
        aud: login,
        scopes: ['recs'],
        iat: now,
        exp: now + 120,
        jti: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
      const padding = algorithm === 'PS256' ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : {};
      const how = { key: publicKey, dsaEncoding: 'ieee-p1363' as const, ...padding };
      expect(verify('sha256', Buffer.from(`${head}.${claims}`), how, Buffer.from(signature, 'base64url'))).toBe(true);
      expect(await office.states()).toEqual(['Done', 'Done']);
    },
  );

  it('that cannot be signed makes no call, and says why without the key', async () => {
    await office.secrets.put('signer', pem(ec.privateKey));
    await office.live(journey(asserted('RS256')));
    await office.happens(office.add('coat'));
    await act();
    expect(office.asked).toEqual([]);
    const [run] = await office.runs();
    expect(run!.endReason).toBe('Failed');
    expect((await office.history(run!.profileId)).join('\n')).not.toContain('PRIVATE');
  });

  it('is checked on saving', () => {
    const wrong = (assertion: object, form: Record<string, string> = { assertion: '{{assertion}}' }) =>
      problemsOf(
        journey({ token: { url: login, form, assertion: { key: 'signer', claims: {}, ...assertion } } }),
        new Set(),
      );
    expect(wrong({})).toEqual([]);
    expect(wrong({ key: 'not one' })).toMatchObject([{ where: 'activities.ask.token.assertion.key' }]);
    expect(wrong({ lasts: 'P9D' })).toMatchObject([{ where: 'activities.ask.token.assertion.lasts' }]);
    expect(wrong({ claims: { sub: '{{profile.email}}' } })).toMatchObject([
      { where: 'activities.ask.token.assertion.claims.sub' },
    ]);
    expect(wrong({}, { grant_type: 'x' })).toMatchObject([
      { where: 'activities.ask.token.assertion', what: expect.stringContaining('{{assertion}}') },
    ]);
  });
});
