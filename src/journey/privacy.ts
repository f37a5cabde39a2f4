import type { Runner, Tx } from '../store/index.ts';
import { forgetSimulated } from './table-simulation.ts';

/** Tables of this room that name a person; waits and steps before the runs by which they are found. */
const personTables = [
  'journey_wait',
  'journey_step',
  'journey_run',
  'journey_entry',
  'journey_refusal',
  'simulation_person',
];

/** Which rows of a table are those of profile `$1`: of what belongs to a run by the run, so that it needs no index of its own. */
export function ofPerson(table: string): string {
  const isOfRun = table === 'journey_wait' || table === 'journey_step';
  return isOfRun ? 'run_id in (select id from journey_run where profile_id = $1)' : 'profile_id = $1';
}

/** Removes every row that names the profile: its runs end without a trace, and calls that were queued for them. */
export async function forgetPerson(tx: Tx, profileId: string): Promise<void> {
  await forgetSimulated(tx, profileId);
  for (const table of personTables) {
    await tx.run({ text: `delete from ${table} where ${ofPerson(table)}`, values: [profileId] });
  }
}

/** Every row that names the profile, by table, as stored. */
export async function rowsOfPerson(
  runner: Runner,
  profileId: string,
): Promise<Record<string, Record<string, unknown>[]>> {
  const found: Record<string, Record<string, unknown>[]> = {};
  for (const table of personTables) {
    found[table] = await runner.rows({ text: `select * from ${table} where ${ofPerson(table)}`, values: [profileId] });
  }
  return found;
}
