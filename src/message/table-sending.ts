import type { Runner } from '../store/index.ts';
import type { Home, SendingState } from './sending.ts';

/** Statements of the switch that holds back all mail. One row, under shard 0. */

export async function readSending(runner: Runner): Promise<SendingState> {
  const rows = await runner.rows<Omit<SendingState, 'since'> & { since: Date | null }>({
    name: 'sending-read',
    text: 'select frozen, cause, reason, since, by from sending where shard = 0',
  });
  const [row] = rows;
  return row
    ? { ...row, since: row.since?.getTime() ?? null }
    : { frozen: false, cause: null, reason: null, since: null, by: null };
}

export async function isHeldBack(runner: Runner): Promise<boolean> {
  const rows = await runner.rows({ name: 'sending-frozen', text: 'select 1 from sending where frozen' });
  return rows.length > 0;
}

export function writeSending(runner: Runner, state: SendingState): Promise<number> {
  return runner.run({
    text: 'update sending set frozen = $1, cause = $2, reason = $3, since = $4, by = $5 where shard = 0',
    values: [state.frozen, state.cause, state.reason, state.since === null ? null : new Date(state.since), state.by],
  });
}

/** The database's own fingerprint: a dump that is read into another one has another. Null where it may not be asked. */
export async function homeOf(runner: Runner): Promise<string | null> {
  try {
    const rows = await runner.rows<{ home: string }>({
      text: `select (select system_identifier from pg_control_system())::text || '/' || oid::text as home
        from pg_database where datname = current_database()`,
    });
    return rows[0]?.home ?? null;
  } catch {
    return null;
  }
}

/** Writes what is given of where the database belongs, and gives all that is known. */
export async function keepHome(runner: Runner, home: Partial<Home>): Promise<Home> {
  const rows = await runner.rows<Home>({
    text: `update sending set epoch = greatest(epoch, coalesce($1, epoch)), home = coalesce($2, home),
        instance = coalesce($3, instance) where shard = 0 returning epoch::int as epoch, home, instance`,
    values: [home.epoch ?? null, home.home ?? null, home.instance ?? null],
  });
  return rows[0] ?? { epoch: 0, home: null, instance: null };
}

/** Whatever was planned before `since` and has not ended is past its deadline. */
export function expireBefore(tx: Runner, since: number, now: number): Promise<number> {
  return tx.run({
    text: `update message set deadline = least(deadline, $2) where planned_at <= $1
      and state in ('planned', 'held', 'ready', 'deferred', 'leased', 'sending')`,
    values: [new Date(since), new Date(now)],
  });
}

/**
 * Of these messages those whose every attempt went to this next hop, the first of them so lately that it knows the key
 * still: handed over once more they are one mail all the same.
 */
export async function keysKnown(
  tx: Runner,
  messages: readonly { shard: number; id: string }[],
  { name, keyWindowMs = 0 }: { name: string; keyWindowMs?: number },
): Promise<Set<string>> {
  if (keyWindowMs === 0 || messages.length === 0) return new Set();
  const rows = await tx.rows<{ id: string }>({
    name: 'attempt-keys-known',
    text: `select message_id as id from attempt where shard = any($1::smallint[]) and message_id = any($2::uuid[])
      group by message_id
      having bool_and(transport = $3) and min(started_at) > now() - $4 * interval '1 millisecond'`,
    values: [[...new Set(messages.map(({ shard }) => shard))], messages.map(({ id }) => id), name, keyWindowMs],
  });
  return new Set(rows.map(({ id }) => id));
}
