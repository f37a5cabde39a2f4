import {
  type Figure,
  ListScore,
  type ListScores,
  type PastEvent,
  type PastQuery,
  type Popularities,
} from '../src/recommend/index.ts';
import type { QualitySet, Question } from './quality-data.ts';

/** Anything that answers queries with ids, best first. */
export type Answer = (query: PastQuery) => readonly string[];

/** What one method's lists over one set were worth, and by list what it found: the first 20 places. */
export interface Measured {
  scores: ListScores;
  hits: Float64Array;
  reciprocals: Float64Array;
  /** Lists where the wanted item was known in less than five visits, and how many of these found it among ten. */
  cold: { lists: number; hits: number };
}

const coldBelow = 5;

/** Lists of one method; sets that ask the same questions share them. */
export class Lists {
  readonly #answer: Answer;
  #asked: readonly Question[] | null = null;
  #lists: (readonly string[])[] = [];

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  of(questions: readonly Question[]): readonly (readonly string[])[] {
    if (this.#asked === questions) return this.#lists;
    this.#asked = questions;
    return (this.#lists = questions.map(({ query }) => this.#answer(query)));
  }
}

/** What lists of one method over one set are worth. */
export function measure(lists: Lists | Answer, set: QualitySet, popularities = popularitiesOf(set.events)): Measured {
  const score = new ListScore();
  const all = (lists instanceof Lists ? lists : new Lists(lists)).of(set.questions);
  const [hits, reciprocals] = [new Float64Array(all.length), new Float64Array(all.length)];
  const cold = { lists: 0, hits: 0 };
  set.questions.forEach(({ query, wanted, unit }, n) => {
    const current = set.withoutCurrent ? query.session?.at(-1)?.item : undefined;
    const list = all[n]!.filter((item) => item !== current);
    score.add(list, wanted, unit);
    const place = list.slice(0, 20).findIndex((item) => wanted.includes(item));
    if (place !== -1) [hits[n], reciprocals[n]] = [1, 1 / (place + 1)];
    if (popularities.visits(wanted[0]!) >= coldBelow) return;
    cold.lists++;
    if (place !== -1 && place < 10) cold.hits++;
  });
  return { scores: score.scores(popularities), hits, reciprocals, cold };
}

/** Mean difference of two methods, list by list, with its standard error over units. */
export function difference(set: QualitySet, ours: Float64Array, other: Float64Array): Figure {
  const units = new Map<string, { sum: number; count: number }>();
  let sum = 0;
  set.questions.forEach(({ unit }, n) => {
    const own = units.get(unit) ?? { sum: 0, count: 0 };
    own.sum += ours[n]! - other[n]!;
    own.count++;
    units.set(unit, own);
    sum += ours[n]! - other[n]!;
  });
  const lists = Math.max(1, set.questions.length);
  const value = sum / lists;
  let squares = 0;
  for (const own of units.values()) squares += (own.sum - own.count * value) ** 2;
  return { value, error: units.size < 2 ? 0 : Math.sqrt((squares * units.size) / (units.size - 1)) / lists };
}

export interface Known extends Popularities {
  visits(item: string): number;
}

/** In how many of the visits each item was. */
export function popularitiesOf(events: readonly PastEvent[]): Known {
  const visits = new Map<string, Set<string>>();
  const all = new Set<string>();
  for (const { session, item } of events) {
    all.add(session);
    const own = visits.get(item) ?? new Set();
    own.add(session);
    visits.set(item, own);
  }
  const visitsOf = (item: string) => visits.get(item)?.size ?? 0;
  const shareOf = (item: string) => visitsOf(item) / all.size;
  let most = 0;
  for (const { size } of visits.values()) most = Math.max(most, size / all.size);
  return { items: visits.size, shareOf, most, visits: visitsOf };
}
