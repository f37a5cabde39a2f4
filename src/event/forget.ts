import { Mark, shardOf } from '../base/index.ts';
import type { Tx } from '../store/index.ts';
import type { Identity, ShopEvent } from './event.ts';
import { isWithin, spanRows, spanValues, type VisitorSpan } from './span.ts';
import { forgetConsents } from './table-inbox.ts';

/** Whose traces are removed: visitors for as long as they were theirs, and the profile ids that lessons carry. */
export interface Forgotten {
  spans: readonly VisitorSpan[];
  profileIds: readonly string[];
  /** Their names as browsers of others claimed them, and which devices did: the events stay, without the claim. */
  claims?: { names: readonly string[]; devices: readonly string[] };
  /** What came in later than this belongs to whoever uses the device since, UTC ms. */
  until: number;
}

/**
 * A row of the feed that tells everybody who follows it that a person was erased: by the mark of the profile id, as the
 * id itself is to be nowhere.
 */
export interface ForgetLesson {
  forget: [low: number, high: number];
}

/**
 * Removes the events of visitors, folded, unread and set aside, and takes the profile ids out of the feed: what the
 * crowd did stays counted, by whom does not. Those who have read the feed already are told by new rows of it, after the
 * nameless ones in each shard. Doing it again changes nothing.
 *
 * @returns how many events and feed rows were touched
 */
export async function forgetVisitors(tx: Tx, { spans, profileIds, claims, until }: Forgotten): Promise<number> {
  const { names = [], devices = [] } = claims ?? {};
  const shards = [...new Set(spans.map(({ visitor }) => shardOf(visitor)))];
  const { from, on } = spanRows(2);
  const gone = await tx.run({
    text: `delete from event e using ${from} where ${on} and e.received_at <= $1`,
    values: [new Date(until), ...spanValues(spans)],
  });
  const isTheirs = (event: ShopEvent) => event.receivedAt <= until && isWithin(spans, event);
  const isNamed = ({ namespace, id }: Identity) => names.includes(`${namespace}:${id}`);
  const change = (event: ShopEvent): ShopEvent | null => {
    if (isTheirs(event)) return null;
    return event.claims?.some(isNamed) ? { ...event, claims: event.claims.filter((one) => !isNamed(one)) } : event;
  };
  let touched = gone + (await unclaim(tx, names, devices));
  const all = [...new Set([...shards, ...devices.map(shardOf)])];
  for (const table of ['event_inbox', 'event_quarantine'] as const)
    touched += await strip(tx, table, { shards: all, change });
  const nameless = await anonymise(tx, profileIds);
  const told = new Set([...shards, ...nameless, ...profileIds.map(shardOf)]);
  return touched + nameless.length + (await tell(tx, profileIds, [...told]));
}

/** Takes claims out of the events of these devices. */
async function unclaim(tx: Tx, names: readonly string[], devices: readonly string[]): Promise<number> {
  if (names.length === 0 || devices.length === 0) return 0;
  const claim = `(c ->> 'namespace') || ':' || (c ->> 'id')`;
  return tx.run({
    text: `update event set body = jsonb_set(body, '{claims}', coalesce(
        (select jsonb_agg(c) from jsonb_array_elements(body -> 'claims') c where ${claim} <> all($3)), '[]'))
      where shard = any($1::smallint[]) and visitor = any($2) and jsonb_typeof(body -> 'claims') = 'array'
        and exists (select 1 from jsonb_array_elements(body -> 'claims') c where ${claim} = any($3))`,
    values: [[...new Set(devices.map(shardOf))], devices, names],
  });
}

/** Leaves those entries of stored batches that are to be kept, as they are to be; a batch with nothing left goes. */
async function strip(
  tx: Tx,
  table: 'event_inbox' | 'event_quarantine',
  { shards, change }: { shards: number[]; change: (event: ShopEvent) => ShopEvent | null },
): Promise<number> {
  const rows = await tx.rows<{ shard: number; id: string; payload: string }>({
    text: `select shard, id, payload from ${table} where shard = any($1::smallint[]) for update`,
    values: [shards],
  });
  let touched = 0;
  for (const { shard, id, payload } of rows) {
    const all = JSON.parse(payload) as ShopEvent[];
    const kept = all.map(change).filter((event) => event !== null);
    if (kept.length === all.length && kept.every((event, place) => event === all[place])) continue;
    touched++;
    if (table === 'event_inbox')
      await forgetConsents(
        tx,
        all.filter((event) => change(event) === null),
      );
    if (kept.length === 0) {
      await tx.run({ text: `delete from ${table} where shard = $1 and id = $2`, values: [shard, id] });
    } else {
      const mark = table === 'event_inbox' ? ', changed = true' : '';
      const text = `update ${table} set payload = $3${mark} where shard = $1 and id = $2`;
      await tx.run({ text, values: [shard, id, JSON.stringify(kept)] });
    }
  }
  return touched;
}

/** The id that stands where a person's was. */
const nobody = '00000000-0000-0000-0000-000000000000';

/**
 * Takes profile ids out of the feed, and what lessons say about the person besides. A profile's events may have come by
 * several devices, so every shard is looked at.
 *
 * @returns the shard of each row that was changed
 */
async function anonymise(tx: Tx, profileIds: readonly string[]): Promise<number[]> {
  const touched: number[] = [];
  for (const id of profileIds) {
    const rows = await tx.rows<{ shard: number; version: string; payload: string }>({
      text: 'select shard, version, payload from feed where position($1 in payload) > 0 for update',
      values: [id],
    });
    for (const { shard, version, payload } of rows) {
      const entries = JSON.parse(payload) as Record<string, unknown>[];
      const nameless = entries.map((entry) => (Object.values(entry).includes(id) ? withoutPerson(entry, id) : entry));
      const text = 'update feed set payload = $3 where shard = $1 and version = $2';
      await tx.run({ text, values: [shard, version, JSON.stringify(nameless)] });
      touched.push(shard);
    }
  }
  return touched;
}

function withoutPerson(entry: Record<string, unknown>, id: string): Record<string, unknown> {
  const plain = Object.entries(entry).filter(([, value]) => typeof value !== 'object');
  return Object.fromEntries(plain.map(([name, value]) => [name, value === id ? nobody : value]));
}

/** Appends to the feed of each shard, under the lock of its row: without a gap and in commit order, as the fold does. */
async function tell(tx: Tx, profileIds: readonly string[], shards: number[]): Promise<number> {
  const lessons = profileIds.map((id): ForgetLesson => {
    const { low, high } = new Mark().of(id);
    return { forget: [low, high] };
  });
  return tx.run({
    text: `with locked as (select shard from event_shard where shard = any($1::smallint[]) order by shard for update),
      raised as (update event_shard s set version = s.version + 1 from locked where s.shard = locked.shard
        returning s.shard, s.version)
      insert into feed (shard, version, at, payload) select shard, version, now(), $2 from raised`,
    values: [shards, JSON.stringify(lessons)],
  });
}
