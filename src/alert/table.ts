import type { Migration, Runner } from '../store/index.ts';
import type { Alert, AlertKind, Notice } from './alert.ts';

export const migrations: Migration[] = [
  {
    name: '0850-alert-tables',
    sql: `
create table alert (
  key text primary key,
  kind text not null,
  title text not null,
  body text not null,
  journey text,
  owners jsonb not null,
  raised_at timestamptz not null,
  seen_at timestamptz not null,
  told_at timestamptz not null,
  resolved_at timestamptz
);
create table alert_notice (
  id uuid primary key,
  notice jsonb not null,
  at timestamptz not null,
  bundle uuid
);
create index alert_notice_open on alert_notice (at) where bundle is null;
create table alert_setting (
  one boolean primary key default true check (one),
  mails jsonb not null default '[]',
  off jsonb not null default '[]',
  webhook text,
  secret text,
  told_at timestamptz not null default '-infinity'
);
insert into alert_setting default values;
`,
  },
  {
    // What it says by codes, so that it can be told in another language than English.
    name: '0851-alert-said',
    sql: 'alter table alert add column said jsonb',
  },
];

export interface SettingRow {
  mails: string[];
  off: AlertKind[];
  webhook: string | null;
  /** Sealed. */
  secret: string | null;
  /** When notices last went out, UTC ms. */
  toldAt: number;
}

/** The settings; within a transaction they can be held, so that one process at a time judges and tells. */
export async function readSetting(runner: Runner, { hold }: { hold: boolean }): Promise<SettingRow> {
  const [row] = await runner.rows<Omit<SettingRow, 'toldAt'> & { told: number | null }>({
    name: hold ? 'alert.hold' : 'alert.setting',
    text: `select mails, off, webhook, secret,
        case when isfinite(told_at) then extract(epoch from told_at)::float8 * 1000 end as told
      from alert_setting${hold ? ' for update' : ''}`,
  });
  const { told, ...rest } = row!;
  return { ...rest, toldAt: told ?? -Infinity };
}

export async function saveSetting(tx: Runner, row: Omit<SettingRow, 'toldAt'>): Promise<void> {
  await tx.run({
    text: 'update alert_setting set mails = $1, off = $2, webhook = $3, secret = $4',
    values: [JSON.stringify(row.mails), JSON.stringify(row.off), row.webhook, row.secret],
  });
}

interface AlertRow extends Omit<Alert, 'text' | 'raisedAt' | 'seenAt' | 'toldAt' | 'resolvedAt'> {
  body: string;
  raised_at: Date;
  seen_at: Date;
  told_at: Date;
  resolved_at: Date | null;
}

function alertOf({ body, raised_at, seen_at, told_at, resolved_at, ...row }: AlertRow): Alert {
  return {
    ...row,
    text: body,
    raisedAt: raised_at.getTime(),
    seenAt: seen_at.getTime(),
    toldAt: told_at.getTime(),
    resolvedAt: resolved_at?.getTime() ?? null,
  };
}

/** Those that last, and with `since` those that ended after it; the newest first. */
export async function readAlerts(runner: Runner, since: number | null): Promise<Alert[]> {
  const rows = await runner.rows<AlertRow>({
    name: 'alert.read',
    text: `select key, kind, title, body, journey, owners, said, raised_at, seen_at, told_at, resolved_at from alert
      where resolved_at is null or resolved_at > $1 order by resolved_at is not null, raised_at desc, key limit 500`,
    values: [since === null ? 'infinity' : new Date(since)],
  });
  return rows.map(alertOf);
}

export async function saveAlerts(tx: Runner, alerts: readonly Alert[]): Promise<void> {
  if (alerts.length === 0) return;
  await tx.run({
    name: 'alert.save',
    text: `insert into alert (key, kind, title, body, journey, owners, said, raised_at, seen_at, told_at, resolved_at)
      select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::jsonb[], $8::timestamptz[],
        $9::timestamptz[], $10::timestamptz[], $11::timestamptz[])
      on conflict (key) do update set title = excluded.title, body = excluded.body, owners = excluded.owners, said = excluded.said, raised_at = excluded.raised_at,
        seen_at = excluded.seen_at, told_at = excluded.told_at, resolved_at = excluded.resolved_at`,
    values: [
      alerts.map(({ key }) => key),
      alerts.map(({ kind }) => kind),
      alerts.map(({ title }) => title),
      alerts.map(({ text }) => text),
      alerts.map(({ journey }) => journey),
      alerts.map(({ owners }) => JSON.stringify(owners)),
      alerts.map(({ said = null }) => (said === null ? null : JSON.stringify(said))),
      alerts.map(({ raisedAt }) => new Date(raisedAt)),
      alerts.map(({ seenAt }) => new Date(seenAt)),
      alerts.map(({ toldAt }) => new Date(toldAt)),
      alerts.map(({ resolvedAt }) => (resolvedAt === null ? null : new Date(resolvedAt))),
    ],
  });
}

export async function addNotices(tx: Runner, notices: readonly { id: string; notice: Notice }[]): Promise<void> {
  if (notices.length === 0) return;
  await tx.run({
    name: 'alert.notice',
    text: 'insert into alert_notice (id, notice, at) select * from unnest($1::uuid[], $2::jsonb[], $3::timestamptz[])',
    values: [
      notices.map(({ id }) => id),
      notices.map(({ notice }) => JSON.stringify(notice)),
      notices.map(({ notice }) => new Date(notice.at)),
    ],
  });
}

/** Notices that nobody was told yet, as one bundle from now on. */
export async function takeNotices(tx: Runner, { bundle, now }: { bundle: string; now: number }): Promise<Notice[]> {
  const rows = await tx.rows<{ notice: Notice }>({
    name: 'alert.take',
    text: 'update alert_notice set bundle = $1 where bundle is null returning notice',
    values: [bundle],
  });
  if (rows.length > 0) await tx.run({ text: 'update alert_setting set told_at = $1', values: [new Date(now)] });
  return rows.map(({ notice }) => notice).sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
}

export async function hasNotices(runner: Runner): Promise<boolean> {
  const rows = await runner.rows({
    name: 'alert.waiting',
    text: 'select 1 from alert_notice where bundle is null limit 1',
  });
  return rows.length > 0;
}

/** Forgets what was told and what is over for longer than is shown. */
export async function forgetOld(tx: Runner, before: number): Promise<void> {
  await tx.run({ text: 'delete from alert_notice where bundle is not null and at < $1', values: [new Date(before)] });
  await tx.run({ text: 'delete from alert where resolved_at < $1', values: [new Date(before)] });
}
