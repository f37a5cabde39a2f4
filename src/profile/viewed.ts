import { viewedLimit, type ProfileState } from './profile.ts';

/** What somebody viewed after one more view: newest first, each once; of two at the same moment the one told last stands first. */
export function viewedAfter(viewed: ProfileState['viewed'], item: string, at: number): ProfileState['viewed'] {
  const made: ProfileState['viewed'] = [];
  let isPut = false;
  for (const one of viewed) {
    if (one.item === item) continue;
    if (!isPut && one.at <= at) isPut = made.push({ item, at }) > 0;
    made.push(one);
  }
  if (!isPut) made.push({ item, at });
  if (made.length > viewedLimit) made.length = viewedLimit;
  return made;
}

/** The items of a visit with one more in front, each once. */
export function inFront(items: readonly string[], item: string): string[] {
  const made = items.slice();
  const was = made.indexOf(item);
  if (was >= 0) made.splice(was, 1);
  made.unshift(item);
  if (made.length > viewedLimit) made.length = viewedLimit;
  return made;
}
