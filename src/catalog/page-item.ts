import { adobeNames, predefinedAttributes } from './item-field.ts';

/** What is no word on the item: how the request is meant. */
const apart = new Set(['id', 'environment', 'event.detailsOnly']);
const fields = new Set(['name', 'currency', ...Object.keys(adobeNames), ...predefinedAttributes]);

/**
 * What a page says of an item, by Target's names without `entity.`, as a row that is still to be checked: blanks say
 * nothing (recommendations CAT-9), a JSON array in a text is a list (CAT-7), other names are attributes of the shop's own
 * (CAT-6). Pure.
 */
export function itemOfPage(id: string, said: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const row: Record<string, unknown> = { id };
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(said)) {
    if (apart.has(name) || value === null || (typeof value === 'string' && value.trim() === '')) continue;
    if (fields.has(name)) row[name] = value;
    else attributes[name] = listIn(value);
  }
  return Object.keys(attributes).length === 0 ? row : { ...row, attributes };
}

function listIn(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*\[[^]*\]\s*$/.test(value)) return value;
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) && list.every((one) => typeof one !== 'object') ? list : value;
  } catch {
    return value;
  }
}
