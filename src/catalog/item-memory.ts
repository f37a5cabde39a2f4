import { withBase } from './image-base.ts';
import { NumberTable, hashOfText } from './item-hash.ts';
import { TextBlocks, type Place } from './item-block.ts';
import { hasEnvironments, hasGroup, ItemColumns, live, noStock, soldUsually } from './item-column.ts';
import { Recent } from './item-recent.ts';
import type { Item, Override, WholeItem } from './item.ts';
import { inEnvironment } from './item.ts';
import { Interned } from './intern.ts';

/**
 * All items in memory, a few hundred bytes each and outside the heap: columns for what is asked of many at once, texts in
 * blocks for the rest. Items are made when they are asked for; those asked for lately are kept ready.
 *
 * Values that are handed out are shared and must not be changed.
 */
export class ItemMemory {
  readonly columns = new ItemColumns();
  readonly categoryLists = new Interned<readonly string[]>();
  readonly brands = new Interned<string>();
  readonly #shapes = new Interned<readonly string[]>();
  readonly #currencies = new Interned<string>(30_000);
  readonly #blocks: TextBlocks;
  readonly #ids = new NumberTable();
  readonly #groups = new Map<string, number[]>();
  readonly #free: number[] = [];
  readonly #recent = new Recent<Item | null>();
  readonly #elsewhere = new Map<string, Recent<Item | null>>();
  #end = 0;
  #size = 0;
  #imageBase: string | null = null;

  /** @param blockSize bytes of one block of texts; smaller in tests */
  constructor(blockSize?: number) {
    this.#blocks = new TextBlocks(blockSize);
  }

  get size(): number {
    return this.#size;
  }

  /** Numbers of items are below this; some may be free (`has` tells by id, `isLive` by number). */
  get end(): number {
    return this.#end;
  }

  /** Bytes held outside the heap; interned values and items kept ready come on top. */
  get bytes(): number {
    return this.columns.bytes + this.#blocks.bytes + this.#ids.bytes;
  }

  /** What stands before addresses of pictures that name no host, in items as environments see them. */
  get imageBase(): string | null {
    return this.#imageBase;
  }

  set imageBase(base: string | null) {
    this.#imageBase = base;
    this.#recent.clear();
    this.#elsewhere.clear();
  }

  isLive(number: number): boolean {
    return (this.columns.flags[number]! & live) !== 0;
  }

  has(id: string): boolean {
    return this.numberOf(id) !== -1;
  }

  /** The number of an item while it is here, or -1. A number is given anew after its item has gone. */
  numberOf(id: string): number {
    return this.#find(id, hashOfText(id));
  }

  idAt(number: number): string {
    const { block, start, idLength } = this.columns;
    return this.#blocks.read({ block: block[number]!, start: start[number]!, length: idLength[number]! });
  }

  /** Id and name, as the usual environment has them. */
  wordsAt(number: number): { id: string; name: string } {
    const text = this.#textAt(number);
    const [first, second] = [text.indexOf(gap), text.indexOf(gap, text.indexOf(gap) + 1)];
    return { id: text.slice(0, first), name: text.slice(first + 1, second) };
  }

  whole(id: string): WholeItem | undefined {
    const number = this.numberOf(id);
    return number === -1 ? undefined : this.wholeAt(number);
  }

  wholeAt(number: number): WholeItem {
    const parts = this.#textAt(number).split(gap);
    const item = this.#itemFrom(number, parts) as WholeItem;
    item.sold = this.#isSold(number);
    item.environments = parts[6] === '' ? {} : (JSON.parse(parts[6]!) as Record<string, Override>);
    return item;
  }

  /** The item as an environment sees it (null: the usual one); undefined where it is not sold. */
  get(id: string, environment: string | null): Item | undefined {
    const recent = environment === null ? this.#recent : this.#recentIn(environment);
    const kept = recent.get(id);
    if (kept !== undefined) return kept ?? undefined;
    const number = this.numberOf(id);
    if (number === -1) return undefined;
    const item = this.itemAt(number, environment);
    recent.set(id, item ?? null);
    return item;
  }

  itemAt(number: number, environment: string | null): Item | undefined {
    const differs = environment !== null && (this.columns.flags[number]! & hasEnvironments) !== 0;
    if (differs) return this.#pictured(inEnvironment(this.wholeAt(number), environment));
    return this.#isSold(number) ? this.#pictured(this.#itemFrom(number, this.#textAt(number).split(gap))) : undefined;
  }

  #pictured(item: Item | undefined): Item | undefined {
    if (item !== undefined && this.#imageBase !== null && item.imageUrl !== null) {
      item.imageUrl = withBase(this.#imageBase, item.imageUrl);
    }
    return item;
  }

  *all(environment: string | null): Iterable<Item> {
    for (let number = 0; number < this.#end; number++) {
      if (!this.isLive(number)) continue;
      const item = this.itemAt(number, environment);
      if (item) yield item;
    }
  }

  *ids(): Iterable<string> {
    for (let number = 0; number < this.#end; number++) if (this.isLive(number)) yield this.idAt(number);
  }

  variants(group: string): readonly string[] {
    // What was asked for lately is there, and need not be looked up by its text.
    const own = this.#recent.get(group) || this.has(group) ? [group] : [];
    const members = this.#groups.get(group);
    return members === undefined ? own : [...new Set([...own, ...members.map((number) => this.idAt(number))])];
  }

  put(item: WholeItem): void {
    const hash = hashOfText(item.id);
    const known = this.#find(item.id, hash);
    const number = known === -1 ? this.#newNumber(hash) : known;
    if (known !== -1) this.#leaveGroup(number);
    this.#writeColumns(number, item);
    this.#writeText(number, this.#encode(number, item), known !== -1);
    this.columns.idLength[number] = Buffer.byteLength(item.id);
    if (known === -1) this.#ids.add(number, this.columns.hash[number]!, (one) => this.columns.hash[one]!);
    if (item.variantOf !== null) this.#joinGroup(number, item.variantOf);
    this.#forget(item.id);
  }

  delete(id: string): void {
    const number = this.numberOf(id);
    if (number === -1) return;
    this.#leaveGroup(number);
    this.#ids.remove(number, this.columns.hash[number]!);
    this.columns.flags[number] = 0;
    this.#letGo(number);
    this.#free.push(number);
    this.#size--;
    this.#forget(id);
  }

  #find(id: string, hash: number): number {
    return this.#ids.find(hash, (number) => this.columns.hash[number] === hash && this.idAt(number) === id);
  }

  #newNumber(hash: number): number {
    const number = this.#free.pop() ?? this.#end++;
    this.columns.reach(number);
    this.columns.hash[number] = hash;
    this.#size++;
    return number;
  }

  #writeColumns(number: number, item: WholeItem): void {
    const { columns } = this;
    columns.price[number] = item.priceMinor ?? Number.NaN;
    columns.stock[number] = item.stock ?? noStock;
    columns.updated[number] = item.updatedAt;
    columns.currency[number] = item.currency === null ? 0 : this.#currencies.numberOf(item.currency, item.currency);
    columns.categories[number] = this.#listNumber(this.categoryLists, item.categories);
    columns.shape[number] = this.#listNumber(this.#shapes, Object.keys(item.attributes));
    const { brand } = item.attributes;
    columns.brand[number] = typeof brand === 'string' ? this.brands.numberOf(brand, brand) : 0;
    columns.flags[number] =
      live |
      (item.sold ? soldUsually : 0) |
      (isEmpty(item.environments) ? 0 : hasEnvironments) |
      (item.variantOf === null ? 0 : hasGroup);
  }

  #listNumber(lists: Interned<readonly string[]>, list: readonly string[]): number {
    return list.length === 0 ? 0 : lists.numberOf(list.join(gap), list);
  }

  #encode(number: number, item: WholeItem): string {
    const { categories, shape } = this.columns;
    const { attributes, environments } = item;
    const values =
      shape[number] === 0 ? '' : JSON.stringify(shape[number] === -1 ? attributes : Object.values(attributes));
    const differs = (this.columns.flags[number]! & hasEnvironments) !== 0;
    const apart = categories[number] === -1 ? JSON.stringify(item.categories) : '';
    return (
      `${item.id}${gap}${item.name}${gap}${item.url ?? ''}${gap}${item.imageUrl ?? ''}${gap}${item.variantOf ?? ''}${gap}` +
      `${values}${gap}${differs ? JSON.stringify(environments) : ''}${gap}${apart}`
    );
  }

  #writeText(number: number, text: string, isKnown: boolean): void {
    if (isKnown) {
      if (this.#textAt(number) === text) return;
      this.#letGo(number);
    }
    this.#setPlace(number, this.#blocks.add(text));
  }

  #letGo(number: number): void {
    const sparse = this.#blocks.free(this.#placeOf(number));
    this.columns.length[number] = 0;
    if (sparse === -1) return;
    for (let one = 0; one < this.#end; one++) {
      if (this.columns.block[one] !== sparse || this.columns.length[one] === 0) continue;
      this.#setPlace(one, this.#blocks.add(this.#textAt(one)));
    }
    this.#blocks.drop(sparse);
  }

  #placeOf(number: number): Place {
    const { block, start, length } = this.columns;
    return { block: block[number]!, start: start[number]!, length: length[number]! };
  }

  #setPlace(number: number, { block, start, length }: Place): void {
    this.columns.block[number] = block;
    this.columns.start[number] = start;
    this.columns.length[number] = length;
  }

  #textAt(number: number): string {
    return this.#blocks.read(this.#placeOf(number));
  }

  #itemFrom(number: number, parts: readonly string[]): Item {
    const { price, stock, updated, currency, categories } = this.columns;
    const list = categories[number]!;
    return {
      id: parts[0]!,
      name: parts[1]!,
      categories: (list === -1 ? (JSON.parse(parts[7]!) as string[]) : (this.categoryLists.at(list) ?? [])) as string[],
      priceMinor: Number.isNaN(price[number]) ? null : price[number]!,
      currency: this.#currencies.at(currency[number]!) ?? null,
      stock: stock[number] === noStock ? null : stock[number]!,
      url: parts[2] || null,
      imageUrl: parts[3] || null,
      attributes: this.#attributesFrom(number, parts[5]!),
      variantOf: parts[4] || null,
      updatedAt: updated[number]!,
    };
  }

  #attributesFrom(number: number, text: string): Record<string, unknown> {
    if (text === '') return {};
    const read: unknown = JSON.parse(text);
    const names = this.#shapes.at(this.columns.shape[number]!);
    if (names === undefined) return read as Record<string, unknown>;
    const values = read as unknown[];
    const attributes: Record<string, unknown> = {};
    for (let i = 0; i < names.length; i++) attributes[names[i]!] = values[i];
    return attributes;
  }

  #isSold(number: number): boolean {
    return (this.columns.flags[number]! & soldUsually) !== 0;
  }

  #joinGroup(number: number, group: string): void {
    const members = this.#groups.get(group);
    if (members) members.push(number);
    else this.#groups.set(group, [number]);
  }

  #leaveGroup(number: number): void {
    if ((this.columns.flags[number]! & hasGroup) === 0) return;
    const group = this.#textAt(number).split(gap, 5)[4]!;
    const members = (this.#groups.get(group) ?? []).filter((one) => one !== number);
    if (members.length === 0) this.#groups.delete(group);
    else this.#groups.set(group, members);
  }

  #recentIn(environment: string): Recent<Item | null> {
    let recent = this.#elsewhere.get(environment);
    if (!recent) {
      // Names of environments come with requests; nobody may fill the memory by inventing them.
      if (this.#elsewhere.size >= mostEnvironments) this.#elsewhere.clear();
      recent = new Recent();
      this.#elsewhere.set(environment, recent);
    }
    return recent;
  }

  #forget(id: string): void {
    this.#recent.delete(id);
    for (const recent of this.#elsewhere.values()) recent.delete(id);
  }
}

function isEmpty(record: object): boolean {
  for (const _name in record) return false;
  return true;
}

/** Stands between the parts of a text; no part can hold it: names are checked, and JSON escapes it. */
const gap = '\u0001';
const mostEnvironments = 8;
