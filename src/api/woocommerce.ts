import type { Identity, ShopEvent } from '../event/index.ts';
import { asList, asNumber, asText, dig } from './json.ts';
import {
  currencyOf,
  customerIdentity,
  deviceIdentity,
  emailIdentity,
  fieldOf,
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
import { asItemId } from './xdm-value.ts';

type Read = (body: unknown, context: PlatformContext) => Taken;

const topics: Readonly<Record<string, Read>> = {
  'order.created': order,
  'order.updated': order,
  'order.restored': order,
  'order.deleted': orderGone,
  'customer.created': customer,
  'customer.updated': customer,
  'product.created': product,
  'product.updated': product,
  'product.restored': product,
  'product.deleted': productGone,
};

/**
 * A webhook of WooCommerce (topic and body as its REST API, version 3, documents them) → what it means here. Pure.
 */
export function readWooCommerce(topic: string, body: unknown, context: PlatformContext): Taken {
  const read = topics[topic];
  return read ? read(body, context) : ignored(`The topic "${topic.slice(0, 80)}" means nothing here`);
}

/**
 * WooCommerce tests an address when the webhook is saved, by a form of one field that is neither signed nor JSON. It is
 * answered, and has no effect.
 */
export function isPing(body: Buffer): boolean {
  return body.length < 64 && /^webhook_id=\d+$/.test(body.toString('latin1').trim());
}

/** An order has come about once it is placed; before that it is a form half filled in, or a payment that failed. */
const placed = new Set(['processing', 'completed', 'on-hold', 'refunded']);

function order(body: unknown, context: PlatformContext): Taken {
  const id = asText(dig(body, 'id'), 128);
  const status = asText(dig(body, 'status'), 64);
  if (id === undefined || status === undefined || dig(body, 'line_items') === undefined) {
    return refused(id, 'The body is not that of an order');
  }
  const currency = currencyOf(dig(body, 'currency'));
  const total = currency === undefined ? undefined : moneyOf(dig(body, 'total'), currency);
  if (currency === undefined || total === undefined) return refused(id, `Order ${id} has no total in a currency`);
  const identities = buyerOf(body, context);
  if (identities.length === 0) return ignored(`Order ${id} names nobody`);
  if (status === 'cancelled' || status === 'trash')
    return cancelled(id, { body, context, identities, currency, total });
  if (!placed.has(status)) return ignored(`Order ${id} is "${status}", so not placed yet`);
  const at = timeOf(dig(body, 'date_created_gmt'), context.now) ?? context.now;
  const bought: ShopEvent = {
    ...platformEvent(context, { id: `order:${id}`, types: ['commerce.purchases'], happenedAt: at, identities }),
    items: itemsOf(dig(body, 'line_items'), { settings: context.settings, currency, variant: 'variation_id' }),
    order: { id, totalMinor: total, currency },
  };
  const refunds = asList(dig(body, 'refunds'))
    .slice(0, 100)
    .flatMap((one) => refundEvent(one, { context, orderId: id, currency, identities, body }) ?? []);
  return { events: [bought, ...refunds, ...consentEvents(body, { context, identities, at, id })], refused: [] };
}

interface About {
  body: unknown;
  context: PlatformContext;
  identities: Identity[];
  currency: string;
}

function cancelled(id: string, { body, context, identities, currency, total }: About & { total: number }): Taken {
  const at = timeOf(dig(body, 'date_modified_gmt'), context.now) ?? context.now;
  const parts = { id: `cancel:${id}`, types: ['commerce.orderCancellations'], happenedAt: at, identities };
  return { events: [{ ...platformEvent(context, parts), order: { id, totalMinor: total, currency } }], refused: [] };
}

/** The body of a deletion is the id alone: the door finds whose order it was, if it has seen it. */
function orderGone(body: unknown, context: PlatformContext): Taken {
  const id = asText(dig(body, 'id'), 128);
  if (id === undefined) return refused(undefined, 'The body is not that of an order');
  return cancelled(id, { body, context, identities: [], currency: context.currency, total: 0 });
}

/** A refund stands in its order as a negative total, without a time of its own. */
function refundEvent(one: unknown, about: About & { orderId: string }): ShopEvent | undefined {
  const id = asText(dig(one, 'id'), 128);
  const given = asNumber(dig(one, 'total'));
  const minor = given === undefined ? undefined : moneyOf(Math.abs(given), about.currency);
  if (id === undefined || minor === undefined || minor === 0) return undefined;
  const { context, identities, orderId, currency } = about;
  const at = timeOf(dig(about.body, 'date_modified_gmt'), context.now) ?? context.now;
  return {
    ...platformEvent(context, { id: `refund:${id}`, types: ['commerce.refunds'], happenedAt: at, identities }),
    order: { id: orderId, totalMinor: minor, currency, refundId: id },
  };
}

function buyerOf(body: unknown, context: PlatformContext): Identity[] {
  return [
    ...customerIdentity('woocommerce', dig(body, 'customer_id')),
    ...emailIdentity(dig(body, 'billing', 'email')),
    ...deviceIdentity(dig(body, 'meta_data'), context.settings),
  ];
}

function customer(body: unknown, context: PlatformContext): Taken {
  const id = asText(dig(body, 'id'), 128);
  const identities = [...customerIdentity('woocommerce', id), ...emailIdentity(dig(body, 'email'))];
  if (id === undefined || identities.length === 0) return refused(id, 'The body is not that of a customer');
  const at = timeOf(dig(body, 'date_modified_gmt') ?? dig(body, 'date_created_gmt'), context.now) ?? context.now;
  const stated = {
    firstName: plain(dig(body, 'first_name'), 256),
    lastName: plain(dig(body, 'last_name'), 256),
    email: emailIdentity(dig(body, 'email')).length > 0 ? asText(dig(body, 'email'), 254) : undefined,
    country: plain(dig(body, 'billing', 'country'), 8),
    city: plain(dig(body, 'billing', 'city'), 256),
  };
  const attributes = Object.fromEntries(
    Object.entries(stated).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const parts = { id: `customer:${id}:${at}`, types: ['profile.asserted'], happenedAt: at, identities };
  // A field that was ticked at the registration keeps the registration's time: later changes do not tick it anew.
  const registered = timeOf(dig(body, 'date_created_gmt'), context.now);
  const consent = registered === undefined ? [] : consentEvents(body, { context, identities, at: registered, id });
  return { events: [{ ...platformEvent(context, parts), attributes }, ...consent], refused: [] };
}

const yes = new Set(['1', 'yes', 'true', 'on', 'in', 'subscribed']);
const no = new Set(['0', 'no', 'false', 'off', 'out', 'unsubscribed']);

/** WooCommerce knows no consent of its own; a plug-in's field is read when the settings name it. */
function consentEvents(
  body: unknown,
  about: { context: PlatformContext; identities: Identity[]; at: number; id: string },
): ShopEvent[] {
  const { context, identities, at, id } = about;
  const field = context.settings.consentField;
  if (field === undefined) return [];
  const ticked = fieldOf(dig(body, 'meta_data'), field);
  const value = ticked === true ? 'yes' : (asText(ticked, 64)?.toLowerCase() ?? '');
  const said = yes.has(value) ? 'in' : no.has(value) ? 'out' : undefined;
  // A box left empty at the till takes nothing back that was said elsewhere.
  if (said !== 'in') return [];
  const parts = { id: `consent:${id}:${said}:${at}`, types: ['profile.consent'], happenedAt: at, identities };
  const proof = { channel: 'email', basis: 'consent' as const, place: `WooCommerce, field ${field}` };
  return [{ ...platformEvent(context, parts), consent: { 'email-marketing': said }, proof }];
}

function product(body: unknown, context: PlatformContext): Taken {
  const id = productId(body, context);
  const name = plain(dig(body, 'name'), 500);
  if (id === undefined || name === undefined) {
    return refused(
      asText(dig(body, 'id'), 128),
      'The body is not that of a product, or it lacks the id that items go by',
    );
  }
  const at = timeOf(dig(body, 'date_modified_gmt'), context.now) ?? context.now;
  const subject = { id: `product:${id}`, at };
  const hidden = dig(body, 'catalog_visibility') === 'hidden';
  if (dig(body, 'status') !== 'publish' || hidden) return { events: [], refused: [], gone: [id], subject };
  const link = asText(dig(body, 'permalink'), 4096);
  const item = {
    id,
    name,
    categories: asList(dig(body, 'categories')).flatMap((one) => plain(dig(one, 'name'), 250) ?? []),
    price: asNumber(dig(body, 'price')) ?? null,
    currency: context.settings.currency ?? context.currency,
    stock: stockOf(body),
    url: link !== undefined && /^https?:\/\//.test(link) ? link : null,
    imageUrl: asText(dig(asList(dig(body, 'images'))[0], 'src'), 4096) ?? null,
    attributes: tagsOf(body),
  };
  return { events: [], refused: [], items: [item], subject };
}

function productGone(body: unknown, context: PlatformContext): Taken {
  const id = asItemId(dig(body, 'id'));
  if (id === undefined) return refused(undefined, 'The body is not that of a product');
  if (context.settings.itemId === 'sku') {
    return ignored(`Product ${id} was deleted, and WooCommerce does not say which stock-keeping unit it was`);
  }
  return { events: [], refused: [], gone: [id], subject: { id: `product:${id}`, at: context.now } };
}

function productId(body: unknown, { settings }: PlatformContext): string | undefined {
  return settings.itemId === 'sku' ? asItemId(dig(body, 'sku')) : asItemId(dig(body, 'id'));
}

function stockOf(body: unknown): number | null {
  const status = dig(body, 'stock_status');
  if (status === 'outofstock') return 0;
  const quantity = asNumber(dig(body, 'stock_quantity'));
  const counts = dig(body, 'manage_stock') === true && dig(body, 'backorders_allowed') !== true;
  return counts && quantity !== undefined && status === 'instock' ? Math.trunc(quantity) : null;
}

function tagsOf(body: unknown): Record<string, unknown> {
  const tags = asList(dig(body, 'tags')).flatMap((one) => plain(dig(one, 'name'), 256) ?? []);
  return { tags: tags.length > 0 ? tags.slice(0, 250) : null, sku: plain(dig(body, 'sku'), 256) ?? null };
}
