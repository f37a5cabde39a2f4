import { isCurrency } from '../base/index.ts';
import type { ShopEvent } from '../event/index.ts';
import { asNumber, asObject, asText } from './json.ts';
import { asItemId, minorOf } from './xdm-value.ts';

/** Parameters of Target, flat keys with dots, values mostly text: `data.__adobe.target` or an mbox's `parameters`. */
export interface TargetParameters {
  /** The item the page is about. */
  item: string | undefined;
  /** Is being about it a view? Not with `entity.event.detailsOnly` (recommendations BEH-1, BEH-2). */
  views: boolean;
  /** `entity.event.detailsOnly`: nothing here is behaviour. */
  detailsOnly: boolean;
  cartIds: string[];
  excludedIds: string[];
  /** `user.categoryId`: categories the visitor shows interest in (recommendations BEH-6). */
  categories: string[];
  order: { id: string; total: number | undefined; items: string[] } | undefined;
}

/** Reads them; whatever is not there or not readable is absent. */
export function readTarget(parameters: unknown): TargetParameters {
  const flat = asObject(parameters) ?? {};
  const item = asItemId(flat['entity.id']);
  const orderId = asText(flat['orderId'], 128);
  const only = flat['entity.event.detailsOnly'];
  const detailsOnly = only === true || asText(only, 10)?.toLowerCase() === 'true';
  return {
    item,
    views: item !== undefined && !detailsOnly,
    detailsOnly,
    cartIds: idList(flat['cartIds']),
    excludedIds: idList(flat['excludedIds']),
    categories: idList(flat['user.categoryId']).slice(0, 20),
    order:
      orderId === undefined
        ? undefined
        : {
            id: orderId,
            total: asNumber(flat['orderTotal']),
            items: idList(flat['productPurchasedId'] ?? flat['productPurchaseId']),
          },
  };
}

const mostEntity = 100;
const longestEntity = 1000;
/** What is read by name already. */
const readElsewhere = new Set(['entity.id', 'entity.categoryId', 'entity.event.detailsOnly']);

/** What parameters say of the item besides its id and categories, without `entity.`. */
export function readEntity(flat: Record<string, unknown>): Record<string, string> {
  const entity: Record<string, string> = {};
  for (const [name, value] of Object.entries(flat)) {
    if (!name.startsWith('entity.') || readElsewhere.has(name) || Object.keys(entity).length >= mostEntity) continue;
    const text = asText(Array.isArray(value) ? JSON.stringify(value) : value, longestEntity);
    if (text !== undefined) entity[name.slice('entity.'.length)] = text;
  }
  return entity;
}

/** Parameters that say how to answer or are read apart: rules need not see them. */
const readApart = new Set(
  (
    'entity.id entity.categoryId entity.event.detailsOnly cartIds excludedIds user.categoryId criterion limit backup ' +
    'format orderId orderTotal productPurchasedId productPurchaseId'
  ).split(' '),
);

/** The other parameters, for rules that compare with the request (recommendations INC-3, INC-5); undefined: none. */
export function ruleParameters(flat: Record<string, unknown>): Record<string, unknown> | undefined {
  const names = Object.keys(flat).filter((name) => !readApart.has(name) && !name.startsWith('profile.'));
  return names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [name, flat[name]]));
}

/** `a, b,c`, a JSON array as text, or a list → ids, each once, at most 1000. */
export function idList(value: unknown): string[] {
  if (value === undefined) return [];
  let parts: unknown[] = [];
  if (Array.isArray(value)) parts = value;
  else if (typeof value === 'string') parts = value.trim().startsWith('[') ? jsonList(value) : value.split(',', 1000);
  const ids = parts.slice(0, 1000).map(asItemId);
  return [...new Set(ids.filter((id) => id !== undefined))];
}

function jsonList(text: string): unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

/**
 * The view and the order in Target's parameters, as events of their own: they speak of other items than the event they
 * ride on, and the first item of a cart event is never a view (BEH-12). What the event says already is not said twice.
 */
export function targetBehaviour(main: ShopEvent, parameters: unknown): ShopEvent[] {
  if (!asObject(parameters)) return [];
  const target = readTarget(parameters);
  const made: ShopEvent[] = [];
  const said = main.types.includes('commerce.productViews') && main.items?.some(({ id }) => id === target.item);
  if (target.item !== undefined && target.views && !said) {
    made.push({ ...rider(main, 'view'), types: ['commerce.productViews'], items: [{ id: target.item }] });
  }
  if (target.order && !main.types.includes('commerce.purchases')) {
    const currency = main.items?.find((item) => item.currency !== undefined)?.currency;
    const order: ShopEvent = { ...rider(main, 'order'), types: ['commerce.purchases'] };
    if (target.order.items.length > 0) order.items = target.order.items.map((id) => ({ id, quantity: 1 }));
    if (isCurrency(currency) && (target.order.total ?? -1) >= 0) {
      order.order = { id: target.order.id, totalMinor: minorOf(target.order.total!, currency), currency };
    }
    made.push(order);
  }
  return made;
}

/** An event that rides on another: the same device, time and page, with an id and types of its own. */
export function rider(main: ShopEvent, name: string): ShopEvent {
  const { items: _items, order: _order, data: _data, types: _types, categories: _categories, ...shared } = main;
  return { ...shared, id: `${main.id}:${name}`, types: [] };
}
