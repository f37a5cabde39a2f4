import type { Runner, Tx } from '../store/index.ts';
import { forgetSimulated } from './table-simulation.ts';

/** Tables of this room that name a person. */
const personTables = [
  'journey_run',
  'journey_wait',
  'journey_step',
  'journey_entry',
  'journey_refusal',
  'simulation_person',
];

/** Removes every row that names the profile: its runs end without a trace, and calls that were queued for them. */
export async function forgetPerson(tx: Tx, profileId: string): Promise<void> {
  await forgetSimulated(tx, profileId);
  for (const table of personTables) {
    await tx.run({ text: `delete from ${table} where profile_id = $1`, values: [profileId] });
  }
}

/** Every row that names the profile, by table, as stored. */
export async function rowsOfPerson(
  runner: Runner,
  profileId: string,
): Promise<Record<string, Record<string, unknown>[]>> {
  const found: Record<string, Record<string, unknown>[]> = {};
  for (const table of personTables) {
    found[table] = await runner.rows({ text: `select * from ${table} where profile_id = $1`, values: [profileId] });
  }
  return found;
}
