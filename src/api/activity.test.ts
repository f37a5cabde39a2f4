import type { AddressInfo } from 'node:net';
import TargetClient from '@adobe/target-nodejs-sdk';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { fakeHouse, fakeProfile, secretKey, startedAt, type FakeHouse } from '../../test/support/house.ts';
import { fakeAnswer } from '../../test/support/recommend.ts';
import { sendTo } from '../../test/support/alloy.ts';
import { deliver, ecid, mbox, type DeliveryAnswer } from '../../test/support/target.ts';
import {
  Activities,
  ActivitySeen,
  Designs,
  migrations,
  type ActivityDefinition,
  type DesignDefinition,
} from '../recommend/index.ts';
import type { Store } from '../store/index.ts';
import type { RecommendationAnswer } from './contract.ts';
import { buildServer } from './server.ts';

let store: Store;
let house: FakeHouse;
let app: FastifyInstance;
let members: string[];
let answers: (made: RecommendationAnswer) => RecommendationAnswer;

beforeAll(async () => {
  store = await freshStore(migrations);
});

beforeEach(async () => {
  house = fakeHouse();
  members = [];
  answers = (made) => made;
  const answer = house.recommend.answer.bind(house.recommend);
  house.recommend.answer = (request, person) => answers(answer(request, person));
  const { clock } = house;
  const designs = new Designs({ store, clock, item: () => undefined });
  const isKnown = () => true;
  const criterion = (key: string) => house.criteria.find(key) !== undefined;
  const activities = new Activities({
    store,
    clock,
    known: { criterion, design: (key) => designs.has(key), audience: isKnown, collection: isKnown, promotion: isKnown },
  });
  designs.whoUses((key) => activities.whoUsesDesign(key));
  await store.run({ text: 'truncate design, offer, activity' });
  await designs.refresh();
  await activities.refresh();
  const counts = new ActivitySeen(store);
  house.designs = designs;
  house.activities = Object.assign(activities, {
    audiencesOf: async () => members,
    numbers: (key: string) => counts.numbers(key),
  });
  app = await buildServer(house);
});

afterEach(() => app.close());

const row: DesignDefinition = {
  key: 'row',
  name: 'Row',
  type: 'json',
  language: 'velocity',
  script: '{"first": "$entity1.id", "tier": "\\${user.tier}", "campaign": "\\${campaign.name}"}',
};

const reasonsOf = (empty: string): NonNullable<RecommendationAnswer['reasons']> => ({
  asked: [],
  filtered: [],
  promotions: [],
  empty,
  seed: null,
  age: 5,
  learned: 1,
});

const html: DesignDefinition = { ...row, key: 'list', type: 'html', script: '<b>$entity1.name</b> $entity2.name' };

async function publish(over: Partial<ActivityDefinition> = {}): Promise<void> {
  const definition: ActivityDefinition = {
    key: 'home',
    name: 'Home page',
    location: 'home-recs',
    recommend: { criteria: [{ criterion: 'popular' }], designs: [{ design: 'row' }] },
    ...over,
  };
  await house.designs.put(row);
  await house.designs.put(html);
  await house.activities.put(definition);
  await house.activities.publish(definition.key);
}

const custom = (offers: object[]): Partial<ActivityDefinition> => ({
  recommend: undefined as never,
  experiences: [{ key: 'a', offers: offers as never }],
});

async function ask(body: object, key?: string): Promise<DeliveryAnswer> {
  const reply = await deliver(app, body, key === undefined ? {} : { key });
  expect(reply.statusCode).toBe(200);
  return reply.json();
}

async function first(body: object = mbox('home-recs'), key?: string) {
  return (await ask(body, key)).execute.mboxes[0]!;
}

const trace = { trace: { authorizationToken: secretKey } };

describe('activities at Target’s door', () => {
  it('an mbox shows the design of its activity, with response tokens (ACT-1, §2.3)', async () => {
    await publish();
    const { options } = await first();
    expect(options).toMatchObject([
      {
        type: 'json',
        content: { first: 'coat-1', tier: '', campaign: 'Home page' },
        responseTokens: {
          'activity.id': 'home',
          'activity.name': 'Home page',
          'experience.id': 'popular.row',
          'beckon.design': 'row',
          'beckon.recommendation': 'token-1',
        },
      },
    ]);
    expect(house.asked[0]!.request).toMatchObject({ criterion: 'popular', limit: 1 });
  });

  it('a draft does not answer, and an mbox that is a criterion answers as before', async () => {
    await house.designs.put(row);
    await house.activities.put({
      key: 'home',
      name: 'x',
      location: 'popular',
      recommend: { criteria: [{ criterion: 'cart-based' }] },
    });
    expect((await first(mbox('popular'))).options).toMatchObject([{ content: { criterion: { key: 'popular' } } }]);
    await house.activities.publish('home');
    expect((await first(mbox('popular'))).options).toMatchObject([{ content: { criterion: { key: 'cart-based' } } }]);
    const stated = mbox('popular', { parameters: { criterion: 'recently-viewed' } });
    expect((await first(stated)).options).toMatchObject([{ content: { criterion: { key: 'recently-viewed' } } }]);
    await house.activities.pause('home');
    expect((await first(mbox('popular'))).options).toMatchObject([{ content: { criterion: { key: 'popular' } } }]);
  });

  it('a design that is changed while it is live shows in the next answer (DES-8)', async () => {
    await publish();
    expect((await first()).options![0]!.content).toMatchObject({ first: 'coat-1' });
    await house.designs.put({ ...row, script: '{"best": "$entity1.id"}' });
    expect((await first()).options![0]!.content).toEqual({ best: 'coat-1' });
  });

  it('publishing is whole: what is live goes on answering while a draft is saved (ACT-9)', async () => {
    await publish();
    await house.activities.put({ ...house.activities.get('home').published!, name: 'New name' });
    expect((await first()).options![0]!.responseTokens['activity.name']).toBe('Home page');
    await house.activities.publish('home');
    expect((await first()).options![0]!.responseTokens['activity.name']).toBe('New name');
    expect((await house.activities.history('home')).map(({ state }) => state)).toEqual([
      'live',
      'draft',
      'live',
      'draft',
    ]);
  });

  it('the control group has no options, and the trace says so', async () => {
    await publish({ control: 1 });
    const place = await first({ ...mbox('home-recs'), ...trace });
    expect(place.options).toBeUndefined();
    expect(place.trace).toMatchObject({
      activity: { key: 'home', version: 2 },
      experience: null,
      noContent: 'in the control group',
    });
  });

  it('an audience: only its members, by profile; others are told why in the trace (ACT-7)', async () => {
    await publish({ audience: 'gold' });
    const id = '01900000-0000-7000-8000-00000000000a';
    house.known.set(
      `ecid:${ecid}`,
      fakeProfile(id, { identities: [{ namespace: 'ecid', id: ecid }], attributes: { tier: 'gold' } }),
    );
    const body = { id: { marketingCloudVisitorId: ecid }, ...mbox('home-recs'), ...trace };
    expect((await first(body)).trace).toMatchObject({ activities: [{ activity: 'home', why: 'not in the audience' }] });
    members = ['gold'];
    expect((await first(body)).options).toMatchObject([{ content: { tier: 'gold' } }]);
    expect((await first()).options).toBeUndefined();
  });

  it('one visitor sees one experience, known or not, from any door', async () => {
    await publish({ recommend: { criteria: [{ criterion: 'popular' }, { criterion: 'cart-based' }] } });
    const seen = async (id: string) =>
      (await first({ id: { tntId: id }, ...mbox('home-recs') })).options![0]!.responseTokens['experience.id'];
    const before = await Promise.all(['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8'].map(seen));
    expect(new Set(before)).toEqual(new Set(['popular', 'cart-based']));
    for (const id of ['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8']) {
      house.known.set(
        `tntid:${id}`,
        fakeProfile(`profile-${id}`, {
          identities: [
            { namespace: 'crm', id: 'x' },
            { namespace: 'tntid', id },
          ],
        }),
      );
    }
    expect(await Promise.all(['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8'].map(seen))).toEqual(before);
  });

  it('too few items and no partial design: no options, with the reason (BAK-5, ACT-8)', async () => {
    const offer = { kind: 'recommendation', criterion: 'popular', design: 'list', partial: false };
    await publish(custom([offer]));
    const why = 'too few items: 1 of 2, and fewer are not allowed';
    answers = (made) => ({ ...made, items: [], count: 0, status: 'empty', age: 5, reasons: reasonsOf(why) });
    const short = await first({ ...mbox('home-recs'), ...trace });
    expect([short.options, short.trace!['noContent']]).toEqual([undefined, why]);
    expect(house.asked.at(-1)!.request).toMatchObject({ partial: false, limit: 2, reasons: true });
    answers = (made) => made;
    await publish(custom([{ ...offer, partial: true }]));
    expect((await first()).options![0]!.content).toContain('<b>Winter coat</b> </div>');
  });

  it.each([
    ['nothing has been learned yet', { reasons: reasonsOf('nothing has been learned yet') }],
    ['no item may be shown', { age: 5 }],
    ['there is no list for coat-9', { age: 5, reasons: reasonsOf('there is no list for coat-9') }],
  ] as [string, Partial<RecommendationAnswer>][])('NO_CONTENT: %s (ACT-8)', async (why, over) => {
    await publish();
    answers = (made) => ({ ...made, items: [], count: 0, status: 'empty', ...over });
    const place = await first({ ...mbox('home-recs'), ...trace });
    expect([place.options, place.trace!['noContent']]).toEqual([undefined, why]);
  });

  it('a design that fails costs its place only', async () => {
    await publish();
    house.designs.render = () => {
      throw new Error('planted');
    };
    const body = {
      ...trace,
      execute: {
        mboxes: [
          { index: 0, name: 'home-recs' },
          { index: 1, name: 'popular' },
        ],
      },
      context: { channel: 'web' },
    };
    const [broken, other] = (await ask(body)).execute.mboxes;
    expect([broken!.options, broken!.trace!['noContent']]).toEqual([
      undefined,
      'the recommendation or its design failed',
    ]);
    expect(other!.options).toHaveLength(1);
  });

  it('offers beside recommendations, and of the library; several are several options (ACT-3)', async () => {
    await house.activities.putOffer({
      key: 'banner',
      name: 'Spring banner',
      offer: { kind: 'html', content: '<i>Spring</i>' },
    });
    await publish(
      custom([
        { kind: 'offer', offer: 'banner' },
        { kind: 'json', content: { a: 1 } },
        { kind: 'recommendation', criterion: 'popular' },
      ]),
    );
    const { options } = await first();
    expect(options!.map(({ type, content }) => [type, content])).toEqual([
      ['html', '<i>Spring</i>'],
      ['json', { a: 1 }],
      ['json', fakeAnswer({ criterion: 'popular' })],
    ]);
    expect(options![0]!.responseTokens).toMatchObject({ 'offer.id': 'banner', 'offer.name': 'Spring banner' });
    await expect(house.activities.removeOffer('banner')).rejects.toMatchObject({ code: 'OFFER_IN_USE' });
    await expect(house.designs.remove('row')).resolves.toBeUndefined();
  });

  it('a preview shows a draft, to its holder only, and keeps nothing (ACT-6, BEH-15)', async () => {
    await house.designs.put(row);
    await publish({ control: 1 });
    await house.activities.put({
      ...house.activities.get('home').published!,
      name: 'Draft',
      start: '2030-01-01T00:00:00Z',
      audience: 'gold',
    });
    const made = await app.inject({
      method: 'POST',
      url: '/v1/activities/home/preview-token',
      headers: { authorization: `Bearer ${secretKey}` },
      payload: { experience: 'popular.row' },
    });
    const { token } = made.json<{ token: string }>();
    const body = { ...mbox('home-recs', { product: { id: 'coat-1' } }), preview: { token } };
    expect((await first(body)).options![0]!.responseTokens['activity.name']).toBe('Draft');
    expect(house.received).toEqual([]);
    expect((await first()).options).toBeUndefined();
    expect((await first({ ...body, preview: { token: `${token}x` } })).options).toBeUndefined();
    house.clock.advance(8 * 86_400_000);
    expect((await first(body)).options).toBeUndefined();
  });

  it('prefetch counts nothing; its display and click tell activity and experience (ACT-5, C-14)', async () => {
    await publish();
    const answer = await ask({
      id: { tntId: 'v1' },
      context: { channel: 'web' },
      prefetch: { mboxes: [{ index: 0, name: 'home-recs' }] },
    });
    const [place] = answer.prefetch.mboxes;
    const { eventToken } = place!.options![0]!;
    expect([place!.metrics, house.received]).toEqual([[{ type: 'click', eventToken }], []]);
    const notifications = ['display', 'click'].map((type, i) => ({
      id: `n${i}`,
      type,
      timestamp: startedAt,
      tokens: [eventToken],
    }));
    await ask({ id: { tntId: 'v1' }, context: { channel: 'web' }, notifications });
    expect(house.received.map(({ types, recommendation }) => [types[0], recommendation])).toEqual([
      [
        'decisioning.propositionDisplay',
        { id: 'token-1', criterion: 'popular', activity: 'home', experience: 'popular.row' },
      ],
      [
        'decisioning.propositionInteract',
        { id: 'token-1', criterion: 'popular', activity: 'home', experience: 'popular.row' },
      ],
    ]);
  });

  it('views and the page load, with a selector as an action', async () => {
    await publish({
      location: 'view:cart',
      ...custom([{ kind: 'recommendation', criterion: 'popular', design: 'list', selector: '#recs' }]),
    });
    const answer = await ask({ context: { channel: 'web' }, prefetch: { views: [{}] } });
    expect(answer.prefetch.views).toMatchObject([
      {
        name: 'cart',
        options: [{ type: 'actions', content: [{ type: 'setHtml', selector: '#recs' }] }],
        metrics: [{ selector: '#recs' }],
      },
    ]);
  });

  it('rawbox and the single mbox give the design’s output (ACT-4, EML-2, §2.6)', async () => {
    await publish({ recommend: { criteria: [{ criterion: 'popular' }], designs: [{ design: 'list' }] } });
    const raw = await app.inject({ url: '/m2/acme/ubox/raw?mbox=home-recs&mboxDefault=none' });
    expect([raw.headers['content-type'], raw.body]).toEqual([
      'text/html; charset=utf-8',
      expect.stringContaining('<b>Winter coat</b>'),
    ]);
    const single = await app.inject({
      method: 'POST',
      url: '/rest/v1/mbox?client=acme',
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify({ mbox: 'home-recs', tntId: 'v1' }),
    });
    expect(single.json()).toMatchObject({ tntId: 'v1', content: expect.stringContaining('<b>Winter coat</b>') });
    await publish({ control: 1 });
    expect((await app.inject({ url: '/m2/acme/ubox/raw?mbox=home-recs&mboxDefault=none' })).body).toBe('none');
  });

  it('a design of mere text is never served as a page', async () => {
    await publish();
    await house.designs.put({ ...row, type: 'text', script: '$entity1.id,$entity2.id' });
    const raw = await app.inject({ url: '/m2/acme/ubox/raw?mbox=home-recs&mboxDefault=none' });
    expect([raw.headers['content-type'], raw.body]).toEqual(['text/plain; charset=utf-8', 'coat-1,']);
    expect((await first()).options).toMatchObject([
      { type: 'html', content: 'coat-1,', responseTokens: { 'beckon.type': 'text' } },
    ]);
  });

  it('JSON as Adobe serves it: one string under the type html (§2.3)', async () => {
    await publish();
    await house.designs.put({ ...row, jsonAs: 'text' });
    const { options } = await first();
    expect([options![0]!.type, JSON.parse(options![0]!.content as string)]).toEqual([
      'html',
      expect.objectContaining({ first: 'coat-1' }),
    ]);
  });

  it('the unmodified SDK reads an activity: getOffers and getAttributes (golden example 10)', async () => {
    await publish();
    await app.listen({ port: 0, host: '127.0.0.1' });
    const client = TargetClient.create({
      client: 'acme',
      organizationId: 'DEMO@AdobeOrg',
      serverDomain: `127.0.0.1:${(app.server.address() as AddressInfo).port}`,
      secure: false,
    });
    const context = { channel: 'web', userAgent: 'Mozilla/5.0' };
    const request = { context, trace: { authorizationToken: secretKey }, execute: { mboxes: [{ name: 'home-recs' }] } };
    const { response } = await client.getOffers({ sessionId: 's1', request });
    const [place] = response.execute!.mboxes;
    expect(place!.options).toMatchObject([
      { type: 'json', content: { first: 'coat-1' }, responseTokens: { 'activity.id': 'home' } },
    ]);
    expect((await client.getAttributes(['home-recs'])).asObject('home-recs')).toMatchObject({ campaign: 'Home page' });
  });
});

describe('activities in the page', () => {
  const events = (query: object) => ({
    events: [{ xdm: { eventType: 'web.webpagedetails.pageViews' }, query: { personalization: query } }],
  });
  const decisions = async (query: object) => {
    const reply = await sendTo(app, { body: events(query) });
    const { handle } = reply.json<{ handle: { type: string; payload: Record<string, unknown>[] }[] }>();
    return handle.find(({ type }) => type === 'personalization:decisions')!.payload;
  };

  it('a scope is answered by the activity of that name (ACT-4: the page)', async () => {
    await publish();
    expect(await decisions({ decisionScopes: ['home-recs'] })).toMatchObject([
      {
        scope: 'home-recs',
        scopeDetails: { activity: { id: 'home' }, experience: { id: 'popular.row' } },
        items: [{ data: { content: { first: 'coat-1' } }, meta: { 'activity.name': 'Home page' } }],
      },
    ]);
    await house.activities.pause('home');
    expect(await decisions({ decisionScopes: ['home-recs'] })).toEqual([]);
  });

  it('a surface, by its address or its place on any page', async () => {
    await publish({
      location: '#recs',
      ...custom([{ kind: 'recommendation', criterion: 'popular', design: 'list', selector: '#recs' }]),
    });
    const query = {
      surfaces: ['web://shop.example/home#recs'],
      schemas: ['https://ns.adobe.com/personalization/dom-action'],
    };
    expect(await decisions(query)).toMatchObject([{ items: [{ data: { type: 'setHtml', selector: '#recs' } }] }]);
  });
});

describe('doors', () => {
  const call = async (method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, payload?: object) => {
    const reply = await app.inject({
      method,
      url: `/v1${path}`,
      headers: { authorization: `Bearer ${secretKey}` },
      ...(payload ? { payload } : {}),
    });
    return { status: reply.statusCode, body: reply.json<Record<string, unknown>>() };
  };
  const { key: _key, ...design } = row;

  it('/v1/designs: save, read, versions, validate, preview, remove (DES-9)', async () => {
    expect(await call('PUT', '/designs/row', design)).toMatchObject({
      status: 200,
      body: { key: 'row', version: 1, entityCount: 1 },
    });
    expect((await call('PUT', '/designs/row', { ...design, name: 'Again' })).body['version']).toBe(2);
    expect((await call('GET', '/designs/row/versions')).body['versions']).toMatchObject([
      { version: 2 },
      { version: 1 },
    ]);
    expect((await call('POST', '/designs/validate', { ...design, script: '{"a": "$entity1.id"' })).body).toMatchObject({
      valid: false,
      errors: [{ key: 'error.template.validate.output' }],
    });
    expect((await call('POST', '/designs/row/preview', { criterion: 'popular' })).body).toMatchObject({
      type: 'json',
      content: { first: 'coat-1' },
    });
    const draft = { ...design, script: '["$entity1.id", "$entity2.id"]' };
    expect((await call('POST', '/designs/row/preview', { criterion: 'popular', draft })).body).toMatchObject({
      content: ['coat-1', ''],
    });
    expect(await call('PUT', '/designs/row', { ...design, script: '#if(' })).toMatchObject({
      status: 400,
      body: { code: 'DESIGN_INVALID' },
    });
    expect(await call('GET', '/designs/rwo')).toMatchObject({ status: 404, body: { code: 'DESIGN_UNKNOWN' } });
    await publish();
    expect(await call('DELETE', '/designs/row')).toMatchObject({ status: 409, body: { code: 'DESIGN_IN_USE' } });
    expect((await call('DELETE', '/activities/home')).body).toEqual({ removed: true });
    expect((await call('DELETE', '/designs/row')).body).toEqual({ removed: true });
    expect((await call('GET', '/designs')).body['designs']).toMatchObject([{ key: 'list' }]);
  });

  it('/v1/activities and /v1/offers: save, publish, pause, remove', async () => {
    const offer = { name: 'Banner', offer: { kind: 'html', content: '<i>x</i>' } };
    expect(await call('PUT', '/offers/banner', offer)).toMatchObject({
      status: 200,
      body: { key: 'banner', version: 1 },
    });
    const activity = {
      name: 'Home',
      location: 'home',
      experiences: [{ key: 'a', offers: [{ kind: 'offer', offer: 'banner' }] }],
    };
    expect((await call('PUT', '/activities/home', activity)).body).toMatchObject({
      state: 'draft',
      version: null,
      draft: activity,
    });
    expect((await call('POST', '/activities/home/publish')).body).toMatchObject({
      state: 'live',
      published: activity,
      draft: null,
    });
    expect((await call('POST', '/activities/home/pause')).body).toMatchObject({ state: 'paused' });
    expect(await call('DELETE', '/offers/banner')).toMatchObject({ status: 409, body: { code: 'OFFER_IN_USE' } });
    expect(await call('PUT', '/activities/home', { ...activity, control: 2 })).toMatchObject({
      status: 400,
      body: { code: 'ACTIVITY_INVALID' },
    });
    expect(await call('GET', '/activities/hom')).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('did you mean "home"') },
    });
    expect((await call('GET', '/activities/home/numbers')).body).toEqual({ experiences: [] });
    expect((await call('GET', '/activities/nowhere/numbers')).status).toBe(404);
    expect((await call('GET', '/offers')).body['offers']).toHaveLength(1);
    expect((await call('GET', '/activities')).body['activities']).toHaveLength(1);
  });

  it('/v1/criteria/{key}/download.csv: whole lists by key, to be joined by whoever sends mails; not for persons (ACT-4, DL-1, EML-3)', async () => {
    const get = (path: string) => app.inject({ url: `/v1${path}`, headers: { authorization: `Bearer ${secretKey}` } });
    const file = await get('/criteria/popular/download.csv?limit=1');
    expect(file.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(file.body.split('\r\n')).toEqual([
      '# Key,Recommendation_1',
      '# Algorithm: popular',
      '# environment: -1 (all)',
      '"*","coat-1"',
      '"","coat-1"',
      '# EndOfFile',
      '',
    ]);
    expect(await get('/criteria/recently-viewed/download.csv').then((reply) => reply.json())).toMatchObject({
      code: 'CRITERION_NOT_DOWNLOADABLE',
    });
    expect((await get('/criteria/popular/download.csv?limit=0')).statusCode).toBe(400);
    expect((await app.inject({ url: '/v1/criteria/popular/download.csv' })).statusCode).toBe(401);
  });

  it('two who save at once both save', async () => {
    await Promise.all([1, 2, 3, 4].map((no) => house.designs.put({ ...row, name: `Row ${no}` })));
    expect((await house.designs.history('row')).map(({ version }) => version)).toEqual([4, 3, 2, 1]);
  });

  it('another process sees what was saved', async () => {
    await publish();
    const other = new Activities({
      store,
      clock: house.clock,
      known: {
        criterion: () => true,
        design: () => true,
        audience: () => true,
        collection: () => true,
        promotion: () => true,
      },
    });
    await other.refresh();
    expect(other.get('home').state).toBe('live');
    await house.activities.remove('home');
    await other.refresh();
    expect(other.list()).toEqual([]);
  });
});
