import { Type, type TSchema } from 'typebox';
import { BeckonError, pause } from '../base/index.ts';
import { inStock, viewOf, type Item, type Shelf } from '../catalog/index.ts';
import {
  AttributeDeclaration,
  AttributeDeclared,
  ItemAttributes,
  ItemList,
  ItemPage,
  type ItemRow,
  ItemSettings,
  ItemSettingsChange,
} from './contract-item.ts';
import type { PreviewItem } from './contract-rule.ts';
import type { Call, Door } from './door.ts';
import { errors } from './error.ts';
import type { CatalogDoor, House } from './house.ts';
import { attributesOf } from './item-attributes.ts';
import { rulesAbout } from './item-rules.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

const dayMs = 24 * 3600 * 1000;
const mostRows = 100;
/** Rows that may lie before a page; who looks for more looks by name. */
const deepest = 10_000;
/** Items that may be asked for by their ids. */
const mostIds = 500;
/** Items looked at before others get a turn. */
const goSize = 20_000;
/** Pages of other items that are asked whether they show the item, and places of each list. */
const askedPages = 20;
const askedPlaces = 10;

const sorts = ['id', 'name', 'price', 'viewed', 'bought'] as const;
type Sort = (typeof sorts)[number];

/** Doors that read the catalogue. */
export function itemDoors(make: Make, house: House): void {
  const { catalog } = house;
  if (catalog === null) return;
  make({
    method: 'GET',
    path: '/items',
    scope: 'read',
    summary:
      'What is sold, by a part of the name or an id, a category, and whether it is in stock; with visits of late.',
    query: {
      ids: `Ids with commas between, at most ${mostIds}: just these, in that order; nothing else is asked then`,
      q: 'A part of the name, or the beginning of an id',
      category: 'One of its categories',
      stock: '`in` or `out`; left out: both',
      sort: `${sorts.join(', ')}; the usual one is id. Prices and visits begin with the most`,
      from: `Rows to be passed over, at most ${deepest}`,
      limit: `How many, at most ${mostRows}; 50 when left out`,
      environment: 'Whose values of the items count; left out: the usual one',
    },
    answer: ItemList,
    work: (call) => listed(call, catalog, house),
  });
  make({
    method: 'GET',
    path: '/items/:id',
    scope: 'read',
    summary:
      'One item: what it is, visits that saw, carted and bought it, which rules concern it, and where it is shown.',
    query: { environment: 'Whose values of the items count; left out: the usual one' },
    answer: ItemPage,
    work: async (call) => pageOf(call, catalog, house),
  });
  make({
    method: 'GET',
    path: '/item-attributes',
    scope: 'read',
    summary: 'What rules may ask of the items: attributes, with their most frequent values.',
    query: { environment: 'Whose values of the items count; left out: the usual one' },
    answer: ItemAttributes,
    work: async (call) => attributesOf(shelfOf(call, catalog).all(), catalog),
  });
  settingDoors(make, catalog);
}

/** What the shop says of its items as a whole. */
function settingDoors(make: Make, catalog: CatalogDoor): void {
  make({
    method: 'PUT',
    path: '/item-attributes/:name',
    scope: 'items',
    summary: 'Holds an attribute to a type, and brings what is stored into it.',
    body: AttributeDeclaration,
    answer: AttributeDeclared,
    work: ({ part, body: { clear = false, ...declaration } }) => catalog.declare(part('name'), declaration, { clear }),
  });
  make({
    method: 'DELETE',
    path: '/item-attributes/:name',
    scope: 'items',
    summary: 'Lets an attribute hold any kind of value again; what is stored stays.',
    answer: Type.Object({}),
    work: async ({ part }) => {
      await catalog.undeclare(part('name'));
      return {};
    },
  });
  make({
    method: 'GET',
    path: '/item-settings',
    scope: 'read',
    summary: 'What holds for all items.',
    answer: ItemSettings,
    work: async () => catalog.settings,
  });
  make({
    method: 'PUT',
    path: '/item-settings',
    scope: 'items',
    summary: 'Changes what holds for all items; what is left out stays.',
    body: ItemSettingsChange,
    answer: ItemSettings,
    work: async ({ body }) => {
      await catalog.set(body);
      return catalog.settings;
    },
  });
}

const shelfOf = (call: Call<unknown>, catalog: CatalogDoor): Shelf => catalog.shelf(call.query('environment') ?? null);

async function listed(call: Call<unknown>, catalog: CatalogDoor, house: House): Promise<ItemList> {
  const ids = call.query('ids');
  if (ids !== undefined) return theseOf(shelfOf(call, catalog), ids, house);
  const fits = wantedBy(call);
  const sort = oneOf('sort', call.query('sort') ?? 'id', sorts);
  const [from, limit] = [wholeOf(call, 'from', [0, deepest, 0]), wholeOf(call, 'limit', [1, mostRows, 50])];
  const best = new Best(from + limit);
  let [of, matches] = [0, 0];
  for (const item of shelfOf(call, catalog).all()) {
    if (++of % goSize === 0) await pause(0);
    if (!fits(item)) continue;
    matches++;
    best.add({ item, worth: worthOf(item, sort, house) });
  }
  const items = best.all.slice(from).map(({ item }) => rowOf(item, house));
  return { items, matches, of };
}

/** Rows of these ids, as a lookup by keys; what is not sold is left out. */
function theseOf(shelf: ReturnType<typeof shelfOf>, ids: string, house: House): ItemList {
  const asked = [...new Set(ids.split(',').map((id) => id.trim()))].slice(0, mostIds);
  const items = asked.flatMap((id) => {
    const item = shelf.get(id);
    return item ? [rowOf(item, house)] : [];
  });
  return { items, matches: items.length, of: asked.length };
}

interface Weighed {
  item: Item;
  worth: number | string;
}

/** The first so many of a whole catalogue, without putting all of it in order. */
class Best {
  readonly #most: number;
  #found: Weighed[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  add(one: Weighed): void {
    this.#found.push(one);
    if (this.#found.length >= 4 * this.#most + 1000) this.#cut();
  }

  get all(): readonly Weighed[] {
    this.#cut();
    return this.#found;
  }

  #cut(): void {
    this.#found.sort((a, b) => compared(a.worth, b.worth) || compared(a.item.id, b.item.id));
    this.#found.length = Math.min(this.#found.length, this.#most);
  }
}

function wantedBy(call: Call<unknown>): (item: Item) => boolean {
  const q = (call.query('q') ?? '').trim().toLowerCase();
  const category = call.query('category');
  const stock = call.query('stock');
  if (stock !== undefined) oneOf('stock', stock, ['in', 'out']);
  return (item) =>
    (q === '' || item.name.toLowerCase().includes(q) || item.id.toLowerCase().startsWith(q)) &&
    (category === undefined || item.categories.includes(category)) &&
    (stock === undefined || inStock(item) === (stock === 'in'));
}

/** What an item is sorted by; numbers begin with the most. */
function worthOf(item: Item, sort: Sort, house: House): number | string {
  if (sort === 'id') return item.id;
  if (sort === 'name') return item.name.toLowerCase();
  if (sort === 'price') return -(viewOf(item).price ?? 0);
  return -house.recommend.numbers(item.id, 30 * dayMs)[sort];
}

function compared(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function oneOf<const T extends string>(where: string, given: string, known: readonly T[]): T {
  const found = known.find((one) => one === given);
  if (found !== undefined) return found;
  throw new BeckonError(errors.API_INPUT_INVALID, `${where} "${given.slice(0, 80)}" is none of ${known.join(', ')}`, {
    where,
  });
}

function wholeOf(call: Call<unknown>, where: string, [least, most, usual]: [number, number, number]): number {
  const text = call.query(where);
  const value = text === undefined ? usual : Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new BeckonError(errors.API_INPUT_INVALID, `${where} "${text}" is not a whole number from ${least} to ${most}`, {
    where,
  });
}

function shortOf(item: Item): PreviewItem {
  const { id, name, price, currency, imageUrl, inStock: isIn } = viewOf(item);
  return { id, name, price, currency, imageUrl, inStock: isIn };
}

function rowOf(item: Item, { recommend }: House): ItemRow {
  const { category, stock } = viewOf(item);
  return { ...shortOf(item), category, stock, lately: recommend.numbers(item.id, 30 * dayMs) };
}

function pageOf(call: Call<unknown>, catalog: CatalogDoor, house: House): ItemPage {
  const shelf = shelfOf(call, catalog);
  const id = call.part('id');
  const item = shelf.get(id);
  if (!item) {
    throw new BeckonError(errors.API_NOT_FOUND, `The catalogue has no item "${id.slice(0, 80)}"`, { where: 'id' });
  }
  const { categories, url, variantOf, attributes } = viewOf(item);
  const numbers = (windowMs: number | null) => house.recommend.numbers(id, windowMs);
  const siblings = catalog.variants(variantOf ?? id).filter((one) => one !== id);
  return {
    ...rowOf(item, house),
    categories,
    url,
    variantOf,
    attributes,
    updatedAt: new Date(item.updatedAt).toISOString(),
    numbers: { day: numbers(dayMs), week: numbers(7 * dayMs), month: numbers(30 * dayMs), ever: numbers(null) },
    variants: siblings.flatMap((one) => shelf.get(one) ?? []).map(shortOf),
    ...rulesAbout(item, { environment: call.query('environment') ?? null, house }),
    shownWith: shownWith(id, { shelf, environment: call.query('environment'), house }),
  };
}

const together = { name: 'item page', algorithm: { kind: 'item', action: 'viewed-viewed', item: { from: 'current' } } };
const alone = { ...together, backup: { when: 'none' } } as Parameters<House['recommend']['preview']>[0];

/** Of the items that are viewed with it, those on whose pages it stands, in the very lists that are delivered. */
function shownWith(
  id: string,
  { shelf, environment, house }: { shelf: Shelf; environment: string | undefined; house: House },
): ItemPage['shownWith'] {
  const asked = { reasons: true, ...(environment === undefined ? {} : { environment }) };
  const companions = house.recommend.preview(alone, { ...asked, item: id, limit: askedPages }, null).items;
  return companions.flatMap(({ id: other }) => {
    const item = shelf.get(other);
    const list = house.recommend.preview(alone, { ...asked, item: other, limit: askedPlaces }, null).items;
    const found = list.find((one) => one.id === id);
    if (!item || !found) return [];
    return [{ item: shortOf(item), place: found.rank, visits: found.because[0]?.count ?? 0, reason: found.reason }];
  });
}
