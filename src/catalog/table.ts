import type { Migration, Runner, Tx } from '../store/index.ts';
import type { Item } from './item.ts';

/**
 * `version` is the number of the write that last touched the row. Writers exclude each other by a lock on the table,
 * so versions rise in commit order and a replica that has seen N misses nothing by asking for what is above N. A
 * removed item stays as a row with `gone`, so that every replica learns of it.
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
];

interface ItemRow {
  id: string;
  version: number;
  gone: boolean;
  name: string;
  categories: string[];
  price_minor: number | null;
  currency: string | null;
  stock: number | null;
  url: string | null;
  image_url: string | null;
  attributes: Record<string, unknown>;
  updated_at: Date;
}

/** A row as a replica takes it in. */
export interface StoredItem {
  version: number;
  gone: boolean;
  item: Item;
}

/** Makes this transaction the only writer of items; readers are not held up. Gives the last version written. */
export async function lockItems(tx: Tx): Promise<number> {
  await tx.run({ text: 'lock table item in share row exclusive mode' });
  const [row] = await tx.rows<{ version: number }>({ text: 'select coalesce(max(version), 0) as version from item' });
  return row?.version ?? 0;
}

export async function itemsAbove(runner: Runner, version: number): Promise<StoredItem[]> {
  const rows = await runner.rows<ItemRow>({
    text: 'select * from item where version > $1 order by version, id',
    values: [version],
  });
  return rows.map(stored);
}

export async function itemsOf(runner: Runner, ids: readonly string[]): Promise<Item[]> {
  const rows = await runner.rows<ItemRow>({
    text: 'select * from item where id = any($1) and not gone',
    values: [ids],
  });
  return rows.map((row) => stored(row).item);
}

const chunk = 1000;

export async function writeItems(tx: Tx, items: readonly Item[], version: number): Promise<void> {
  for (let from = 0; from < items.length; from += chunk) {
    const rows = items.slice(from, from + chunk).map((item) => ({
      ...item,
      price_minor: item.priceMinor,
      image_url: item.imageUrl,
      updated_at: new Date(item.updatedAt).toISOString(),
    }));
    await tx.run({
      text: `insert into item (id, version, gone, name, categories, price_minor, currency, stock, url, image_url, attributes, updated_at)
        select id, $2, false, name, categories, price_minor, currency, stock, url, image_url, attributes, updated_at
        from jsonb_to_recordset($1::jsonb) as given(id text, name text, categories jsonb, price_minor bigint, currency text,
          stock integer, url text, image_url text, attributes jsonb, updated_at timestamptz)
        on conflict (id) do update set version = excluded.version, gone = false, name = excluded.name,
          categories = excluded.categories, price_minor = excluded.price_minor, currency = excluded.currency,
          stock = excluded.stock, url = excluded.url, image_url = excluded.image_url,
          attributes = excluded.attributes, updated_at = excluded.updated_at`,
      values: [JSON.stringify(rows), version],
    });
  }
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

function stored(row: ItemRow): StoredItem {
  const item: Item = {
    id: row.id,
    name: row.name,
    categories: row.categories,
    priceMinor: row.price_minor,
    currency: row.currency,
    stock: row.stock,
    url: row.url,
    imageUrl: row.image_url,
    attributes: row.attributes,
    updatedAt: row.updated_at.getTime(),
  };
  return { version: row.version, gone: row.gone, item };
}
