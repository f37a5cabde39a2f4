import { word } from './format.ts';

/** A field that expressions can look into, as data really had it. */
export interface SeenField {
  /** As it is written in an expression: `event.cartId`. */
  path: string;
  kind: 'text' | 'number' | 'flag' | 'list' | 'nothing';
  /** One value, shortened; of a list how many it had. */
  sample: string;
  /** In how many of the looked at it had a value. */
  seen: number;
}

const most = { deep: 6, sample: 60 };

/** Fields gathered from one piece of data after the other; the first that has a value gives the sample. */
export class SeenFields {
  readonly #found = new Map<string, SeenField>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes every value below `path` in; of a list only that it is one, since expressions walk it with functions. */
  add(value: unknown, path: string, depth = 0): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.#leaf(value, path);
    if (depth > most.deep) return undefined;
    for (const [name, one] of Object.entries(value)) {
      if (!name.includes('`') && name !== '') this.add(one, `${path}.${word(name)}`, depth + 1);
    }
    return undefined;
  }

  #leaf(value: unknown, path: string): void {
    const known = this.#found.get(path);
    const has = value !== null && value !== undefined;
    if (known && (known.kind !== 'nothing' || !has)) known.seen += has ? 1 : 0;
    else if (known || this.#found.size < this.#limit)
      this.#found.set(path, { path, ...shown(value), seen: has ? 1 : 0 });
  }

  /** In the order of their paths. */
  list(): SeenField[] {
    return [...this.#found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }
}

function shown(value: unknown): Pick<SeenField, 'kind' | 'sample'> {
  if (Array.isArray(value)) return { kind: 'list', sample: String(value.length) };
  if (typeof value === 'number') return { kind: 'number', sample: String(value) };
  if (typeof value === 'boolean') return { kind: 'flag', sample: String(value) };
  if (typeof value !== 'string') return { kind: 'nothing', sample: '' };
  return { kind: 'text', sample: value.length > most.sample ? `${value.slice(0, most.sample - 1)}…` : value };
}
