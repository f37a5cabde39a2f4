import type { Profile, ProfileState, Score } from './profile.ts';

/** A profile as it is stored. */
export interface ProfileRow {
  id: string;
  shard: number;
  version: number;
  state: ProfileState;
  recent: string | null;
  seen_at: number | null;
  visit_at: number | null;
  visit_pages: number | null;
}

/** What a query of profiles asks for, to be read by `profileOf`. */
export const profileColumns = 'id, shard, version, state, recent, seen_at, visit_at, visit_pages';

/**
 * The long lists of a state, as the column `recent` keeps them: ids of items, those viewed first, newest first; when each
 * of those was viewed, as the time of the first and how much earlier each next one was; which of them were viewed in this
 * visit, by their places, or how many from the first on; and the scores, as places and scores in turn.
 */
type Recent = [ids: string[], times: number[], visit: number[] | number | null, scores: number[] | null];

/** What a profile's row holds of its state: what changes with nearly each event beside what seldom does. */
export interface Packed {
  /** JSON of the state without what is beside it; null when the row says the same already. */
  state: string | null;
  recent: string | null;
  seenAt: number;
  visitAt: number | null;
  visitPages: number | null;
}

/** States whose row, at their version, holds them in the form that is written now. */
const apart = new WeakSet<ProfileState>();

/** The row's profile. */
export function profileOf(row: ProfileRow): Profile {
  const { id, shard, version, state, recent } = row;
  const made = recent === null ? state : unpacked(state, JSON.parse(recent) as Recent);
  if (row.seen_at === null) return { id, shard, version, state: made };
  made.lastSeenAt = row.seen_at;
  if (made.visit && row.visit_at !== null) {
    made.visit.lastAt = row.visit_at;
    made.visit.pages = row.visit_pages ?? made.visit.pages;
  }
  if (recent !== null) apart.add(made);
  return { id, shard, version, state: made };
}

/**
 * A state as its columns. What changes with each event stands beside the rest, as text and numbers: to have the database
 * read a whole state as `jsonb` costs it more than all else it does for a profile.
 *
 * @param before what the row holds now, if that is known
 */
export function packed(state: ProfileState, before?: ProfileState): Packed {
  const { viewed, visit, itemScores } = state;
  const hasLists = viewed.length > 0 || (visit?.views.length ?? 0) > 0 || (itemScores?.length ?? 0) > 0;
  const lists = hasLists ? recentOf(state) : null;
  const recent = lists && JSON.stringify(lists);
  const beside = { recent, seenAt: state.lastSeenAt, visitAt: visit?.lastAt ?? null, visitPages: visit?.pages ?? null };
  if (recent === null) return { state: JSON.stringify(state), ...beside };
  apart.add(state);
  if (before !== undefined && apart.has(before) && isSettledSame(state, before)) return { state: null, ...beside };
  const rest = { ...state, viewed: [], visit: visit && { ...visit, views: [] }, itemScores: undefined };
  return { state: JSON.stringify(rest), ...beside };
}

/** Fields that stand beside the state, at least in part. */
const besides = new Set<string>(['viewed', 'itemScores', 'lastSeenAt', 'visit']);

/** Is what seldom changes the very same? In doubt it is not. */
function isSettledSame(a: ProfileState, b: ProfileState): boolean {
  return (
    isSame(a, b, besides) &&
    (a.visit === b.visit || (a.visit !== null && b.visit !== null && isSame(a.visit, b.visit, visitBesides)))
  );
}

const visitBesides = new Set<string>(['views', 'lastAt', 'pages']);

function isSame<T extends object>(a: T, b: T, but: ReadonlySet<string>): boolean {
  const names = Object.keys(a) as (keyof T & string)[];
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name] || but.has(name));
}

/** Null when an item is there twice: then it is kept as it is. */
function recentOf({ viewed, visit, itemScores }: ProfileState): Recent | null {
  const ids: string[] = [];
  const times: number[] = [];
  const places = new Map<string, number>();
  let last = 0;
  for (const { item, at } of viewed) {
    if (places.has(item)) return null;
    places.set(item, ids.length);
    times.push(ids.length === 0 ? at : last - at);
    ids.push(item);
    last = at;
  }
  const place = { ids, places };
  let scores: number[] | null = null;
  if (itemScores) {
    scores = [];
    for (const [item, score] of itemScores) scores.push(placeOf(place, item), score);
  }
  return [ids, times, visit && visitOf(visit.views, viewed, place), scores];
}

interface Placing {
  ids: string[];
  places: Map<string, number>;
}

/** Where an item stands among the ids; at their end when it is new. */
function placeOf({ ids, places }: Placing, item: string): number {
  const known = places.get(item);
  if (known !== undefined) return known;
  places.set(item, ids.length);
  return ids.push(item) - 1;
}

function visitOf(views: readonly string[], viewed: ProfileState['viewed'], placing: Placing): number[] | number {
  return views.every((item, place) => viewed[place]?.item === item)
    ? views.length
    : views.map((item) => placeOf(placing, item));
}

function unpacked(state: ProfileState, [ids, times, views, scores]: Recent): ProfileState {
  const made: ProfileState = { ...state, viewed: viewedOf(ids, times) };
  if (state.visit && views !== null)
    made.visit = {
      ...state.visit,
      views: typeof views === 'number' ? ids.slice(0, views) : views.map((place) => ids[place]!),
    };
  if (scores) made.itemScores = scoresOf(ids, scores);
  return made;
}

function viewedOf(ids: readonly string[], times: readonly number[]): ProfileState['viewed'] {
  let at = 0;
  return times.map((time, place) => {
    at = place === 0 ? time : at - time;
    return { item: ids[place]!, at };
  });
}

function scoresOf(ids: readonly string[], scores: readonly number[]): Score[] {
  const made: Score[] = [];
  for (let place = 0; place < scores.length; place += 2) made.push([ids[scores[place]!]!, scores[place + 1]!]);
  return made;
}

/** The lists in SQL, over a profile `p`, each as `jsonb`; where they are kept in the state, from there. */
const recent = 'p.recent::jsonb';
const idsOf = (places: string) =>
  `(select coalesce(jsonb_agg(${recent} #> array['0', v.place] order by v.nth), '[]'::jsonb) from jsonb_array_elements_text(${places}) with ordinality as v(place, nth))`;
const firstIds = (count: string) =>
  `(select coalesce(jsonb_agg(v.item order by v.nth), '[]'::jsonb) from jsonb_array_elements(${recent} -> 0) with ordinality as v(item, nth) where v.nth <= ${count})`;

export const recentSql = {
  lastSeenAt: `to_jsonb(coalesce(p.seen_at, (p.state ->> 'lastSeenAt')::float8))`,
  visitAt: `to_jsonb(coalesce(p.visit_at, (p.state #>> '{visit,lastAt}')::float8))`,
  visitPages: `to_jsonb(coalesce(p.visit_pages, (p.state #>> '{visit,pages}')::int))`,
  viewed: `case when p.recent is null
    then coalesce((select jsonb_agg(v.one -> 'item' order by v.place) from jsonb_array_elements(p.state -> 'viewed') with ordinality as v(one, place)), '[]'::jsonb)
    else ${firstIds(`jsonb_array_length(${recent} -> 1)`)} end`,
  lastViewed: `case when p.recent is null then p.state #> '{viewed,0,item}'
    when jsonb_array_length(${recent} -> 1) > 0 then ${recent} #> '{0,0}' end`,
  mostViewed: `case when p.recent is null then p.state #> '{itemScores,0,0}' else ${recent} #> array['0', ${recent} #>> '{3,0}'] end`,
  visitViews: `case when p.recent is null or jsonb_typeof(p.state -> 'visit') <> 'object' then p.state #> '{visit,views}'
    when jsonb_typeof(${recent} -> 2) = 'array' then ${idsOf(`${recent} -> 2`)}
    else ${firstIds(`(${recent} ->> 2)::int`)} end`,
};
