import { jsonColumn, textColumn, timeColumn } from '../store/index.ts';
import type { Migration, Runner, Tx } from '../store/index.ts';
import { feedMigrations } from './feed-table.ts';
import type { WholeItem } from './item.ts';
import type { Origins } from './origin.ts';
import { ruleMigrations } from './rule-table.ts';

/**
 * `version` is the number of the write that last touched the row. Writers exclude each other by a lock on the table,
 * so versions rise in commit order and a replica that has seen N misses nothing by asking for what is above N. A
 * removed item stays as a row with `gone`, so that every replica learns of it. `origins` says which source gave a field.
 */
export const migrations: Migration[] = [
  {
    name: '0301-catalog-item',
    sql: `
create table item (
  id text primary key,
  version bigint not null,
  gone boolean not null default false,
  name text not null,
  categories jsonb not null,
  price_minor bigint,
  currency text,
  stock integer,
  url text,
  image_url text,
  attributes jsonb not null,
  updated_at timestamptz not null
);
create index item_by_version on item (version);
`,
  },
  {
    name: '0310-catalog-item-body',
    sql: `
alter table item add column body jsonb, add column origins jsonb not null default '{}', add column created_at timestamptz;
update item set created_at = updated_at, body = jsonb_strip_nulls(jsonb_build_object('name', name, 'priceMinor', price_minor,
  'currency', currency, 'stock', stock, 'url', url, 'imageUrl', image_url))
  || jsonb_build_object('categories', categories, 'attributes', attributes,
  'updatedAt', floor(extract(epoch from updated_at) * 1000)::bigint);
alter table item drop column name, drop column categories, drop column price_minor, drop column currency, drop column stock,
  drop column url, drop column image_url, drop column attributes, alter column body set not null,
  alter column created_at set not null;
drop index item_by_version;
create index item_by_version on item (version, id);
create table catalog_setting (name text primary key, version bigint not null, body jsonb not null);
create table item_change (
  id bigint generated always as identity primary key,
  item text not null,
  kind text not null,
  before_minor bigint,
  after_minor bigint,
  currency text,
  at timestamptz not null,
  source text not null,
  told boolean not null default false
);
create index item_change_item on item_change (item, id desc);
create index item_change_untold on item_change (id) where not told;
create index item_change_at on item_change using brin (at);
`,
  },
  ...ruleMigrations,
  ...feedMigrations,
  // Changes are told in the transaction that writes them, and need no table to be told from.
  { name: '0330-catalog-no-changes', sql: 'drop table item_change' },
];

interface ItemRow {
  id: string;
  version: number;
  gone: boolean;
  body: Body;
}

/** What stands in `body`: a whole item without its id; what is empty is left out. */
type Body = { name: string; updatedAt: number } & Partial<Omit<WholeItem, 'id' | 'name' | 'updatedAt'>>;

/** When an item came into the catalogue, UTC ms; null when it is not in it. */
export async function createdAt(runner: Runner, id: string): Promise<number | null> {
  const [row] = await runner.rows<{ at: Date }>({
    text: 'select created_at as at from item where id = $1 and not gone',
    values: [id],
  });
  return row?.at.getTime() ?? null;
}

/** A row as a replica takes it in. */
export interface StoredItem {
  version: number;
  gone: boolean;
  item: WholeItem;
}

/** Makes this transaction the only writer of items; readers are not held up. Gives the last version written. */
export async function lockItems(tx: Tx): Promise<number> {
  await tx.run({ text: 'lock table item in share row exclusive mode' });
  const [row] = await tx.rows<{ version: number }>({
    text: `select greatest((select coalesce(max(version), 0) from item),
      (select coalesce(max(version), 0) from catalog_setting)) as version`,
  });
  return row?.version ?? 0;
}

/** Rows after (version, id), in that order; at most `limit`. */
export async function itemsAbove(
  runner: Runner,
  after: { version: number; id: string },
  limit: number,
): Promise<StoredItem[]> {
  const rows = await runner.rows<ItemRow>({
    name: 'catalog.items-above',
    text: `select id, version, gone, body from item where (version, id) > ($1, $2) order by version, id limit $3`,
    values: [after.version, after.id, limit],
  });
  return rows.map(stored);
}

/** Whole rows of these items, gone ones too, as replicas take them in. */
export async function storedItems(
  runner: Runner,
  ids: readonly string[],
): Promise<(StoredItem & { origins: Origins })[]> {
  const rows = await runner.rows<ItemRow & { origins: Origins }>({
    text: 'select id, version, gone, body, origins from item where id = any($1)',
    values: [ids],
  });
  return rows.map((row) => ({ ...stored(row), origins: row.origins }));
}

/** What only the item's own page shows: where its fields came from, and since when it is known. */
export async function recordOf(
  runner: Runner,
  id: string,
): Promise<{ origins: Origins; createdAt: number; version: number } | null> {
  const [row] = await runner.rows<{ origins: Origins; created_at: Date; version: number }>({
    text: 'select origins, created_at, version from item where id = $1 and not gone',
    values: [id],
  });
  return row ? { origins: row.origins, createdAt: row.created_at.getTime(), version: row.version } : null;
}

const chunk = 2000;

/** Writes items with the sources of the fields that this write named; the sources of other fields stay. */
export async function writeItems(
  tx: Tx,
  items: readonly { item: WholeItem; origins: Origins }[],
  version: number,
): Promise<void> {
  for (let from = 0; from < items.length; from += chunk) {
    const part = items.slice(from, from + chunk);
    await tx.run({
      name: 'catalog.write-items',
      text: `insert into item (id, version, gone, body, origins, updated_at, created_at)
        select given.id, $2, false, given.body, given.origins, given.updated_at, given.updated_at
        from unnest($1::text[], $3::jsonb[], $4::jsonb[], $5::timestamptz[]) as given(id, body, origins, updated_at)
        on conflict (id) do update set version = excluded.version, gone = false, body = excluded.body,
          origins = case when item.gone then excluded.origins else item.origins || excluded.origins end,
          created_at = case when item.gone then excluded.created_at else item.created_at end,
          updated_at = excluded.updated_at`,
      values: [
        textColumn(part.map(({ item }) => item.id)),
        version,
        jsonColumn(part.map(({ item }) => JSON.stringify(bodyOf(item)))),
        jsonColumn(textsOf(part.map(({ origins }) => origins))),
        timeColumn(part.map(({ item }) => item.updatedAt)),
      ],
    });
  }
}

/** Rows of one source mostly name the same fields and then share one object, which is written out once. */
function textsOf(origins: readonly Origins[]): string[] {
  const texts = new Map<Origins, string>();
  return origins.map((one) => {
    const text = texts.get(one) ?? JSON.stringify(one);
    texts.set(one, text);
    return text;
  });
}

export async function markGone(
  tx: Tx,
  { ids, version, at }: { ids: readonly string[]; version: number; at: number },
): Promise<void> {
  await tx.run({
    text: 'update item set gone = true, version = $2, updated_at = $3 where id = any($1) and not gone',
    values: [ids, version, new Date(at)],
  });
}

/** Settings of the catalogue, whole documents by name, written above `version`. */
export async function settingsAbove(
  runner: Runner,
  version: number,
): Promise<{ name: string; version: number; body: unknown }[]> {
  return runner.rows({
    name: 'catalog.settings-above',
    text: 'select name, version, body from catalog_setting where version > $1 order by version',
    values: [version],
  });
}

export async function writeSetting(
  tx: Tx,
  { name, version, body }: { name: string; version: number; body: unknown },
): Promise<void> {
  await tx.run({
    text: `insert into catalog_setting (name, version, body) values ($1, $2, $3)
      on conflict (name) do update set version = excluded.version, body = excluded.body`,
    values: [name, version, JSON.stringify(body)],
  });
}

function bodyOf(item: WholeItem): Body {
  const body: Body = { name: item.name, updatedAt: item.updatedAt };
  if (item.categories.length > 0) body.categories = item.categories;
  if (item.priceMinor !== null) body.priceMinor = item.priceMinor;
  if (item.currency !== null) body.currency = item.currency;
  if (item.stock !== null) body.stock = item.stock;
  if (item.url !== null) body.url = item.url;
  if (item.imageUrl !== null) body.imageUrl = item.imageUrl;
  if (item.variantOf !== null) body.variantOf = item.variantOf;
  if (!item.sold) body.sold = false;
  if (Object.keys(item.attributes).length > 0) body.attributes = item.attributes;
  if (Object.keys(item.environments).length > 0) body.environments = item.environments;
  return body;
}

/** Field by field: a million rows go through here at each start. */
function stored({ id, version, gone, body }: ItemRow): StoredItem {
  const item: WholeItem = {
    id,
    name: body.name,
    categories: body.categories ?? [],
    priceMinor: body.priceMinor ?? null,
    currency: body.currency ?? null,
    stock: body.stock ?? null,
    url: body.url ?? null,
    imageUrl: body.imageUrl ?? null,
    attributes: body.attributes ?? {},
    variantOf: body.variantOf ?? null,
    updatedAt: body.updatedAt,
    sold: body.sold ?? true,
    environments: body.environments ?? {},
  };
  return { version, gone, item };
}
