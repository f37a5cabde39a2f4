import { viewedLimit, type ProfileState } from './profile.ts';

/** What somebody viewed after one more view: newest first, each once; of two at the same moment the one told last stands first. */
export function viewedAfter(viewed: ProfileState['viewed'], item: string, at: number): ProfileState['viewed'] {
  let was = 0;
  while (was < viewed.length && viewed[was]!.item !== item) was++;
  let place = 0;
  while (place < viewed.length && viewed[place]!.at > at) place++;
  return withAt(viewed, { was, place: was < place ? Math.max(place - 1, was) : place, one: { item, at } });
}

/** The items of a visit with one more in front, each once. */
export function inFront(items: readonly string[], item: string): string[] {
  const was = items.indexOf(item);
  return withAt(items, { was: was < 0 ? items.length : was, place: 0, one: item });
}

/**
 * A copy of a list in which `one` stands at `place`, and what stood at `was` (its end: nothing) no more; not longer than
 * lists of viewed items are. With each event of a busy person such lists are copied, so it is done in one go.
 */
export function withAt<T>(list: readonly T[], { was, place, one }: { was: number; place: number; one: T }): T[] {
  const made = list.slice(0, viewedLimit);
  let at = Math.min(was, made.length);
  if (at === made.length) {
    if (place >= viewedLimit) return made;
    if (at < viewedLimit) made.push(one);
    else at = viewedLimit - 1;
  }
  for (; at > place; at--) made[at] = made[at - 1]!;
  for (; at < place; at++) made[at] = made[at + 1]!;
  made[place] = one;
  return made;
}
