import type { Clock, Ids } from '../base/index.ts';
import type { Tx } from '../store/index.ts';
import type { Changes } from './change.ts';
import type { Run } from './run.ts';
import { ofPerson } from './privacy.ts';
import { activeRuns, moveRuns, runsById } from './table.ts';

/** What a merge carried over, kept so that it can be undone. Plain JSON. */
export interface CarriedRuns {
  runs: string[];
  /** Runs ended because the survivor was inside already, as they stood. */
  ended: Run[];
  refusals: string[];
  /** When each of the two was last let in, before the merge. */
  entries: { from: Entry[]; into: Entry[] };
}

interface Entry {
  journey: string;
  shard: number;
  last_at: string;
  times: number;
}

const doubled = 'Merged with a run of the same person';

/**
 * `from` has become part of `into`: its runs go along, and say so. Where both are inside under one key, the run of the
 * survivor goes on and the other ends, so that nobody is in a journey twice.
 */
export async function mergeRuns(
  tx: Tx,
  changesOf: (runs: readonly Run[]) => Changes,
  { from, into, wantsAddress }: { from: string; into: string; wantsAddress: (run: Run) => boolean },
): Promise<CarriedRuns> {
  const runs = await activeRuns(tx, [from, into]);
  const mine = new Set(runs.filter((run) => run.profileId === into).map((run) => `${run.journey}/${run.key}`));
  const theirs = runs.filter((one) => one.profileId === from);
  const ended = theirs.filter((run) => mine.has(`${run.journey}/${run.key}`));
  const carried: CarriedRuns = {
    runs: await idsOf(tx, 'select id from journey_run where profile_id = $1', from),
    ended,
    refusals: await idsOf(tx, 'select id from journey_refusal where profile_id = $1', from),
    entries: { from: await entriesOf(tx, from), into: await entriesOf(tx, into) },
  };
  const changes = changesOf(runs);
  for (const run of theirs) {
    if (ended.includes(run)) changes.end(run, doubled);
    else {
      // Whoever waits for an address may have one now, and is looked at at once.
      if (wantsAddress(run)) changes.hasten(run);
      changes.note(run, 'carried', 'Came along when two profiles of one person became one');
    }
  }
  await changes.save(tx);
  for (const table of ['journey_wait', 'journey_step', 'journey_run', 'journey_refusal']) {
    await tx.run({ text: `update ${table} set profile_id = $2 where ${ofPerson(table)}`, values: [from, into] });
  }
  await tx.run({
    text: `insert into journey_entry (journey, profile_id, shard, last_at, times)
      select journey, $2, shard, last_at, times from journey_entry where profile_id = $1
      on conflict (profile_id, journey) do update set last_at = greatest(journey_entry.last_at, excluded.last_at), times = journey_entry.times + excluded.times`,
    values: [from, into],
  });
  await tx.run({ text: 'delete from journey_entry where profile_id = $1', values: [from] });
  return carried;
}

/**
 * The two are parted again: the runs go back. A run that was ended by the merge while it waited, waits again; what came
 * of a call or a message that it stood at then is not known any more, and it stays ended.
 */
export async function unmergeRuns(
  tx: Tx,
  { clock }: { clock: Clock; ids: Ids },
  { from, into, carried }: { from: string; into: string; carried: CarriedRuns },
): Promise<void> {
  await tx.run({
    text: 'update journey_run set profile_id = $2 where id = any($1) and profile_id = $3',
    values: [carried.runs, from, into],
  });
  for (const table of ['journey_wait', 'journey_step']) {
    await tx.run({
      text: `update ${table} set profile_id = $2 where run_id = any($1) and profile_id = $3`,
      values: [carried.runs, from, into],
    });
  }
  await tx.run({
    text: 'update journey_refusal set profile_id = $2 where id = any($1) and profile_id = $3',
    values: [carried.refusals, from, into],
  });
  await restoreEntries(tx, { from, into, entries: carried.entries });
  const now = new Set(
    (
      await runsById(
        tx,
        carried.ended.map(({ id }) => id),
      )
    ).map(({ id }) => id),
  );
  const waiting = carried.ended.filter((run) => run.state === 'waiting' && now.has(run.id));
  const reason = 'The merge of two profiles was undone';
  await moveRuns(
    tx,
    waiting.map((run) => ({
      run: { ...run, profileId: from },
      steps: [{ at: clock.now(), activity: run.activity, kind: 'carried', reason, detail: null }],
    })),
  );
}

async function restoreEntries(
  tx: Tx,
  { from, into, entries }: { from: string; into: string; entries: CarriedRuns['entries'] },
): Promise<void> {
  const before = new Map(entries.into.map((entry) => [entry.journey, entry]));
  for (const entry of entries.from) {
    await insertEntry(tx, from, entry);
    const mine = before.get(entry.journey);
    const merged = [entry.last_at, mine?.last_at ?? ''].sort().at(-1)!;
    // Whoever has come in again since keeps that.
    const gone = await tx.run({
      text: 'delete from journey_entry where profile_id = $1 and journey = $2 and last_at <= $3',
      values: [into, entry.journey, merged],
    });
    if (gone > 0 && mine) await insertEntry(tx, into, mine);
  }
}

async function insertEntry(tx: Tx, profileId: string, entry: Entry): Promise<void> {
  await tx.run({
    text: `insert into journey_entry (journey, profile_id, shard, last_at, times) values ($1, $2, $3, $4, $5)
      on conflict (profile_id, journey) do nothing`,
    values: [entry.journey, profileId, entry.shard, entry.last_at, entry.times],
  });
}

async function entriesOf(tx: Tx, profileId: string): Promise<Entry[]> {
  const rows = await tx.rows<Omit<Entry, 'last_at'> & { last_at: Date }>({
    text: 'select journey, shard, last_at, times from journey_entry where profile_id = $1',
    values: [profileId],
  });
  return rows.map((row) => ({ ...row, last_at: row.last_at.toISOString() }));
}

async function idsOf(tx: Tx, text: string, profileId: string): Promise<string[]> {
  return (await tx.rows<{ id: string }>({ text, values: [profileId] })).map(({ id }) => id);
}
