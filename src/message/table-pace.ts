import type { Migration, Runner, Tx } from '../store/index.ts';
import type { BrakeCounts, BrakeScope, ToldShare } from './brake.ts';
import { openLane, type Lane } from './pace.ts';
import type { StepHarm, WarmUp } from './warm-up.ts';

/** Statements of what slows mail down: lanes with a rate, warm-ups, brakes. Few rows, all under shard 0. */

export const paceMigrations: Migration[] = [
  {
    name: '0670-message-pace',
    sql: `
create table mail_lane (
  shard smallint not null default 0,
  name text not null,
  ceiling double precision,
  rate double precision,
  base double precision,
  lowered_at timestamptz,
  free_at timestamptz,
  closed_until timestamptz,
  refusals integer not null default 0,
  refused_since timestamptz,
  closures integer not null default 0,
  why text,
  primary key (shard, name)
);
create table mail_warm_up (
  shard smallint not null default 0,
  domain text not null,
  caps jsonb not null,
  step integer not null default 0,
  day text,
  day_began timestamptz,
  used integer not null default 0,
  kept text,
  begun_at timestamptz not null,
  ended_at timestamptz,
  primary key (shard, domain)
);
create table mail_brake (
  shard smallint not null default 0,
  id uuid not null,
  scope text not null,
  why text not null,
  counts jsonb not null,
  pulled_at timestamptz not null,
  released_at timestamptz,
  released_by text,
  note text,
  primary key (shard, id)
);
create unique index mail_brake_pulled on mail_brake (shard, scope) where released_at is null;
create index message_heard_harm on message_heard (at) where kind in ('complained', 'bounced');
`,
  },
  {
    // Shares of complaints as a mailbox host shows them to senders, typed in.
    name: '0673-message-told-share',
    sql: `
create table mail_told_share (
  shard smallint not null default 0,
  domain text not null,
  host text not null,
  day text not null,
  share double precision not null,
  told_at timestamptz not null,
  told_by text not null,
  primary key (shard, domain, host, day)
);
`,
  },
];

/** What is set at all: most of the time nothing, and then this is the one look. */
export interface Slowed {
  frozen: boolean;
  /** Scopes whose brake is pulled. */
  braked: BrakeScope[];
  lanes: boolean;
  /** Until when those lanes are closed that are, UTC ms. */
  closed: Record<string, number>;
  warming: boolean;
}

export async function readSlowed(runner: Runner, now: number): Promise<Slowed> {
  const [row] = await runner.rows<Slowed>({
    name: 'mail-slowed',
    text: `select exists (select 1 from sending where frozen) as frozen,
      coalesce((select array_agg(scope) from mail_brake where shard = 0 and released_at is null), '{}') as braked,
      exists (select 1 from mail_lane) as lanes,
      coalesce((select jsonb_object_agg(name, extract(epoch from closed_until) * 1000) from mail_lane
        where closed_until > $1), '{}') as closed,
      exists (select 1 from mail_warm_up where ended_at is null) as warming`,
    values: [new Date(now)],
  });
  return row!;
}

const times = ['loweredAt', 'freeAt', 'closedUntil', 'refusedSince'] as const;
type RawLane = Omit<Lane, (typeof times)[number]> & Record<(typeof times)[number], Date | null>;

const laneColumns = `name, ceiling, rate, base, lowered_at as "loweredAt", free_at as "freeAt",
  closed_until as "closedUntil", refusals, refused_since as "refusedSince", closures, why`;

function laneOf(raw: RawLane): Lane {
  const at = Object.fromEntries(times.map((name) => [name, raw[name]?.getTime() ?? null]));
  return { ...raw, ...(at as Pick<Lane, (typeof times)[number]>) };
}

/** Those of these lanes that have ever been slowed, locked in the order of their names. */
export async function lockLanes(tx: Tx, names: readonly string[]): Promise<Map<string, Lane>> {
  const rows = await tx.rows<RawLane>({
    name: 'mail-lanes-lock',
    text: `select ${laneColumns} from mail_lane where shard = 0 and name = any($1) order by name for update`,
    values: [names],
  });
  return new Map(rows.map((raw) => [raw.name, laneOf(raw)]));
}

/** One lane, locked; it is made if it was never slowed. */
export async function lockLane(tx: Tx, name: string): Promise<Lane> {
  await tx.run({ text: 'insert into mail_lane (name) values ($1) on conflict do nothing', values: [name] });
  return (await lockLanes(tx, [name])).get(name) ?? openLane(name);
}

export async function readLanes(runner: Runner): Promise<Lane[]> {
  const rows = await runner.rows<RawLane>({ text: `select ${laneColumns} from mail_lane order by name limit 1000` });
  return rows.map(laneOf);
}

export function saveLane(tx: Runner, lane: Lane): Promise<number> {
  const at = (time: number | null) => (time === null ? null : new Date(time));
  const { name, ceiling, rate, base, refusals, closures, why } = lane;
  return tx.run({
    name: 'mail-lane-save',
    text: `update mail_lane set ceiling = $2, rate = $3, base = $4, lowered_at = $5, free_at = $6, closed_until = $7,
      refusals = $8, refused_since = $9, closures = $10, why = $11 where shard = 0 and name = $1`,
    values: [
      name,
      ceiling,
      rate,
      base,
      at(lane.loweredAt),
      at(lane.freeAt),
      at(lane.closedUntil),
      refusals,
      at(lane.refusedSince),
      closures,
      why,
    ],
  });
}

export function dropLane(tx: Runner, name: string): Promise<number> {
  return tx.run({ text: 'delete from mail_lane where shard = 0 and name = $1', values: [name] });
}

/** Mails that hosts took since a moment, by the domain they went to; asked for when a host wants fewer. */
export async function takenSince(runner: Runner, since: number): Promise<{ domain: string; count: number }[]> {
  return runner.rows({
    text: `select split_part(lower(recipient), '@', 2) as domain, count(*)::int as count from message
      where accepted_at > $1 and recipient is not null group by 1`,
    values: [new Date(since)],
  });
}

const warmColumns = 'domain, caps, step, day, used, kept';

/** The warm-up of a domain that is under way, locked, and when its day began; null: there is none. */
export async function lockWarmUp(tx: Tx, domain: string): Promise<(WarmUp & { dayBegan: number | null }) | null> {
  const [row] = await tx.rows<WarmUp & { began: Date | null }>({
    name: 'mail-warm-up-lock',
    text: `select ${warmColumns}, day_began as began from mail_warm_up
      where shard = 0 and domain = $1 and ended_at is null for update`,
    values: [domain],
  });
  if (!row) return null;
  const { began, ...plan } = row;
  return { ...plan, dayBegan: began?.getTime() ?? null };
}

/** Begins a plan, or another one at a step of it. */
export function putWarmUp(tx: Runner, plan: Pick<WarmUp, 'domain' | 'caps' | 'step'>, now: number): Promise<number> {
  return tx.run({
    text: `insert into mail_warm_up (domain, caps, step, begun_at) values ($1, $2, $3, $4)
      on conflict (shard, domain) do update set caps = excluded.caps, step = excluded.step, ended_at = null, kept = null,
        day = case when mail_warm_up.ended_at is null then mail_warm_up.day end`,
    values: [plan.domain, JSON.stringify(plan.caps), plan.step, new Date(now)],
  });
}

export function saveWarmUp(tx: Runner, plan: WarmUp, at: { now: number; dayBegan: number | null }): Promise<number> {
  return tx.run({
    name: 'mail-warm-up-save',
    text: `update mail_warm_up set step = $2, day = $3, used = $4, kept = $5, day_began = $6,
      ended_at = case when $2 >= jsonb_array_length(caps) then $7::timestamptz end where shard = 0 and domain = $1`,
    values: [
      plan.domain,
      plan.step,
      plan.day,
      plan.used,
      plan.kept,
      at.dayBegan === null ? null : new Date(at.dayBegan),
      new Date(at.now),
    ],
  });
}

/** Mails that had a place on a day and did not go after all. */
export function giveBackWarmUp(tx: Runner, domain: string, count: number): Promise<number> {
  return tx.run({
    text: 'update mail_warm_up set used = greatest(0, used - $2) where shard = 0 and domain = $1 and ended_at is null',
    values: [domain, count],
  });
}

export function endWarmUp(tx: Runner, domain: string, now: number): Promise<number> {
  return tx.run({
    text: 'update mail_warm_up set ended_at = $2 where shard = 0 and domain = $1 and ended_at is null',
    values: [domain, new Date(now)],
  });
}

export interface WarmUpRow extends WarmUp {
  begunAt: number;
  endedAt: number | null;
}

export async function readWarmUps(runner: Runner): Promise<WarmUpRow[]> {
  const rows = await runner.rows<Omit<WarmUpRow, 'begunAt' | 'endedAt'> & { begunAt: Date; endedAt: Date | null }>({
    text: `select ${warmColumns}, begun_at as "begunAt", ended_at as "endedAt" from mail_warm_up order by domain`,
  });
  return rows.map((row) => ({ ...row, begunAt: row.begunAt.getTime(), endedAt: row.endedAt?.getTime() ?? null }));
}

/** A brake that was pulled, and by whom it was released; both stay. */
export interface BrakeRow {
  id: string;
  scope: BrakeScope;
  why: string;
  counts: BrakeCounts;
  pulledAt: number;
  releasedAt: number | null;
  releasedBy: string | null;
  note: string | null;
}

/** The newest first; those that are pulled come all. */
export async function readBrakes(runner: Runner): Promise<BrakeRow[]> {
  const rows = await runner.rows<
    Omit<BrakeRow, 'pulledAt' | 'releasedAt'> & { pulledAt: Date; releasedAt: Date | null }
  >({
    text: `select id, scope, why, counts, pulled_at as "pulledAt", released_at as "releasedAt",
          released_by as "releasedBy", note from mail_brake order by released_at is not null, pulled_at desc limit 200`,
  });
  return rows.map((row) => ({
    ...row,
    pulledAt: row.pulledAt.getTime(),
    releasedAt: row.releasedAt?.getTime() ?? null,
  }));
}

/** False when it is pulled already. */
export async function pullBrake(
  tx: Runner,
  brake: Pick<BrakeRow, 'id' | 'scope' | 'why' | 'counts' | 'pulledAt'>,
): Promise<boolean> {
  const pulled = await tx.run({
    text: `insert into mail_brake (id, scope, why, counts, pulled_at) values ($1, $2, $3, $4, $5)
      on conflict (shard, scope) where released_at is null do nothing`,
    values: [brake.id, brake.scope, brake.why, JSON.stringify(brake.counts), new Date(brake.pulledAt)],
  });
  return pulled > 0;
}

export async function releaseBrake(
  tx: Runner,
  scope: string,
  { by, note, now }: { by: string; note: string; now: number },
): Promise<boolean> {
  const released = await tx.run({
    text: `update mail_brake set released_at = $2, released_by = $3, note = $4
      where shard = 0 and scope = $1 and released_at is null`,
    values: [scope, new Date(now), by, note],
  });
  return released > 0;
}

/** What a brake held is looked at again; what another one still holds is held again. */
export function wakeHeld(tx: Runner, reasons: string, now: number): Promise<number> {
  return tx.run({
    text: `update message set due = $2 where state = 'held' and starts_with(reason, $1) and deadline > $2`,
    values: [reasons, new Date(now)],
  });
}

/** Journeys of whose marketing mails something bad was heard since a moment. */
export async function harmedSince(runner: Runner, since: number): Promise<string[]> {
  const rows = await runner.rows<{ journey: string }>({
    name: 'mail-harmed',
    text: `select distinct journey from message_heard where at > $1 and kind in ('complained', 'bounced') and not test
      and (kind = 'complained' or class = 'hard') order by 1`,
    values: [new Date(since)],
  });
  return rows.map(({ journey }) => journey);
}

/** What came back of the marketing mails since a moment, of the last `window` of them where there are more. */
export async function brakeCounts(
  runner: Runner,
  of: { journey: string | null; senders: readonly string[] | null; since: number; window: number },
): Promise<BrakeCounts> {
  const [row] = await runner.rows<BrakeCounts>({
    name: 'mail-brake-counts',
    text: `with sent as (select shard, id from message where accepted_at >= $2 and not test and class = 'marketing'
          and ($1::text is null or journey = $1) and ($4::text[] is null or coalesce(sender, 'default') = any($4))
          order by accepted_at desc limit $3),
        back as (select h.kind from message_heard h join sent using (shard)
          where h.message_id = sent.id and (h.kind = 'complained' or (h.kind = 'bounced' and h.class = 'hard'))
        union all select 'bounced' from message_heard h join message m on m.shard = h.shard and m.id = h.message_id
          where h.at >= $2 and h.kind = 'bounced' and h.class = 'hard' and not h.test and m.accepted_at is null
          and m.class = 'marketing' and ($1::text is null or h.journey = $1)
          and ($4::text[] is null or coalesce(m.sender, 'default') = any($4)))
      select (select count(*)::int from sent) as sent, count(*) filter (where kind = 'bounced')::int as hard,
        count(*) filter (where kind = 'complained')::int as complained from back`,
    values: [of.journey, new Date(of.since), of.window, of.senders],
  });
  return row!;
}

/** What came back of all mails since a moment, as a warm-up looks at it. */
export async function stepHarm(runner: Runner, since: number): Promise<StepHarm> {
  const [row] = await runner.rows<StepHarm>({
    text: `select (select count(*)::int from message where accepted_at >= $1 and not test) as sent,
        count(*) filter (where kind = 'complained')::int as complained,
        count(*) filter (where kind = 'bounced' and class = 'hard')::int as hard
      from message_heard where at >= $1 and kind in ('complained', 'bounced') and not test`,
    values: [new Date(since)],
  });
  return row!;
}

/** When a scope's brake was last released, UTC ms; 0: never. */
export async function releasedLast(runner: Runner, scope: BrakeScope): Promise<number> {
  const [row] = await runner.rows<{ at: Date | null }>({
    text: 'select max(released_at) as at from mail_brake where shard = 0 and scope = $1',
    values: [scope],
  });
  return row?.at?.getTime() ?? 0;
}

/** A share as it was typed in. */
export interface ToldRow extends ToldShare {
  toldAt: number;
  toldBy: string;
}

/** The same day of the same host again is a correction. */
export function putTold(runner: Runner, { domain, host, day, share, toldAt, toldBy }: ToldRow): Promise<number> {
  return runner.run({
    text: `insert into mail_told_share (domain, host, day, share, told_at, told_by) values ($1, $2, $3, $4, $5, $6)
      on conflict (shard, domain, host, day) do update set share = excluded.share, told_at = excluded.told_at,
        told_by = excluded.told_by`,
    values: [domain, host, day, share, new Date(toldAt), toldBy],
  });
}

/** Those of a day from `day` on, the newest first. */
export async function readTold(runner: Runner, day: string): Promise<ToldRow[]> {
  const rows = await runner.rows<Omit<ToldRow, 'toldAt'> & { toldAt: Date }>({
    name: 'mail-told',
    text: `select domain, host, day, share, told_at as "toldAt", told_by as "toldBy" from mail_told_share
      where shard = 0 and day >= $1 order by day desc, domain, host limit 500`,
    values: [day],
  });
  return rows.map((row) => ({ ...row, toldAt: row.toldAt.getTime() }));
}
