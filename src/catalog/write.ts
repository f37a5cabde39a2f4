import { fieldOf } from './item-field.ts';
import type { ItemInput, Refusal } from './input.ts';
import { checkItem } from './input.ts';
import type { ItemChange, WholeItem } from './item.ts';
import { changesOf, inEnvironment } from './item.ts';
import { differs, merge } from './merge.ts';
import type { Origins, Source } from './origin.ts';
import { allowedToPage, originsBy } from './origin.ts';
import { refusal } from './read.ts';
import type { AttributeNote, Schema } from './schema.ts';
import { attributeLimit, takeAttributes } from './schema.ts';
import { attributeFault } from './input-attribute.ts';

export interface CheckedRow {
  row: number;
  input: ItemInput;
}

/** Each row in its one form, or refused. A row without a place of its own counts its place in the list, from 1. */
export function checkRows(items: readonly ItemInput[]): { rows: CheckedRow[]; refused: Refusal[] } {
  const rows: CheckedRow[] = [];
  const refused: Refusal[] = [];
  items.forEach(({ row = -1, at, ...raw }, i) => {
    const place = row === -1 ? i + 1 : row;
    try {
      rows.push({ row: place, input: { ...checkItem(raw), ...(at === undefined ? {} : { at }) } });
    } catch (error) {
      refused.push(refusal(error, place, raw));
    }
  });
  return { rows, refused };
}

/** What rows make of what is stored. */
export interface Written {
  written: { item: WholeItem; origins: Origins }[];
  kept: number;
  refused: Refusal[];
  /** As the usual environment sees it. */
  changes: ItemChange[];
  notes: AttributeNote[];
  schema: Schema;
}

export interface FoldOptions {
  now: number;
  currency: string | null;
  /** The environment whose changes are told. */
  usual: string | null;
  schema: Schema;
  source: Source;
  /** Of the page's rows only: where the fields of the items came from. */
  origins: ReadonlyMap<string, Origins> | null;
}

/** Takes rows one after the other; several rows of one item take effect in order. Pure. */
export function foldRows(
  stored: (id: string) => WholeItem | undefined,
  rows: readonly CheckedRow[],
  options: FoldOptions,
): Written {
  const written = new Map<string, { item: WholeItem; origins: Origins }>();
  const notes = new Map<string, AttributeNote>();
  const refused: Refusal[] = [];
  const originsOf = originsBy(options.source);
  let schema = options.schema;
  for (const { row, input } of rows) {
    try {
      const before = written.get(input.id)?.item ?? stored(input.id);
      const allowed = options.origins ? forPage(input, before, options.origins) : input;
      if (allowed === null) continue;
      const coin = allowed.currency ?? before?.currency ?? options.currency;
      const typed = inTypes(schema, allowed, coin);
      const after = merge(before, typed.input, options.now, options.currency);
      for (const note of typed.notes) if (!notes.has(note.attribute)) notes.set(note.attribute, note);
      schema = typed.schema;
      if (!differs(before, after)) continue;
      const [earlier, origins] = [written.get(input.id)?.origins, originsOf(typed.input)];
      written.set(after.id, { item: after, origins: earlier ? { ...earlier, ...origins } : origins });
    } catch (error) {
      refused.push(refusal(error, row, input));
    }
  }
  const { usual } = options;
  const changes = [...written.values()].flatMap(({ item }) => {
    const before = stored(item.id);
    return changesOf(before && inEnvironment(before, usual), inEnvironment(item, usual), item.updatedAt);
  });
  return {
    written: [...written.values()],
    kept: rows.length - refused.length,
    refused,
    changes,
    notes: [...notes.values()],
    schema,
  };
}

function forPage(
  input: ItemInput,
  before: WholeItem | undefined,
  origins: ReadonlyMap<string, Origins>,
): ItemInput | null {
  if (!before) return allowedToPage(input, undefined, () => false);
  const has = (field: string) => {
    const value = fieldOf(before, field);
    return value !== null && !(Array.isArray(value) && value.length === 0);
  };
  return allowedToPage(input, origins.get(input.id) ?? {}, has);
}

interface TypedRow {
  input: ItemInput;
  notes: AttributeNote[];
  schema: Schema;
}

/** The row with all its attributes in the types of the schema, and the schema with what the row adds. */
function inTypes(schema: Schema, input: ItemInput, coin: string | null): TypedRow {
  const typed: TypedRow = { input, notes: [], schema };
  if (input.attributes) typed.input = { ...input, attributes: take(typed, input.attributes, coin) };
  for (const [name, override] of Object.entries(input.environments ?? {})) {
    if (!override?.attributes) continue;
    const attributes = take(typed, override.attributes, override.currency ?? coin);
    typed.input = {
      ...typed.input,
      environments: { ...typed.input.environments, [name]: { ...override, attributes } },
    };
  }
  return typed;
}

function take(typed: TypedRow, given: Record<string, unknown>, coin: string | null): Record<string, unknown> {
  const { values, found, notes } = takeAttributes(typed.schema, given, coin);
  for (const attribute of found) typed.schema = { ...typed.schema, [attribute.name]: attribute };
  if (found.length > 0 && Object.keys(typed.schema).length > attributeLimit) {
    throw attributeFault(`The shop has ${attributeLimit} attributes already; "${found[0]!.name}" would be one more`);
  }
  typed.notes.push(...notes);
  return values;
}
