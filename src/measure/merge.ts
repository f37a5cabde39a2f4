import type { Tx } from '../store/index.ts';
import { moveProfile } from './table.ts';

/** What a merge carried over, kept so that it can be undone. Plain JSON. */
export interface CarriedMeasure {
  units: { from: UnitRow[]; into: UnitRow[] };
  moved: Record<(typeof movedTables)[number][0], string[]>;
}

interface UnitRow {
  journey: string;
  shard: number;
  arm: string;
  assigned_at: string;
  conflicted: boolean;
  share: number;
  device?: string | null;
}

/** Tables whose rows go along, with the column that names a row. */
const movedTables = [
  ['measure_sent', 'message_id'],
  ['measure_click', 'click_id'],
  ['measure_order', 'order_id'],
  ['measure_refund', 'order_id'],
  ['measure_pick', 'id'],
] as const;

/** After two profiles became one. @returns what `partUnits` needs */
export async function joinUnits(
  tx: Tx,
  { from, into, shard }: { from: string; into: string; shard: number },
): Promise<CarriedMeasure> {
  const carried: CarriedMeasure = {
    units: { from: await unitsOf(tx, from), into: await unitsOf(tx, into) },
    moved: { measure_sent: [], measure_click: [], measure_order: [], measure_refund: [], measure_pick: [] },
  };
  for (const [table, column] of movedTables) {
    const rows = await tx.rows<{ id: string }>({
      text: `select ${column} as id from ${table} where profile_id = $1`,
      values: [from],
    });
    carried.moved[table] = rows.map(({ id }) => id);
  }
  await moveProfile(tx, from, into, shard);
  return carried;
}

/**
 * The two are parted again: each has the arm it had. An arm that was assigned since stays with the survivor. Credits are
 * worked out anew by the caller.
 */
export async function partUnits(
  tx: Tx,
  parted: { from: string; into: string; shard: number; carried: CarriedMeasure },
): Promise<void> {
  const { from, into, shard, carried } = parted;
  await tx.run({ text: 'update measure_person set merged_into = null where profile_id = $1', values: [from] });
  for (const [table, column] of movedTables) {
    await tx.run({
      text: `update ${table} set profile_id = $2, shard = $3 where ${column} = any($1) and profile_id = $4`,
      values: [carried.moved[table] ?? [], from, shard, into],
    });
  }
  await tx.run({
    text: 'delete from measure_credit where profile_id = $2 and order_id = any($1)',
    values: [carried.moved.measure_order, into],
  });
  const mine = new Map(carried.units.into.map((unit) => [unit.journey, unit]));
  for (const unit of carried.units.from) {
    await tx.run({
      text: 'delete from measure_unit where profile_id = $1 and journey = $2',
      values: [into, unit.journey],
    });
    await insertUnit(tx, from, unit);
    const before = mine.get(unit.journey);
    if (before) await insertUnit(tx, into, before);
  }
}

async function insertUnit(tx: Tx, profileId: string, unit: UnitRow): Promise<void> {
  await tx.run({
    text: `insert into measure_unit (journey, profile_id, shard, arm, assigned_at, conflicted, share, device)
      values ($1, $2, $3, $4, $5, $6, $7, $8)
      on conflict (journey, profile_id) do nothing`,
    values: [
      unit.journey,
      profileId,
      unit.shard,
      unit.arm,
      unit.assigned_at,
      unit.conflicted,
      unit.share ?? 1000,
      unit.device ?? null,
    ],
  });
}

async function unitsOf(tx: Tx, profileId: string): Promise<UnitRow[]> {
  const rows = await tx.rows<Omit<UnitRow, 'assigned_at'> & { assigned_at: Date }>({
    text: 'select journey, shard, arm, assigned_at, conflicted, share, device from measure_unit where profile_id = $1 order by journey',
    values: [profileId],
  });
  return rows.map((row) => ({ ...row, assigned_at: row.assigned_at.toISOString() }));
}
