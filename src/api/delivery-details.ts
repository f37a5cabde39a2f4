import { asNumber, asObject, asText, dig } from './json.ts';
import { idList, readEntity, readTarget, ruleParameters } from './xdm-target.ts';
import { asItemId } from './xdm-value.ts';

/** An order as Target tells it: in the shop's one currency, unless it names another. */
export interface DeliveryOrder {
  id: string;
  total: number | undefined;
  currency: string | undefined;
  items: string[];
  /** When it was made, as stated; believed of the shop's server only. */
  time: string | undefined;
}

/** What a page, an mbox, a view or a notification says of itself (recommendations §2.2 "Details", BEH-11). */
export interface Details {
  /** The item it is about. */
  item: string | undefined;
  /** Nothing of it is behaviour: `entity.event.detailsOnly` (BEH-2). An order is, all the same. */
  detailsOnly: boolean;
  /** The category it is about, the longest of several (golden example 5). */
  category: string | undefined;
  /** Categories the visitor shows interest in, `user.categoryId` (BEH-6). */
  likes: string[];
  /** Undefined when nothing was said of it; empty when the caller says that it is empty. */
  cart: string[] | undefined;
  excludedIds: string[];
  order: DeliveryOrder | undefined;
  /** An order that could not be read, and why. */
  orderFault: string | undefined;
  /** `profileParameters`. */
  attributes: Record<string, string>;
  /** All its categories. */
  categories: string[];
  /** What it says about the item besides: `entity.name` and so on. Kept with the view; the catalogue hears of it where the shop lets pages say. */
  entity: Record<string, string>;
  /** What rules may compare with. */
  parameters: Record<string, unknown> | undefined;
  /** Our own parameters. */
  criterion: string | undefined;
  limit: number | undefined;
  backup: 'fill' | 'empty' | 'none' | undefined;
  /** `text` is JSON as one string under the type html, as Adobe serves JSON designs (recommendations §2.3). */
  format: 'json' | 'html' | 'text' | undefined;
}

const maxNames = 500;
const maxName = 128;
const maxValue = 5000;
const maxDepth = 5;
const maxAttributes = 50;
const longestOrderId = 250;
const backups = ['fill', 'empty', 'none'] as const;
const formats = ['json', 'html', 'text'] as const;

/** Reads the details of a page load, mbox, view or notification; whatever is not there or not readable is absent. */
export function readDetails(part: unknown): Details {
  const flat = flatParameters(dig(part, 'parameters'));
  const target = readTarget(flat);
  const limit = asNumber(flat['limit']);
  const categories = idList(dig(part, 'product', 'categoryId') ?? flat['entity.categoryId']);
  return {
    item: asItemId(dig(part, 'product', 'id')) ?? target.item,
    detailsOnly: target.detailsOnly,
    category: categoryKey(categories),
    categories,
    likes: target.categories,
    cart: flat['cartIds'] === undefined ? undefined : target.cartIds,
    excludedIds: target.excludedIds,
    ...readOrder(dig(part, 'order') ?? orderInParameters(flat), flat),
    attributes: readAttributes(dig(part, 'profileParameters')),
    entity: readEntity(flat),
    parameters: ruleParameters(flat),
    criterion: asText(flat['criterion'], 128),
    limit: limit === undefined ? undefined : Math.min(Math.max(Math.trunc(limit), 1), 100),
    backup: backups.find((rule) => rule === flat['backup']),
    format: formats.find((format) => format === flat['format']),
  };
}

/**
 * Parameters with dots in their names, from such or from nested objects: `{"entity":{"id":"a"}}` is `entity.id`, since a
 * custom action can send no names with dots (recommendations §4.2, §4.3). At most 500 (C-11), none longer than 5000.
 */
export function flatParameters(parameters: unknown): Record<string, unknown> {
  const flat: Record<string, unknown> = Object.create(null);
  let left = maxNames;
  const take = (object: Record<string, unknown>, before: string, depth: number): void => {
    for (const [key, value] of Object.entries(object)) {
      const name = `${before}${key}`;
      if (name.length > maxName || left <= 0) continue;
      const nested = asObject(value);
      if (nested) {
        if (depth < maxDepth) take(nested, `${name}.`, depth + 1);
        continue;
      }
      if (typeof value === 'string' && value.length > maxValue) continue;
      if (value === null || value === undefined) continue;
      flat[name] = value;
      left--;
    }
  };
  take(asObject(parameters) ?? {}, '', 1);
  return flat;
}

/** `womens,womens:outerwear` → the longest; of equal ones the last (golden example 5). */
function categoryKey(categories: readonly string[]): string | undefined {
  return categories.reduce<string | undefined>(
    (best, category) => (best === undefined || category.length >= best.length ? category : best),
    undefined,
  );
}

/** Not allowed in `parameters` of this API, but the only way of the older ones (recommendations §2.6). */
function orderInParameters(flat: Record<string, unknown>): unknown {
  if (flat['orderId'] === undefined) return undefined;
  return {
    id: flat['orderId'],
    total: flat['orderTotal'],
    purchasedProductIds: flat['productPurchasedId'] ?? flat['productPurchaseId'],
  };
}

function readOrder(order: unknown, flat: Record<string, unknown>): Pick<Details, 'order' | 'orderFault'> {
  const none = { order: undefined, orderFault: undefined };
  // Flagged by the caller as told before: reports leave it out (BEH-3).
  if (asObject(order) === undefined || dig(order, 'duplicate') === true) return none;
  const id = asText(dig(order, 'id'), longestOrderId);
  if (id === undefined) return { ...none, orderFault: `An order needs an id of 1 to ${longestOrderId} characters` };
  const stated = asNumber(dig(order, 'total'));
  const total = stated !== undefined && stated >= 0 ? stated : undefined;
  const items = idList(dig(order, 'purchasedProductIds'));
  const currency = asText(flat['currency'], 3)?.toUpperCase();
  return {
    order: { id, total, currency, items, time: asText(dig(order, 'time'), 40) },
    orderFault: total === undefined ? `Order ${id} has no total that is a number, so it counts for nothing` : undefined,
  };
}

function readAttributes(parameters: unknown): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [key, value] of Object.entries(asObject(parameters) ?? {}).slice(0, maxAttributes)) {
    const text = typeof value === 'boolean' ? String(value) : asText(value, 256);
    if (text !== undefined && asText(key, maxName) !== undefined) attributes[key] = text;
  }
  return attributes;
}
