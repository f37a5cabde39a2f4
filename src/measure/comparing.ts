import type { Clock } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { banditShares } from './bandit.ts';
import { compare, type Comparison } from './comparison.ts';
import { armsBy, daysOf } from './table-arms.ts';
import { comparisonKeys, keepWeights, weightsOf, weightsOn, type Weights } from './table-compare.ts';
import { windowDays } from './table-sums.ts';
import { winnerOf } from './winner.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** An activity whose alternatives are weighed anew each day, or until one of them has won. */
export interface Bandit {
  choose: 'bandit' | 'winner';
  journey: string;
  activity: string;
  /** As they are written down, by label. */
  shares: Record<string, number>;
}

/** What is asked of the journeys (slot; absent: there are no bandits). */
export interface BanditParts {
  list(): Bandit[];
  /** Today's shares, by `journey/activity`. */
  weigh(shares: ReadonlyMap<string, Record<string, number>>): void;
}

/** A comparison of several, with what its bandit went by, newest first. */
export interface ComparisonReport extends Comparison {
  journey: string | null;
  activity: string | null;
  weights: { day: string; shares: Record<string, number> }[];
}

/** Comparisons besides that of a journey: of paths and messages within it, and of all mail with none. */
export class Comparing {
  readonly #parts: { store: Store; clock: Clock; currency: string; zone: string; bandits?: BanditParts };
  #weighed = '';
  #at = -Infinity;

  constructor(parts: { store: Store; clock: Clock; currency: string; zone: string; bandits?: BanditParts }) {
    this.#parts = parts;
  }

  /** Experiments of a journey that somebody has come to, newest first. */
  async ofJourney(journey: string): Promise<ComparisonReport[]> {
    const keys = await comparisonKeys(this.#parts.store, `${journey}/`);
    return Promise.all(keys.map((key) => this.#report(key)));
  }

  /** All mail against none, by quarter, newest first. */
  async global(): Promise<ComparisonReport[]> {
    const keys = await comparisonKeys(this.#parts.store, 'global:');
    return Promise.all(keys.map((key) => this.#report(key)));
  }

  async #report(key: string): Promise<ComparisonReport> {
    const { store, clock, currency, zone } = this.#parts;
    const [journey, activity] = key.includes('/') ? key.split('/') : [null, null];
    const weights = await weightsOf(store, key);
    const isWon = weights.length > 0 && this.#named(key)?.choose === 'winner';
    // What came once all go to the winner says nothing of the others.
    const won = isWon ? Date.parse(weights.at(-1)!.day) : Infinity;
    const cuts = [Math.min(won, clock.now() - windowDays * dayMs)];
    const days = await daysOf(store, { journey: key, from: null, until: isWon ? won : null }, { zone, cuts });
    const all = armsBy(days);
    const watched = armsBy(days.filter(({ part }) => part === 0));
    const names = [...all.keys()];
    const base = ['control', 'Held out'].find((name) => names.includes(name)) ?? this.#firstOf(key) ?? names[0] ?? '';
    const told = compare({ key, base, bandit: weights.length > 0 && !isWon, currency }, { all, matured: watched });
    return {
      ...told,
      journey: journey ?? null,
      activity: activity ?? null,
      weights: weights.map(({ day, shares }) => ({ day, shares })),
    };
  }

  #named(key: string): Bandit | undefined {
    return this.#parts.bandits?.list().find(({ journey, activity }) => `${journey}/${activity}` === key);
  }

  #firstOf(key: string): string | undefined {
    const bandit = this.#named(key);
    return bandit && Object.keys(bandit.shares)[0];
  }

  /**
   * Sees to it that each bandit has its shares of today, and that the journeys go by them. What decides is who bought within the window,
   * of those watched that long: who came in yesterday would favour what was weighed low. Looks once a minute.
   */
  async weigh(): Promise<void> {
    const { store, clock, zone, bandits } = this.#parts;
    const now = clock.real();
    const list = bandits?.list() ?? [];
    const day = new Date(clock.now()).toISOString().slice(0, 10);
    const asked = `${day} ${list.map(({ journey, activity, choose }) => `${journey}/${activity}:${choose}`).join(' ')}`;
    if (list.length === 0 || (asked === this.#weighed && now - this.#at < 60_000)) return;
    const known = new Set((await weightsOn(store, day)).map(({ key }) => key));
    for (const { journey, activity, shares, choose } of list) {
      const key = `${journey}/${activity}`;
      if (known.has(key)) continue;
      const winner = choose === 'winner' ? await this.#winnerBefore(key, shares) : null;
      const until = clock.now() - windowDays * dayMs;
      const rows = armsBy(await daysOf(store, { journey: key, from: null, until }, { zone }));
      const seen = Object.keys(shares).map((label) => {
        const { n = 0, buyers = 0 } = rows.get(label) ?? {};
        return { label, n, buyers };
      });
      if (choose === 'winner') {
        const first = winner ?? winnerOf(seen);
        if (first !== null) await keepWeights(store, { key, day, seen, shares: allTo(first, shares) });
        continue;
      }
      const nothing = seen.every(({ n }) => n === 0);
      await keepWeights(store, {
        key,
        day,
        seen,
        shares: nothing ? wholeOf(shares) : banditShares(seen, `${key}/${day}`),
      });
    }
    const today: Weights[] = await weightsOn(store, day);
    bandits!.weigh(new Map(today.map(({ key, shares }) => [key, shares])));
    [this.#weighed, this.#at] = [asked, now];
  }

  /** Who has won stays so, while there is such an alternative. */
  async #winnerBefore(key: string, shares: Record<string, number>): Promise<string | null> {
    const [last] = await weightsOf(this.#parts.store, key);
    const winner = Object.entries(last?.shares ?? {}).find(([, share]) => share === 1)?.[0];
    return winner !== undefined && Object.hasOwn(shares, winner) ? winner : null;
  }
}

/** Everybody goes to the one that has won. */
function allTo(winner: string, shares: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.keys(shares).map((label) => [label, label === winner ? 1 : 0]));
}

/** The shares written down, made to come to one. */
function wholeOf(shares: Record<string, number>): Record<string, number> {
  const whole = Object.values(shares).reduce((sum, share) => sum + share, 0) || 1;
  return Object.fromEntries(Object.entries(shares).map(([label, share]) => [label, share / whole]));
}
