import type { Catalog } from './catalog.ts';
import { noCounts, type FeedCounts } from './feed.ts';
import { feedErrors } from './feed-error.ts';
import type { IdSet } from './feed-ids.ts';
import type { MappedFeed } from './feed-mapping.ts';
import type { SourceRow } from './feed-row.ts';
import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';
import type { ItemInput, Refusal } from './input.ts';
import { inStock, type WholeItem } from './item.ts';
import { refusal } from './read.ts';
import { checkRows, foldRows } from './write.ts';
import type { Schema } from './schema.ts';

/** What a lot of rows is, before the catalogue is asked. */
export interface Lot {
  rows: number;
  items: ItemInput[];
  refused: Refusal[];
  /** Rows of an id that has come before in the file. */
  repeated: Refusal[];
  /** Ids that came in an earlier lot. */
  earlier: Set<string>;
  /** Rows whose id cannot be read: which items they speak of is not known. */
  nameless: number;
}

/** Makes items of rows; a bad row is refused alone. Notes each id in `seen`. Pure but for that. */
export function takeRows(
  rows: readonly SourceRow[],
  { feed, seen, now, environment }: { feed: MappedFeed; seen: IdSet; now: number; environment: string | null },
): Lot {
  const lot: Lot = { rows: rows.length, items: [], refused: [], repeated: [], earlier: new Set(), nameless: 0 };
  const here = new Set<string>();
  for (const row of rows) {
    const id = feed.idOf(row, now);
    if (id === null) lot.nameless++;
    else if (seen.add(id)) here.add(id);
    else {
      if (!here.has(id)) lot.earlier.add(id);
      const why = `"${id.slice(0, 100)}" has come before in the file; the last row holds`;
      lot.repeated.push({ row: row.row, id: id.slice(0, 256), code: feedErrors.FEED_ROW_REPEATED.code, why });
    }
    try {
      if (row.fault !== null) {
        throw new BeckonError(errors.ITEM_ROW_UNREADABLE, `The row cannot be read: ${row.fault}`);
      }
      const item = feed.map(row, now);
      if (environment !== null) item['environment'] ??= environment;
      lot.items.push({ ...(item as unknown as ItemInput), row: row.row });
    } catch (error) {
      lot.refused.push(refusal(error, row.row, { id }));
    }
  }
  return lot;
}

/** What a lot would do to the catalogue. */
export interface Weighed {
  counts: FeedCounts;
  refused: Refusal[];
  /** The items that would become different: no other need be written. */
  differing: ItemInput[];
  /** Ids of all rows that were taken. */
  kept: string[];
  /** Attributes with what these rows add, for weighing the next lot. */
  schema: Schema;
}

/**
 * Weighs a lot against the catalogue as it is, without writing: by the same functions that write. Pure.
 *
 * @param before what the shop's attributes are, after the lots that came before
 */
export function weigh(
  catalog: Pick<Catalog, 'whole' | 'currency' | 'settings'>,
  lot: Lot,
  { source, now, schema }: { source: string; now: number; schema: Schema },
): Weighed {
  const checked = checkRows(lot.items);
  const folded = foldRows((id) => catalog.whole(id), checked.rows, {
    now,
    currency: catalog.currency,
    usual: catalog.settings.environment,
    schema,
    source,
    origins: null,
  });
  const refused = [...lot.refused, ...checked.refused, ...folded.refused].sort((a, b) => a.row - b.row);
  const bad = new Set(folded.refused.map(({ row }) => row));
  const taken = checked.rows.filter(({ row }) => !bad.has(row));
  const changed = new Set(folded.written.map(({ item }) => item.id));
  const counts: FeedCounts = {
    ...noCounts,
    rows: lot.rows,
    kept: taken.length,
    refused: refused.length,
    repeated: lot.repeated.length,
    known: taken.filter(({ input }) => catalog.whole(input.id) !== undefined).length,
    codes: {},
  };
  for (const { code } of [...refused, ...lot.repeated]) counts.codes[code] = (counts.codes[code] ?? 0) + 1;
  for (const { item } of folded.written) {
    const before = catalog.whole(item.id);
    if (before === undefined) counts.created += lot.earlier.has(item.id) ? 0 : 1;
    else counts.changed++;
    if (before && pricedAnew(before, item)) counts.priced++;
    if (before && loses(before, item)) counts.cleared++;
  }
  return {
    counts,
    refused,
    differing: taken.filter(({ input }) => changed.has(input.id)).map(({ row, input }) => ({ ...input, row })),
    kept: taken.map(({ input }) => input.id),
    schema: folded.schema,
  };
}

function pricedAnew(before: WholeItem, after: WholeItem): boolean {
  return (
    before.priceMinor !== null &&
    after.priceMinor !== null &&
    (before.priceMinor !== after.priceMinor || before.currency !== after.currency)
  );
}

/** Does an item lose something that was known of it, or its last piece? */
function loses(before: WholeItem, after: WholeItem): boolean {
  const lost = (['priceMinor', 'url', 'imageUrl'] as const).some(
    (field) => before[field] !== null && after[field] === null,
  );
  const uncategorised = before.categories.length > 0 && after.categories.length === 0;
  return lost || uncategorised || (inStock(before) && !inStock(after));
}

/** Adds up what lots did. */
export function sum(a: FeedCounts, b: FeedCounts): FeedCounts {
  const codes = { ...a.codes };
  for (const [code, count] of Object.entries(b.codes)) codes[code] = (codes[code] ?? 0) + count;
  return {
    rows: a.rows + b.rows,
    kept: a.kept + b.kept,
    refused: a.refused + b.refused,
    repeated: a.repeated + b.repeated,
    created: a.created + b.created,
    changed: a.changed + b.changed,
    priced: a.priced + b.priced,
    cleared: a.cleared + b.cleared,
    removed: a.removed + b.removed,
    known: a.known + b.known,
    codes,
  };
}
