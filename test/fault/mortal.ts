import type { Pool } from 'pg';
import type { Statement, Store, Tx } from '../../src/store/index.ts';

/**
 * What goes wrong with one process at its `at`-th word with the database that may change something (a write, or any within a
 * transaction, its commit too): it dies before or after that takes effect, the
 * connection is cut before or after it (so that a commit may be done and unconfirmed, trust row 52), or the process
 * is held there while others go on (a zombie, trust row 42).
 */
export interface Fault {
  at: number;
  /** Only its commits are counted. */
  commits?: true;
  how: 'dies before' | 'dies after' | 'cut before' | 'cut after' | 'held';
}

/** The process is gone; nobody catches this, as nothing it does afterwards takes effect. */
export class Dead extends Error {}

const isRead = ({ text }: Statement) => /^\s*select/i.test(text);
const cut = () => new Error('Connection terminated unexpectedly');
const never = <T>() => new Promise<T>(() => {});

/** The database as one process sees it that may die in the middle: from then on nothing it asks is ever answered. */
export class MortalStore implements Store {
  readonly url: string;
  readonly pool: Pool;
  readonly #inner: Store;
  #words = 0;
  /** Transactions under way: who is held in the middle of one would hold up everybody. */
  #open = 0;
  #fault: Fault | null = null;
  #rejectAll: (error: Dead) => void = () => {};
  /** Rejects at the moment of death. */
  readonly death: Promise<never>;
  dead = false;
  /** Something has gone wrong since `arm`. */
  struck = false;
  /** What others do while this process is held. */
  meanwhile: () => Promise<void> = async () => {};

  constructor(inner: Store) {
    this.#inner = inner;
    this.url = inner.url;
    this.pool = inner.pool;
    this.death = new Promise((_, reject) => (this.#rejectAll = reject));
    this.death.catch(() => {});
  }

  /** What goes wrong from here on; null: nothing. */
  arm(fault: Fault | null): void {
    this.#fault = fault;
    this.#words = 0;
    this.struck = false;
  }

  /** kill -9. */
  die(): Dead {
    this.dead = true;
    this.struck = true;
    const dead = new Dead();
    this.#rejectAll(dead);
    return dead;
  }

  rows<T>(statement: Statement): Promise<T[]> {
    return this.#word(() => this.#inner.rows<T>(statement), { alone: true, reads: isRead(statement) });
  }

  run(statement: Statement): Promise<number> {
    return this.#word(() => this.#inner.run(statement), { alone: true, reads: isRead(statement) });
  }

  async inTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    await this.#word(async () => {}, { alone: true });
    let after: (() => void)[] = [];
    let strike: Fault['how'] | null = null;
    this.#open++;
    try {
      const made = await this.#inner.inTransaction(async (tx) => {
        after = [];
        const own: Tx = {
          rows: <R>(statement: Statement) => this.#word(() => tx.rows<R>(statement)),
          run: (statement) => this.#word(() => tx.run(statement)),
          afterCommit: (f) => after.push(f),
        };
        const result = await Promise.race([work(own), this.death]);
        strike = this.#next(true);
        if (strike === 'dies before') throw this.die();
        if (strike === 'cut before') throw cut();
        return result;
      });
      if (strike === 'dies after') throw this.die();
      if (strike === 'cut after') throw cut();
      for (const f of after) f();
      return made;
    } catch (error) {
      if (this.dead) return never();
      throw error;
    } finally {
      this.#open--;
    }
  }

  async close(): Promise<void> {}

  async #word<T>(say: () => Promise<T>, { alone = false, reads = false } = {}): Promise<T> {
    if (this.dead) return never();
    const strike = reads ? null : this.#next();
    if (strike === 'dies before') {
      this.die();
      return never();
    }
    if (strike === 'cut before') throw cut();
    if (strike === 'held' && alone && this.#open === 0) await this.meanwhile();
    const said = await say();
    if (strike === 'dies after') this.die();
    if (this.dead) return never();
    if (strike === 'cut after') throw cut();
    return said;
  }

  #next(isCommit = false): Fault['how'] | null {
    if (this.#fault?.commits && !isCommit) return null;
    if (++this.#words !== this.#fault?.at) return null;
    if (this.#fault.how !== 'held') this.struck = true;
    return this.#fault.how;
  }
}
