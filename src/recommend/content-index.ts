import { grown } from './buffer.ts';
import { type Described, groupSign, type Sign, signsOf } from './content-text.ts';
import { IdTable } from './id-table.ts';
import type { LanguageCode } from './language-of.ts';
import { PagedRows } from './paged-rows.ts';
import type { Members } from './popularity.ts';

/** Signs of all items together; beyond that, new items are not described, and counted. */
const mostEntries = 40_000_000;
/** No list of items is ever so long: there are fewer items. */
const unbounded = 1 << 22;
const entriesOfItem = 512;
/** A place in a list whose item has gone; gaps are closed when there are so many, and one to so many items. */
const gap = -1;
const gaps = { few: 16, share: 4 };

/**
 * What items are, by their signs: for each item its signs, and for each sign that is no pair of words the items that
 * have it. An item that changes costs its own signs and nothing else: how much a sign says is reckoned when it is asked
 * for, of how many items have it then. So what was learned item by item is the same as what is learned from scratch.
 *
 * 8 bytes a sign of an item, 4 more in the lists, 28 a different sign. Of signs only hashes are kept.
 */
export class ContentIndex {
  readonly #signs = new IdTable();
  readonly #fields = new Map<string, number>();
  /** Of an item: sign, field and times. Those of one sign stand side by side. */
  readonly #vectors = new PagedRows({ width: 2, first: 8, cap: entriesOfItem });
  readonly #lists = new PagedRows({ width: 1, first: 2, cap: unbounded });
  /** Items that have the sign, and gaps in its list. */
  #having = new Int32Array(1024);
  #gaps = new Int32Array(1024);
  #isPair = new Uint8Array(1024);
  #entries = 0;
  #described = 0;
  /** Rises with each change of an item's signs. */
  version = 0;
  /** Items that found no room. */
  ignored = 0;

  /** Items there are. */
  get size(): number {
    return this.#described;
  }

  /** Different signs there ever were; their numbers are below this. */
  get signs(): number {
    return this.#signs.size;
  }

  /** Numbers of fields are below this. */
  get fields(): number {
    return this.#fields.size;
  }

  get bytes(): number {
    const arrays = this.#having.byteLength + this.#gaps.byteLength + this.#isPair.byteLength;
    return this.#signs.bytes + this.#vectors.bytes + this.#lists.bytes + arrays;
  }

  /** Takes in what an item is now, or (null) that it is no more. @returns whether that is something new */
  describe(item: number, described: Described | null, language: LanguageCode): boolean {
    const signs = described === null ? [] : signsOf(described, language);
    const before = this.#vectors.length(item);
    if (signs.length > before && this.#entries + signs.length - before > mostEntries) {
      this.ignored++;
      return false;
    }
    const entries = signs.map((sign) => ({ sign: this.#numberOf(sign), mark: this.#markOf(sign) }));
    if (this.#isSame(item, entries)) return false;
    this.#replace(item, entries);
    this.#entries += entries.length - before;
    this.#described += Number(entries.length > 0) - Number(before > 0);
    this.version++;
    return true;
  }

  /** How many signs an item has. */
  length(item: number): number {
    return this.#vectors.length(item);
  }

  /** Where the signs of an item, which has some, stand: two integers each, from `base`; those of one sign together. */
  page(item: number): Int32Array {
    return this.#vectors.page(item);
  }

  base(item: number): number {
    return this.#vectors.base(item);
  }

  /** How many items have the sign. */
  having(sign: number): number {
    return this.#having[sign]!;
  }

  /** Is it a pair of words, of which no list is kept? */
  isPair(sign: number): boolean {
    return this.#isPair[sign] === 1;
  }

  has(item: number, sign: number): boolean {
    const length = this.#vectors.length(item);
    if (length === 0) return false;
    const [page, base] = [this.#vectors.page(item), this.#vectors.base(item)];
    for (let at = base; at < base + 2 * length; at += 2) if (page[at] === sign) return true;
    return false;
  }

  /** Calls `see` for each item that has the sign. */
  each(sign: number, see: (item: number) => void): void {
    const length = this.#lists.length(sign);
    if (length === 0) return;
    const [page, base] = [this.#lists.page(sign), this.#lists.base(sign)];
    for (let at = base; at < base + length; at++) if (page[at] !== gap) see(page[at]!);
  }

  /** The items of a category, or with a value of an attribute. */
  group(by: 'category' | 'attribute', name: string, value: string): Members {
    const sign = this.#signs.find(groupSign(by, name, value));
    return {
      has: (item) => sign !== -1 && this.has(item, sign),
      each: (see) => sign !== -1 && this.each(sign, see),
      size: sign === -1 ? 0 : this.having(sign),
    };
  }

  /** The number of a field, or -1. */
  field(name: string): number {
    return this.#fields.get(name) ?? -1;
  }

  #numberOf({ text, isPair }: Sign): number {
    const sign = this.#signs.add(text);
    if (sign >= this.#having.length) {
      this.#having = grown(this.#having, sign + 1);
      this.#gaps = grown(this.#gaps, sign + 1);
      this.#isPair = grown(this.#isPair, sign + 1);
    }
    this.#isPair[sign] = isPair ? 1 : 0;
    return sign;
  }

  #markOf({ field, times }: Sign): number {
    let number = this.#fields.get(field);
    // Beyond these, fields of an endless number share the last one.
    if (number === undefined) this.#fields.set(field, (number = Math.min(this.#fields.size, 0x7fff)));
    return (number << 16) | Math.min(times, 0xffff);
  }

  #isSame(item: number, entries: readonly { sign: number; mark: number }[]): boolean {
    const length = this.#vectors.length(item);
    if (length !== entries.length) return false;
    if (length === 0) return true;
    const [page, base] = [this.#vectors.page(item), this.#vectors.base(item)];
    return entries.every(({ sign, mark }, n) => page[base + 2 * n] === sign && page[base + 2 * n + 1] === mark);
  }

  #replace(item: number, entries: readonly { sign: number; mark: number }[]): void {
    const after = new Set(entries.map(({ sign }) => sign));
    const before = this.#signsOf(item);
    this.#vectors.clear(item);
    for (const { sign, mark } of entries) {
      const place = this.#vectors.push(item);
      const page = this.#vectors.page(item);
      [page[place], page[place + 1]] = [sign, mark];
    }
    for (const sign of after) {
      if (before.has(sign)) continue;
      this.#having[sign]!++;
      if (!this.isPair(sign)) this.#list(sign, item);
    }
    for (const sign of before) {
      if (after.has(sign)) continue;
      this.#having[sign]!--;
      if (!this.isPair(sign)) this.#unlist(sign, item);
    }
  }

  #signsOf(item: number): Set<number> {
    const signs = new Set<number>();
    const length = this.length(item);
    if (length === 0) return signs;
    const [page, base] = [this.page(item), this.base(item)];
    for (let at = base; at < base + 2 * length; at += 2) signs.add(page[at]!);
    return signs;
  }

  #list(sign: number, item: number): void {
    const place = this.#lists.push(sign);
    this.#lists.page(sign)[place] = item;
  }

  #unlist(sign: number, item: number): void {
    const [page, base] = [this.#lists.page(sign), this.#lists.base(sign)];
    const place = page.subarray(base, base + this.#lists.length(sign)).indexOf(item);
    page[base + place] = gap;
    const open = ++this.#gaps[sign]!;
    if (open <= gaps.few || open * gaps.share <= this.#having[sign]!) return;
    const items: number[] = [];
    this.each(sign, (one) => items.push(one));
    this.#lists.clear(sign);
    for (const one of items) this.#list(sign, one);
    this.#gaps[sign] = 0;
  }
}
