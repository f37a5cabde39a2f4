import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../base/index.ts';
import { dig } from './json.ts';
import { claimsOf, eventsOfXdm, type XdmContext } from './xdm.ts';

const ecid = '68187600317341425678987023915110697186';
const context: XdmContext = {
  id: 'r1:0',
  source: 'edge:demo',
  visitor: `ecid:${ecid}`,
  identities: [{ namespace: 'ecid', id: ecid }],
  level: 0,
  claims: [],
  receivedAt: 1000,
  happenedAt: 900,
  bot: false,
  readToken: () => null,
};

const read = (xdm: unknown, data?: unknown) =>
  eventsOfXdm({ xdm, data }, { ...context, claims: claimsOf([dig(xdm, 'identityMap')]) });
const one = (xdm: unknown, data?: unknown) => read(xdm, data)[0]!;

describe('types', () => {
  it('come from measures above zero, several at once, the stated one first', () => {
    const commerce = { purchases: { value: '1' }, checkouts: { value: 1 }, productViews: { value: 0 } };
    expect(one({ eventType: 'commerce.checkouts', commerce }).types).toEqual([
      'commerce.checkouts',
      'commerce.purchases',
    ]);
  });

  it('fall back to eventType, unless its own measure says zero', () => {
    expect(one({ eventType: 'commerce.productViews' }).types).toEqual(['commerce.productViews']);
    expect(one({ eventType: 'commerce.productViews', commerce: { productViews: { value: 0 } } }).types).toEqual([
      'web.other',
    ]);
    expect(one({}).types).toEqual(['web.other']);
  });

  it('count checkouts in both of the forms that the schema has', () => {
    expect(one({ commerce: { checkouts: { checkoutStart: { value: 1 } } } }).types).toEqual(['commerce.checkouts']);
  });

  it('tell a display from the shop’s own type by propositionEventType (edge-protocol §8.3)', () => {
    const decisioning = { propositionEventType: { display: 1 }, propositions: [{ scope: 'cart' }] };
    const event = one({ eventType: 'web.webpagedetails.pageViews', _experience: { decisioning } });
    expect(event.types).toEqual(['decisioning.propositionDisplay']);
    expect(event.data).toEqual({ decisioning });
  });
});

describe('items and orders', () => {
  it('have unit prices in minor units out of line totals', () => {
    const productListItems = [
      { SKU: 'SKU-1', quantity: 1, priceTotal: 49.5, currencyCode: 'EUR' },
      { SKU: 'SKU-2', quantity: '2', priceTotal: '10' },
    ];
    const order = { purchaseID: 'ORD-1001', priceTotal: 59.5, currencyCode: 'EUR' };
    const event = one({ commerce: { purchases: { value: 1 }, order }, productListItems });
    expect(event.items).toEqual([
      { id: 'SKU-1', quantity: 1, priceMinor: 4950, currency: 'EUR' },
      { id: 'SKU-2', quantity: 2, priceMinor: 500, currency: 'EUR' },
    ]);
    expect(event.order).toEqual({ id: 'ORD-1001', totalMinor: 5950, currency: 'EUR' });
  });

  it('without a currency, an amount or a number there is no price and no order', () => {
    const event = one({
      commerce: { purchases: { value: 1 }, order: { purchaseID: 'O', priceTotal: 5, currencyCode: 'EURO' } },
      productListItems: [{ SKU: 'a', priceTotal: 5 }, { name: 'nameless' }, { SKU: 'b', quantity: 0, priceTotal: 5 }],
    });
    expect(event.order).toBeUndefined();
    expect(event.items).toEqual([{ id: 'a' }, { id: 'b', quantity: 0 }]);
  });

  it('take the cart id in the three places where shops put it', () => {
    expect(one({ commerce: { cartID: 'c1' } }).cartId).toBe('c1');
    expect(one({ commerce: { cart: { cartID: 'c2' } } }).cartId).toBe('c2');
    expect(one({ commerce: { cart: { ID: 'c3' } } }).cartId).toBe('c3');
  });
});

describe('Target data', () => {
  const views = (data: unknown, xdm: unknown = {}) =>
    read(xdm, data).filter(({ types }) => types.includes('commerce.productViews'));
  const target = (parameters: object) => ({ __adobe: { target: parameters } });

  it('makes entity.id a view of its own, unless it is details only (BEH-1, BEH-2)', () => {
    expect(views(target({ 'entity.id': 'SKU-1', cartIds: 'SKU-2' }))).toMatchObject([
      { id: 'r1:0:view', items: [{ id: 'SKU-1' }] },
    ]);
    expect(views(target({ 'entity.id': 'SKU-1', 'entity.event.detailsOnly': 'true' }))).toEqual([]);
  });

  it('never makes the first item of a cart event a view (BEH-12)', () => {
    const cart = { commerce: { productListAdds: { value: 1 } }, productListItems: [{ SKU: 'A' }, { SKU: 'B' }] };
    expect(views(undefined, cart)).toEqual([]);
    const [main, view] = read(cart, target({ 'entity.id': 'P' }));
    expect(main).toMatchObject({ types: ['commerce.productListAdds'], items: [{ id: 'A' }, { id: 'B' }] });
    expect(view).toMatchObject({ types: ['commerce.productViews'], items: [{ id: 'P' }] });
  });

  it('takes user.categoryId for an interest once, whatever else the event carries (BEH-6, BEH-11)', () => {
    const [main, ...riders] = read(
      undefined,
      target({ 'user.categoryId': 'mens, shoes,mens', 'entity.id': 'SKU-1', orderId: 'o1', orderTotal: '5' }),
    );
    expect(main!.categories).toEqual(['mens', 'shoes']);
    expect(riders.map(({ types, categories }) => [types[0], categories])).toEqual([
      ['commerce.productViews', undefined],
      ['commerce.purchases', undefined],
    ]);
  });

  it('takes the purchased items under either spelling (C-15)', () => {
    const order = { orderId: 'o1', orderTotal: '5', productPurchaseId: 'a,b' };
    expect(read(undefined, target(order))[1]).toMatchObject({ items: [{ id: 'a' }, { id: 'b' }] });
  });

  it('does not say twice what XDM says already', () => {
    const xdm = { commerce: { productViews: { value: 1 } }, productListItems: [{ SKU: 'A' }] };
    expect(read(xdm, target({ 'entity.id': 'A' }))).toHaveLength(1);
  });

  it('is kept with the event', () => {
    expect(one({}, target({ cartIds: 'SKU-2,SKU-4' })).data).toEqual({ data: target({ cartIds: 'SKU-2,SKU-4' }) });
  });
});

describe('who and where', () => {
  it('claims what a browser says, hashed where it is an address, and leaves out who has logged out', () => {
    const event = one({
      identityMap: {
        Email: [{ id: ' Jane@Example.com ', authenticatedState: 'authenticated' }],
        CRM: [{ id: 42 }],
        crm: [{ id: 'old', authenticatedState: 'loggedOut' }],
        ECID: [{ id: ecid }],
        FPID: [{ id: 'x' }],
      },
    });
    expect(event.level).toBe(1);
    expect(event.identities).toEqual([{ namespace: 'ecid', id: ecid }]);
    expect(event.claims).toEqual([
      { namespace: 'email_lc_sha256', id: sha256('jane@example.com') },
      { namespace: 'crm', id: '42' },
    ]);
    expect(one({}).level).toBe(0);
  });

  it('keeps page and time zone, and forgets zones that do not exist', () => {
    const web = {
      webPageDetails: { URL: 'https://s.example/p', name: 'home', siteSection: 'shop' },
      webReferrer: { URL: '' },
    };
    const event = one({ web, placeContext: { ianaTimezone: 'Europe/Stockholm' } });
    expect(event.page).toEqual({ url: 'https://s.example/p', name: 'home', section: 'shop' });
    expect(event.timeZone).toBe('Europe/Stockholm');
    expect(one({ placeContext: { ianaTimezone: 'Mars/Olympus' } }).timeZone).toBeUndefined();
  });

  it('keeps the shop’s own fields', () => {
    expect(one({ _acme: { colour: 'red' } }).data).toEqual({ _acme: { colour: 'red' } });
  });
});

it('reads anything at all without failing', () => {
  const keys = [
    'commerce',
    'web',
    'value',
    'productListItems',
    'identityMap',
    'order',
    'SKU',
    'id',
    '__adobe',
    'target',
  ];
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie('node')),
    ),
  })).node;
  fc.assert(
    fc.property(tree, tree, (xdm, data) => {
      for (const event of read(xdm, data)) {
        expect(event.types.length).toBeGreaterThan(0);
        expect(event.visitor).toBe(`ecid:${ecid}`);
      }
    }),
  );
});
