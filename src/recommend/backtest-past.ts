import { elapsed, SeededRandom } from '../base/index.ts';
import type { ForgetLesson } from '../event/index.ts';
import type { Lesson } from '../profile/index.ts';
import { backtest, type BacktestProgress, type BacktestResult, type BacktestSettings } from './backtest.ts';
import type { ShopCriteria } from './backtest-criteria.ts';
import type { DescribedItem } from './content-text.ts';
import type { PastEvent } from './evaluate-format.ts';
import { tune, tuneLimits, type TuneResult } from './tune.ts';
import type { ReplayTask } from './table-backtest.ts';

/** What a replay is to do, as it is handed to its thread. */
export interface ReplayOrder {
  task: ReplayTask;
  settings: BacktestSettings;
  /** Criteria of the shop, where such are to be tried; the items are whole then. */
  shop?: ShopCriteria;
}

/** Lessons that are looked at, the newest. */
export const replayEvents = { backtest: 500_000, tuning: tuneLimits.events } as const;
const seed = 1;
/** Of erased people the feed keeps what they did and this instead of their id. */
const nobody = '00000000-0000-0000-0000-000000000000';

/** A history as it comes from the feed, shard by shard: bounded, and in order of time at the end. */
export class Past {
  readonly #most: number;
  #events: PastEvent[] = [];
  /** What the catalogue says of items, as of now. */
  readonly items: DescribedItem[] = [];

  constructor(task: ReplayTask) {
    this.#most = replayEvents[task];
  }

  add(lessons: readonly (Lesson | ForgetLesson)[]): void {
    for (const lesson of lessons) {
      // Rows of the forgotten name nobody by now; other events are no deeds that lists are tried by.
      if ('forget' in lesson || lesson.k === 'event') continue;
      const { p, s, i, k, t } = lesson;
      this.#events.push({ visitor: p === nobody ? s : p, session: s, item: i, kind: k, at: t });
    }
    if (this.#events.length > 2 * this.#most) this.#events = this.#newest();
  }

  describe(items: readonly DescribedItem[]): void {
    for (const item of items) this.items.push(item);
  }

  /** In order of time. */
  get events(): PastEvent[] {
    return this.#newest();
  }

  #newest(): PastEvent[] {
    return this.#events.sort((a, b) => a.at - b.at).slice(-this.#most);
  }
}

/** The work itself, step by step. */
export function replaying(
  { task, settings, shop }: ReplayOrder,
  past: Past,
): Generator<BacktestProgress, BacktestResult | TuneResult | null> {
  if (task === 'backtest') {
    return backtest(past.events, settings, { items: past.items, ...(shop ? { shop } : {}) });
  }
  const began = elapsed();
  const mayGoOn = (share: number) => elapsed() - began < tuneLimits.realMs * share;
  return tune(past.events, new SeededRandom(seed), { ...tuneLimits, mayGoOn });
}
