import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { Office } from '../../test/support/journeys.ts';
import type { CustomAction, JourneyDefinition } from './definition.ts';
import { exchangeOf } from './exchange.ts';
import { missingHere } from './ready.ts';
import { secretsOf, withoutSecrets } from './secret.ts';
import { problemsOf } from './validate.ts';

const action: CustomAction = {
  kind: 'action',
  name: 'Recs',
  method: 'POST',
  url: 'https://recs.example.com/v1?shop=7',
  headers: { authorization: 'Bearer {{secret.recs}}' },
  body: { a: 1 },
  next: 'done',
};
const journey = (more: Partial<CustomAction> = {}): JourneyDefinition => ({
  key: 'asks',
  name: 'Asks',
  entry: { kind: 'event', event: 'cart.changed' },
  start: 'ask',
  activities: { ask: { ...action, ...more }, done: { kind: 'end', label: 'Done' } },
});
const value = 'sk-live-"quoted"/tail-of-it';

let office: Office;
beforeEach(async () => {
  office = await Office.open();
});

const pass = async () => {
  await office.happens(office.add('coat'));
  await office.runner.act();
};
/** Every row of every table of the database, as text. */
async function everything(): Promise<string> {
  const tables = await office.store.rows<{ name: string }>({
    text: "select table_name as name from information_schema.tables where table_schema = 'public'",
  });
  const all = await Promise.all(
    tables.map(({ name }) => office.store.rows({ text: `select t::text as row from "${name}" t` })),
  );
  return JSON.stringify(all);
}

describe('a secret (trust §3.8)', () => {
  it('is sealed where it lies, shown to the service, and told to nobody else', async () => {
    await office.secrets.put('recs', value);
    await office.live(journey());
    office.respond = ({ headers }) => ({ status: 200, headers: {}, text: JSON.stringify({ echo: headers }) });
    await pass();
    expect(office.asked[0]!.headers['authorization']).toBe(`Bearer ${value}`);
    expect(await office.secrets.list(office.journeys)).toMatchObject([
      { name: 'recs', rotatedAt: null, usedBy: ['asks'] },
    ]);
    expect(await office.states()).toEqual(['Done']);
    const stored = await everything();
    for (const part of ['sk-live', 'tail-of-it', encodeURIComponent(value)]) expect(stored).not.toContain(part);
    expect(stored, 'the answer that echoes it is kept without it').toContain('~secret.recs~');
  });

  it('can be replaced: the next call shows the new value; a copy in another row does not open', async () => {
    await office.secrets.put('recs', value);
    await office.secrets.put('recs', 'the-second');
    await office.secrets.put('other', 'else');
    await office.live(journey());
    await pass();
    expect(office.asked[0]!.headers['authorization']).toBe('Bearer the-second');
    await office.store.run({
      text: "update journey_secret set sealed = (select sealed from journey_secret where name = 'other') where name = 'recs'",
    });
    expect((await office.secrets.open(['recs', 'other'])).size).toBe(1);
  });

  it('that there is not stops the publishing, and later the call, which is not made', async () => {
    await expect(office.secrets.put('1x', 'v')).rejects.toMatchObject({ code: 'SECRET_INVALID' });
    await expect(office.secrets.put('x', 'a\nb')).rejects.toMatchObject({ code: 'SECRET_INVALID' });
    const missing = await missingHere(journey(), { secrets: office.secrets, allowed: new Set() });
    expect(missing).toEqual([{ where: 'activities.ask', what: 'There is no secret "recs"; PUT /v1/secrets/recs' }]);
    await office.live(journey({ retries: 3 }));
    await pass();
    expect(office.asked).toEqual([]);
    expect(await office.states()).toEqual(['Done']);
    const steps = await office.store.rows<{ detail: unknown }>({
      text: "select detail from journey_step where kind = 'action'",
    });
    expect(steps).toEqual([{ detail: { action: 'Recs', status: 'internalError', why: 'There is no secret "recs"' } }]);
  });

  it('is not removed while a journey names it', async () => {
    await office.secrets.put('recs', value);
    await office.journeys.put(journey());
    await expect(office.secrets.remove('recs', office.journeys)).rejects.toMatchObject({ code: 'SECRET_IN_USE' });
    await office.journeys.put(journey({ headers: {} }));
    expect(await office.secrets.remove('recs', office.journeys)).toBe(true);
    expect(await office.secrets.remove('recs', office.journeys)).toBe(false);
  });

  it('means nothing in a story', async () => {
    office.secrets.pretend();
    await office.live(journey());
    await pass();
    expect(office.asked[0]!.headers['authorization']).toBe('Bearer ~secret.recs~');
  });
});

describe('a request that is shown', () => {
  const parts = {
    key: 'k',
    attempt: 2,
    real: 1_764_579_600_000,
    options: { now: 0 },
    secrets: new Map([['recs', value]]),
  };

  it('hides what was made of a secret too, and what an answer gives back of it', () => {
    const basic = {
      ...action,
      url: 'https://recs.example.com/?k={{secret.recs}}',
      headers: { authorization: 'Basic {%= encode64(concat("shop:", secret.recs)) %}' },
      body: ['=secret.recs'],
    };
    const { request, shown, clean } = exchangeOf(basic, {}, parts);
    const packed = Buffer.from(`shop:${value}`).toString('base64');
    expect(request.headers['authorization']).toBe(`Basic ${packed}`);
    expect(request.body).toBe(JSON.stringify([value]));
    expect(shown).toMatchObject({ url: 'https://recs.example.com/?k=~secret.recs~', body: '["~secret.recs~"]' });
    expect(JSON.stringify(shown)).not.toContain(packed);
    expect(clean(`${packed} ${JSON.stringify({ v: value })} ${encodeURIComponent(value)}`)).toBe(
      '~authorization~ {"v":"~secret.recs~"} ~secret.recs~',
    );
    expect(request.headers['x-beckon-attempt']).toBe('2');
  });

  it('tells no secret in the error of an expression', () => {
    const odd = { ...action, body: '=secret.recs * 2' };
    const told = () => exchangeOf(odd, {}, parts);
    expect(told).toThrow();
    expect(told).not.toThrow(/sk-live/);
  });

  it('is signed as Standard Webhooks does, where that is wanted (trust §2.4)', () => {
    const { request } = exchangeOf({ ...action, headers: {}, sign: 'recs' }, {}, parts);
    const mac = createHmac('sha256', value).update('k.1764579600.{"a":1}').digest('base64');
    expect(request.headers).toMatchObject({
      'webhook-id': 'k',
      'webhook-timestamp': '1764579600',
      'webhook-signature': `v1,${mac}`,
    });
  });

  it('names each secret once, wherever it stands', () => {
    expect(secretsOf({ ...action, url: 'https://a.b/{{secret.x}}', body: { n: ['=secret.y.z'] }, sign: 'w' })).toEqual([
      'x',
      'recs',
      'y',
      'w',
    ]);
    expect(withoutSecrets('abc', new Map([['abc', 'x']])), 'what is that short is no secret').toBe('abc');
  });
});

describe('a document', () => {
  const found = (more: Partial<CustomAction>) => problemsOf(journey(more), new Set()).map(({ where }) => where);

  it('holds no secret itself', () => {
    expect(found({ headers: { Authorization: 'Bearer sk-live' } })).toEqual(['activities.ask.headers.Authorization']);
    expect(found({ headers: { 'x-api-key': 'sk-live' } })).toEqual(['activities.ask.headers.x-api-key']);
    expect(found({ url: 'https://a.example/?api_key=sk-live' })).toEqual(['activities.ask.url']);
    expect(found({ url: 'https://a.example/?api_key={{secret.recs}}', sign: 'recs' })).toEqual([]);
    expect(found({ sign: 'not a name' })).toEqual(['activities.ask.sign']);
  });

  it('shows secrets to services only, not to conditions', () => {
    const activities = { ...journey().activities };
    activities['done'] = {
      kind: 'condition',
      paths: [{ label: 'x', when: 'secret.recs = "a"', next: 'ask' }],
      otherwise: 'ask',
    };
    expect(problemsOf({ ...journey(), activities }, new Set()).map(({ where }) => where)).toEqual([
      'activities.done.paths[0].when',
    ]);
  });

  it('names hosts that may be called here, or is not published', async () => {
    const at = async (url: string, allowed: string[] = []) =>
      (await missingHere(journey({ url, headers: {} }), { secrets: office.secrets, allowed: new Set(allowed) })).length;
    expect(await at('http://recs:8080/x')).toBe(1);
    expect(await at('http://recs:8080/x', ['recs:8080'])).toBe(0);
    expect(await at('https://169.254.169.254/x')).toBe(1);
    expect(await at('/v1/recommendations')).toBe(0);
  });
});
