import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { ecid, fetchEcid, handleOf, knownVisitor, sendTo, type Answer } from '../../test/support/alloy.ts';
import { demoStream, fakeHouse, fakeProfile, secretKey, type FakeHouse } from '../../test/support/house.ts';
import { fakeAnswer } from '../../test/support/recommend.ts';
import type { Datastream } from '../event/index.ts';
import { readShownToken, shownToken } from './edge-shown.ts';
import { buildServer } from './server.ts';

let house: FakeHouse;
let app: FastifyInstance;

const scopes: Datastream['scopes'] = {
  'cart-recs': { criterion: 'cart-based', format: 'json', limit: 4 },
  'home-html': {
    criterion: 'popular',
    format: 'html',
    template: '{{#each items as |item|}}<b data-aep-click-label="{{item.id}}">{{item.name}}</b>{{/each}}',
  },
  __view__: { criterion: 'popular', format: 'html', selector: '#recs' },
};
const surfaces: Datastream['surfaces'] = {
  'web://shop.example/cart#recs': { criterion: 'cart-based', format: 'json' },
  '#aside': { criterion: 'popular', format: 'html' },
};

beforeEach(async () => {
  house = fakeHouse();
  await house.events.putDatastream({ ...demoStream, scopes, surfaces });
  app = await buildServer(house);
});

interface Proposition {
  id: string;
  scope: string;
  scopeDetails: { decisionProvider: string; characteristics: { eventToken: string } };
  items: { id: string; schema: string; data: { format?: string; type?: string; content: unknown } }[];
}

let requests = 0;
const interact = (event: object, action = 'interact') =>
  sendTo(app, {
    action,
    query: `configId=demo&requestId=r${++requests}`,
    body: { events: [event], query: fetchEcid, meta: knownVisitor },
  });

async function ask(personalization: object, event: object = {}): Promise<Proposition[]> {
  const reply = await interact({ xdm: {}, ...event, query: { personalization } });
  expect(reply.statusCode).toBe(200);
  return handleOf(reply.json<Answer>(), 'personalization:decisions')!.payload as unknown as Proposition[];
}

describe('scopes of the datastream', () => {
  it('answer data and HTML, each in the form of edge-protocol §8.2', async () => {
    const [data, html] = await ask({ decisionScopes: ['cart-recs', 'home-html', 'nobody-knows-it', 'cart-recs'] });
    expect([data!.scope, html!.scope]).toEqual(['cart-recs', 'home-html']);
    expect(data!.items).toEqual([
      {
        id: data!.id,
        schema: 'https://ns.adobe.com/personalization/json-content-item',
        data: { id: data!.id, format: 'application/json', content: fakeAnswer({ criterion: 'cart-based' }) },
      },
    ]);
    expect(html!.items[0]).toMatchObject({
      schema: 'https://ns.adobe.com/personalization/html-content-item',
      data: { format: 'text/html', content: '<b data-aep-click-label="coat-1">Winter coat</b>' },
    });
    expect(house.asked[0]!.request).toMatchObject({ criterion: 'cart-based', limit: 4 });
  });

  it('with a selector are rendered by the SDK itself, where it says that it can (edge §8.1)', async () => {
    const able = await ask({
      decisionScopes: ['__view__'],
      schemas: ['https://ns.adobe.com/personalization/dom-action'],
    });
    expect(able[0]!.items[0]).toMatchObject({
      schema: 'https://ns.adobe.com/personalization/dom-action',
      data: { type: 'setHtml', selector: '#recs' },
    });
    const unable = await ask({ decisionScopes: ['__view__'] });
    expect(unable[0]!.items[0]!.schema).toBe('https://ns.adobe.com/personalization/html-content-item');
  });

  it('are surfaces alike: by the whole address, and by the place on any page', async () => {
    const found = await ask({
      surfaces: ['web://shop.example/cart#recs', 'web://shop.example/other#recs', 'web://localhost:8080/x#aside'],
    });
    expect(found.map(({ scope }) => scope)).toEqual(['web://shop.example/cart#recs', 'web://localhost:8080/x#aside']);
  });

  it('answer nothing in authoring mode, and leave out what has nothing to show', async () => {
    const authoring = await interact({ xdm: {}, query: { personalization: { enabled: false } } });
    expect(handleOf(authoring.json<Answer>(), 'personalization:decisions')).toBeUndefined();
    house.recommend.answer = (request) => ({ ...fakeAnswer(request), status: 'empty', items: [] });
    expect(await ask({ decisionScopes: ['cart-recs', 'home-html'] })).toEqual([]);
  });

  it('leave out a scope whose template fails on the data, and keep the event and the other scopes', async () => {
    const broken = { criterion: 'popular', format: 'html' as const, template: '{{items[0].madeUp}}' };
    await house.events.putDatastream({ ...demoStream, scopes: { ...scopes, broken } });
    const found = await ask({ decisionScopes: ['broken', 'cart-recs'] });
    expect(found.map(({ scope }) => scope)).toEqual(['cart-recs']);
    expect(house.received).toHaveLength(1);
  });

  it('escape what the catalogue holds (trust row 76)', async () => {
    const evil = '<img src=x onerror=alert(1)>';
    house.recommend.answer = (request) => {
      const answer = fakeAnswer(request);
      return { ...answer, items: answer.items.map((item) => ({ ...item, name: evil, url: 'https://shop.example/a' })) };
    };
    for (const { items } of await ask({ decisionScopes: ['home-html', '__view__'] })) {
      expect(items[0]!.data.content).not.toContain('<img src=x');
      expect(items[0]!.data.content).toContain('&lt;img');
    }
  });

  it('know the item of a product page by its view, the cart and the exclusions by Target’s parameters (edge §10)', async () => {
    const xdm = {
      commerce: { productViews: { value: 1 } },
      productListItems: [{ SKU: 'coat-9' }],
    };
    await ask({ decisionScopes: ['cart-recs'] }, { xdm });
    const data = { __adobe: { target: { 'entity.id': 'coat-7', cartIds: 'a,b', excludedIds: 'c' } } };
    await ask({ decisionScopes: ['cart-recs'] }, { xdm, data });
    expect(house.asked.map(({ request }) => request)).toMatchObject([
      { item: 'coat-9', pageItem: 'coat-9' },
      { item: 'coat-7', cart: ['a', 'b'], excludedIds: ['c'] },
    ]);
  });

  it('are answered as to a stranger after personalize: out (edge §7)', async () => {
    const personalize = { state: 'out' as const, at: 1, source: 'edge:demo' };
    house.known.set(`ecid:${ecid}`, fakeProfile('p1', { viewed: [{ item: 'x', at: 1 }], consent: { personalize } }));
    expect(await ask({ decisionScopes: ['cart-recs'] })).toHaveLength(1);
    expect(house.asked[0]!.person).toBeNull();
  });

  it('are left out when the profile cannot be read in time, with a warning, and the event is kept (edge §14)', async () => {
    house.settings.decideMs = 5;
    house.profiles.find = () => new Promise(() => {});
    const reply = await interact({ xdm: {}, query: { personalization: { decisionScopes: ['cart-recs'] } } });
    expect(reply.statusCode).toBe(200);
    const answer = reply.json<Answer & { warnings: { title: string }[] }>();
    expect(handleOf(answer, 'personalization:decisions')).toBeUndefined();
    expect(answer.warnings[0]!.title).toBe('Answered without decisions');
    house.profiles.find = async () => {
      throw new Error('connection lost');
    };
    expect((await interact({ xdm: {}, query: { personalization: { decisionScopes: ['popular'] } } })).statusCode).toBe(
      200,
    );
    expect(house.received).toHaveLength(2);
  });
});

describe('notices', () => {
  const notice = (kind: string, propositions: object[], more: object = {}) => ({
    xdm: {
      eventType: `decisioning.proposition${kind === 'display' ? 'Display' : 'Interact'}`,
      _experience: { decisioning: { propositions, propositionEventType: { [kind]: 1 }, ...more } },
    },
  });
  const shown = async () => {
    const [one] = await ask({ decisionScopes: ['cart-recs'] });
    house.received.length = 0;
    const { id, scope, scopeDetails } = one!;
    return { id, scope, scopeDetails };
  };

  it('of a display become one event with the recommendation, told twice counted once (edge §8.3)', async () => {
    const one = await shown();
    await interact(notice('display', [one]));
    await interact(notice('display', [one]));
    expect(house.received).toMatchObject([
      {
        types: ['decisioning.propositionDisplay'],
        visitor: `ecid:${ecid}`,
        recommendation: { id: 'token-1', criterion: 'cart-based' },
      },
    ]);
  });

  it('of a click say which item at which place, by label, token or item id; by beacon too (capture 07)', async () => {
    const one = await shown();
    expect(
      (await interact(notice('interact', [one], { propositionAction: { label: 'coat-1' } }), 'collect')).statusCode,
    ).toBe(204);
    await interact(notice('interact', [one], { propositionAction: { label: 'Buy', tokens: ['coat-1'] } }));
    await interact(notice('interact', [{ ...one, items: [{ id: 'coat-1' }] }]));
    expect(house.received).toMatchObject([
      {
        types: ['decisioning.propositionInteract'],
        recommendation: { id: 'token-1', criterion: 'cart-based', item: 'coat-1', position: 1 },
        items: [{ id: 'coat-1' }],
      },
    ]);
  });

  it('ride on the shop’s own event, which keeps its type (edge §8.3, includeRenderedPropositions)', async () => {
    const one = await shown();
    const { xdm } = notice('display', [one]);
    await interact({
      xdm: { ...xdm, eventType: 'web.webpagedetails.pageViews', web: { webPageDetails: { pageViews: { value: 1 } } } },
    });
    expect(house.received.map(({ types }) => types)).toEqual([
      ['web.webpagedetails.pageViews'],
      ['decisioning.propositionDisplay'],
    ]);
  });

  it('without id, without items, of another provider or with a changed token stay as they came (edge §8.3)', async () => {
    const one = await shown();
    const { eventToken } = one.scopeDetails.characteristics;
    const changed = { characteristics: { eventToken: eventToken.replace('token-1', 'token-2') } };
    for (const proposition of [
      { scope: 'cart', scopeDetails: { characteristics: { scopeType: 'view' } } },
      { scope: 'orderConfirmPage' },
      { id: 'AT:p', scope: 's', scopeDetails: { decisionProvider: 'TGT' } },
      { ...one, scopeDetails: changed },
    ]) {
      await interact(notice('display', [proposition]));
    }
    expect(house.received.map(({ types, recommendation }) => [types, recommendation])).toEqual(
      Array.from({ length: 4 }, () => [['decisioning.propositionDisplay'], undefined]),
    );
  });

  it('dismiss, trigger and suppressDisplay are kept under their names (edge §8.3)', async () => {
    const one = await shown();
    for (const kind of ['dismiss', 'trigger', 'suppressDisplay']) await interact(notice(kind, [one]));
    expect(house.received.map(({ types }) => types[0])).toEqual([
      'decisioning.propositionDismiss',
      'decisioning.propositionTrigger',
      'decisioning.propositionSuppressDisplay',
    ]);
  });

  it('carry a token that only we can make, small enough to be echoed, with the places of the items', () => {
    const secret = new Uint8Array(32).fill(1);
    const items = Array.from({ length: 100 }, (_, i) => `item ${i} åäö`);
    const token = shownToken(secret, { recommendation: 'r-1', criterion: 'custom one.2', items });
    const read = readShownToken(secret, token)!;
    expect(token.length).toBeLessThan(400);
    expect([read.recommendation, read.criterion]).toEqual(['r-1', 'custom one.2']);
    expect([read.positionOf(items[0]!), read.positionOf(items[59]!), read.positionOf('other')]).toEqual([
      1,
      60,
      undefined,
    ]);
    expect(readShownToken(new Uint8Array(32).fill(2), token)).toBeNull();
    expect(readShownToken(secret, `${token.slice(0, -1)}!`)).toBeNull();
    expect(readShownToken(secret, { toString: () => token })).toBeNull();
  });
});

describe('PUT /v1/datastreams/{id}', () => {
  const put = (body: object) =>
    app.inject({
      method: 'PUT',
      url: '/v1/datastreams/demo',
      headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
      payload: JSON.stringify(body),
    });

  it('keeps scopes and surfaces, replaces them as a whole, and shows them', async () => {
    const reply = await put({ scopes: { a: { criterion: 'popular', format: 'json' } } });
    expect(reply.json()).toMatchObject({ scopes: { a: { criterion: 'popular' } }, surfaces });
    expect(Object.keys(house.events.datastream('demo')!.scopes!)).toEqual(['a']);
  });

  it('refuses what could never answer, naming the scope', async () => {
    const cases = [
      [
        { scopes: { a: { criterion: 'nope', format: 'json' } } },
        'scopes.a',
        /no criterion "nope"; there are cart-based/,
      ],
      [{ scopes: { a: { criterion: 'popular', format: 'xml' } } }, 'scopes.a', /./],
      [{ scopes: { a: { criterion: 'popular', format: 'json', template: 'x' } } }, 'scopes.a', /format "html"/],
      [
        { scopes: { a: { criterion: 'popular', format: 'html', template: '{{#each items}}' } } },
        'scopes.a.template, line 1',
        /./,
      ],
      [{ scopes: { a: { criterion: 'popular', format: 'html', selector: '#a' } } }, 'scopes.a', /__view__/],
      [{ surfaces: { 'http://x': { criterion: 'popular', format: 'json' } } }, 'surfaces', /no surface/],
    ] as const;
    for (const [body, where, detail] of cases) {
      const reply = await put(body);
      expect([400, 422], JSON.stringify(body)).toContain(reply.statusCode);
      expect(reply.json<{ where: string }>().where).toContain(where);
      expect(reply.json<{ detail: string }>().detail).toMatch(detail);
    }
    expect(house.events.datastream('demo')!.scopes).toEqual(scopes);
  });
});
