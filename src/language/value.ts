import { errors, shown } from './error.ts';
import { Zoned, zonedOrder } from './moment.ts';
import type { Run } from './run.ts';

/** How deep lists in lists are followed when they are compared or written. */
const dataDepth = 32;

/** False for null, false, 0, NaN, the empty text and the empty list; everything else is true. */
export function truthy(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** What `?:` replaces: nothing, the empty text, the empty list. */
export function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

/** Looks one step into data: own properties of maps, places of lists. Anything else is null; nothing is inherited. */
export function lookInto(value: unknown, key: unknown): unknown {
  if (value === null || typeof value !== 'object') return null;
  if (Array.isArray(value)) {
    if (key === 'length') return value.length;
    const index = typeof key === 'string' && /^\d{1,9}$/.test(key) ? Number(key) : key;
    return typeof index === 'number' && Object.hasOwn(value, index) ? plain(value[index]) : null;
  }
  if (typeof key !== 'string' && typeof key !== 'number') return null;
  return key === '__proto__' ? null : ownField(value as Record<string, unknown>, key);
}

/** Is it a map, as data has them? */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A map's own field, null if it is not there. `__proto__` must not be asked for. */
export function ownField(map: Record<string | number, unknown>, key: string | number): unknown {
  return Object.hasOwn(map, key) ? plain(map[key]) : null;
}

/** Data holds no functions; should one be there, it is not seen. */
function plain(value: unknown): unknown {
  return value === undefined || typeof value === 'function' || typeof value === 'symbol' ? null : value;
}

/** `=`: same kind and same value; null equals only null; lists place by place; maps only themselves. */
export function equal(run: Run, a: unknown, b: unknown): boolean {
  return equalTo(run, a, { b, depth: dataDepth });
}

function equalTo(run: Run, a: unknown, { b, depth }: { b: unknown; depth: number }): boolean {
  if (a === b) return true;
  if (typeof a === 'string' && typeof b === 'string') {
    run.chargeFor(a);
    return false;
  }
  if (a instanceof Zoned || b instanceof Zoned) return zonedOrder(a, b) === 0;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  if (depth === 0) throw run.error(errors.RENDER_LIMIT, 'lists are nested too deep to be compared');
  for (let i = 0; i < a.length; i++) {
    run.charge(1);
    if (!equalTo(run, a[i] ?? null, { b: b[i] ?? null, depth: depth - 1 })) return false;
  }
  return true;
}

/** Negative, zero or positive; null when the two cannot be ordered (different kinds, or nothing). */
export function compare(run: Run, a: unknown, b: unknown): number | null {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a !== 'string' || typeof b !== 'string') return zonedOrder(a, b);
  run.chargeFor(a);
  return a === b ? 0 : a < b ? -1 : 1;
}

/** The text of a value as it is printed, or null for nothing. Lists and maps have none. */
export function toText(run: Run, value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Zoned) return value.toString();
  const mend = Array.isArray(value) ? 'use {{#each}} or join' : 'name one of its fields';
  throw run.error(errors.RENDER_TYPE, `${shown(value)} cannot be printed; ${mend}`);
}

/** Writes data as JSON, counting steps, own properties only. */
export function toJson(run: Run, value: unknown, depth = dataDepth): string {
  if (value === null || value === undefined || typeof value !== 'object') return jsonLeaf(run, value);
  if (value instanceof Zoned) return jsonLeaf(run, value.toString());
  if (depth === 0) throw run.error(errors.RENDER_LIMIT, 'the data is nested too deep to be written');
  if (Array.isArray(value)) {
    const items = value.map((item) => toJson(run, item, depth - 1));
    return run.bounded(`[${items.join(',')}]`);
  }
  const fields = Object.entries(value).filter(([, field]) => field !== undefined && typeof field !== 'function');
  const pairs = fields.map(([key, field]) => `${JSON.stringify(key)}:${toJson(run, field, depth - 1)}`);
  return run.bounded(`{${pairs.join(',')}}`);
}

function jsonLeaf(run: Run, value: unknown): string {
  run.chargeFor(value);
  if (typeof value === 'bigint') return String(value);
  return (typeof value === 'function' ? undefined : JSON.stringify(value)) ?? 'null';
}
