import type { RenderOptions, Scope } from '../language/index.ts';
import type { Item } from './item.ts';
import { viewOf } from './item.ts';
import { categoriesOf } from './item-category.ts';
import { fieldName } from './item-field.ts';
import { toMinor } from '../base/index.ts';
import type { RuleContext } from './rule.ts';

/** Where a rule looks besides the item, and the moment, for one request. */
export interface Asked {
  scope: Scope;
  options: RenderOptions;
}

const asked = new WeakMap<RuleContext, Asked>();

/** What rules see of a request. Lists that came as JSON in a text, as parameters carry them, are lists. */
export function askedOf(context: RuleContext, timeZone: string): Asked {
  const known = asked.get(context);
  if (known !== undefined) return known;
  const { key, request, profile, now } = context;
  const scope = { key: key && viewOf(key), request: withLists(request), profile: withLists(profile) };
  const made = { scope, options: { now, timeZone } };
  asked.set(context, made);
  return made;
}

const longestList = 20_000;

function withLists(given: Record<string, unknown>): Record<string, unknown> {
  let made: Record<string, unknown> | null = null;
  for (const name of Object.keys(given)) {
    const list = listIn(given[name]);
    if (list !== null) (made ??= { ...given })[name] = list;
  }
  return made ?? given;
}

/** A JSON array of plain values in a text; null for all else. */
function listIn(value: unknown): unknown[] | null {
  if (typeof value !== 'string' || value.length > longestList || !/^\s*\[[^]*\]\s*$/.test(value)) return null;
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) && list.every((one) => typeof one !== 'object' || one === null) ? list : null;
  } catch {
    return null;
  }
}

/**
 * The key item of a request for "current item": what the request says of it counts before what is stored, so that a page
 * may send `entity.brand` without an id (INC-3). Null when neither knows anything.
 */
export function keyOfRequest(item: Item | null, request: Record<string, unknown>): Item | null {
  const said = Object.entries(request).filter(([name]) => /^entity\.(?!event\.|environment$|id$)./.test(name));
  if (said.length === 0) return item;
  const made: Item = item === null ? { ...nothing, id: textOf(request['entity.id']) } : { ...item };
  made.attributes = { ...made.attributes };
  for (const [name, value] of said) say(made, fieldName(name), value);
  return made;
}

const nothing: Item = {
  id: '',
  name: '',
  categories: [],
  priceMinor: null,
  currency: null,
  stock: null,
  url: null,
  imageUrl: null,
  attributes: {},
  variantOf: null,
  updatedAt: 0,
};

function say(item: Item, field: string, value: unknown): void {
  const text = textOf(value);
  const number = Number(text);
  if (field.startsWith('attributes.')) {
    const name = field.slice('attributes.'.length);
    if (name !== '__proto__') item.attributes[name] = listIn(value) ?? value;
  } else if (field === 'categories') item.categories = categoriesOf(value);
  else if (field === 'price' && text !== '' && number >= 0 && number <= 1e12) {
    item.priceMinor = toMinor(number, item.currency ?? '');
  } else if (field === 'stock' && text !== '' && Math.abs(number) <= 1e9) item.stock = Math.trunc(number);
  else if (field === 'name') item.name = text;
  else if (field === 'url') item.url = text;
  else if (field === 'imageUrl') item.imageUrl = text;
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}
