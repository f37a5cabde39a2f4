import { type Place, type Raw, isRaw, partAt } from '../form/schema.ts';

/** A journey's document as it is edited: the JSON as it will be saved. All functions here are pure. */
export type RawJourney = Raw & { start: string; activities: Record<string, Raw> };

export const kinds = [
  'wait',
  'message',
  'condition',
  'action',
  'listen',
  'split',
  'experiment',
  'cap',
  'update',
  'jump',
  'end',
] as const;
export type Kind = (typeof kinds)[number];

/** A document as it came, with the two parts in it that everything here asks for. */
export function rawJourney(given: unknown): RawJourney {
  const journey = isRaw(given) ? given : {};
  const activities = isRaw(journey['activities']) ? (journey['activities'] as Record<string, Raw>) : {};
  return { ...journey, start: String(journey['start'] ?? ''), activities };
}

/** Where the ways out of an activity are written, and where they lead. */
export function waysOut(activity: Raw): { at: Place; to: string }[] {
  const places: Place[] = [['next']];
  for (const list of ['paths', 'events'])
    if (Array.isArray(activity[list])) activity[list].forEach((_, nth) => places.push([list, nth, 'next']));
  places.push(['otherwise'], ['onError'], ['onExcluded'], ['enough', 'onFew']);
  return places.flatMap((at) => {
    const to = partAt(activity, at);
    return typeof to === 'string' && to !== '' ? [{ at, to }] : [];
  });
}

function withPartAt(value: unknown, at: Place, part: unknown): unknown {
  const [name, ...rest] = at;
  if (name === undefined) return part;
  const inner = withPartAt((value as Raw | undefined)?.[name], rest, part);
  if (Array.isArray(value)) return value.with(name as number, inner);
  return { ...(value as Raw), [name]: inner };
}

/** Where a line begins: an activity and the way out of it; without an activity the first one. */
export interface LineStart {
  from: string | null;
  at: Place;
}

const targetOf = (journey: RawJourney, { from, at }: LineStart): string =>
  from === null ? journey.start : String(partAt(journey.activities[from], at) ?? '');

function lead(journey: RawJourney, { from, at }: LineStart, to: string): RawJourney {
  if (from === null) return { ...journey, start: to };
  const changed = withPartAt(journey.activities[from], at, to) as Raw;
  return { ...journey, activities: { ...journey.activities, [from]: changed } };
}

/** Puts an activity into a line. An end ends that way; what nothing leads to any more goes with it. */
export function insert(
  journey: RawJourney,
  line: LineStart,
  activity: Raw,
): { journey: RawJourney; id: string; taken: string[] } {
  const id = freshId(journey, String(activity['kind']));
  const before = Object.entries(journey.activities);
  const place = line.from === null ? 0 : before.findIndex(([name]) => name === line.from) + 1;
  const activities = Object.fromEntries(before.toSpliced(place, 0, [id, activity]));
  const led = lead({ ...journey, activities }, line, id);
  return { ...tidied(journey, led), id };
}

/** What an activity of a kind is at first, on the way to another. `words` are in the language of who makes it. */
export function freshActivity(
  kind: Kind,
  next: string,
  words: { paths: string[]; end: string; message: string; journey: string },
): Raw {
  const [first = '', second = ''] = words.paths;
  switch (kind) {
    case 'wait':
      return { kind, for: 'P1D', next };
    case 'message':
      return { kind, message: words.message, next };
    case 'condition':
      return { kind, paths: [{ label: first, when: 'profile.reachable', next }], otherwise: next };
    case 'split':
    case 'experiment':
      return { kind, paths: [first, second].map((label) => ({ label, share: 0.5, next })) };
    case 'cap':
      return { kind, max: 100, within: 'P1D', next, otherwise: next };
    case 'listen':
      return { kind, events: [{ event: 'ordered', label: first, next }], timeout: 'P1D', otherwise: next };
    case 'action':
      return {
        kind,
        name: 'Recommend',
        method: 'POST',
        url: '/v1/recommendations',
        body: { criterion: 'cart-based', profileId: '=profile.id', limit: 6 },
        next,
      };
    case 'update':
      return { kind, attributes: {}, next };
    case 'jump':
      return { kind, journey: words.journey, next };
    case 'end':
      return { kind, label: words.end };
  }
}

/** Where a new activity on this line goes on. */
export const nextOf = targetOf;

/**
 * Takes an activity out: whatever led to it leads to where it went on. With it goes what only it led to.
 * @returns null where it cannot be: the last one, or an end that others lead to while there is no other
 */
export function remove(journey: RawJourney, id: string): { journey: RawJourney; taken: string[] } | null {
  const { [id]: gone, ...rest } = journey.activities;
  if (!gone || Object.keys(rest).length === 0) return null;
  const to =
    waysOut(gone).find((way) => way.to !== id)?.to ?? Object.keys(rest).find((one) => rest[one]!['kind'] === 'end');
  if (to === undefined || !rest[to]) return null;
  let changed: RawJourney = { ...journey, activities: rest };
  if (journey.start === id) changed = { ...changed, start: to };
  for (const [from, activity] of Object.entries(rest))
    for (const way of waysOut(activity)) if (way.to === id) changed = lead(changed, { from, at: way.at }, to);
  const { journey: tidy, taken } = tidied(journey, changed);
  return { journey: tidy, taken: [id, ...taken] };
}

/**
 * Moves an activity into another line, with whatever else it leads to: what led to it goes on where it did.
 * @returns null where that is no move: an end, or a line of its own
 */
export function move(journey: RawJourney, id: string, line: LineStart): RawJourney | null {
  const { [id]: moving } = journey.activities;
  const main = moving && waysOut(moving)[0];
  if (!main || line.from === id || targetOf(journey, line) === id) return null;
  let changed = journey.start === id ? { ...journey, start: main.to } : journey;
  for (const [from, activity] of Object.entries(journey.activities))
    for (const { at, to } of waysOut(activity))
      if (to === id && from !== id) changed = lead(changed, { from, at }, main.to);
  const led = lead(changed, { from: id, at: main.at }, targetOf(changed, line));
  return lead(led, line, id);
}

/**
 * Leads a line to another activity; what nothing leads to any more goes.
 * @returns null where nothing would change, or where the line would end at its own beginning
 */
export function connect(
  journey: RawJourney,
  line: LineStart,
  to: string,
): { journey: RawJourney; taken: string[] } | null {
  if (!journey.activities[to] || to === line.from || targetOf(journey, line) === to) return null;
  return tidied(journey, lead(journey, line, to));
}

/** The way out that is meant where none is named: the first that there is; null for an end. */
export function mainWay(journey: RawJourney, id: string): LineStart | null {
  const { [id]: activity } = journey.activities;
  const way = activity && waysOut(activity)[0];
  return way ? { from: id, at: way.at } : null;
}

/** An activity that was copied, perhaps in another journey, as it stands on a line that goes on to `next`. */
export function pasted(activity: Raw, next: string): Raw {
  const led = waysOut(activity).reduce((now, { at }) => withPartAt(now, at, next) as Raw, activity);
  const { enough } = led;
  if (!isRaw(enough) || enough['backup'] === undefined) return led;
  const { backup: _elsewhere, ...rest } = enough;
  return { ...led, enough: rest };
}

/** Takes out what was reached before and no longer is. */
function tidied(before: RawJourney, after: RawJourney): { journey: RawJourney; taken: string[] } {
  const was = reached(before);
  const is = reached(after);
  const taken = Object.keys(after.activities).filter((id) => was.has(id) && !is.has(id));
  const kept = Object.entries(after.activities).filter(([id]) => !taken.includes(id));
  return { journey: { ...after, activities: Object.fromEntries(kept) }, taken };
}

function reached(journey: RawJourney): Set<string> {
  const found = new Set<string>();
  const visit = (id: string): void => {
    const activity = journey.activities[id];
    if (!activity || found.has(id)) return;
    found.add(id);
    for (const { to } of waysOut(activity)) visit(to);
    const backup = partAt(activity, ['enough', 'backup']);
    if (typeof backup === 'string') visit(backup);
  };
  visit(journey.start);
  return found;
}

function freshId(journey: RawJourney, kind: string): string {
  for (let nth = 1; ; nth += 1) {
    const id = nth === 1 ? kind : `${kind}-${nth}`;
    if (!Object.hasOwn(journey.activities, id)) return id;
  }
}

/** What is edited, with the steps back and forth. */
export interface Edits {
  past: RawJourney[];
  now: RawJourney;
  future: RawJourney[];
  /** What the last change was about: more of the same is one step. */
  about: string | null;
}

export const noEdits = (now: RawJourney): Edits => ({ past: [], now, future: [], about: null });

/** @param about absent: a step of its own */
export function edited({ past, now, about: last }: Edits, next: RawJourney, about: string | null = null): Edits {
  const isSame = about !== null && about === last;
  return { past: isSame ? past : [...past.slice(-99), now], now: next, future: [], about };
}

export function undone(edits: Edits): Edits {
  const now = edits.past.at(-1);
  if (!now) return edits;
  return { past: edits.past.slice(0, -1), now, future: [edits.now, ...edits.future], about: null };
}

export function redone(edits: Edits): Edits {
  const [now, ...future] = edits.future;
  return now ? { past: [...edits.past, edits.now], now, future, about: null } : edits;
}
