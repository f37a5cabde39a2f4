import { toMajor } from '../base/index.ts';
import type { Item } from '../catalog/index.ts';

/** Items of the journey's context as they are at this moment: the mail never shows a stale price (trust row 35). Pure. */

export interface FreshOptions {
  get(id: string): Item | undefined;
  /** Relative addresses of pages and pictures stand on this. */
  publicUrl: string;
  /** Where an item is looked up when the mail is opened, and what may stand in for it then. */
  live?: (item: string, spares: readonly string[]) => { livePage: string; liveImage: string } | null;
}

/** A context with its items as they are at this moment, and how many there are. */
export interface FreshContext {
  context: Record<string, unknown>;
  items: number;
}

interface ListedItem extends Record<string, unknown> {
  id: string;
}

/**
 * A copy of `context` in which each list of items under `journey.actions` is read again from the catalogue: name,
 * price, pictures and links of the moment; out of stock, gone, without price, picture or page → left out. Each item also
 * gets its `position` (from 1) and the `recommendation` it came with.
 */
export function freshContext(context: Record<string, unknown>, options: FreshOptions): FreshContext {
  const journey = asRecord(context['journey']) ?? {};
  const actions = asRecord(journey['actions']) ?? {};
  let items = 0;
  const fresh = Object.fromEntries(
    Object.entries(actions).map(([name, answer]) => {
      const read = freshAnswer(asRecord(answer), options);
      items += read.items;
      return [name, read.answer ?? answer];
    }),
  );
  return { context: { ...context, journey: { ...journey, actions: fresh } }, items };
}

function freshAnswer(answer: Record<string, unknown> | undefined, options: FreshOptions) {
  if (!answer) return { answer, items: 0 };
  let items = 0;
  const recommendation = typeof answer['trackingToken'] === 'string' ? answer['trackingToken'] : '';
  const copy = Object.fromEntries(
    Object.entries(answer).map(([name, value]) => {
      if (!isItemList(value)) return [name, value];
      const fit = value.map((entry) => freshItem(entry, options)).filter((entry) => entry !== null);
      const list = fit.map((entry, index) => ({
        ...entry,
        position: index + 1,
        recommendation,
        ...(options.live?.(entry.id, sparesFor(index, fit)) ?? {
          livePage: entry['url'],
          liveImage: entry['imageUrl'],
        }),
      }));
      items += list.length;
      return [name, list];
    }),
  );
  return { answer: copy, items };
}

/** Of the list, those after an item that most likely are not shown themselves: the last first. */
function sparesFor(index: number, list: readonly ListedItem[]): string[] {
  return list
    .slice(index + 1)
    .reverse()
    .slice(0, 2)
    .map(({ id }) => id);
}

/** Out of stock, gone, price 0, no page or no picture: null, and the mail goes without it. */
function freshItem(entry: ListedItem, { get, publicUrl }: FreshOptions): ListedItem | null {
  const item = get(entry.id);
  if (!item) return null;
  let known = shown.get(item);
  if (known?.publicUrl !== publicUrl) shown.set(item, (known = { publicUrl, facts: factsOf(item, publicUrl) }));
  return known.facts && { ...entry, ...known.facts };
}

/** What mails say of an item, by the item: it is another one once anything of it changes, and in many mails until then. */
const shown = new WeakMap<Item, { publicUrl: string; facts: Record<string, unknown> | null }>();

function factsOf(item: Item, publicUrl: string): Record<string, unknown> | null {
  if (item.stock === 0 || (item.stock ?? 1) < 0 || item.priceMinor === 0) return null;
  const [url, imageUrl] = [absolute(item.url, publicUrl), absolute(item.imageUrl, publicUrl)];
  if (url === null || imageUrl === null) return null;
  const priced = item.priceMinor !== null && item.currency !== null;
  return {
    name: item.name,
    categories: item.categories,
    category: item.categories[0] ?? '',
    price: priced ? toMajor(item.priceMinor!, item.currency!) : null,
    currency: item.currency,
    url,
    imageUrl,
    inStock: true,
    stock: item.stock,
  };
}

export function absolute(address: string | null, base: string): string | null {
  if (address === null || address === '') return null;
  if (/^https?:\/\//.test(address)) return address;
  try {
    return new URL(address, base).href;
  } catch {
    return null;
  }
}

function isItemList(value: unknown): value is ListedItem[] {
  return (
    Array.isArray(value) && value.length > 0 && value.every((entry) => typeof asRecord(entry)?.['id'] === 'string')
  );
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** The value at a dotted path, or undefined. */
export function valueAt(scope: Record<string, unknown>, path: string): unknown {
  let value: unknown = scope;
  for (const name of path.split('.')) {
    const record = asRecord(value);
    value = record && Object.hasOwn(record, name) ? record[name] : undefined;
  }
  return value;
}
