import type { UpdateActivity } from './definition.ts';

/** What expressions of an activity come to, by name. Pure. */

type Evaluate = (source: string) => unknown;
type Plain = string | number | boolean | null;

export function valuesOf(sources: Record<string, string>, evaluate: Evaluate): Record<string, unknown> {
  return Object.fromEntries(Object.entries(sources).map(([name, source]) => [name, evaluate(source) ?? null]));
}

/** Attributes that an update writes: a list or an object is no attribute, and is left out. */
export function attributesOf({ attributes }: UpdateActivity, evaluate: Evaluate): Record<string, Plain> {
  const found = Object.entries(valuesOf(attributes, evaluate));
  return Object.fromEntries(found.filter((pair): pair is [string, Plain] => isPlain(pair[1])));
}

function isPlain(value: unknown): value is Plain {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
