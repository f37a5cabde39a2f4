import type { Migration, Runner } from '../store/index.ts';

/** Definitions that are kept in versions: a row a version, never changed. */
export type DefinitionKind = 'design' | 'offer' | 'activity' | 'criterion';

/**
 * `draft`: not in force; the newest other row is. `live` and `paused` are in force as they say; `gone`: taken away.
 */
export type VersionState = 'draft' | 'live' | 'paused' | 'gone';

export interface VersionRow {
  key: string;
  version: number;
  state: VersionState;
  body: unknown;
  savedAt: Date;
}

export const tableOf = (kind: DefinitionKind) => `
create table ${kind} (
  key text not null,
  version integer not null,
  state text not null,
  body jsonb not null,
  saved_at timestamptz not null,
  primary key (key, version)
);`;

/** Tables of designs, offers and activities; part of the room's migrations. */
export const activityMigrations: Migration[] = [
  { name: '0420-design', sql: tableOf('design') },
  { name: '0421-offer-activity', sql: `${tableOf('offer')}${tableOf('activity')}` },
];

/** What changes when anything is saved: versions are only ever added. */
export async function countVersions(runner: Runner, kind: DefinitionKind): Promise<number> {
  const text = `select count(*)::int as count from ${kind}`;
  return (await runner.rows<{ count: number }>({ name: `recommend.count-${kind}`, text }))[0]!.count;
}

/** The newest version of each key, and the newest that is no draft. */
export function newestVersions(runner: Runner, kind: DefinitionKind): Promise<VersionRow[]> {
  return runner.rows<VersionRow>({
    text: `select key, version, state, body, saved_at as "savedAt" from ${kind} one
      where version in (
        (select max(version) from ${kind} where key = one.key),
        (select max(version) from ${kind} where key = one.key and state <> 'draft'))
      order by key, version`,
  });
}

/** All versions of one, newest first. */
export function versionsOf(runner: Runner, kind: DefinitionKind, key: string): Promise<VersionRow[]> {
  return runner.rows<VersionRow>({
    text: `select key, version, state, body, saved_at as "savedAt" from ${kind} where key = $1 order by version desc limit 100`,
    values: [key],
  });
}

/** Adds the next version of a key. Of two at once one fails on the key (23505) and may be tried again. */
export async function addVersion(
  runner: Runner,
  kind: DefinitionKind,
  { key, state, body, at }: { key: string; state: VersionState; body: unknown; at: number },
): Promise<number> {
  const rows = await runner.rows<{ version: number }>({
    text: `insert into ${kind} (key, version, state, body, saved_at)
      select $1, coalesce(max(version), 0) + 1, $2, $3, $4 from ${kind} where key = $1 returning version`,
    values: [key, state, JSON.stringify(body), new Date(at)],
  });
  return rows[0]!.version;
}
