import { after, type Clock, type Ids, type Timer } from '../base/index.ts';
import type { Runner, Store, Tx } from '../store/index.ts';

/** One piece of durable work. `key` names it once within its kind: the same key is never queued twice. */
export interface Job<P = unknown> {
  id: string;
  shard: number;
  kind: string;
  key: string;
  /** Business time, UTC ms. */
  due: number;
  payload: P;
  /** Which try this is, from 1. */
  attempt: number;
  /** Rises with every claim; a finish with an older fence changes nothing. */
  fence: number;
}

/** What to queue. */
export interface NewJob {
  shard: number;
  kind: string;
  key: string;
  due: number;
  payload: unknown;
}

/**
 * The queue. A claim leases rows for a while by the database's own clock; a worker that dies leaves a lapsed lease,
 * and the next claim takes the row again with a higher fence. So work is done at least once, and whoever must not do
 * it twice compares the fence in its own transaction.
 */
export class Jobs {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #leaseMs: number;

  constructor(parts: { store: Store; clock: Clock; ids: Ids; leaseMs?: number }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#ids = parts.ids;
    this.#leaseMs = parts.leaseMs ?? 60_000;
  }

  /** Queues jobs in the caller's transaction; a key that is queued already stays as it is. */
  async enqueue(tx: Runner, jobs: readonly NewJob[]): Promise<void> {
    if (jobs.length === 0) return;
    await tx.run({
      name: 'job.enqueue',
      text: `insert into job (id, shard, kind, key, due, payload)
        select * from unnest($1::uuid[], $2::smallint[], $3::text[], $4::text[], $5::timestamptz[], $6::jsonb[])
        on conflict (kind, key, shard) do nothing`,
      values: [
        jobs.map(() => this.#ids.next()),
        jobs.map((job) => job.shard),
        jobs.map((job) => job.kind),
        jobs.map((job) => job.key),
        jobs.map((job) => new Date(job.due)),
        jobs.map((job) => JSON.stringify(job.payload)),
      ],
    });
  }

  /** Takes up to `limit` due jobs of a kind, leased to the caller. As an array: of a bound that it does not know PostgreSQL expects a tenth of the table, and reads all of it. */
  async claim<P>(kind: string, limit: number): Promise<Job<P>[]> {
    const rows = await this.#store.rows<JobRow>({
      name: 'job.claim',
      text: `update job set lease_until = now() + $4 * interval '1 millisecond', fence = fence + 1, attempt = attempt + 1
        where id = any(array(select id from job where kind = $1 and due <= $2 and (lease_until is null or lease_until < now())
          order by due limit $3 for update skip locked))
        returning id, shard, kind, key, due, payload, attempt, fence`,
      values: [kind, new Date(this.#clock.now()), limit, this.#leaseMs],
    });
    return rows.map((row) => ({ ...row, due: row.due.getTime(), payload: row.payload as P }));
  }

  /** Holds a job for another lease, while long work goes on. @returns false when somebody else has claimed it since. */
  async extend(runner: Runner, job: Job): Promise<boolean> {
    return (
      (await runner.run({
        name: 'job.extend',
        text: `update job set lease_until = now() + $3 * interval '1 millisecond' where id = $1 and fence = $2`,
        values: [job.id, job.fence, this.#leaseMs],
      })) === 1
    );
  }

  /** Those among them that are still ours and not given back. */
  async #extendAll(jobs: readonly Job[]): Promise<void> {
    await this.#store.run({
      name: 'job.extend-all',
      text: `update job set lease_until = now() + $3 * interval '1 millisecond' from unnest($1::uuid[], $2::bigint[]) as mine(job_id, job_fence)
        where id = job_id and fence = job_fence and lease_until is not null`,
      values: [jobs.map(({ id }) => id), jobs.map(({ fence }) => fence), this.#leaseMs],
    });
  }

  /** Ends a job in the transaction that holds its effect. @returns false when somebody else has claimed it since. */
  async finish(tx: Runner, job: Job): Promise<boolean> {
    return (
      (await tx.run({
        name: 'job.finish',
        text: 'delete from job where id = $1 and fence = $2',
        values: [job.id, job.fence],
      })) === 1
    );
  }

  /** Ends many; within a transaction that does what they asked for. @returns ids of those that were still ours */
  async finishAll(tx: Runner, jobs: readonly Job[]): Promise<Set<string>> {
    if (jobs.length === 0) return new Set();
    const rows = await tx.rows<{ id: string }>({
      name: 'job.finish-all',
      text: `delete from job using unnest($1::uuid[], $2::bigint[]) as mine(id, fence)
        where job.id = mine.id and job.fence = mine.fence returning job.id`,
      values: [jobs.map(({ id }) => id), jobs.map(({ fence }) => fence)],
    });
    return new Set(rows.map(({ id }) => id));
  }

  /** Gives a job back to be tried at `due`, saying why. */
  async retry(job: Job, due: number, error: string): Promise<void> {
    await this.#store.run({
      name: 'job.retry',
      text: 'update job set due = $3, lease_until = null, error = $4 where id = $1 and fence = $2',
      values: [job.id, job.fence, new Date(due), error.slice(0, 500)],
    });
  }

  /**
   * Gives a job back untried, to be looked at again at `due`: the claim does not count as a try. Without a word why it is
   * not in trouble, only not at its turn.
   */
  async postpone(job: Job, due: number, why: string | null, payload: unknown = job.payload): Promise<void> {
    await this.#store.run({
      name: 'job.postpone',
      text: `update job set due = $3, lease_until = null, attempt = attempt - 1, error = $4, payload = $5
        where id = $1 and fence = $2`,
      values: [job.id, job.fence, new Date(due), why?.slice(0, 500) ?? null, JSON.stringify(payload)],
    });
  }

  /** Holds jobs while long work goes on, until `stop`: whoever dies meanwhile loses them one lease later. */
  hold(jobs: readonly Job[]): Timer {
    let stopped = false;
    let timer: Timer | undefined;
    const again = () => {
      timer = after(this.#leaseMs / 3, () => {
        void this.#extendAll(jobs).catch(() => {});
        if (!stopped) again();
      });
    };
    again();
    return {
      stop: () => {
        stopped = true;
        timer?.stop();
      },
    };
  }

  /** Takes back what is queued under these keys and not being worked on. */
  async cancel(tx: Tx, kind: string, keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    await tx.run({ text: 'delete from job where kind = $1 and key = any($2)', values: [kind, keys] });
  }

  /** Which of these keys are queued, whether somebody works on them or not. */
  async queued(runner: Runner, kind: string, keys: readonly string[]): Promise<Set<string>> {
    if (keys.length === 0) return new Set();
    const rows = await runner.rows<{ key: string }>({
      name: 'job.queued',
      text: 'select key from job where kind = $1 and key = any($2)',
      values: [kind, keys],
    });
    return new Set(rows.map(({ key }) => key));
  }

  /** Jobs of a kind that were given back with a word why, the longest ago first. */
  async troubled<P>(kind: string, limit: number): Promise<{ payload: P; attempt: number; error: string }[]> {
    return this.#store.rows({
      text: 'select payload, attempt, error from job where kind = $1 and error is not null order by due limit $2',
      values: [kind, limit],
    });
  }

  /** When the next job of a kind falls due, UTC ms; null when none is queued. Jobs that somebody works on do not count. */
  async nextDue(kind: string): Promise<number | null> {
    const [row] = await this.#store.rows<{ due: Date | null }>({
      name: 'job.next',
      text: 'select min(due) as due from job where kind = $1 and (lease_until is null or lease_until < now())',
      values: [kind],
    });
    return row?.due?.getTime() ?? null;
  }
}

interface JobRow {
  id: string;
  shard: number;
  kind: string;
  key: string;
  due: Date;
  payload: unknown;
  attempt: number;
  fence: number;
}
