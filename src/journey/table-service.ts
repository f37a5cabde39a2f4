import type { Migration, Runner, Tx } from '../store/index.ts';
import { closed, type Breaker } from './breaker.ts';

/** How the services that actions call are doing, for all processes; part of the room's migrations. */
export const serviceMigrations: Migration[] = [
  {
    name: '0511-journey-services',
    sql: `
create table journey_service (
  service text primary key,
  free_at double precision,
  breaker jsonb,
  updated_at timestamptz not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
`,
  },
];

/** What is kept of a service. */
export interface ServiceRow {
  service: string;
  /** The first place in time that no call has, UTC ms; null when its rate was never asked. */
  freeAt: number | null;
  breaker: Breaker;
}

type Stored = Omit<ServiceRow, 'breaker'> & { breaker: Breaker | null };
const columns = 'service, free_at as "freeAt", breaker';
const whole = (row: Stored): ServiceRow => ({ ...row, breaker: row.breaker ?? closed });

export async function serviceRows(runner: Runner, services: readonly string[] | null): Promise<ServiceRow[]> {
  const rows = await runner.rows<Stored>({
    name: 'journey.services',
    text: `select ${columns} from journey_service where $1::text[] is null or service = any($1) order by service`,
    values: [services],
  });
  return rows.map(whole);
}

/** The row of a service, locked; a new one where there was none. */
export async function lockService(tx: Tx, service: string, now: number): Promise<ServiceRow> {
  await tx.run({
    name: 'journey.new-service',
    text: 'insert into journey_service (service, updated_at) values ($1, $2) on conflict do nothing',
    values: [service, new Date(now)],
  });
  const [row] = await tx.rows<Stored>({
    name: 'journey.lock-service',
    text: `select ${columns} from journey_service where service = $1 for update`,
    values: [service],
  });
  return whole(row!);
}

export async function saveService(tx: Tx, { service, freeAt, breaker }: ServiceRow, now: number): Promise<void> {
  await tx.run({
    name: 'journey.save-service',
    text: 'update journey_service set free_at = $2, breaker = $3, updated_at = $4 where service = $1',
    values: [service, freeAt, JSON.stringify(breaker), new Date(now)],
  });
}

/** How many runs stand at each activity of these, which wait for an answer. */
export async function waitingAt(
  runner: Runner,
  places: readonly { journey: string; activity: string }[],
): Promise<{ journey: string; activity: string; count: number }[]> {
  return runner.rows({
    text: `select r.journey, r.activity, count(*)::int as count from journey_run r
      join unnest($1::text[], $2::text[]) as p(journey, activity) on r.journey = p.journey and r.activity = p.activity
      where r.ended_at is null group by r.journey, r.activity`,
    values: [places.map(({ journey }) => journey), places.map(({ activity }) => activity)],
  });
}
