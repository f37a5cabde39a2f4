import { viewOf, type Item, type Schema } from '../catalog/index.ts';
import type { ItemAttributes } from './contract-item.ts';

type Kind = ItemAttributes['attributes'][number]['kind'];

/** Items looked at; what the first of them say tells enough to choose from. */
const mostLooked = 5_000;
/** Different values counted of one attribute, and shown; names and long texts are no choice anyway. */
const mostCounted = 2_000;
const mostShown = 50;
const longestValue = 100;
const mostAttributes = 500;

interface Seen {
  kinds: Set<Kind>;
  items: number;
  values: Map<string, number>;
}

/** Fields that rules name by these words; the shop's own attributes stand beside them. */
const own = ['id', 'name', 'categories', 'price', 'currency', 'stock', 'variantOf'] as const;

/** What rules may ask of items, by looking at the first of them. */
export function attributesOf(
  items: Iterable<Item>,
  { schema, size: of }: { schema: Schema; size: number },
): ItemAttributes {
  const seen = new Map<string, Seen>();
  let looked = 0;
  for (const item of items) {
    if (looked >= mostLooked) break;
    looked++;
    const view = viewOf(item);
    for (const name of own) note(seen, name, view[name]);
    for (const [name, value] of Object.entries(view.attributes)) note(seen, name, value);
  }
  for (const { name, declared } of Object.values(schema)) {
    if (declared && !seen.has(name)) seen.set(name, { kinds: new Set(), items: 0, values: new Map() });
  }
  const attributes = [...seen].map(([name, { kinds, items: count, values }]) => ({
    name,
    kind: kinds.size === 1 ? [...kinds][0]! : kinds.size === 0 ? kindBy(schema[name]!) : ('mixed' as const),
    ...saidOf(schema, name),
    items: count,
    values: isChoice(name) ? mostFrequent(values) : [],
  }));
  const place = (name: string) => (own as readonly string[]).indexOf(name);
  attributes.sort((a, b) => rank(place(a.name)) - rank(place(b.name)) || (a.name < b.name ? -1 : 1));
  return { attributes, looked, of };
}

function saidOf(schema: Schema, name: string) {
  const known = isField(name) || !Object.hasOwn(schema, name) ? undefined : schema[name];
  if (known === undefined) return { type: null, multi: name === 'categories', label: null, declared: false };
  const { type, multi, label, declared } = known;
  return { type, multi, label, declared };
}

function kindBy({ type, multi }: Schema[string]): Kind {
  if (multi) return 'list';
  return type === 'number' || type === 'money' ? 'number' : type === 'boolean' ? 'truth' : 'text';
}

const isField = (name: string): boolean => (own as readonly string[]).includes(name);
const rank = (place: number): number => (place === -1 ? own.length : place);
const isChoice = (name: string): boolean => !['id', 'name', 'price', 'stock'].includes(name);

function note(seen: Map<string, Seen>, name: string, value: unknown): void {
  if (value === null || value === undefined || value === '') return;
  const known = seen.get(name);
  if (!known && seen.size >= mostAttributes) return;
  const one: Seen = known ?? { kinds: new Set(), items: 0, values: new Map() };
  if (!known) seen.set(name, one);
  one.kinds.add(kindOf(value));
  one.items++;
  for (const single of Array.isArray(value) ? (value as unknown[]) : [value]) {
    if (typeof single === 'object') continue;
    const text = String(single);
    if (text.length > longestValue) continue;
    const count = one.values.get(text);
    if (count !== undefined || one.values.size < mostCounted) one.values.set(text, (count ?? 0) + 1);
  }
}

function kindOf(value: unknown): Kind {
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'truth' : 'text';
}

function mostFrequent(values: ReadonlyMap<string, number>): { value: string; items: number }[] {
  return [...values]
    .map(([value, items]) => ({ value, items }))
    .sort((a, b) => b.items - a.items || (a.value < b.value ? -1 : 1))
    .slice(0, mostShown);
}
