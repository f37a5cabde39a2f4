/** A number that keeps its fraction when it is divided; whole numbers are plain ones (Java's double and int). */
export class Real {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** An item as a design sees it: named values and nothing else; no property of the language behind it can be reached. */
export class Entity {
  readonly #fields: ReadonlyMap<string, Value>;
  readonly #onRead: () => void;

  constructor(fields: ReadonlyMap<string, Value>, onRead: () => void = () => {}) {
    this.#fields = fields;
    this.#onRead = onRead;
  }

  /** Null for a name it does not have. */
  get(name: string): Value {
    this.#onRead();
    return this.#fields.get(name) ?? null;
  }
}

/** All that a design can hold: there are no functions and no foreign objects among it. */
export type Value = string | number | boolean | null | Real | Entity | Value[] | Map<string, Value>;

/** As it is printed; nothing is the empty text (recommendations §6). */
export function textOf(value: Value): string {
  if (value === null || value instanceof Entity) return '';
  if (typeof value === 'string') return value;
  if (value instanceof Real) return decimal(value.value);
  if (Array.isArray(value)) return `[${value.slice(0, 1000).map(inner).join(', ')}]`;
  if (value instanceof Map)
    return `{${[...value]
      .slice(0, 1000)
      .map(([key, one]) => `${key}=${inner(one)}`)
      .join(', ')}}`;
  return String(value);
}

/** Lists in lists are told apart no further: they might hold themselves. */
function inner(value: Value): string {
  return Array.isArray(value) || value instanceof Map ? '…' : textOf(value);
}

function decimal(value: number): string {
  if (!Number.isFinite(value)) return '';
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value);
}

/** As a number; texts by their decimal form, null for what is none. */
export function numberIn(value: Value): number | null {
  if (value instanceof Real) return value.value;
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*$/.test(value.slice(0, 60))) return null;
  return Number(value);
}

/** Nothing, false and the empty text are not true; everything else is. */
export function isTrue(value: Value): boolean {
  return value !== null && value !== false && value !== '';
}

/** Numbers by their value, everything else by its text. */
export function isSame(a: Value, b: Value): boolean {
  if (a === null || b === null) return a === b;
  const [left, right] = [numberIn(a), numberIn(b)];
  if (left !== null && right !== null && (typeof a !== 'string' || typeof b !== 'string')) return left === right;
  return textOf(a) === textOf(b);
}
