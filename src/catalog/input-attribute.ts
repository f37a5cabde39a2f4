import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';
import type { AttributeValue } from './item.ts';
import { itemLimits, shown } from './limit.ts';

const control = /\p{Cc}|\p{Surrogate}/u;
const surrogate = /\p{Surrogate}/u;

/**
 * Checks attributes as they came from outside: names, lengths, and that a list holds one kind. What the schema says of
 * their types is checked when the item is written. Pure.
 *
 * @throws ITEM_ATTRIBUTE_INVALID
 */
export function checkAttributes(value: Record<string, unknown>): Record<string, AttributeValue | null> {
  const entries = Object.entries(value);
  if (entries.length > itemLimits.attributes) {
    throw attributeFault(`${entries.length} attributes are more than ${itemLimits.attributes}`);
  }
  for (const [name, entry] of entries) {
    const wrong = attributeWrong(name, entry);
    if (wrong !== null) throw attributeFault(wrong);
  }
  return Object.fromEntries(entries) as Record<string, AttributeValue | null>;
}

/** Is this text a name that an attribute may have? */
export function isAttributeName(name: string): boolean {
  return name !== '' && name !== '__proto__' && name.length <= itemLimits.attributeName && !control.test(name);
}

function attributeWrong(name: string, value: unknown): string | null {
  if (!isAttributeName(name)) return `${shown(name)} is not a name for an attribute`;
  if (value === null) return null;
  const values: unknown[] = Array.isArray(value) ? value : [value];
  if (values.length > itemLimits.attributeValues) {
    return `Attribute "${name}" has ${values.length} values; ${itemLimits.attributeValues} are allowed`;
  }
  const kinds = new Set(values.map((entry) => typeof entry));
  if (kinds.size > 1) return `Attribute "${name}" mixes ${[...kinds].join(' and ')}`;
  const bad = values.find((entry) => !isScalar(entry));
  return bad === undefined && !values.includes(undefined) ? null : `Attribute "${name}" cannot hold ${shown(bad)}`;
}

function isScalar(value: unknown): boolean {
  if (typeof value === 'string') {
    return value.length <= itemLimits.attributeText && !value.includes('\0') && !surrogate.test(value);
  }
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}

/** The fault of one attribute of one row. */
export function attributeFault(why: string): BeckonError {
  return new BeckonError(errors.ITEM_ATTRIBUTE_INVALID, why);
}
