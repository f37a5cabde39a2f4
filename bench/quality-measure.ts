import {
  ListScore,
  type ListScores,
  type PastEvent,
  type PastQuery,
  type Popularities,
} from '../src/recommend/index.ts';
import type { QualitySet } from './quality-data.ts';

/** Anything that answers queries with ids, best first. */
export type Answer = (query: PastQuery) => readonly string[];

/** Lists of one method over one set. */
export function measure(answer: Answer, set: QualitySet, popularities = popularitiesOf(set.events)): ListScores {
  const score = new ListScore();
  for (const { query, wanted, unit } of set.questions) {
    const current = set.withoutCurrent ? query.session?.at(-1)?.item : undefined;
    const list = answer(query).filter((item) => item !== current);
    score.add(list, wanted, unit);
  }
  return score.scores(popularities);
}

/** In what share of the visits each item was. */
export function popularitiesOf(events: readonly PastEvent[]): Popularities {
  const visits = new Map<string, Set<string>>();
  const all = new Set<string>();
  for (const { session, item } of events) {
    all.add(session);
    const own = visits.get(item) ?? new Set();
    own.add(session);
    visits.set(item, own);
  }
  const shareOf = (item: string) => (visits.get(item)?.size ?? 0) / all.size;
  let most = 0;
  for (const { size } of visits.values()) most = Math.max(most, size / all.size);
  return { items: visits.size, shareOf, most };
}
