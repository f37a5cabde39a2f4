import { toMajor, toMinor } from '../base/index.ts';
import { attributeFault } from './input-attribute.ts';
import type { Scalar } from './item.ts';
import { shown } from './limit.ts';

export const attributeTypes = ['string', 'number', 'money', 'boolean', 'date'] as const;
/** Money is major units in the item's own currency. A date is an ISO text, of a day or of a moment in UTC. */
export type AttributeType = (typeof attributeTypes)[number];

/** What is known of one attribute of the shop. */
export interface Attribute {
  name: string;
  type: AttributeType;
  /** Does it hold a list? */
  multi: boolean;
  /** What people read in its place. */
  label: string | null;
  /** Said by the shop, and then held to; otherwise taken from the first value, and values of other kinds are let in. */
  declared: boolean;
}

/** The attributes of the shop by name. */
export type Schema = Readonly<Record<string, Attribute>>;

/** What a shop has before it says anything: the attributes that Target predefines (CAT-5). */
export const firstSchema: Schema = {
  brand: { name: 'brand', type: 'string', multi: false, label: null, declared: false },
  message: { name: 'message', type: 'string', multi: false, label: null, declared: false },
  margin: { name: 'margin', type: 'number', multi: false, label: null, declared: false },
};

/** Attributes that one shop may have. */
export const attributeLimit = 1000;

/** Something about an attribute that its sender may want to know; nothing was refused by it. */
export interface AttributeNote {
  attribute: string;
  note: string;
}

/** The attributes of one row in the types of the schema, and what the row adds to it. */
export interface TakenAttributes {
  values: Record<string, unknown>;
  /** Attributes met for the first time, or found to hold lists. */
  found: Attribute[];
  notes: AttributeNote[];
}

/**
 * Holds the attributes of a row to the schema: declared ones are brought into their type or refused, others are taken
 * as they are, with a note. An empty list means no value (CAT-7). Pure.
 *
 * @param coin the item's currency, for attributes of type money
 * @throws ITEM_ATTRIBUTE_INVALID
 */
export function takeAttributes(schema: Schema, given: Record<string, unknown>, coin: string | null): TakenAttributes {
  const taken: TakenAttributes = { values: {}, found: [], notes: [] };
  for (const [name, raw] of Object.entries(given)) {
    const value = Array.isArray(raw) && raw.length === 0 ? null : raw;
    const known = Object.hasOwn(schema, name) ? schema[name] : undefined;
    if (value === null) taken.values[name] = null;
    else if (known?.declared) taken.values[name] = inType(known, value, coin);
    else takeUndeclared(taken, known, { name, value });
  }
  return taken;
}

function takeUndeclared(
  taken: TakenAttributes,
  known: Attribute | undefined,
  { name, value }: { name: string; value: unknown },
): void {
  taken.values[name] = value;
  const multi = Array.isArray(value);
  const type = typeOf(multi ? (value as unknown[])[0] : value);
  if (!known) {
    taken.found.push({ name, type, multi, label: null, declared: false });
    taken.notes.push({ attribute: name, note: `New here; taken as ${multi ? 'a list of ' : ''}${type}` });
    return;
  }
  if (multi && !known.multi) {
    taken.found.push({ ...known, multi: true });
    taken.notes.push({ attribute: name, note: 'Held one value so far; from now on it may hold a list' });
  }
  if (type !== (known.type === 'money' ? 'number' : known.type === 'date' ? 'string' : known.type)) {
    taken.notes.push({
      attribute: name,
      note: `Was ${known.type} so far and is ${type} here; declare its type to hold it to one`,
    });
  }
}

function typeOf(value: unknown): AttributeType {
  return typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'string';
}

/**
 * A value in the type of its attribute. Pure.
 *
 * @throws ITEM_ATTRIBUTE_INVALID when it cannot be one
 */
export function inType({ name, type, multi }: Attribute, value: unknown, coin: string | null): unknown {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  if (!multi && values.length !== 1) {
    throw attributeFault(`Attribute "${name}" holds one value, and ${shown(value)} is a list`);
  }
  const typed = values.map((one) => {
    const fits = fitting[type](one, coin);
    if (fits !== null) return fits;
    throw attributeFault(`Attribute "${name}" is declared as ${type}, and ${shown(one)} is none`);
  });
  return multi ? typed : typed[0];
}

const day = /^\d{4}-\d{2}-\d{2}$/;
const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/;
const figure = /^[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/;
const amount = /^([+-]?\d+(?:\.\d+)?)(?:\s+([A-Z]{3}))?$/;
const truth: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  '1': true,
  false: false,
  no: false,
  '0': false,
};

/** Each type's reading of one value; null where it is none. */
const fitting: Readonly<Record<AttributeType, (value: unknown, coin: string | null) => Scalar | null>> = {
  string: (value) => String(value as Scalar),
  number: (value) => {
    if (typeof value === 'number') return value;
    const number = typeof value === 'string' && figure.test(value.trim()) ? Number(value) : Number.NaN;
    return Number.isFinite(number) ? number : null;
  },
  money: (value, coin) => {
    const [, major, currency] = amount.exec(String(value).trim()) ?? [];
    if (major === undefined || (currency !== undefined && coin !== null && currency !== coin)) return null;
    return toMajor(toMinor(Number(major), coin ?? ''), coin ?? '');
  },
  boolean: (value) => {
    if (typeof value === 'boolean') return value;
    const word = String(value).trim().toLowerCase();
    return Object.hasOwn(truth, word) ? truth[word]! : null;
  },
  date: (value) => {
    const text = typeof value === 'string' ? value.trim() : '';
    if (day.test(text)) {
      const at = new Date(`${text}T00:00:00Z`);
      return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text) ? text : null;
    }
    if (!moment.test(text)) return null;
    const at = new Date(/(Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`);
    return Number.isNaN(at.getTime()) ? null : at.toISOString();
  },
};
