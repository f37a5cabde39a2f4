import { textColumn, type Runner, type Tx } from '../store/index.ts';
import type { Refusal } from './input.ts';

/** Notes refused rows of a run. A row that is noted stays as it is. */
export async function noteFaults(runner: Runner, run: string, faults: readonly Refusal[]): Promise<void> {
  if (faults.length === 0) return;
  await runner.run({
    text: `insert into feed_fault (run, row, code, item, why)
      select $1, row, code, item, why from jsonb_to_recordset($2::jsonb) as given(row bigint, code text, item text, why text)
      on conflict (run, row, code) do nothing`,
    values: [
      run,
      JSON.stringify(
        faults.map(({ row, code, id, why }) => ({ row, code, item: storable(id), why: storable(why)!.slice(0, 500) })),
      ),
    ],
  });
}

/** What PostgreSQL keeps of any text: no U+0000 and no halves of pairs. */
function storable(text: string | null): string | null {
  return text?.replaceAll('\0', '\u2400').replace(/\p{Surrogate}/gu, '\ufffd') ?? null;
}

export async function forgetFaults(runner: Runner, run: string): Promise<void> {
  await runner.run({ text: 'delete from feed_fault where run = $1', values: [run] });
}

/** Refused rows by their place, after row number `after`; more than `limit` when the last row has several faults. */
export async function faultsOf(
  runner: Runner,
  run: string,
  { after, limit }: { after: number; limit: number },
): Promise<Refusal[]> {
  return runner.rows<Refusal>({
    text: `select row, item as id, code, why from feed_fault where run = $1 and row > $2 order by row
      fetch first $3 rows with ties`,
    values: [run, after, limit],
  });
}

/** Notes that these items came from the feed. */
export async function noteItems(runner: Runner, feed: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await runner.run({
    name: 'feed.note-items',
    text: 'insert into feed_item (feed, item) select $1, unnest($2::text[]) on conflict do nothing',
    values: [feed, textColumn(ids)],
  });
}

/** Items that came from this feed and from no other, by id, after `after`. */
export async function ownItems(
  runner: Runner,
  feed: string,
  { after, limit }: { after: string; limit: number },
): Promise<string[]> {
  const rows = await runner.rows<{ item: string }>({
    name: 'feed.own-items',
    text: `select item from feed_item mine where feed = $1 and item > $2
      and not exists (select 1 from feed_item other where other.item = mine.item and other.feed <> $1)
      order by item limit $3`,
    values: [feed, after, limit],
  });
  return rows.map(({ item }) => item);
}

export async function forgetItems(runner: Runner, feed: string, ids: readonly string[]): Promise<void> {
  await runner.run({ text: 'delete from feed_item where feed = $1 and item = any($2)', values: [feed, ids] });
}

/** A file as it is kept. */
export interface StoredFile {
  id: string;
  feed: string;
  name: string | null;
  /** We have packed it; it was not packed when it came. */
  packed: boolean;
  octets: number;
  whole: boolean;
}

export async function beginFile(
  runner: Runner,
  file: Pick<StoredFile, 'id' | 'feed' | 'name' | 'packed'> & { at: number },
): Promise<void> {
  await runner.run({
    text: 'insert into feed_file (id, feed, name, packed, at) values ($1, $2, $3, $4, $5)',
    values: [file.id, file.feed, file.name, file.packed, new Date(file.at)],
  });
}

export async function writePart(
  runner: Runner,
  { file, part, octets }: { file: string; part: number; octets: Uint8Array },
): Promise<void> {
  await runner.run({
    name: 'feed.write-part',
    text: 'insert into feed_part (file, part, octets) values ($1, $2, $3)',
    values: [file, part, octets],
  });
}

export async function endFile(runner: Runner, file: string, octets: number): Promise<void> {
  await runner.run({ text: 'update feed_file set whole = true, octets = $2 where id = $1', values: [file, octets] });
}

export async function findFile(runner: Runner, id: string): Promise<StoredFile | undefined> {
  const rows = await runner.rows<StoredFile>({
    text: 'select id, feed, name, packed, octets, whole from feed_file where id = $1 and whole',
    values: [id],
  });
  return rows[0];
}

export async function newestFile(runner: Runner, feed: string): Promise<StoredFile | undefined> {
  const rows = await runner.rows<StoredFile>({
    text: `select id, feed, name, packed, octets, whole from feed_file where feed = $1 and whole order by at desc, id desc limit 1`,
    values: [feed],
  });
  return rows[0];
}

export async function readPart(runner: Runner, file: string, part: number): Promise<Uint8Array | undefined> {
  const rows = await runner.rows<{ octets: Uint8Array }>({
    name: 'feed.read-part',
    text: 'select octets from feed_part where file = $1 and part = $2',
    values: [file, part],
  });
  return rows[0]?.octets;
}

export async function dropFile(tx: Runner, id: string): Promise<void> {
  await tx.run({ text: 'delete from feed_part where file = $1', values: [id] });
  await tx.run({ text: 'delete from feed_file where id = $1', values: [id] });
}

/**
 * Files that nobody needs any more: of each feed the newest whole one stays, and those of runs that are under way or wait
 * for a word; half ones go after a day, whole ones after a week.
 */
export async function oldFiles(runner: Runner, at: { halfBefore: number; wholeBefore: number }): Promise<string[]> {
  const rows = await runner.rows<{ id: string }>({
    text: `select f.id from feed_file f where not exists (select 1 from feed_run r where r.file = f.id and r.ended_at is null)
      and ((not f.whole and f.at < $1) or (f.whole and f.at < $2)
        or (f.whole and exists (select 1 from feed_file n where n.feed = f.feed and n.whole and (n.at, n.id) > (f.at, f.id))))
      limit 50`,
    values: [new Date(at.halfBefore), new Date(at.wholeBefore)],
  });
  return rows.map(({ id }) => id);
}

/** Keeps the newest runs of each feed. @returns how many are gone */
export async function dropOldRuns(tx: Tx, keep: number): Promise<number> {
  const rows = await tx.rows<{ id: string }>({
    text: `select r.id from feed_run r join feed_source s on s.key = r.feed
      where r.number <= s.runs - $1 and r.ended_at is not null limit 200`,
    values: [keep],
  });
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return 0;
  await tx.run({ text: 'delete from feed_fault where run = any($1)', values: [ids] });
  return tx.run({ text: 'delete from feed_run where id = any($1)', values: [ids] });
}
