import { BeckonError } from '../base/index.ts';
import type { Item, ItemInput, Refusal } from '../catalog/index.ts';
import { fieldOf, priceOf } from '../catalog/index.ts';
import type { EntitiesReport, EntityView } from './contract-target-recs.ts';
import { errors } from './error.ts';
import { asObject } from './json.ts';
import { shortIso } from './target-recs-list.ts';

/** Target's names of attributes that are fields of ours. */
const fields: Readonly<Record<string, string>> = {
  inventory: 'stock',
  value: 'price',
  pageUrl: 'url',
  thumbnailUrl: 'imageUrl',
};
const readOnly = new Set(['createdAt', 'lastUpdatedAt']);
const known = new Set(['id', 'name', 'categories', 'environment', 'attributes']);

/**
 * An entity as the catalogue takes it; what it says is checked there, row by row. What is not sent stays, null clears,
 * categories replace those before (recommendations §3.1, CAT-3, CAT-7, C-4).
 */
export function itemFrom(given: unknown, row: number): ItemInput {
  const entity = asObject(given);
  if (entity === undefined) return { row } as ItemInput;
  const made: Record<string, unknown> = { row, id: entity['id'] };
  // The catalogue knows none of these names, and says so.
  for (const name of Object.keys(entity)) if (!known.has(name)) made[`entity.${name}`] = entity[name];
  for (const name of ['name', 'categories', 'environment']) if (entity[name] !== undefined) made[name] = entity[name];
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(asObject(entity['attributes']) ?? {})) {
    // Blank never overwrites (CAT-9); null does.
    if (readOnly.has(name) || value === '') continue;
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) attributes[name] = listIn(value) ?? value;
    else made[field] = value;
  }
  const bad = entity['attributes'] !== undefined && asObject(entity['attributes']) === undefined;
  if (bad) made['attributes'] = entity['attributes'];
  else if (Object.keys(attributes).length > 0) made['attributes'] = attributes;
  return made as unknown as ItemInput;
}

/** A JSON array of plain values in a text, as Target takes several values. */
function listIn(value: unknown): unknown[] | null {
  if (typeof value !== 'string' || !/^\s*\[[^]*\]\s*$/.test(value)) return null;
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) && list.every((one) => typeof one !== 'object') ? list : null;
  } catch {
    return null;
  }
}

/** An item as Target shows an entity. Its own attributes are texts; several values are a JSON array in one. */
export function entityOf(
  item: Item,
  { environment, createdAt }: { environment?: string | undefined; createdAt: number | null },
): EntityView {
  const { id, name, categories, stock, url, imageUrl, updatedAt } = item;
  const { margin, ...own } = item.attributes;
  const attributes: Record<string, string | number> = {
    ...(stock === null ? {} : { inventory: stock }),
    ...(margin === undefined || margin === null ? {} : { margin: margin as number }),
    ...(url === null ? {} : { pageUrl: url }),
    ...(imageUrl === null ? {} : { thumbnailUrl: imageUrl }),
    ...(item.priceMinor === null ? {} : { value: priceOf(item)! }),
  };
  for (const [field, value] of Object.entries(own)) if (value !== null) attributes[field] = wordOf(value);
  if (createdAt !== null) attributes['createdAt'] = shortIso(createdAt);
  attributes['lastUpdatedAt'] = shortIso(updatedAt);
  const isNumber = environment !== undefined && /^\d{1,15}$/.test(environment);
  const where = environment === undefined ? {} : { environment: isNumber ? Number(environment) : environment };
  return { id, name, categories: [...categories], ...where, attributes };
}

function wordOf(value: unknown): string {
  return Array.isArray(value) ? JSON.stringify(value) : String(value);
}

/** What was taken and what was not, each reason once. */
export function reportOf(kept: number, refused: readonly Refusal[]): EntitiesReport {
  const causes = new Map<string, EntitiesReport['rejectCauses'][number]>();
  for (const { code, why } of refused) {
    const name = `${code} ${why}`;
    const cause = causes.get(name) ?? { cause: { key: code, keyArguments: [], text: why }, occurrences: 0 };
    cause.occurrences++;
    causes.set(name, cause);
  }
  return { 'inserted/updated': kept, rejected: refused.length, rejectCauses: [...causes.values()].slice(0, 1000) };
}

/** A hit of a search: the fields that are asked for, as far as the item says them. */
export function hitOf(item: Item, display: readonly string[]): Record<string, unknown> {
  const said = display.flatMap((field) => {
    const value = fieldOf(item, field);
    return value === null || value === undefined ? [] : [[field, value] as const];
  });
  return Object.fromEntries(said);
}

/** Ids of a comma list. @throws API_INPUT_INVALID when there is none */
export function idsFrom(text: string | undefined): string[] {
  const ids = (text ?? '').split(',').flatMap((id) => (id.trim() === '' ? [] : [id.trim()]));
  if (ids.length > 0) return [...new Set(ids)];
  throw new BeckonError(errors.API_INPUT_INVALID, '"ids" names no item, or is longer than 12,000 characters', {
    where: 'ids',
  });
}
