import type { Migration, Runner, Tx } from '../store/index.ts';
import type { BacktestResult, BacktestSettings } from './backtest.ts';
import type { TuneResult } from './tune.ts';

/** What is done with a shop's own history. */
export type ReplayTask = 'backtest' | 'tuning';
export type ReplayState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

/** What is asked of a replay; `adopt: false` leaves what a tuning finds for somebody to decide about. */
export type ReplaySettings = BacktestSettings & { adopt?: boolean };

/** One replay of the history: asked for, done beside everything else, kept with its result. Times are UTC ms. */
export interface Replay {
  id: string;
  task: ReplayTask;
  state: ReplayState;
  askedAt: number;
  beganAt: number | null;
  endedAt: number | null;
  done: number;
  of: number;
  settings: ReplaySettings;
  /** Null until it is done, and where the history was too short to tell anything. */
  result: BacktestResult | TuneResult | null;
  fault: string | null;
  /** Of a tuning: its constants are in use, as long as no later one takes their place. */
  inUse: boolean;
}

/** Part of the room's migrations. */
export const replayMigrations: Migration[] = [
  {
    name: '0460-replay',
    sql: `
create table replay (
  id uuid primary key,
  task text not null,
  state text not null,
  asked_at timestamptz not null,
  began_at timestamptz,
  ended_at timestamptz,
  done bigint not null default 0,
  of bigint not null default 0,
  settings jsonb not null,
  result jsonb,
  fault text,
  in_use boolean not null default false
);
create index replay_of_task on replay (task, asked_at desc);`,
  },
];

const columns = 'id, task, state, asked_at, began_at, ended_at, done::int, of::int, settings, result, fault, in_use';

interface Row {
  id: string;
  task: ReplayTask;
  state: ReplayState;
  asked_at: Date;
  began_at: Date | null;
  ended_at: Date | null;
  done: number;
  of: number;
  settings: ReplaySettings;
  result: BacktestResult | TuneResult | null;
  fault: string | null;
  in_use: boolean;
}

function replayOf(row: Row): Replay {
  return {
    id: row.id,
    task: row.task,
    state: row.state,
    askedAt: row.asked_at.getTime(),
    beganAt: row.began_at?.getTime() ?? null,
    endedAt: row.ended_at?.getTime() ?? null,
    done: row.done,
    of: row.of,
    settings: row.settings,
    result: row.result,
    fault: row.fault,
    inUse: row.in_use,
  };
}

export async function addReplay(
  tx: Runner,
  { id, task, settings, now }: { id: string; task: ReplayTask; settings: ReplaySettings; now: number },
): Promise<void> {
  await tx.run({
    name: 'replay.add',
    text: `insert into replay (id, task, state, asked_at, settings) values ($1, $2, 'waiting', $3, $4)`,
    values: [id, task, new Date(now), JSON.stringify(settings)],
  });
}

export async function findReplay(runner: Runner, id: string): Promise<Replay | undefined> {
  const rows = await runner.rows<Row>({
    name: 'replay.find',
    text: `select ${columns} from replay where id = $1`,
    values: [id],
  });
  return rows.map(replayOf)[0];
}

/** The newest first. */
export async function listReplays(runner: Runner, task: ReplayTask, limit: number): Promise<Replay[]> {
  const rows = await runner.rows<Row>({
    name: 'replay.list',
    text: `select ${columns} from replay where task = $1 order by asked_at desc, id desc limit $2`,
    values: [task, limit],
  });
  return rows.map(replayOf);
}

/** One that waits or runs. */
export async function openReplay(runner: Runner, task: ReplayTask): Promise<Replay | undefined> {
  const rows = await runner.rows<Row>({
    name: 'replay.open',
    text: `select ${columns} from replay where task = $1 and state in ('waiting', 'running') order by asked_at limit 1`,
    values: [task],
  });
  return rows.map(replayOf)[0];
}

/** The tuning whose constants are in use. */
export async function replayInUse(runner: Runner): Promise<Replay | undefined> {
  const rows = await runner.rows<Row>({
    name: 'replay.in-use',
    text: `select ${columns} from replay where in_use order by ended_at desc limit 1`,
  });
  return rows.map(replayOf)[0];
}

/** @returns false when it is not to go on, because somebody has cancelled it */
export async function noteProgress(
  runner: Runner,
  { id, done, of, now }: { id: string; done: number; of: number; now: number },
): Promise<boolean> {
  const changed = await runner.run({
    name: 'replay.progress',
    text: `update replay set state = 'running', began_at = coalesce(began_at, $4), done = $2, of = $3
      where id = $1 and state in ('waiting', 'running')`,
    values: [id, done, of, new Date(now)],
  });
  return changed === 1;
}

/** Ends one that was not over. @returns false when it was */
export async function endReplay(
  tx: Tx | Runner,
  end: { id: string; state: ReplayState; result?: Replay['result']; fault?: string; now: number; inUse?: boolean },
): Promise<boolean> {
  const changed = await tx.run({
    name: 'replay.end',
    text: `update replay set state = $2, result = $3, fault = $4, ended_at = $5, in_use = $6,
        done = case when $2 = 'done' then of else done end
      where id = $1 and state in ('waiting', 'running')`,
    values: [
      end.id,
      end.state,
      end.result == null ? null : JSON.stringify(end.result),
      end.fault ?? null,
      new Date(end.now),
      end.inUse ?? false,
    ],
  });
  return changed === 1;
}

export async function setInUse(tx: Runner, id: string): Promise<void> {
  await tx.run({ name: 'replay.set-in-use', text: 'update replay set in_use = true where id = $1', values: [id] });
}

/** Takes the constants of every tuning out of use, but for one. */
export async function setNoneInUse(tx: Runner, but: string | null = null): Promise<void> {
  await tx.run({
    name: 'replay.none-in-use',
    text: 'update replay set in_use = false where in_use and id is distinct from $1::uuid',
    values: [but],
  });
}

/** Forgets all but the newest of a task; what is in use stays. */
export async function dropOldReplays(tx: Runner, task: ReplayTask, keep: number): Promise<void> {
  await tx.run({
    name: 'replay.drop-old',
    text: `delete from replay where task = $1 and not in_use and state not in ('waiting', 'running') and id not in
      (select id from replay where task = $1 order by asked_at desc, id desc limit $2)`,
    values: [task, keep],
  });
}
