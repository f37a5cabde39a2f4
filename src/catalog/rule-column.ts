import type { Item } from './item.ts';
import { inStock, priceOf } from './item.ts';

/** A field of an item as rules see it, step by step: `['price']`, `['attributes', 'brand']`. */
export type Field = readonly string[];

/** What the item shows in a field: the same as its view for templates (`viewOf`). Nothing is null. */
export function seenIn(item: Item, [name, attribute]: Field): unknown {
  switch (name) {
    case 'attributes':
      return attribute !== undefined && Object.hasOwn(item.attributes, attribute) ? item.attributes[attribute] : null;
    case 'price':
      return priceOf(item);
    case 'inStock':
      return inStock(item);
    case 'category':
      return item.categories[0] ?? '';
    case 'id':
    case 'name':
    case 'categories':
    case 'currency':
    case 'stock':
    case 'url':
    case 'imageUrl':
    case 'variantOf':
      return (item as unknown as Record<string, unknown>)[name] ?? null;
    default:
      return null;
  }
}

/**
 * One field of all items: each distinct value once, and a code per item. So a question to the field is asked once a
 * value, not once an item, and what it answered is looked up.
 */
export class Column {
  readonly field: Field;
  #codes = new Uint32Array(1024);
  /** By code; 0 is nothing. */
  #values: unknown[] = [null];
  #codeOf = new Map<unknown, number>();
  /** Up to here items have been read. */
  filled = 0;
  /** Changes when codes get another meaning. */
  generation = 0;

  constructor(field: Field) {
    this.field = field;
  }

  get distinct(): number {
    return this.#values.length;
  }

  codeAt(number: number): number {
    return this.#codes[number] ?? 0;
  }

  valueAt(number: number): unknown {
    return this.#values[this.codeAt(number)];
  }

  valueOf(code: number): unknown {
    return this.#values[code];
  }

  /** Takes in what an item has; without an item, nothing. */
  take(number: number, item: Item | undefined): void {
    if (number >= this.#codes.length) this.#grow(number);
    this.#codes[number] = item === undefined ? 0 : this.#code(seenIn(item, this.field));
  }

  /** Forgets values that no item has any more, when they are most of what is kept. Gives whether codes changed. */
  tidy(): boolean {
    if (this.#values.length < 2 * this.filled + 4096) return false;
    const values = this.#values;
    this.#values = [null];
    this.#codeOf = new Map();
    for (let number = 0; number < this.filled; number++) {
      this.#codes[number] = this.#code(values[this.#codes[number]!]);
    }
    this.generation++;
    return true;
  }

  #code(value: unknown): number {
    if (value === null || value === undefined) return 0;
    // Lists are told apart by their text, which begins as no other key does.
    const key = typeof value === 'object' ? `\u0000${JSON.stringify(value)}` : value;
    const known = this.#codeOf.get(key);
    if (known !== undefined) return known;
    const code = this.#values.push(value) - 1;
    this.#codeOf.set(key, code);
    return code;
  }

  #grow(number: number): void {
    const codes = new Uint32Array(Math.max(number + 1, this.#codes.length * 2));
    codes.set(this.#codes);
    this.#codes = codes;
  }
}
