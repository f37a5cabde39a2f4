import type { Profile, ProfileState } from './profile.ts';
import { recentText, withRecent, written, type Recent, type Written } from './recent.ts';

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

/** What a profile's row holds of its state: what changes with nearly each event beside what seldom does. */
export interface Packed {
  /** JSON of the state without what is beside it; null when the row says the same already. */
  state: string | null;
  recent: string | null;
  seenAt: number;
  visitAt: number | null;
  visitPages: number | null;
}

/** States whose row, at their version, holds them in the form that is written now, and how; null: as it was read. */
const apart = new WeakMap<ProfileState, Written | null>();

/** The row's profile. */
export function profileOf(row: ProfileRow): Profile {
  const { id, shard, version, state, recent } = row;
  const made = recent === null ? state : withRecent(state, JSON.parse(recent) as Recent);
  if (row.seen_at === null) return { id, shard, version, state: made };
  made.lastSeenAt = row.seen_at;
  if (made.visit && row.visit_at !== null) {
    made.visit.lastAt = row.visit_at;
    made.visit.pages = row.visit_pages ?? made.visit.pages;
  }
  if (recent !== null) apart.set(made, null);
  return { id, shard, version, state: made };
}

/**
 * A state as its columns. What changes with each event stands beside the rest, as text and numbers: to have the database
 * read a whole state as `jsonb` costs it more than all else it does for a profile.
 *
 * @param before what the row holds now, if that is known
 */
export function packed(state: ProfileState, before?: ProfileState): Packed {
  const { visit } = state;
  const lists = written(state, (before && apart.get(before)) ?? null);
  const recent = recentText(lists);
  const beside = { recent, seenAt: state.lastSeenAt, visitAt: visit?.lastAt ?? null, visitPages: visit?.pages ?? null };
  if (recent === null) return { state: JSON.stringify(state), ...beside };
  apart.set(state, lists);
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
