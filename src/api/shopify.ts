import type { Identity, ShopEvent } from '../event/index.ts';
import { asList, asNumber, asText, dig } from './json.ts';
import { shopifyProduct } from './shopify-product.ts';
import {
  currencyOf,
  customerIdentity,
  deviceIdentity,
  emailIdentity,
  ignored,
  itemsOf,
  moneyOf,
  plain,
  platformEvent,
  refused,
  timeOf,
  type PlatformContext,
  type Taken,
} from './webhook-platform.ts';

type Read = (body: unknown, context: PlatformContext) => Taken;

const topics: Readonly<Record<string, Read>> = {
  'orders/create': order,
  'orders/paid': order,
  'orders/updated': order,
  'orders/fulfilled': order,
  'orders/partially_fulfilled': order,
  'orders/cancelled': order,
  'refunds/create': refund,
  'checkouts/create': checkout,
  'checkouts/update': checkout,
  'customers/create': customer,
  'customers/update': customer,
  'customers/enable': customer,
  'customers/disable': customer,
  'customers_email_marketing_consent/update': consentChange,
  'products/create': shopifyProduct,
  'products/update': shopifyProduct,
  'products/delete': shopifyProduct,
  'customers/redact': privacy,
  'customers/data_request': privacy,
  'shop/redact': privacy,
};

/** Topics that shops subscribe to and that change nothing here, with what tells it instead. */
const silent: Readonly<Record<string, string>> = {
  'orders/edited': 'orders/edited has no order in it; orders/updated tells the same',
  'orders/delete': 'An order that is deleted stays what it was; orders/cancelled voids it',
  'checkouts/delete': 'The body names no cart; what is in it is told by the pages',
  'customers/delete': 'Shopify asks for a person to be forgotten by customers/redact',
  'customers_marketing_consent/update': 'Consent to text messages means nothing here',
  'inventory_levels/update': 'The stock of a product is told by products/update',
  'carts/create': 'A cart names nobody; it is told by the pages',
  'carts/update': 'A cart names nobody; it is told by the pages',
};

/**
 * A webhook of Shopify (topic and body as its Admin API documents them) → what it means here. Pure.
 *
 * What an event means hangs on the signed body as far as possible, because the topic's header is not signed: all topics
 * about orders are read alike, and one body posted under another topic finds a shape it does not have.
 */
export function readShopify(topic: string, body: unknown, context: PlatformContext): Taken {
  const read = topics[topic];
  return read ? read(body, context) : ignored(silent[topic] ?? `The topic "${topic.slice(0, 80)}" means nothing here`);
}

const variant = 'variant_id';

function order(body: unknown, context: PlatformContext): Taken {
  const id = idOf(body);
  if (id === undefined || dig(body, 'line_items') === undefined || dig(body, 'financial_status') === undefined) {
    return refused(id, 'The body is not that of an order');
  }
  if (dig(body, 'test') === true) return ignored(`Order ${id} is a test order`);
  const currency = currencyOf(dig(body, 'currency'));
  const total = currency === undefined ? undefined : moneyOf(dig(body, 'total_price'), currency);
  if (currency === undefined || total === undefined) return refused(id, `Order ${id} has no total in a currency`);
  const identities = buyerOf(body, context);
  if (identities.length === 0) return ignored(`Order ${id} names nobody`);
  const at = timeOf(dig(body, 'processed_at') ?? dig(body, 'created_at'), context.now) ?? context.now;
  const bought: ShopEvent = {
    ...platformEvent(context, { id: `order:${id}`, types: ['commerce.purchases'], happenedAt: at, identities }),
    items: itemsOf(dig(body, 'line_items'), { settings: context.settings, currency, variant }),
    order: { id, totalMinor: total, currency },
  };
  const cartId = asText(dig(body, 'cart_token'), 128);
  if (cartId !== undefined) bought.cartId = cartId;
  const taken: Taken = { events: [bought], refused: [] };
  const cancelledAt = timeOf(dig(body, 'cancelled_at'), context.now);
  if (cancelledAt !== undefined) {
    const parts = { id: `cancel:${id}`, types: ['commerce.orderCancellations'], happenedAt: cancelledAt, identities };
    taken.events.push({ ...platformEvent(context, parts), order: { id, totalMinor: total, currency } });
  }
  for (const one of asList(dig(body, 'refunds')).slice(0, 100)) {
    taken.events.push(...refundEvents(one, { ...context, orderId: id, orderCurrency: currency, identities }));
  }
  taken.events.push(...consentEvents(dig(body, 'customer'), context));
  return taken;
}

/** A refund names no customer: the door finds whose order it is, if it has seen the order. */
function refund(body: unknown, context: PlatformContext): Taken {
  const orderId = asText(dig(body, 'order_id'), 128);
  if (orderId === undefined || dig(body, 'refund_line_items') === undefined) {
    return refused(asText(dig(body, 'id'), 128), 'The body is not that of a refund');
  }
  const events = refundEvents(body, { ...context, orderId, orderCurrency: undefined, identities: [] });
  return events.length > 0 ? { events, refused: [] } : ignored(`No money went back for order ${orderId}`);
}

function refundEvents(
  body: unknown,
  about: PlatformContext & { orderId: string; orderCurrency: string | undefined; identities: Identity[] },
): ShopEvent[] {
  const id = asText(dig(body, 'id'), 128);
  const given = moneyBack(body, about.orderCurrency);
  if (id === undefined || !given || given.minor <= 0) return [];
  const at = timeOf(dig(body, 'processed_at') ?? dig(body, 'created_at'), about.now) ?? about.now;
  const { identities } = about;
  const lines = asList(dig(body, 'refund_line_items')).map((line) => {
    const { product_id, variant_id, sku, price } = (dig(line, 'line_item') ?? {}) as Record<string, unknown>;
    return { product_id, variant_id, sku, price, quantity: dig(line, 'quantity') };
  });
  const items = itemsOf(lines, { settings: about.settings, currency: given.currency, variant });
  const event: ShopEvent = {
    ...platformEvent(about, { id: `refund:${id}`, types: ['commerce.refunds'], happenedAt: at, identities }),
    order: { id: about.orderId, totalMinor: given.minor, currency: given.currency, refundId: id },
  };
  return [items.length > 0 ? { ...event, items } : event];
}

/**
 * What one refund gives back: its transactions when they are in the order's currency, otherwise its lines as the shop
 * counts them (a customer abroad is paid back in another currency than the order's).
 */
function moneyBack(body: unknown, currency: string | undefined): { minor: number; currency: string } | undefined {
  const paid = asList(dig(body, 'transactions')).filter((one) => {
    const status = dig(one, 'status');
    return dig(one, 'kind') === 'refund' && (status === undefined || status === 'success' || status === 'pending');
  });
  const coin = currencyOf(dig(paid[0], 'currency'));
  const own = currency ?? coin;
  if (own === undefined || paid.length === 0) return undefined;
  if (paid.every((one) => currencyOf(dig(one, 'currency')) === own)) {
    return { minor: sum(paid.map((one) => moneyOf(dig(one, 'amount'), own) ?? 0)), currency: own };
  }
  const parts = asList(dig(body, 'refund_line_items')).flatMap((line) =>
    ['subtotal_set', 'total_tax_set'].map((name) => moneyOf(dig(line, name, 'shop_money', 'amount'), own) ?? 0),
  );
  return { minor: sum(parts), currency: own };
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/**
 * A checkout under way says what is in the cart. Only one of a customer counts: an address that was merely typed may be
 * anybody's (trust.md §3.5).
 */
function checkout(body: unknown, context: PlatformContext): Taken {
  const token = asText(dig(body, 'token'), 128);
  if (token === undefined || dig(body, 'line_items') === undefined || dig(body, 'financial_status') !== undefined) {
    return refused(token, 'The body is not that of a checkout');
  }
  if (asText(dig(body, 'completed_at'), 40) !== undefined) return ignored('The checkout is completed; the order tells');
  const identities = [
    ...customerIdentity('shopify', idOf(dig(body, 'customer'))),
    ...deviceIdentity(dig(body, 'note_attributes'), context.settings),
  ];
  if (identities.length === 0) return ignored('The checkout is of no customer; a typed address is not believed');
  const currency = currencyOf(dig(body, 'currency')) ?? context.currency;
  const at = timeOf(dig(body, 'updated_at'), context.now) ?? context.now;
  const parts = {
    id: `checkout:${token}:${at}`,
    types: ['commerce.checkouts', 'commerce.productListReopens'],
    happenedAt: at,
    identities,
  };
  const event: ShopEvent = {
    ...platformEvent(context, parts),
    items: itemsOf(dig(body, 'line_items'), { settings: context.settings, currency, variant }),
    cartId: asText(dig(body, 'cart_token'), 128) ?? token,
  };
  return { events: [event], refused: [] };
}

function customer(body: unknown, context: PlatformContext): Taken {
  const id = idOf(body);
  const identities = [...customerIdentity('shopify', id), ...emailIdentity(dig(body, 'email'))];
  if (id === undefined || identities.length === 0) return refused(id, 'The body is not that of a customer');
  const at = timeOf(dig(body, 'updated_at') ?? dig(body, 'created_at'), context.now) ?? context.now;
  const parts = { id: `customer:${id}:${at}`, types: ['profile.asserted'], happenedAt: at, identities };
  const event: ShopEvent = { ...platformEvent(context, parts), attributes: attributesOf(body) };
  return { events: [event, ...consentEvents(body, context)], refused: [] };
}

function attributesOf(body: unknown): NonNullable<ShopEvent['attributes']> {
  const stated = {
    firstName: plain(dig(body, 'first_name'), 256),
    lastName: plain(dig(body, 'last_name'), 256),
    email: emailIdentity(dig(body, 'email')).length > 0 ? asText(dig(body, 'email'), 254) : undefined,
    country: plain(dig(body, 'default_address', 'country_code'), 8),
    city: plain(dig(body, 'default_address', 'city'), 256),
    tags: plain(dig(body, 'tags'), 4096),
    smsMarketing: plain(dig(body, 'sms_marketing_consent', 'state'), 64),
    ordersCount: asNumber(dig(body, 'orders_count')),
  };
  return Object.fromEntries(
    Object.entries(stated).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

const saidIn = new Set(['subscribed']);
const saidOut = new Set(['unsubscribed', 'redacted', 'invalid']);

/**
 * Consent to mail with the time it was given, as an event of its own: an address that is corrected today must not undo
 * what the customer said since. `not_subscribed` and `pending` say nothing.
 */
function consentEvents(body: unknown, context: PlatformContext): ShopEvent[] {
  const stated = dig(body, 'email_marketing_consent');
  const state = asText(dig(stated, 'state'), 64)?.toLowerCase() ?? '';
  const said = saidIn.has(state) ? 'in' : saidOut.has(state) ? 'out' : undefined;
  const id = idOf(body);
  const identities = [...customerIdentity('shopify', id), ...emailIdentity(dig(body, 'email'))];
  if (said === undefined || identities.length === 0) return [];
  const at = timeOf(dig(stated, 'consent_updated_at') ?? dig(body, 'created_at'), context.now) ?? context.now;
  const name = id ?? identities[0]!.id;
  const parts = { id: `consent:${name}:${said}:${at}`, types: ['profile.consent'], happenedAt: at, identities };
  const level = asText(dig(stated, 'opt_in_level'), 64);
  return [
    {
      ...platformEvent(context, parts),
      consent: { 'email-marketing': said },
      proof: { channel: 'email', basis: 'consent', place: 'Shopify' },
      ...(level === undefined ? {} : { data: { optInLevel: level } }),
    },
  ];
}

function consentChange(body: unknown, context: PlatformContext): Taken {
  const whole = {
    id: dig(body, 'customer_id'),
    email: dig(body, 'email_address'),
    email_marketing_consent: dig(body, 'email_marketing_consent'),
  };
  const events = consentEvents(whole, context);
  return events.length > 0 ? { events, refused: [] } : ignored('The consent says neither in nor out');
}

/** Who bought: the customer and the address of the order, and the device when the shop hands it on. */
function buyerOf(body: unknown, context: PlatformContext): Identity[] {
  const buyer = dig(body, 'customer');
  const address = [dig(buyer, 'email'), dig(body, 'email'), dig(body, 'contact_email')];
  const email = address.map(emailIdentity).find((found) => found.length > 0) ?? [];
  const device = deviceIdentity(dig(body, 'note_attributes'), context.settings);
  return [...customerIdentity('shopify', idOf(buyer)), ...email, ...device];
}

/** The number of a resource; its GraphQL id where the number is larger than JSON numbers hold exactly. */
function idOf(resource: unknown): string | undefined {
  const gid = asText(dig(resource, 'admin_graphql_api_id'), 200);
  return /^gid:\/\/shopify\/\w+\/(\d+)$/.exec(gid ?? '')?.[1] ?? asText(dig(resource, 'id'), 128);
}

/** The mandatory privacy topics. To erase is done by the door; a copy, or a shop that leaves, is for somebody to answer. */
function privacy(body: unknown, context: PlatformContext): Taken {
  const shop = asText(dig(body, 'shop_domain'), 256);
  if (shop === undefined) return refused(undefined, 'The body is not that of a privacy request');
  const about = dig(body, 'customer');
  if (dig(body, 'orders_to_redact') === undefined) {
    const topic = about === undefined ? 'shop/redact' : 'customers/data_request';
    return { events: [], refused: [], request: { topic, body } };
  }
  const erase = [...customerIdentity('shopify', dig(about, 'id')), ...emailIdentity(dig(about, 'email'))];
  // Whom it was about is not kept with the request: that would outlive the erasure.
  const named = { shop_domain: shop, receivedAt: new Date(context.now).toISOString() };
  return { events: [], refused: [], request: { topic: 'customers/redact', body: named, erase } };
}
