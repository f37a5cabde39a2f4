import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { demoStream, fakeHouse, fakeProfile, secretKey, type FakeHouse } from '../../test/support/house.ts';
import { deliver as post, ecid, mbox, type DeliveryAnswer } from '../../test/support/target.ts';
import { shownToken } from './edge-shown.ts';
import { buildServer } from './server.ts';

let house: FakeHouse;
let app: FastifyInstance;
let requests = 0;
const device = { marketingCloudVisitorId: ecid };

beforeEach(async () => {
  house = fakeHouse();
  app = await buildServer(house);
});

/** Asks as the device of these tests, under a request id of its own. */
async function ask(body: object, more: Parameters<typeof post>[2] = {}): Promise<DeliveryAnswer> {
  const reply = await post(app, { requestId: `r${++requests}`, id: device, ...body }, more);
  expect([reply.statusCode, reply.statusCode === 200 ? '' : reply.body]).toEqual([200, '']);
  return reply.json<DeliveryAnswer>();
}
const about = (parameters: object) => ask(mbox('popular', { parameters }));

describe('notifications', () => {
  const token = () => {
    const shown = { recommendation: 'rec-1', criterion: 'popular', items: ['coat-1', 'coat-2'] };
    return shownToken(house.settings.secret, shown);
  };
  const notify = (...notifications: object[]) => ask({ notifications });

  it('a click is an event with recommendation, item and place', async () => {
    const product = { id: 'coat-2' };
    const answer = await notify({ id: 'n1', type: 'click', timestamp: 1, tokens: [token()], product });
    expect(answer.notifications).toEqual([{ id: 'n1' }]);
    expect(house.received).toMatchObject([
      {
        types: ['decisioning.propositionInteract'],
        recommendation: { id: 'rec-1', criterion: 'popular', item: 'coat-2', position: 2 },
        items: [{ id: 'coat-2' }],
        happenedAt: house.clock.now(),
      },
    ]);
  });

  it('told again under the same id or another, by another request, it counts once', async () => {
    for (const id of ['n1', 'n1', 'n2']) await notify({ id, type: 'display', tokens: [token()] });
    for (const id of ['c1', 'c1'])
      await notify({ id, type: 'click', tokens: [token()], parameters: { 'entity.id': 'coat-1' } });
    expect(house.received.map(({ types, recommendation }) => [types[0], recommendation!.position])).toEqual([
      ['decisioning.propositionDisplay', undefined],
      ['decisioning.propositionInteract', 1],
    ]);
  });

  it('two visitors who are shown one answer are two', async () => {
    for (const tntId of ['abc', 'def'])
      await ask({ id: { tntId }, notifications: [{ id: 'n', type: 'display', tokens: [token()] }] });
    expect(house.received.map(({ visitor }) => visitor)).toEqual(['tntid:abc', 'tntid:def']);
  });

  it('one whose tokens are not ours is not taken and not named in the answer; the others are (§2.3)', async () => {
    const forged = `${token().slice(0, -1)}${token().endsWith('A') ? 'B' : 'A'}`;
    const answer = await notify(
      { id: 'bad', type: 'click', tokens: [forged], order: { id: 'o', total: 1 } },
      { id: 'good', type: 'click', tokens: [token()] },
      { id: 'odd', type: 'hover', tokens: [token()] },
    );
    expect(answer.notifications).toEqual([{ id: 'good' }]);
    expect(house.received).toHaveLength(1);
    expect(house.turnedAway.map(({ why }) => why)).toEqual([
      expect.stringContaining('tokens'),
      expect.stringContaining('type'),
    ]);
  });

  it('one without a token tells of what its details say: an order, and the view of an item that was not shown', async () => {
    const order = { id: 'o1', total: 3, purchasedProductIds: ['x'] };
    const told = {
      id: 'n1',
      type: 'display',
      timestamp: 1,
      mbox: { name: 'orderConfirmPage' },
      order,
      product: { id: 'x' },
    };
    await notify(told);
    await notify(told);
    expect(house.received.map(({ types }) => types[0])).toEqual(['commerce.productViews', 'commerce.purchases']);
  });

  it('a beacon is answered 204 without a body', async () => {
    const body = { context: { beacon: true }, notifications: [{ id: 'n1', type: 'click', tokens: [token()] }] };
    const reply = await post(app, { requestId: 'b1', id: device, ...body });
    expect([reply.statusCode, reply.body, house.received.length]).toEqual([204, '', 1]);
  });
});

describe('what is shown', () => {
  beforeEach(async () => {
    const template = '{{#each items as |item|}}<b>{{item.name}}</b>{{/each}}';
    await house.events.putDatastream({
      ...demoStream,
      scopes: {
        'home-html': { criterion: 'popular', format: 'html', template },
        'home-json': { criterion: 'cart-based', format: 'json', limit: 6, backup: 'none' },
        'target-global-mbox': { criterion: 'popular', format: 'html', template, selector: '#recs' },
        'view:cart': { criterion: 'cart-based', format: 'html', template, selector: '#cart' },
        'view:home': { criterion: 'popular', format: 'json' },
      },
    });
  });

  it('under the names that the datastream has, as HTML and as data', async () => {
    const answer = await ask({ execute: { mboxes: [{ name: 'home-html' }, { name: 'home-json' }] } });
    expect(answer.execute.mboxes.map(({ index, options }) => [index, options![0]!.type])).toEqual([
      [0, 'html'],
      [1, 'json'],
    ]);
    expect(answer.execute.mboxes[0]!.options![0]!.content).toBe('<b>Winter coat</b>');
    expect(house.asked[1]!.request).toEqual({ criterion: 'cart-based', limit: 6, backup: 'none' });
  });

  it('as Adobe’s escaped text, or as a plain list, where the parameter says so (§2.5)', async () => {
    const asked = (format: string) => about({ format }).then(({ execute }) => execute.mboxes[0]!.options![0]!);
    const [text, html] = [await asked('text'), await asked('html')];
    expect([text.type, JSON.parse(String(text.content))]).toEqual(['html', expect.objectContaining({ status: 'ok' })]);
    expect([html.type, html.content]).toEqual(['html', expect.stringMatching(/^<ul/)]);
  });

  it('for a page load and views as actions with the selector, which at.js applies', async () => {
    const answer = await ask({ execute: { pageLoad: {} }, prefetch: { views: [{ name: 'cart', key: 'k' }] } });
    const html = '<b>Winter coat</b>';
    const action = (selector: string) => [{ type: 'setHtml', selector, cssSelector: selector, content: html }];
    expect(answer.execute.pageLoad.options).toMatchObject([{ type: 'actions', content: action('#recs') }]);
    const [view] = answer.prefetch.views;
    expect(view).toMatchObject({ name: 'cart', key: 'k', options: [{ type: 'actions', content: action('#cart') }] });
    expect(view!.metrics).toEqual([{ type: 'click', eventToken: view!.options![0]!.eventToken, selector: '#cart' }]);
  });

  it('a view without a name stands for all; one that nobody knows is there with nothing in it', async () => {
    const all = await ask({ prefetch: { views: [{}] } });
    expect(all.prefetch.views.map(({ name }) => name)).toEqual(['cart', 'home']);
    const none = await ask({ prefetch: { views: [{ name: 'nowhere' }], pageLoad: {} } });
    expect(none.prefetch.views).toEqual([{ name: 'nowhere', options: [] }]);
    expect(none.prefetch.pageLoad.options).toHaveLength(1);
  });

  it('C-12: the tenant is known by property, client or organisation; each names a datastream', async () => {
    await house.events.putDatastream({
      ...demoStream,
      id: 'p-1',
      orgId: 'X@AdobeOrg',
      scopes: { hero: { criterion: 'popular', format: 'json' } },
    });
    const hero = (body: object, url: string) => ask({ ...mbox('hero', { product: { id: 'a' } }), ...body }, { url });
    const address = '/rest/v1/delivery?sessionId=s&';
    for (const [body, query, client] of [
      [{ property: { token: 'p-1' } }, 'client=acme', 'acme'],
      [{}, 'client=p-1', 'p-1'],
      [{}, 'imsOrgId=X%40AdobeOrg', 'X@AdobeOrg'],
    ] as const) {
      const answer = await hero(body, address + query);
      expect([answer.client, answer.execute.mboxes[0]!.options?.length]).toEqual([client, 1]);
    }
    expect(new Set(house.received.map(({ source }) => source))).toEqual(new Set(['delivery:p-1']));
    const elsewhere = await hero({}, `${address}client=acme`);
    expect([elsewhere.execute.mboxes[0]!.options, house.received.at(-1)!.source]).toEqual([undefined, 'delivery']);
  });

  it('a page that the datastream does not let send is refused before anything is kept', async () => {
    await house.events.putDatastream({ ...demoStream, allowedOrigins: ['https://shop.example'] });
    const from = (origin: string) =>
      post(app, { id: device, ...mbox('popular', { product: { id: 'a' } }) }, { headers: { origin } });
    expect((await from('https://evil.example')).statusCode).toBe(403);
    expect(house.received).toEqual([]);
    const reply = await from('https://shop.example');
    expect(reply.headers).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-allow-credentials': 'true',
    });
    expect(house.received).toHaveLength(1);
  });
});

describe('a trace (ACT-7, ACT-8)', () => {
  it('says with a key how an answer came about, and why there is none', async () => {
    house.known.set(`ecid:${ecid}`, fakeProfile('own'));
    const trace = { authorizationToken: secretKey };
    const { execute } = await ask({ execute: { mboxes: [{ name: 'popular' }, { name: 'nobody-knows-it' }] }, trace });
    expect(execute.mboxes.map((place) => place.trace)).toEqual([
      expect.objectContaining({
        criterion: 'popular',
        memory: 'known',
        answered: expect.objectContaining({
          status: 'ok',
          count: 1,
          filledBy: { criteria: 1, promotion: 0, backup: 0 },
        }),
      }),
      { noContent: 'no criterion and no scope has that name' },
    ]);
  });

  it('says nothing without one', async () => {
    const { execute } = await ask({ ...mbox('popular'), trace: { authorizationToken: 'guessed' } });
    expect(execute.mboxes[0]!.trace).toEqual({ refused: expect.any(String) });
    expect((await ask(mbox('popular'))).execute.mboxes[0]!.trace).toBeUndefined();
  });
});
