import { bigintColumn, smallintColumn, type Migration, type Runner, type Tx } from '../store/index.ts';

/** How far each part of a log before the table (front.ts) has been carried into it, and by whom it is carried at present. */
export const partMigrations: Migration[] = [
  {
    name: '0114-event-part',
    sql: `
create table event_part (
  part smallint primary key,
  origin text not null default '',
  place bigint not null default 0,
  owner text,
  lease_until timestamptz
) with (fillfactor = 50);
insert into event_part (part) select generate_series(0, 7);
`,
  },
];

/** A part that is ours to carry, and up to where it is in the table. */
export interface HeldPart {
  part: number;
  place: number;
}

/**
 * Takes, or renews, at most `share` parts. A lease only saves two from doing the same work; what keeps them from doing it
 * twice is the place (`movePlaces`). Places of another log, or of one that was made anew, begin at 0.
 */
export function holdParts(
  runner: Runner,
  { owner, origin, share, leaseMs }: { owner: string; origin: string; share: number; leaseMs: number },
): Promise<HeldPart[]> {
  return runner.rows({
    name: 'event.hold-parts',
    text: `update event_part set owner = $1, lease_until = now() + $2 * interval '1 millisecond',
        place = case when origin = $4 then place else 0 end, origin = $4
      where part in (select part from event_part where owner = $1 or lease_until is null or lease_until < now()
        order by (owner is not distinct from $1) desc, part limit $3 for update skip locked)
      returning part, place`,
    values: [owner, leaseMs, share, origin],
  });
}

/** Gives back all but these. */
export async function giveBackParts(runner: Runner, owner: string, kept: readonly number[] = []): Promise<void> {
  await runner.run({
    text: 'update event_part set owner = null, lease_until = null where owner = $1 and part <> all($2)',
    values: [owner, kept],
  });
}

/** From where to where a part is carried. */
export interface Move {
  part: number;
  from: number;
  to: number;
}

/** Moves places on, in the transaction that stores what lies between. @returns false when somebody else has moved one meanwhile */
export async function movePlaces(tx: Tx, origin: string, moves: readonly Move[]): Promise<boolean> {
  const rows = await tx.rows({
    name: 'event.move-places',
    text: `update event_part p set place = x.upto from unnest($1::smallint[], $2::bigint[], $3::bigint[]) as x(part, since, upto)
      where p.part = x.part and p.place = x.since and p.origin = $4 returning p.part`,
    values: [
      smallintColumn(moves.map(({ part }) => part)),
      bigintColumn(moves.map(({ from }) => from)),
      bigintColumn(moves.map(({ to }) => to)),
      origin,
    ],
  });
  return rows.length === moves.length;
}

/** Up to where each part of a log is in the table. */
export async function placesOf(runner: Runner, origin: string): Promise<Map<number, number>> {
  const rows = await runner.rows<HeldPart>({
    name: 'event.places',
    text: 'select part, place from event_part where origin = $1',
    values: [origin],
  });
  return new Map(rows.map(({ part, place }) => [part, place]));
}
