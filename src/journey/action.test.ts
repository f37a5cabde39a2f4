import { describe, expect, it } from 'vitest';
import { isPublicAddress } from '../base/index.ts';
import { outcomeOf, requestOf } from './action.ts';
import { CallTimeout, targetOf } from './call.ts';
import type { CustomAction } from './definition.ts';
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

  it('fills values and templates from the run, and leaves out what is null', () => {
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

describe('the answer of an action (journeys C9–C11)', () => {
  const answer = (status: number, text = '{}', headers = {}) => ({ status, text, headers });
  const first = { no: 1, chance: 0.5 };

  it('takes any JSON of a 2xx, and an empty body', () => {
    expect(outcomeOf(action, answer(200, '[1]'), first)).toEqual({ kind: 'ok', status: 'http_200', value: [1] });
    expect(outcomeOf(action, answer(204, ''), first)).toEqual({ kind: 'ok', status: 'http_204', value: {} });
  });

  it('calls a 2xx that is not JSON a failure', () => {
    expect(outcomeOf(action, answer(200, '<html>'), first)).toMatchObject({ kind: 'failed', status: 'internalError' });
  });

  it('tries 5xx, 429 and silence again, with back-off, until the tries are used up', () => {
    expect(outcomeOf(action, answer(503), first)).toEqual({ kind: 'again', status: 'http_503', afterMs: 1000 });
    expect(outcomeOf(action, answer(503), { no: 2, chance: 0.5 })).toMatchObject({ kind: 'again', afterMs: 2000 });
    expect(outcomeOf(action, answer(503), { no: 3, chance: 0.5 })).toMatchObject({
      kind: 'failed',
      status: 'http_503',
    });
    expect(outcomeOf(action, new CallTimeout('late'), { no: 3, chance: 0 })).toMatchObject({
      kind: 'failed',
      status: 'timedout',
    });
  });

  it('honours Retry-After, and never tries 401, 403, 404 or 422 again', () => {
    expect(outcomeOf(action, answer(429, '{}', { 'retry-after': '7' }), first)).toMatchObject({
      kind: 'again',
      afterMs: 7000,
    });
    for (const status of [400, 401, 403, 404, 422])
      expect(outcomeOf(action, answer(status), first).kind).toBe('failed');
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

  it('names every fault with its place and the mend', () => {
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

  it('checks names and types against the profile, the event and the answers of actions (journeys.md §2.5)', () => {
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
  });

  it('bears anything that is not a journey', () => {
    for (const junk of [null, 1, 'x', [], {}, { activities: { a: null } }])
      expect(problemsOf(junk, templates).length).toBeGreaterThan(0);
  });
});
