import type { LogPlace } from '../event/index.ts';
import type { Migration, Runner } from '../store/index.ts';

/** Where the log is sent on to; there is one, or none. */
export interface OutletRow {
  url: string;
  /** Sealed. */
  secret: string;
  /** Types of events; empty: all. */
  types: string[];
  place: LogPlace;
  sent: number;
  tries: number;
  fault: string | null;
}

export const outletMigrations: Migration[] = [
  {
    name: '0860-event-outlet',
    sql: `
create table event_outlet (
  shard smallint primary key,
  url text not null,
  secret text not null,
  types jsonb not null,
  at bigint not null,
  row uuid not null,
  sent bigint not null default 0,
  tries integer not null default 0,
  fault text,
  lease_until timestamptz,
  next_at timestamptz not null default now()
);
`,
  },
];

const columns = `url, secret, types, jsonb_build_object('at', at, 'row', row) as place, sent, tries, fault`;

export async function outletRow(runner: Runner): Promise<OutletRow | null> {
  const [row] = await runner.rows<OutletRow>({ text: `select ${columns} from event_outlet` });
  return row ?? null;
}

export async function putOutlet(runner: Runner, { url, secret, types, place }: OutletRow): Promise<void> {
  await runner.run({
    text: `insert into event_outlet (shard, url, secret, types, at, row) values (0, $1, $2, $3, $4, $5)
      on conflict (shard) do update set url = excluded.url, secret = excluded.secret, types = excluded.types,
        at = excluded.at, row = excluded.row, tries = 0, fault = null, lease_until = null, next_at = now()`,
    values: [url, secret, JSON.stringify(types), place.at, place.row],
  });
}

export async function dropOutlet(runner: Runner): Promise<boolean> {
  return (await runner.run({ text: 'delete from event_outlet' })) > 0;
}

/** Takes the turn to send, for two minutes; null when it is another's, or not time yet. */
export async function claimOutlet(runner: Runner): Promise<OutletRow | null> {
  const [row] = await runner.rows<OutletRow>({
    name: 'outlet.claim',
    text: `update event_outlet set lease_until = now() + interval '2 minutes'
      where next_at <= now() and (lease_until is null or lease_until < now()) returning ${columns}`,
  });
  return row ?? null;
}

/** What was sent is behind it; false when somebody else has gone on meanwhile, or it leads elsewhere now. */
export async function advanceOutlet(
  runner: Runner,
  from: OutletRow,
  { to, sent }: { to: LogPlace; sent: number },
): Promise<boolean> {
  const moved = await runner.run({
    name: 'outlet.advance',
    text: `update event_outlet set at = $1, row = $2, sent = sent + $3, tries = 0, fault = null, lease_until = null
      where url = $4 and at = $5 and row = $6`,
    values: [to.at, to.row, sent, from.url, from.place.at, from.place.row],
  });
  return moved > 0;
}

/** It could not be sent, or there was nothing: the next turn is in so many seconds. */
export async function restOutlet(
  runner: Runner,
  { seconds, fault }: { seconds: number; fault: string | null },
): Promise<void> {
  await runner.run({
    name: 'outlet.rest',
    text: `update event_outlet set lease_until = null, next_at = now() + $1 * interval '1 second', fault = $2,
      tries = case when $2::text is null then 0 else tries + 1 end`,
    values: [seconds, fault],
  });
}
