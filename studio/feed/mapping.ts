import type { FeedMapping, FeedPreview } from '../../src/api/contract-feed.ts';

/** Fields of an item that a column can become. */
export const fieldChoices = [
  'id',
  'name',
  'categories',
  'price',
  'salePrice',
  'salePeriod',
  'currency',
  'stock',
  'availability',
  'url',
  'imageUrl',
  'variantOf',
] as const;

/** What a column becomes when people choose it: a field, an attribute of its own name (`attribute`), or nothing. */
export type Choice = (typeof fieldChoices)[number] | 'attribute' | 'none';

/** The choice that a preview shows for a column. Pure. */
export function choiceOf(field: string | null): Choice {
  if (field === null) return 'none';
  return fieldChoices.find((known) => known === field) ?? 'attribute';
}

/**
 * The mapping after somebody has chosen what a column becomes. A field has one column: whoever had it before becomes an
 * attribute. Pure.
 */
export function mappingAfter(
  { mapping, columns }: Pick<FeedPreview, 'mapping' | 'columns'>,
  column: string,
  choice: Choice,
): FeedMapping {
  const fields = Object.fromEntries(
    Object.entries(mapping.fields).flatMap(([field, source]) => {
      const left = [source.column ?? []].flat().filter((name) => name !== column);
      if (source.column === undefined) return [[field, source]];
      return left.length === 0 ? [] : [[field, { ...source, column: left.length === 1 ? left[0]! : left }]];
    }),
  );
  for (const known of columns) {
    // What was an attribute or left out stays so, whatever becomes of the others.
    const own = known.field?.startsWith('attributes.') ? known.field : null;
    if (own !== null && known.name !== column && fields[own] === undefined) fields[own] = { column: known.name };
  }
  if (choice === 'attribute') fields[`attributes.${column.replace(/^(entity\.|attributes\.|g:)/, '')}`] = { column };
  else if (choice !== 'none') fields[choice] = { column };
  return { ...mapping, fields, others: 'leave' };
}
