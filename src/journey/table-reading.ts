import type { Runner } from '../store/index.ts';
import type { Reading } from './reading.ts';

interface ReadingRow extends Omit<Reading, 'due' | 'since'> {
  due: Date;
  since: Date | null;
}

/** A reading as it is planned. */
export type NewReading = Omit<Reading, 'cursor' | 'started'>;

/** Plans readings; one of the same occasion and wave stays as it is. */
export async function planReadings(tx: Runner, readings: readonly NewReading[]): Promise<void> {
  if (readings.length === 0) return;
  await tx.run({
    name: 'journey.plan-readings',
    text: `insert into journey_reading (id, journey, version, name, wave, due, next_at, since, data)
      select id, journey, version, name, wave, due, due, since, data
      from unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::int[], $6::timestamptz[], $7::timestamptz[], $8::jsonb[])
        as r(id, journey, version, name, wave, due, since, data)
      on conflict (journey, name, wave) do nothing`,
    values: [
      readings.map(({ id }) => id),
      readings.map(({ journey }) => journey),
      readings.map(({ version }) => version),
      readings.map(({ name }) => name),
      readings.map(({ wave }) => wave),
      readings.map(({ due }) => new Date(due)),
      readings.map(({ since }) => (since === null ? null : new Date(since))),
      readings.map(({ data }) => (data === null ? null : JSON.stringify(data))),
    ],
  });
}

/** The reading to go on with at `now`: the first due of a live journey whose earlier waves have ended; null when none. */
export async function openReading(runner: Runner, now: number): Promise<Reading | null> {
  const [row] = await runner.rows<ReadingRow>({
    name: 'journey.open-reading',
    text: `select r.id, r.journey, r.version, r.name, r.wave, r.due, r.since, r.data, r.cursor, r.started
      from journey_reading r join journey j on j.key = r.journey and j.status = 'live'
      where r.ended_at is null and r.next_at <= $1 and not exists (
        select from journey_reading e where e.journey = r.journey and e.name = r.name and e.wave < r.wave and e.ended_at is null)
      order by r.next_at, r.wave limit 1`,
    values: [new Date(now)],
  });
  return row ? { ...row, due: row.due.getTime(), since: row.since?.getTime() ?? null } : null;
}

/** Takes a reading for this transaction; false when another has gone on with it since. */
export async function holdReading(tx: Runner, reading: Reading): Promise<boolean> {
  const rows = await tx.rows({
    text: 'select from journey_reading where id = $1 and ended_at is null and cursor is not distinct from $2 for update skip locked',
    values: [reading.id, reading.cursor],
  });
  return rows.length === 1;
}

/** Notes how far a reading has come, in the transaction that let its people in. */
export async function noteReading(
  tx: Runner,
  id: string,
  to: { cursor: string | null; started: number; nextAt: number; endedAt: number | null },
): Promise<void> {
  await tx.run({
    name: 'journey.note-reading',
    text: `update journey_reading set cursor = coalesce($2, cursor), started = started + $3, next_at = $4, ended_at = $5 where id = $1`,
    values: [id, to.cursor, to.started, new Date(to.nextAt), to.endedAt === null ? null : new Date(to.endedAt)],
  });
}

/** When a reading is to be gone on with, UTC ms; null when none is open. */
export async function nextReadingAt(runner: Runner): Promise<number | null> {
  const [row] = await runner.rows<{ at: Date | null }>({
    name: 'journey.next-reading',
    text: `select min(r.next_at) as at from journey_reading r join journey j on j.key = r.journey and j.status = 'live' where r.ended_at is null`,
  });
  return row?.at?.getTime() ?? null;
}

/** The newest occasion on which a journey was read whole, its nominal time, UTC ms; null when it was never read. */
export async function lastReading(runner: Runner, journey: string): Promise<number | null> {
  const [row] = await runner.rows<{ due: Date | null }>({
    text: 'select max(due) as due from journey_reading where journey = $1 and wave = 0',
    values: [journey],
  });
  return row?.due?.getTime() ?? null;
}

/** Ends journeys that are read no more and whose readings are done: nobody can come in (journeys E13). */
export async function closeReadOut(runner: Runner, keys: readonly string[], now: number): Promise<number> {
  return runner.run({
    text: `update journey j set status = 'closed', updated_at = $2 where key = any($1) and status = 'live' and read_due is null
      and not exists (select from journey_reading r where r.journey = j.key and r.ended_at is null)`,
    values: [keys, new Date(now)],
  });
}

/** Readings of a journey, the newest first. */
export async function readingsOf(
  runner: Runner,
  journey: string,
  limit: number,
): Promise<{ name: string; wave: number; due: number; started: number; endedAt: number | null }[]> {
  const rows = await runner.rows<{ name: string; wave: number; due: Date; started: number; ended_at: Date | null }>({
    text: 'select name, wave, due, started, ended_at from journey_reading where journey = $1 order by due desc, wave desc limit $2',
    values: [journey, limit],
  });
  return rows.map(({ due, ended_at, ...row }) => ({
    ...row,
    due: due.getTime(),
    endedAt: ended_at?.getTime() ?? null,
  }));
}
