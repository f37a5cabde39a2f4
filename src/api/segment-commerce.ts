import { isCurrency } from '../base/index.ts';
import type { EventItem, EventOrder, ShopEvent } from '../event/index.ts';
import { asList, asNumber, asText, dig } from './json.ts';
import { asItemId, minorOf } from './xdm-value.ts';

/** What the e-commerce part of a `track` says, in our words. */
export interface Commerce {
  types: string[];
  items?: EventItem[];
  order?: EventOrder;
  cartId?: string;
  section?: string;
  /** Categories that were looked through. */
  categories?: string[];
  /** Why an event of the shop's own server cannot be taken; a browser's stays a claim, whatever it lacks. */
  lacks?: string;
}

interface Rule {
  types: string[];
  /** Where the items stand: in `products`, in the properties themselves, or in neither. */
  items?: 'products' | 'one';
  order?: 'purchase' | 'refund' | 'cancel' | 'update';
}

/** Events of the e-commerce specification, version 2, by their name in lower case. */
const rules: Readonly<Record<string, Rule>> = {
  'products searched': { types: ['web.siteSearches'] },
  'product list viewed': { types: ['web.categoryViews'], items: 'products' },
  'product list filtered': { types: ['web.categoryViews'], items: 'products' },
  'product clicked': { types: ['web.webinteraction.linkClicks'], items: 'one' },
  'promotion clicked': { types: ['web.webinteraction.linkClicks'] },
  'product viewed': { types: ['commerce.productViews'], items: 'one' },
  'product added': { types: ['commerce.productListAdds'], items: 'one' },
  'wishlist product added to cart': { types: ['commerce.productListAdds'], items: 'one' },
  'product removed': { types: ['commerce.productListRemovals'], items: 'one' },
  'product added to wishlist': { types: ['commerce.saveForLaters'], items: 'one' },
  'product removed from wishlist': { types: ['commerce.saveForLaterRemove'], items: 'one' },
  'cart viewed': { types: ['commerce.productListViews'], items: 'products' },
  'checkout started': { types: ['commerce.checkouts'], items: 'products' },
  'order completed': { types: ['commerce.purchases'], items: 'products', order: 'purchase' },
  'order updated': { types: ['commerce.orderUpdates'], items: 'products', order: 'update' },
  'order refunded': { types: ['commerce.refunds'], items: 'products', order: 'refund' },
  'order cancelled': { types: ['commerce.orderCancellations'], items: 'products', order: 'cancel' },
  // These keep their own names, in the specification's spelling, with the items they are about.
  'promotion viewed': { types: ['Promotion Viewed'] },
  'checkout step viewed': { types: ['Checkout Step Viewed'] },
  'checkout step completed': { types: ['Checkout Step Completed'] },
  'payment info entered': { types: ['Payment Info Entered'] },
  'coupon entered': { types: ['Coupon Entered'] },
  'coupon applied': { types: ['Coupon Applied'] },
  'coupon denied': { types: ['Coupon Denied'] },
  'coupon removed': { types: ['Coupon Removed'] },
  'product shared': { types: ['Product Shared'], items: 'one' },
  'product reviewed': { types: ['Product Reviewed'], items: 'one' },
  'cart shared': { types: ['Cart Shared'], items: 'products' },
};

/** Older spellings that libraries and plug-ins still send. */
const alias: Readonly<Record<string, string>> = {
  'viewed product': 'product viewed',
  'viewed product category': 'product list viewed',
  'added product': 'product added',
  'removed product': 'product removed',
  'completed order': 'order completed',
  'product list view': 'product list viewed',
  'order canceled': 'order cancelled',
};

const names = {
  purchase: 'Order Completed',
  refund: 'Order Refunded',
  cancel: 'Order Cancelled',
  update: 'Order Updated',
};

/**
 * The e-commerce meaning of a `track`, or null when its name is none of the specification's. Pure.
 *
 * @param context the shop's currency, for events that say none, and the message's id, for a refund without one
 */
export function commerceOf(
  name: string,
  properties: unknown,
  context: { currency: string; messageId: string },
): Commerce | null {
  const key = name.trim().toLowerCase().replaceAll(/\s+/g, ' ');
  const rule = rules[alias[key] ?? key];
  if (!rule) return null;
  const currency = currencyOf(dig(properties, 'currency')) ?? context.currency;
  const made: Commerce = { types: [...rule.types] };
  const lines = rule.items === 'products' ? asList(dig(properties, 'products')).slice(0, 1000) : [properties];
  const items = rule.items ? lines.flatMap((line) => itemOf(line, currency) ?? []) : [];
  if (items.length > 0) made.items = items;
  const cartId = asText(dig(properties, 'cart_id'), 128);
  if (cartId !== undefined) made.cartId = cartId;
  const section = asText(dig(properties, 'category'), 256);
  if (section !== undefined) made.section = section;
  if (section !== undefined && rule.types[0] === 'web.categoryViews') made.categories = [section];
  if (rule.items === 'one' && items.length === 0 && rule.types[0]!.startsWith('commerce.')) {
    made.lacks = `"${name}" names no product: product_id or sku is missing`;
  }
  return rule.order ? withOrder(made, properties, { currency, kind: rule.order, messageId: context.messageId }) : made;
}

function withOrder(
  made: Commerce,
  properties: unknown,
  { currency, kind, messageId }: { currency: string; kind: keyof typeof names; messageId: string },
): Commerce {
  const id = asText(dig(properties, 'order_id'), 128);
  const stated = ['total', 'revenue', 'value'].map((name) => asNumber(dig(properties, name)));
  const total = stated.find((value) => value !== undefined && value >= 0);
  if (id === undefined) return { ...made, lacks: `"${names[kind]}" has no order_id` };
  if (total === undefined && (kind === 'purchase' || kind === 'refund')) {
    return { ...made, lacks: `"${names[kind]}" of order ${id} has no total` };
  }
  const order: EventOrder = { id, totalMinor: minorOf(total ?? 0, currency), currency };
  if (kind === 'refund') order.refundId = asText(dig(properties, 'refund_id'), 128) ?? messageId;
  return { ...made, order };
}

/** A line: `product_id`, else `sku`; the price is that of one piece, as the specification has it. */
function itemOf(line: unknown, orderCurrency: string): EventItem | undefined {
  const id = asItemId(dig(line, 'product_id')) ?? asItemId(dig(line, 'sku')) ?? asItemId(dig(line, 'id'));
  if (id === undefined) return undefined;
  const item: EventItem = { id };
  const quantity = asNumber(dig(line, 'quantity'));
  if (quantity !== undefined && quantity >= 0 && quantity <= 1_000_000) item.quantity = Math.trunc(quantity);
  const price = asNumber(dig(line, 'price'));
  const currency = currencyOf(dig(line, 'currency')) ?? orderCurrency;
  if (price !== undefined && price >= 0) {
    item.priceMinor = minorOf(price, currency);
    item.currency = currency;
  }
  return item;
}

function currencyOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim().toUpperCase() : value;
  return isCurrency(text) ? text : undefined;
}

/** The page a message was sent from: its own properties before the library's context. */
export function pageOf(message: unknown, section?: string): ShopEvent['page'] | undefined {
  const own = dig(message, 'properties');
  const context = dig(message, 'context', 'page');
  const page: NonNullable<ShopEvent['page']> = {};
  const url = asText(dig(own, 'url'), 2048) ?? asText(dig(context, 'url'), 2048);
  if (url !== undefined) page.url = url;
  const name =
    asText(dig(message, 'name'), 256) ?? asText(dig(own, 'title'), 256) ?? asText(dig(context, 'title'), 256);
  if (name !== undefined) page.name = name;
  const part = section ?? asText(dig(message, 'category'), 256) ?? asText(dig(own, 'category'), 256);
  if (part !== undefined) page.section = part;
  const referrer = asText(dig(own, 'referrer'), 2048) ?? asText(dig(context, 'referrer'), 2048);
  if (referrer !== undefined) page.referrer = referrer;
  return Object.keys(page).length > 0 ? page : undefined;
}
