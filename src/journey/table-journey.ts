import type { Runner } from '../store/index.ts';
import type { JourneyDefinition } from './definition.ts';

/** A journey as stored: the draft, and the version that is live or was last. */
export interface JourneyRow {
  key: string;
  status: JourneyStatus;
  version: number;
  draft: JourneyDefinition;
  publishedAt: number | null;
  readDue: number | null;
  /** Since when it is paused, UTC ms. */
  pausedAt: number | null;
  /** Those inside are being brought over to the live version. */
  moving: Moving | null;
}

/**
 * `draft`: nobody is in it. `live`: people come in. `paused`: nobody comes in and nobody goes on. `closed`: nobody comes in,
 * those inside go on to their end. `stopped`: everybody's run ends where it is.
 */
export type JourneyStatus = 'draft' | 'live' | 'paused' | 'closed' | 'stopped';

/** Which activity of the live version takes those who stand at one of an older; null ends their runs. */
export interface Moving {
  to: number;
  map: Record<string, string | null>;
}

export async function journeyRows(runner: Runner): Promise<JourneyRow[]> {
  const rows = await runner.rows<
    Omit<JourneyRow, 'publishedAt' | 'readDue' | 'pausedAt'> &
      Record<'published_at' | 'read_due' | 'paused_at', Date | null>
  >({
    name: 'journey.list',
    text: 'select key, status, version, draft, published_at, read_due, paused_at, moving from journey order by key',
  });
  return rows.map(({ published_at, read_due, paused_at, ...row }) => ({
    ...row,
    publishedAt: published_at?.getTime() ?? null,
    readDue: read_due?.getTime() ?? null,
    pausedAt: paused_at?.getTime() ?? null,
  }));
}

/** A text that is another one after any journey was saved, published, closed, read or removed. */
export async function journeyMark(runner: Runner): Promise<string> {
  const [row] = await runner.rows<{ mark: string | null }>({
    name: 'journey.mark',
    text: `select string_agg(key || status || version || updated_at || coalesce(read_due::text, '') || coalesce(moving::text, ''), ' ' order by key) as mark
      from journey`,
  });
  return row?.mark ?? '';
}

export async function versionRows(
  runner: Runner,
): Promise<{ journey: string; version: number; definition: JourneyDefinition }[]> {
  return runner.rows({ name: 'journey.versions', text: 'select journey, version, definition from journey_version' });
}

/** A published version: since when, and how many runs that began with it are inside still. */
export interface VersionRow {
  version: number;
  publishedAt: number;
  inside: number;
}

/** The published versions of a journey, the newest first. */
export async function versionsInside(runner: Runner, journey: string): Promise<VersionRow[]> {
  const rows = await runner.rows<{ version: number; published_at: Date; inside: number }>({
    text: `select v.version, v.published_at, coalesce(r.n, 0)::int as inside from journey_version v
      left join (select version, count(*) as n from journey_run where journey = $1 and ended_at is null group by version) r
        on r.version = v.version
      where v.journey = $1 order by v.version desc`,
    values: [journey],
  });
  return rows.map(({ published_at, ...row }) => ({ ...row, publishedAt: published_at.getTime() }));
}

/** Ids of runs of a journey that began last, of the newest 20,000 of all journeys. */
export async function lastRunIds(runner: Runner, journey: string, limit: number): Promise<string[]> {
  const rows = await runner.rows<{ id: string }>({
    text: `select id from (select id, journey from journey_run order by id desc limit 20000) r
      where journey = $1 order by id desc limit $2`,
    values: [journey, limit],
  });
  return rows.map(({ id }) => id);
}

/** Takes all runs and their history away; the journeys themselves become drafts again. For leaving the demo. */
export async function emptyJourneys(runner: Runner): Promise<void> {
  await runner.run({
    text: 'truncate journey_run, journey_wait, journey_step, journey_entry, journey_refusal, journey_version, journey_cap, journey_reading, journey_service, simulation, simulation_person, simulation_mail',
  });
  await runner.run({
    text: "update journey set status = 'draft', version = 0, published_at = null, read_due = null, paused_at = null, moving = null",
  });
}
