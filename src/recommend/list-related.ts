import { grown } from './buffer.ts';
import type { Crowd } from './crowd.ts';
import { asksB, likenesses } from './likeness.ts';
import type { Related } from './related.ts';
import { Scores } from './scores.ts';
import type { Algorithm, Likeness, RelatedAction, Scored } from './source.ts';

const relatedBy: Readonly<Record<RelatedAction, Algorithm>> = {
  'viewed-viewed': 'viewed-together',
  'viewed-bought': 'viewed-then-bought',
  'bought-bought': 'bought-together',
  'site-affinity': 'site-affinity',
};

/** What goes with one item or with several, and how that is reckoned. */
export interface RelatedAsk {
  action: RelatedAction;
  basis: 'session' | 'visitor';
  windowMs: number | null;
  now: number;
  likeness: Likeness;
  shrink: number;
}

/**
 * What goes with each key, all keys weighing the same, scores of an item summed (recommendations ALG-4); and of each
 * item the key that spoke loudest for it, with its count.
 */
export class RelatedScores {
  readonly scores = new Scores();
  #loudest = new Float64Array(64);
  #key = new Int32Array(64);
  #count = new Int32Array(64);
  #action: RelatedAction = 'viewed-viewed';

  /** Reckons anew; what was before is gone. */
  score({ crowd, related }: { crowd: Crowd; related: Related }, keys: readonly number[], ask: RelatedAsk): void {
    const { action, basis, now, windowMs, shrink } = ask;
    this.scores.clear();
    this.#action = action;
    const likeness = likenesses[ask.likeness];
    const isAboutB = asksB(ask.likeness);
    const popular = action === 'viewed-viewed' || action === 'site-affinity' ? crowd.viewed : crowd.bought;
    const all = basis === 'visitor' ? crowd.chains.size : crowd.visits.size;
    const own = new Set(keys);
    const meeting = { both: 0, a: 0, b: 0, all: 0 };
    for (const key of own) {
      if (key < 0) continue;
      const found = related.companions(key, action, { basis, since: windowMs === null ? -1 : now - windowMs });
      meeting.a = found.units;
      meeting.all = Math.max(all, found.units);
      for (let i = 0; i < found.length; i++) {
        const [item, both] = [found.items[i]!, found.counts[i]!];
        meeting.both = both;
        if (isAboutB) meeting.b = Math.max(both, popular.worth(item, windowMs, now));
        const amount = likeness(meeting, shrink);
        // Of one key alone the key itself is no companion.
        if (amount > 0 && (own.size === 1 || !own.has(item))) this.#add(item, amount, { key, count: both });
      }
    }
  }

  /** The list, with what speaks loudest for each item. */
  explain(best: readonly { item: number; score: number }[]): Scored[] {
    const by = relatedBy[this.#action];
    return best.map(({ item, score }) => ({ item, score, count: this.#count[item]!, key: this.#key[item]!, by }));
  }

  #add(item: number, amount: number, { key, count }: { key: number; count: number }): void {
    if (item >= this.#loudest.length) {
      this.#loudest = grown(this.#loudest, item + 1);
      this.#key = grown(this.#key, item + 1);
      this.#count = grown(this.#count, item + 1);
    }
    if (this.scores.add(item, amount) > 0 && amount <= this.#loudest[item]!) return;
    this.#loudest[item] = amount;
    this.#key[item] = key;
    this.#count[item] = count;
  }
}
