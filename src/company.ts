import { after, elapsed, type Log, type Timer } from './base/index.ts';
import type { Duty } from './pulse.ts';
import type { Role, Roles } from './role.ts';
import type { Migration, Store } from './store/index.ts';

/** How often a process says that it is there, and for how long that is believed, ms of real time. */
const beatMs = 1000;
const believedMs = 4000;
/** What one process is enough for is held so long without being renewed. */
const turnMs = 10_000;

export const migrations: readonly Migration[] = [
  {
    name: '0902-app-process',
    sql: `create table app_process (id text primary key, roles text[] not null, started_at timestamptz not null default now(),
        seen_at timestamptz not null default now());
      create table app_turn (name text primary key, owner text not null, until timestamptz not null);`,
  },
];

/** A process that was there a moment ago. */
export interface Member {
  id: string;
  roles: Role[];
  startedAt: Date;
}

interface CompanyParts {
  store: Store;
  log: Log;
  /** Of this process. */
  id: string;
  roles: Roles;
  /** Nobody else can be there: the embedded database serves one process at a time. */
  alone: boolean;
}

/**
 * The processes on one database know of each other by rows that each renews once a second: how many share a kind of work,
 * and whether what one of them keeps in memory may have been changed by another. Nothing hangs on it for correctness; leases
 * and fences see to that.
 */
export class Company {
  readonly #parts: CompanyParts;
  #others: readonly Member[] = [];
  #timer: Timer | undefined;
  #isHere = false;
  readonly #turns = new Map<string, { until: number; asked: number }>();

  constructor(parts: CompanyParts) {
    this.#parts = parts;
  }

  get id(): string {
    return this.#parts.id;
  }

  /** The other processes that were there a moment ago, the oldest first. */
  get others(): readonly Member[] {
    return this.#others;
  }

  /** No other can come. */
  get isFixed(): boolean {
    return this.#parts.alone;
  }

  get isAlone(): boolean {
    return this.#others.length === 0;
  }

  /** This process's fair part of a number of things that all with a role share; 0 without the role. */
  share(all: number, role: Role): number {
    if (!this.#parts.roles.has(role)) return 0;
    const sharing = this.#others.filter(({ roles }) => roles.includes(role)).length + 1;
    return Math.ceil(all / sharing);
  }

  /** Is known to the others when this resolves, and knows them. */
  async join(): Promise<void> {
    this.#isHere = true;
    if (this.#parts.alone) return;
    await this.beat();
    this.#plan();
  }

  /** The others know at once that this one is gone. */
  async leave(): Promise<void> {
    this.#isHere = false;
    this.#timer?.stop();
    if (this.#parts.alone) return;
    const { store, id } = this.#parts;
    await store.run({ text: 'delete from app_turn where owner = $1', values: [id] });
    await store.run({ text: 'delete from app_process where id = $1', values: [id] });
  }

  /** Says that this process is there, forgets those who have been silent for a minute, and looks who is there. */
  async beat(): Promise<void> {
    const { store, id, roles } = this.#parts;
    this.#others = await store.rows<Member>({
      name: 'app.beat',
      text: `with here as (insert into app_process (id, roles) values ($1, $2)
          on conflict (id) do update set seen_at = now(), roles = excluded.roles),
        gone as (delete from app_process where seen_at < now() - interval '1 minute' and id <> $1)
        select id, roles, started_at as "startedAt" from app_process
        where id <> $1 and seen_at > now() - $3 * interval '1 millisecond' order by started_at, id`,
      values: [id, roles.list, believedMs],
    });
  }

  /** A duty that one process at a time is enough for: the others leave it to the one that began, until that falls silent. */
  sole(duty: Duty, turn = duty.name): Duty {
    return { ...duty, work: async () => ((await this.#isOurs(turn)) ? duty.work() : 0) };
  }

  async #isOurs(turn: string): Promise<boolean> {
    if (this.isAlone) return true;
    const now = elapsed();
    const known = this.#turns.get(turn) ?? { until: 0, asked: -Infinity };
    if (now < known.until - turnMs / 2) return true;
    if (now - known.asked < beatMs) return now < known.until;
    const taken = await this.#parts.store.run({
      name: 'app.turn',
      text: `insert into app_turn as t (name, owner, until) values ($1, $2, now() + $3 * interval '1 millisecond')
        on conflict (name) do update set owner = excluded.owner, until = excluded.until
        where t.owner = excluded.owner or t.until < now()`,
      values: [turn, this.#parts.id, turnMs],
    });
    this.#turns.set(turn, { until: taken > 0 ? now + turnMs : 0, asked: now });
    return taken > 0;
  }

  #plan(): void {
    this.#timer = after(beatMs, () => {
      void this.beat()
        .catch((error: unknown) => this.#parts.log.warn('company.silent', { error }))
        .finally(() => {
          if (this.#isHere) this.#plan();
        });
    });
  }
}

/**
 * One process at a time does this on a database; the others wait. For what a first start sets up: the row is locked for as
 * long as the work takes, and is free again however the process ends.
 */
export async function oneByOne<T>(store: Store, work: () => Promise<T>): Promise<T> {
  const one = { text: `insert into app_turn values ('opening', '', now()) on conflict do nothing` };
  await store.run(one);
  return store.inTransaction(async (tx) => {
    await tx.run({ text: `select from app_turn where name = 'opening' for update` });
    return work();
  });
}
