import type { Item } from '../catalog/index.ts';
import { priceOf } from '../catalog/index.ts';
import type { RecommendationAnswer, RecommendedItem } from './answer.ts';
import { Entity, type Value } from './velocity-value.ts';

/** What a design is made from. */
export interface DesignInput {
  answer: RecommendationAnswer;
  /** As the catalogue has it. */
  item(id: string): Item | undefined;
  /** Values of tokens such as `user.tier` or `campaign.name`; what is not there is the empty text. */
  tokens?: Readonly<Record<string, string>>;
  /** UTC ms. */
  now: number;
  /** How far back the criterion looks, days; null or left out where that has no meaning. */
  days?: number | null;
}

/** Attributes of an item under the names designs use (recommendations CAT-5); lists as `a, b` (DES-3). */
export function fieldsOf(shown: RecommendedItem | null, item: Item | undefined): Map<string, Value> {
  const fields = new Map<string, Value>();
  for (const [name, value] of Object.entries(item?.attributes ?? {})) fields.set(name, plain(value));
  const price = item ? priceOf(item) : (shown?.price ?? null);
  const categories = item?.categories ?? (shown && shown.category !== '' ? [shown.category] : []);
  fields.set('id', item?.id ?? shown?.id ?? '');
  fields.set('name', item?.name ?? shown?.name ?? '');
  fields.set('pageUrl', item?.url ?? shown?.url ?? '');
  fields.set('thumbnailUrl', item?.imageUrl ?? shown?.imageUrl ?? '');
  fields.set('value', price === null ? '' : String(price));
  fields.set('currency', item?.currency ?? shown?.currency ?? '');
  fields.set('inventory', item?.stock == null ? '' : String(item.stock));
  fields.set('category', categories[0] ?? '');
  fields.set('categoryId', categories.join(', '));
  fields.set('categoriesList', [...categories]);
  if (shown) fields.set('reason', shown.reason).set('rank', shown.rank).set('source', shown.source);
  return fields;
}

function plain(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(String).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The roots of a design in Velocity. `onRead` hears which place was looked at, from 1. */
export function rootsOf(
  { answer, item, days = null }: DesignInput,
  onRead?: (place: number) => void,
): { roots: Map<string, Value>; entities: Entity[] } {
  const entities = answer.items.map(
    (shown, i) => new Entity(fieldsOf(shown, item(shown.id)), onRead && (() => onRead(i + 1))),
  );
  const [key] = answer.key;
  const keyItem = key === undefined ? undefined : item(key);
  const { criterion } = answer;
  const roots = new Map<string, Value>([
    ['entities', entities],
    ['key', keyItem ? new Entity(fieldsOf(null, keyItem)) : null],
    [
      'criteria',
      new Entity(
        new Map([
          ['title', criterion.title],
          ['key', criterion.key],
        ]),
      ),
    ],
    [
      'algorithm',
      new Entity(
        new Map([
          ['name', criterion.key],
          ['dayCount', days === null ? '' : String(days)],
        ]),
      ),
    ],
    [
      'recommendation',
      new Entity(
        new Map([
          ['id', answer.trackingToken],
          ['status', answer.status],
        ]),
      ),
    ],
    ...entities.map((entity, i) => [`entity${i + 1}`, entity] as [string, Value]),
  ]);
  return { roots, entities };
}

/** What a design in Beckon's language sees. */
export function scopeOf({ answer, item, tokens = {} }: DesignInput): Record<string, unknown> {
  const { items, cart, criterion, status, count, trackingToken, key } = answer;
  return {
    items: items.map((shown) => ({ ...withCatalogue(item(shown.id)), ...shown })),
    cart: cart.map((line) => ({ ...withCatalogue(item(line.id)), ...line })),
    key: key.map((id) => ({ id, ...withCatalogue(item(id)) })),
    criterion,
    status,
    count,
    recommendation: trackingToken,
    tokens: nested(tokens),
  };
}

function withCatalogue(item: Item | undefined): Record<string, unknown> {
  if (!item) return { attributes: {}, categories: [], stock: null };
  const { name, url, imageUrl, currency, categories, stock, attributes } = item;
  return { name, url, imageUrl, currency, price: priceOf(item), categories, stock, attributes };
}

/** `{"campaign.name": "x"}` as `{campaign: {name: "x"}}`. */
function nested(tokens: Readonly<Record<string, string>>): Record<string, Record<string, string>> {
  const groups: Record<string, Record<string, string>> = {};
  for (const group of ['user', 'profile', 'campaign', 'offer', 'activity', 'experience', 'option', 'mbox'])
    groups[group] = {};
  for (const [name, value] of Object.entries(tokens)) {
    const at = name.indexOf('.');
    const group = groups[name.slice(0, at)];
    if (group) group[name.slice(at + 1)] = value;
  }
  return groups;
}
