import { describe, expect, it } from 'vitest';
import { BeckonError, isPublicAddress } from '../base/index.ts';
import { backOffMs, outcomeOf, requestOf, verdictOf } from './action.ts';
import { CallTimeout, targetOf, type CallAnswer } from './call.ts';
import type { CustomAction } from './definition.ts';
import { errors } from './error.ts';
import { recipes } from './recipe.ts';
import { problemsOf } from './validate.ts';

const action: CustomAction = {
  kind: 'action',
  name: 'Recommend',
  method: 'POST',
  url: '/v1/recommendations',
  body: {
    criterion: 'cart-based',
    identities: { ECID: '=event.ecid ?: profile.ecid' },
    cart: '=event.lines',
    note: 'For {{profile.firstName}}',
    gone: '=event.missing',
  },
  retries: 2,
  next: 'mail',
};
const options = { now: 0 };

describe('the request of an action', () => {
  const scope = { event: { lines: [{ item: 'coat-1' }] }, profile: { ecid: '7', firstName: 'Ada' } };

  it('fills values and templates from the run, and leaves out what is null (journeys C4, C5, C17)', () => {
    const request = requestOf(action, scope, { key: 'r/a/1', options });
    expect(JSON.parse(request.body!)).toEqual({
      criterion: 'cart-based',
      identities: { ECID: '7' },
      cart: [{ item: 'coat-1' }],
      note: 'For Ada',
    });
  });

  it('carries the same idempotency key on every try', () => {
    expect(requestOf(action, scope, { key: 'r/a/1', options }).headers['idempotency-key']).toBe('r/a/1');
  });

  it('lets no header end its line', () => {
    const headers = { 'X-Name': '{{profile.firstName}}' };
    expect(
      requestOf({ ...action, headers }, { ...scope, profile: { firstName: 'a\r\nX-Evil: 1' } }, { key: 'k', options })
        .headers['x-name'],
    ).toBe('aX-Evil: 1');
  });
});

describe('what is filled in', () => {
  const scope = { event: { term: 'coat & hat?', list: [{ sku: 'A', note: null }], name: 'Zoë' } };
  const asked = (more: Partial<CustomAction>) =>
    requestOf({ ...action, body: null, ...more }, scope, { key: 'k', options });

  it('keeps a value of an address one value', () => {
    const url = 'https://recs.example/v1?q={{event.term}}&n=1';
    expect(asked({ url }).url).toBe('https://recs.example/v1?q=coat%20%26%20hat%3F&n=1');
  });

  it('may be a list at the root of the body (journeys §5 15)', () => {
    expect(asked({ body: '=event.list' }).body).toBe('[{"sku":"A","note":null}]');
    expect(asked({ body: ['=event.list[0].sku', '=event.missing'] }).body).toBe('["A",null]');
  });

  it('sends what is empty as null where that is wanted (journeys C4)', () => {
    expect(asked({ body: { a: '=event.missing', b: 1 }, nulls: 'send' }).body).toBe('{"a":null,"b":1}');
  });

  it('sets no header that says how the call is made, and sends letters beyond it as UTF-8', () => {
    const { headers } = asked({ headers: { Host: 'evil', Cookie: 'a=b', 'X-Name': '{{event.name}}' } });
    expect(headers).not.toHaveProperty('host');
    expect(headers).not.toHaveProperty('cookie');
    expect(Buffer.from(headers['x-name']!, 'latin1').toString('utf8')).toBe('Zoë');
  });

  it('has 0.1 to 120 seconds (journeys §4)', () => {
    expect(['PT0.1S', 'PT2M', undefined].map((timeout) => asked(timeout ? { timeout } : {}).timeoutMs)).toEqual([
      100, 120_000, 10_000,
    ]);
  });
});

describe('the answer of an action (journeys C9–C11)', () => {
  const answer = (status: number, text = '{}', headers = {}) => ({ status, text, headers });
  const first = { no: 1, chance: 0.5 };
  const real = Date.UTC(2026, 10, 24, 9);
  const judged = (given: CallAnswer | Error, at = first, of = action) => outcomeOf(of, verdictOf(given, real), at);

  it('takes any JSON of a 2xx, and an empty body', () => {
    expect(judged(answer(200, '[1]'), first)).toEqual({ kind: 'ok', status: 'http_200', value: [1] });
    expect(judged(answer(204, ''), first)).toEqual({ kind: 'ok', status: 'http_204', value: {} });
  });

  it('calls a 2xx that is not JSON a failure', () => {
    expect(judged(answer(200, '<html>'), first)).toMatchObject({ kind: 'failed', status: 'internalError' });
  });

  it('tries 5xx, 429 and silence again, with back-off, until the tries are used up', () => {
    expect(judged(answer(503), first)).toMatchObject({
      kind: 'again',
      status: 'http_503',
      afterMs: 1000,
    });
    expect(judged(answer(503), { ...first, no: 2 })).toMatchObject({ kind: 'again', afterMs: 2000 });
    expect(judged(answer(503), { ...first, no: 3 })).toMatchObject({
      kind: 'failed',
      status: 'http_503',
    });
    expect(judged(new CallTimeout('late'), { ...first, no: 3 })).toMatchObject({
      kind: 'failed',
      status: 'timedout',
    });
  });

  it('honours Retry-After, and never tries 401, 403, 404 or 422 again', () => {
    expect(judged(answer(429, '{}', { 'retry-after': '7' }), first)).toMatchObject({
      kind: 'again',
      afterMs: 7000,
    });
    for (const status of [302, 400, 401, 403, 404, 409, 422]) expect(judged(answer(status), first).kind).toBe('failed');
  });

  it('reads Retry-After as seconds or as a date by the clock of the service, at most an hour', () => {
    const after = (headers: Record<string, string>) => judged(answer(503, '{}', headers), first);
    const at = 'Tue, 24 Nov 2026 09:02:00 GMT';
    expect(after({ 'retry-after': at })).toMatchObject({ afterMs: 120_000 });
    expect(after({ 'retry-after': at, date: 'Tue, 24 Nov 2026 09:01:30 GMT' })).toMatchObject({ afterMs: 30_000 });
    expect(after({ 'retry-after': at, date: 'Tue, 24 Nov 2026 10:00:00 GMT' })).toMatchObject({ afterMs: 0 });
    expect(after({ 'retry-after': '999999' })).toMatchObject({ afterMs: 3_600_000 });
    for (const odd of ['soon', '-5', '', '1e3']) expect(after({ 'retry-after': odd })).toMatchObject({ afterMs: 1000 });
  });

  it('doubles the pause up to a bound, a fifth more or less by chance, from where the action says', () => {
    const slow = { ...action, retries: 20, backOff: { first: 'PT4S', most: 'PT1M' } };
    const pauses = [1, 2, 3, 4, 5, 6, 20].map((no) => backOffMs(slow, no, 0.5));
    expect(pauses).toEqual([4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect([backOffMs(action, 1, 0), backOffMs(action, 1, 0.999)]).toEqual([800, expect.closeTo(1200, -1)]);
  });

  it('tries nothing again that we ourselves refuse, and says why', () => {
    const error = new BeckonError(errors.ACTION_TARGET_REFUSED, 'An action may not call https://db: it is here');
    expect(judged(error, first)).toMatchObject({
      kind: 'failed',
      status: 'internalError',
      reason: error.message,
    });
  });

  it('gives the body of an error, also a list at its root (journeys C8)', () => {
    const failed = (text: string) => judged(answer(404, text), first);
    expect(failed('[{"code":7}]')).toMatchObject({ status: 'http_404', value: { errorResponse: [{ code: 7 }] } });
    expect(failed('<html>')).toMatchObject({ value: { errorResponse: null } });
  });

  it('takes no answer that is nested beyond reason, and reads one behind a byte order mark', () => {
    const deep = (n: number) => judged(answer(200, `${'['.repeat(n)}${']'.repeat(n)}`), first);
    expect(deep(60).kind).toBe('ok');
    expect(deep(5000)).toMatchObject({ kind: 'failed', status: 'internalError' });
    expect(judged(answer(200, '\uFEFF{"a":1}'), first)).toMatchObject({ value: { a: 1 } });
  });
});

describe('the guard (trust rows 90–92)', () => {
  it.each([
    'http://example.com/',
    'https://example.com:8443/',
    'https://user@example.com/',
    'https://127.0.0.1/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://[::1]/',
    'https://[::ffff:169.254.169.254]/',
    'https://localhost./',
    'https://db/',
    'ftp://example.com/',
    'nonsense',
  ])('refuses %s', (url) => {
    expect(() => targetOf(url)).toThrow(expect.objectContaining({ code: 'ACTION_TARGET_REFUSED' }));
  });

  it('lets a public https host through', () => {
    expect(targetOf('https://recs.example.com/v1?x=1').host).toBe('recs.example.com');
  });

  it('knows private, mapped and translated addresses', () => {
    const inside = [
      '10.1.2.3',
      '100.64.0.1',
      '169.254.169.254',
      '192.168.0.1',
      '::1',
      '::ffff:10.0.0.1',
      '64:ff9b::a00:1',
      'fd00::1',
      'fe80::1',
      '2002::1',
      'text',
    ];
    expect(inside.filter(isPublicAddress)).toEqual([]);
    expect(['1.1.1.1', '2606:4700::1111'].filter(isPublicAddress)).toHaveLength(2);
  });
});

describe('the check of a journey document', () => {
  const templates = new Set(['abandoned-cart', 'viewed-not-bought', 'only-wandered']);
  const cart = recipes().find(({ key }) => key === 'abandoned-cart')!;

  it('finds nothing wrong with the recipes', () => {
    // The mail of a recipe has its name; that there is one, its stories show.
    const mails = new Set(recipes().map(({ key }) => key));
    for (const recipe of recipes()) expect(problemsOf(recipe, mails)).toEqual([]);
  });

  it('names every fault with its place and the mend (journeys F2)', () => {
    const activities = {
      ...cart.activities,
      wait: { kind: 'wiat', for: 'PT4H', next: 'reachable' },
      mail: { kind: 'message', message: 'cart', next: 'don' },
    };
    const problems = problemsOf({ ...cart, key: 'No Good', start: 'wat', activities }, templates);

    expect(problems.map(({ where }) => where)).toEqual([
      'key',
      'start',
      'activities.wait.kind',
      'activities.mail.message',
      'activities.mail.next',
    ]);
    expect(problems[1]!.what).toContain('did you mean "wait"?');
    expect(problems[2]!.what).toContain('did you mean "wait"?');
    expect(problems[4]!.what).toContain('did you mean "done"?');
  });

  it('reads expressions, durations and zones before anything is saved', () => {
    const entry = { kind: 'audience', audience: 'count(', at: '25:00', zone: 'Mars/Phobos' };
    const places = problemsOf({ ...cart, entry, lateness: '1 day' }, templates).map(({ where }) => where);
    expect(places).toEqual(['entry.audience', 'entry.at', 'entry.zone', 'lateness']);
  });

  it('checks names and types against the profile, the event and the answers of actions (journeys.md §2.5, D2, D4)', () => {
    const recommend = { ...cart.activities['recommend'], responseSample: { items: [{ sku: 'A', stock: 4 }] } };
    const asks = (when: string) => ({
      kind: 'condition',
      paths: [{ label: 'x', when, next: 'done' }],
      otherwise: 'done',
    });
    const said = (when: string) =>
      problemsOf({ ...cart, activities: { ...cart.activities, recommend, asked: asks(when) } }, templates)
        .filter(({ where }) => where === 'activities.asked.paths[0].when')
        .map(({ what }) => what);

    expect(said('context.journey.actions.Recommend.items[0].stock > 3 and event.cartId = profile.cart.id')).toEqual([]);
    expect(said('@action{Recommend.jo_status_code} = "http_200" and @event{entry.cartId} = ${supplementalId}')).toEqual(
      [],
    );
    expect(said('profile.firstNam = "Ada"')).toEqual([
      'At line 1, column 1: profile has no field firstNam; did you mean firstName? (line 1, column 1)',
    ]);
    expect(said('context.journey.actions.Recomend.items')[0]).toContain('did you mean Recommend?');
    expect(said('context.journey.actions.Recommend.items[0].stok > 3')[0]).toContain('did you mean stock?');
    expect(said('event.cartld = "a"')[0]).toContain('did you mean cartId?');
    expect(said('event.cartId * 2 = 4')[0]).toContain('* needs a number, and event.cartId is text');
    expect(said('event.cartId = 5')).toEqual([]);
    expect(said('happened("commerce.purchases", since: context.entry)')).toEqual([]);
  });

  it('checks what is filled into a call', () => {
    const recommend = {
      ...cart.activities['recommend'],
      headers: { 'x-name': '{{profile.nam}}' },
      body: { list: ['=event.linse', 'plain', '{{profile.id'] },
    };
    const problems = problemsOf({ ...cart, activities: { ...cart.activities, recommend } }, templates);
    expect(problems.map(({ where }) => where)).toEqual([
      'activities.recommend.headers.x-name',
      'activities.recommend.body.list[0]',
      'activities.recommend.body.list[2]',
    ]);
  });

  it('lets nobody fill in which of our own paths is called', () => {
    const call = (url: string) => ({ ...cart.activities['recommend'], url });
    const problems = (url: string) =>
      problemsOf({ ...cart, activities: { ...cart.activities, recommend: call(url) } }, templates);
    expect(problems('/v1/{{event.cartId}}').map(({ where }) => where)).toEqual(['activities.recommend.url']);
    expect(problems('/rest/v1/delivery?sessionId={{profile.id}}')).toEqual([]);
    expect(problems('https://{{profile.id}}.example.com/').map(({ where }) => where)).toEqual([
      'activities.recommend.url',
    ]);
    expect(problems('https://recs.example.com/{{profile.id}}?q={{event.cartId}}')).toEqual([]);
  });

  it('holds a call to its bounds: time, tries, pauses, headers', () => {
    const recommend = {
      ...cart.activities['recommend'],
      headers: { Host: 'x', 'x y': '1', ok: 'yes' },
      timeout: 'PT3M',
      retries: 21,
      backOff: { first: 'PT0S', most: 'P2D' },
    };
    const problems = (action: object) =>
      problemsOf({ ...cart, activities: { ...cart.activities, recommend: action } }, templates).map(
        ({ where }) => where,
      );
    const at = (part: string) => `activities.recommend.${part}`;
    expect(problems(recommend)).toEqual(
      ['headers.Host', 'headers.x y', 'timeout', 'retries', 'backOff.first', 'backOff.most'].map(at),
    );
    expect(problems({ ...recommend, nulls: 'maybe', retries: 1.5 })).toEqual(['retries', 'nulls'].map(at));
  });

  it('bears anything that is not a journey', () => {
    for (const junk of [null, 1, 'x', [], {}, { activities: { a: null } }])
      expect(problemsOf(junk, templates).length).toBeGreaterThan(0);
  });
});
