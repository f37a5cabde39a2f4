import type { ProfileState, Score } from './profile.ts';

/**
 * The long lists of a state, as the column `recent` keeps them: ids of items, those viewed first, newest first; when each
 * of those was viewed, as the time of the first and how much earlier each next one was; which of them were viewed in this
 * visit, by their places, or how many from the first on; and the scores, best first: whose they are, as runs of places (the
 * first, how many) and what they are, as runs of equal ones (the score, how many). Rows of before have one list of scores:
 * places and scores in turn.
 */
export type Recent = [ids: string[], times: number[], visit: Visited, order: number[] | null, scores?: number[] | null];

type Visited = number[] | number | null;

/** The lists themselves. */
interface Lists {
  viewed: ProfileState['viewed'];
  views: readonly string[] | null;
  scores: readonly Score[] | null;
}

/**
 * Lists and how they are written. Mostly a person views one more item and nothing else of the lists changes; then what is
 * written grows at its beginning, and what is old is not looked at again: a busy person's lists are some hundred values all
 * over the memory.
 */
export interface Written extends Lists {
  /** JSON of the ids and of the times, without brackets. */
  ids: string;
  times: string;
  /** How many ids there are; those of items that are in no list any more may be among them, at the end. */
  count: number;
  visit: Visited;
  order: readonly number[] | null;
  values: readonly number[] | null;
}

/** So many new items are put in front of what was written; more, and it is written anew. */
const mostNew = 16;
/** With more ids than this it is written anew, without those that no list has any more. */
const mostIds = 116;

/** The column's text; null when there is nothing in the lists. */
export function recentText({ ids, times, visit, order, values, count }: Written): string | null {
  if (count === 0 && values === null) return null;
  const visited = Array.isArray(visit) ? `[${visit.join()}]` : String(visit);
  const scores = order && values ? `[${order.join()}],[${values.join()}]` : 'null,null';
  return `[[${ids}],[${times}],${visited},${scores}]`;
}

/** @param before how lists were written that these have grown from, if that is known */
export function written({ viewed, visit, itemScores }: ProfileState, before: Written | null): Written {
  const lists: Lists = { viewed, views: visit?.views ?? null, scores: itemScores ?? null };
  return (before && grown(before, lists)) ?? anew(lists);
}

function anew(lists: Lists): Written {
  const ids: string[] = [];
  const times: number[] = [];
  let last = 0;
  for (const { item, at } of lists.viewed) {
    times.push(ids.length === 0 ? at : last - at);
    ids.push(item);
    last = at;
  }
  const places = new Map<string, number>();
  for (const [place, id] of ids.entries()) if (!places.has(id)) places.set(id, place);
  const placeOf = (item: string) => {
    const known = places.get(item) ?? ids.push(item) - 1;
    places.set(item, known);
    return known;
  };
  const { scores, views } = lists;
  let order: number[] | null = null;
  let values: number[] | null = null;
  if (scores) {
    [order, values] = [[], []];
    for (const [item, score] of scores) {
      addRun(order, { from: placeOf(item), count: 1, step: 1 });
      addRun(values, { from: score, count: 1, step: 0 });
    }
  }
  const isPrefix = views?.every((item, place) => ids[place] === item);
  const visit = views && (isPrefix ? views.length : views.map(placeOf));
  return { ...lists, ids: inside(ids), times: inside(times), count: ids.length, visit, order, values };
}

function inside(list: readonly unknown[]): string {
  return JSON.stringify(list).slice(1, -1);
}

/** Written in front of what was written before; null when anything else has become of the lists. */
function grown(before: Written, lists: Lists): Written | null {
  const fresh = newInFront(before.viewed, lists.viewed);
  if (fresh < 0 || before.count + fresh > mostIds) return null;
  const heads = lists.viewed.slice(0, fresh).map(({ item }) => item);
  const visit = grownVisit(before, lists.views, heads);
  const scores = grownScores(before, lists.scores, heads);
  if (visit === undefined || scores === null) return null;
  const times = grownTimes(before, lists.viewed, fresh);
  return { ...lists, ...scores, visit, times, ...grownIds(before, heads, neededIds(lists, scores.order)) };
}

/** How many ids at least the lists are told by. */
function neededIds({ viewed, views }: Lists, order: readonly number[] | null): number {
  let needed = Math.max(viewed.length, views?.length ?? 0);
  order?.forEach((place, nth) => {
    if (nth % 2 === 0) needed = Math.max(needed, place + order[nth + 1]!);
  });
  return needed;
}

/** What fell off the end of one list is mostly in no other either. */
function grownIds(before: Written, heads: readonly string[], needed: number): Pick<Written, 'ids' | 'count'> {
  let ids = heads.length === 0 ? before.ids : `${inside(heads)},${before.ids}`;
  let count = before.count + heads.length;
  // A quote inside of an id has a stroke before it, so this is where the last one begins.
  for (; count > needed; count--) ids = ids.slice(0, ids.lastIndexOf(',"', ids.length - 3));
  return { ids, count };
}

/** How many are new in front of what was there, when all else is as it was but for what fell off the end; else -1. */
function newInFront<T>(was: readonly T[], now: readonly T[]): number {
  if (was === now) return 0;
  const fresh = was.length === 0 ? -1 : now.slice(0, mostNew + 1).indexOf(was[0]!);
  return fresh > 0 && goesOn(was, now, fresh) ? fresh : -1;
}

/** Is what stands behind the first `fresh` what was there, from the beginning, if not all of it? */
function goesOn<T>(was: readonly T[], now: readonly T[], fresh: number): boolean {
  if (now.length - fresh > was.length) return false;
  for (let place = fresh; place < now.length; place++) if (now[place] !== was[place - fresh]) return false;
  return true;
}

function grownTimes({ times, viewed: was }: Written, viewed: ProfileState['viewed'], fresh: number): string {
  if (fresh === 0) return times;
  const front = [viewed[0]!.at];
  for (let place = 1; place <= fresh; place++) front.push(viewed[place - 1]!.at - viewed[place]!.at);
  const comma = times.indexOf(',');
  let made = comma < 0 ? inside(front) : inside(front) + times.slice(comma);
  for (let left = was.length + fresh - viewed.length; left > 0; left--) made = made.slice(0, made.lastIndexOf(','));
  return made;
}

/** Undefined when it is to be written anew. */
function grownVisit(before: Written, views: readonly string[] | null, heads: readonly string[]): Visited | undefined {
  if (views === null) return null;
  const fresh = Math.min(heads.length, views.length);
  for (let place = 0; place < fresh; place++) if (views[place] !== heads[place]) return undefined;
  if (views.length <= heads.length) return views.length;
  const isPrefix = before.views !== null && typeof before.visit === 'number';
  return isPrefix && goesOn(before.views!, views, fresh) ? views.length : undefined;
}

/** Null when they are to be written anew. */
function grownScores(
  { scores: was, order: wasOrder, values: wasValues }: Written,
  scores: readonly Score[] | null,
  heads: readonly string[],
): Pick<Written, 'order' | 'values'> | null {
  if (scores === null || was === null) return scores === was ? { order: null, values: null } : null;
  let order = wasOrder!.map((number, nth) => (nth % 2 === 0 ? number + heads.length : number));
  let values = wasValues!;
  let from = 0;
  for (let at = 0; at < scores.length; at++) {
    const one = scores[at]!;
    if (one === was[from]) {
      from++;
      continue;
    }
    const place = heads.indexOf(one[0]);
    if (place < 0) return null;
    order = withOne(order, { at, one: place, step: 1 });
    values = withOne(values, { at, one: one[1], step: 0 });
  }
  return { order: parted(order, scores.length, 1)[0], values: parted(values, scores.length, 0)[0] };
}

/** A run at the end of runs of its kind: `count` values, each `step` more than the one before; joined with the last where it goes on. */
function addRun(runs: number[], { from, count, step }: { from: number; count: number; step: 0 | 1 }): void {
  if (count === 0) return;
  const last = runs.length - 2;
  const next = last < 0 ? null : runs[last]! + step * runs[last + 1]!;
  if (next === from) runs[last + 1]! += count;
  else runs.push(from, count);
}

/** The first `at` values of runs, and the others. */
function parted(runs: readonly number[], at: number, step: 0 | 1): [front: number[], back: number[]] {
  const [front, back]: [number[], number[]] = [[], []];
  let left = at;
  for (let nth = 0; nth < runs.length; nth += 2) {
    const [from, count] = [runs[nth]!, runs[nth + 1]!];
    const taken = Math.min(left, count);
    addRun(front, { from, count: taken, step });
    addRun(back, { from: from + step * taken, count: count - taken, step });
    left -= taken;
  }
  return [front, back];
}

/** Runs with one value more, which stands at `at`. */
function withOne(runs: readonly number[], { at, one, step }: { at: number; one: number; step: 0 | 1 }): number[] {
  const [front, back] = parted(runs, at, step);
  addRun(front, { from: one, count: 1, step });
  for (let nth = 0; nth < back.length; nth += 2) addRun(front, { from: back[nth]!, count: back[nth + 1]!, step });
  return front;
}

/** A state with the lists of its row. */
export function withRecent(state: ProfileState, [ids, times, views, order, values]: Recent): ProfileState {
  const made: ProfileState = { ...state, viewed: viewedOf(ids, times) };
  if (state.visit && views !== null)
    made.visit = {
      ...state.visit,
      views: typeof views === 'number' ? ids.slice(0, views) : views.map((place) => ids[place]!),
    };
  if (order) made.itemScores = values ? scoresOf(ids, order, values) : scoresInTurn(ids, order);
  return made;
}

function viewedOf(ids: readonly string[], times: readonly number[]): ProfileState['viewed'] {
  let at = 0;
  return times.map((time, place) => {
    at = place === 0 ? time : at - time;
    return { item: ids[place]!, at };
  });
}

function scoresOf(ids: readonly string[], order: readonly number[], values: readonly number[]): Score[] {
  const made: Score[] = [];
  for (let run = 0; run < order.length; run += 2)
    for (let nth = 0; nth < order[run + 1]!; nth++) made.push([ids[order[run]! + nth]!, 0]);
  let at = 0;
  for (let run = 0; run < values.length; run += 2)
    for (let nth = 0; nth < values[run + 1]!; nth++) made[at++]![1] = values[run]!;
  return made;
}

function scoresInTurn(ids: readonly string[], pairs: readonly number[]): Score[] {
  const made: Score[] = [];
  for (let place = 0; place < pairs.length; place += 2) made.push([ids[pairs[place]!]!, pairs[place + 1]!]);
  return made;
}
