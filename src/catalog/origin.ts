import type { FieldsInput, ItemInput } from './input.ts';

/**
 * Who said a thing of an item: `api`, `page`, or a name such as `feed:main` or `webhook:shop`. Between all but the page
 * the last one to speak holds; a page never overwrites what another has said (design §7 "Catalogue from the page").
 */
export type Source = string;
export const pageSource = 'page';

/** Source by field: `price`, `attributes.brand`, `environments.staging`. */
export type Origins = Record<string, Source>;

/** The fields a row speaks of, each under its own name. */
export function namedIn(input: ItemInput): string[] {
  const { id: _id, row: _row, at: _at, environment, environments, ...fields } = input;
  const names = environment === undefined ? fieldsOf(fields) : [`environments.${environment}`];
  return [...names, ...Object.keys(environments ?? {}).map((name) => `environments.${name}`)];
}

function fieldsOf({ attributes, ...fields }: FieldsInput): string[] {
  const names = Object.keys(fields);
  if (attributes === null) names.push('attributes');
  else if (attributes !== undefined) names.push(...Object.keys(attributes).map((name) => `attributes.${name}`));
  return names;
}

/**
 * What of a page's row may be taken: fields that nobody else has spoken of. An item that is there without a word on
 * where a field came from was written by somebody who may. Null when nothing is left. Pure.
 *
 * @param has does the item carry a value for this field?
 */
export function allowedToPage(
  input: ItemInput,
  origins: Origins | undefined,
  has: (field: string) => boolean,
): ItemInput | null {
  if (origins === undefined) return { ...withoutEnvironments(input) };
  const open = (field: string) => (origins[field] ?? (has(field) ? 'api' : pageSource)) === pageSource;
  const { id, row, at, attributes, ...fields } = withoutEnvironments(input);
  const kept = Object.fromEntries(Object.entries(fields).filter(([field]) => open(field)));
  const taken = Object.fromEntries(
    Object.entries(attributes ?? {}).filter(([name]) => open('attributes') && open(`attributes.${name}`)),
  );
  if (Object.keys(kept).length + Object.keys(taken).length === 0) return null;
  return {
    id,
    ...(row === undefined ? {} : { row }),
    ...(at === undefined ? {} : { at }),
    ...kept,
    ...(Object.keys(taken).length === 0 ? {} : { attributes: taken }),
  };
}

function withoutEnvironments({ environment: _one, environments: _all, ...input }: ItemInput): ItemInput {
  return input;
}

/** Makes the sources after a write by `source`; rows that name the same fields share one object. */
export function originsBy(source: Source): (input: ItemInput) => Origins {
  const made = new Map<string, Origins>();
  return (input) => {
    const names = namedIn(input);
    const key = names.join('\n');
    const known = made.get(key) ?? Object.fromEntries(names.map((field) => [field, source]));
    made.set(key, known);
    return known;
  };
}
