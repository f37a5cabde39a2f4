import { isSameDay } from '../ui/format.ts';

type Filled<T> = [T, ...T[]];

/** Neighbours of the same day of the shop in one group; the order stays. Pure. */
export function byDay<T extends { at: string }>(entries: readonly T[], zone: string): Filled<T>[] {
  const groups: Filled<T>[] = [];
  for (const entry of entries) {
    const last = groups.at(-1);
    if (last && isSameDay(Date.parse(last[0].at), Date.parse(entry.at), zone)) last.push(entry);
    else groups.push([entry]);
  }
  return groups;
}

const instant = /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z/g;

/** Instants inside a sentence, written as the reader writes times. Pure. */
export function withTimes(text: string, write: (at: string) => string): string {
  return text.replaceAll(instant, write);
}
