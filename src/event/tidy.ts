import type { Clock, Log } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import {
  attachMonth,
  deleteOldFeed,
  deleteOldKeys,
  detachMonth,
  deleteOldRest,
  listPartitions,
  monthsInRest,
  monthText,
} from './table-month.ts';

/** Months of events that are kept besides the running one; the feed, from which readers are rebuilt, reaches as far. */
export const keptMonths = 13;
/** Days for which an event that comes again is recognised by its id (design §7 "Log"). */
export const keptKeyDays = 30;
/** Months made ahead. */
const monthsAhead = 2;
/** Between two looks, business time. */
const everyMs = 60 * 60 * 1000;
const keysAtOnce = 20_000;

/**
 * Keeps the log in bounds: a partition a month, made ahead; months beyond the retention are detached and dropped whole,
 * so that nothing is deleted row by row; ids and feed rows nobody needs any more go too. Safe in several processes.
 */
export class Tidy {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #held: () => Promise<ReadonlyMap<number, number> | null>;
  #next = 0;

  /**
   * @param parts `held`: up to which version readers no longer need the feed of each shard, as they keep what they
   * learned of it elsewhere; null or left out: nobody keeps anything
   */
  constructor(parts: {
    store: Store;
    clock: Clock;
    log: Log;
    held?: () => Promise<ReadonlyMap<number, number> | null>;
  }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#held = parts.held ?? (async () => null);
  }

  /** Once an hour of business time. @returns how much was done; 0 when there is nothing left to do now */
  async work(): Promise<number> {
    const now = this.#clock.now();
    if (now < this.#next) return 0;
    let done = 0;
    try {
      done = await this.once(now);
    } catch (error) {
      // Another process does it, or a long reader is in the way: at the next hour it is tried again.
      if (!/^(42P07|42P01|55P03|40P01|40001)$/.test(String((error as { code?: unknown }).code))) throw error;
      this.#log.info('event.tidy-later', { error });
    }
    if (done === 0) this.#next = now + everyMs;
    return done;
  }

  /** One round at business time `now`. @returns rows and partitions dealt with */
  async once(now: number): Promise<number> {
    const oldest = monthOf(now, -keptMonths);
    let done = await this.#months(now, oldest);
    done += await deleteOldRest(this.#store, oldest);
    done += await deleteOldKeys(this.#store, now - keptKeyDays * 86_400_000, keysAtOnce);
    return done + (await deleteOldFeed(this.#store, oldest, await this.#held()));
  }

  async #months(now: number, oldest: number): Promise<number> {
    const known = new Set(await listPartitions(this.#store));
    const ahead = Array.from({ length: monthsAhead + 1 }, (_, months) => monthOf(now, months));
    const wanted = new Set([...ahead, ...(await monthsInRest(this.#store)).filter((month) => month >= oldest)]);
    let done = 0;
    for (const month of wanted) {
      if (known.has(monthText(month))) continue;
      await this.#store.inTransaction((tx) => attachMonth(tx, month, monthOf(month, 1)));
      done++;
    }
    for (const name of known) {
      if (name >= monthText(oldest)) continue;
      await this.#store.inTransaction((tx) => detachMonth(tx, name));
      this.#log.info('event.month-dropped', { month: name });
      done++;
    }
    return done;
  }
}

/** The first moment of the month that lies `months` after the one of `at`, in UTC. */
export function monthOf(at: number, months: number): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
}
