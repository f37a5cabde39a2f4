import type { Kept } from './kept.ts';
import { type Popular, Popularity } from './popularity.ts';

/** Groups counted apart; people of further ones count for the site alone. */
const mostGroups = 2000;
const actions = ['viewed', 'carted', 'bought', 'told'] as const;
type Action = (typeof actions)[number];

/** The name under which events are counted, each type as a group (recommendations ALG-20). */
export const eventGroup = 'event';

/** Several attributes taken together, as the name of a group, and their values as its value. */
export function jointly(parts: readonly string[]): string {
  return parts.join('+');
}

/** Attributes whose values make groups at present, each list together. */
export type VisitorLists = () => readonly (readonly string[])[];

interface VisitorGroup {
  name: string;
  value: string;
  /** The items that people of the group did something with, by their places in the counters. */
  items: number[];
  places: Map<number, number>;
  counts: Partial<Record<Action, Popularity>>;
}

/**
 * What is popular among people with the same attributes, as these were at the time of the event (recommendations
 * ALG-19). A group costs what its people did: 33 bytes an item and action, and a few kilobytes.
 */
export class VisitorGroups {
  readonly #nameOf: (item: number) => string;
  readonly #groups = new Map<string, VisitorGroup>();
  readonly #by: VisitorLists | null;
  /** Events of groups that found no room. */
  ignored = 0;

  /** @param by null: each attribute of a lesson alone */
  constructor(nameOf: (item: number) => string, by: VisitorLists | null = null) {
    this.#nameOf = nameOf;
    this.#by = by;
  }

  /** One more visit of somebody like this did it with `item`. */
  add(about: Readonly<Record<string, string>>, item: number, { action, at }: { action: Action; at: number }): void {
    for (const names of this.#by?.() ?? Object.keys(about).map((name) => [name])) {
      const values = names.map((name) => about[name]);
      if (values.some((value) => value === undefined)) continue;
      const group = this.#groupOf(jointly(names), jointly(values as string[]));
      if (group === null) this.ignored++;
      else this.#countsOf(group, action).add(placeOf(group, item), at);
    }
  }

  /** The most popular items of a group, best first; `worth`: visits in the window. */
  top(
    { name, value, action }: { name: string; value: string; action: Action },
    when: { windowMs: number | null; now: number },
    ask: { limit: number; accept: (item: number) => boolean },
  ): (Popular & { worth: number })[] {
    const group = this.#groups.get(`${name}\u0000${value}`);
    const counts = group?.counts[action];
    if (group === undefined || counts === undefined) return [];
    const accept = (place: number) => ask.accept(group.items[place]!);
    return counts.top(when.windowMs, when.now, { limit: ask.limit, accept }).map(({ item: place, weight }) => ({
      item: group.items[place]!,
      weight,
      worth: counts.worth(place, when.windowMs, when.now),
    }));
  }

  get bytes(): number {
    let bytes = 0;
    for (const { items, counts } of this.#groups.values()) {
      bytes += items.length * 40;
      for (const one of Object.values(counts)) bytes += one.bytes;
    }
    return bytes;
  }

  keep(): Kept {
    const groups = [...this.#groups.values()].map(({ name, value, items, counts }): Kept => ({
      name,
      value,
      items: Int32Array.from(items),
      ...Object.fromEntries(actions.map((action) => [action, counts[action]?.keep() ?? null])),
    }));
    return { groups, ignored: this.ignored };
  }

  restore(kept: Kept): void {
    this.ignored = kept.ignored as number;
    for (const one of kept.groups as Kept[]) {
      const group = this.#groupOf(one.name as string, one.value as string)!;
      for (const item of one.items as Int32Array) placeOf(group, item);
      for (const action of actions) {
        // One that was kept by an earlier version has no word on events.
        if (one[action]) this.#countsOf(group, action).restore(one[action] as Kept);
      }
    }
  }

  #groupOf(name: string, value: string): VisitorGroup | null {
    const key = `${name}\u0000${value}`;
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    if (this.#groups.size >= mostGroups) return null;
    const group: VisitorGroup = { name, value, items: [], places: new Map(), counts: {} };
    this.#groups.set(key, group);
    return group;
  }

  #countsOf(group: VisitorGroup, action: Action): Popularity {
    return (group.counts[action] ??= new Popularity((place) => this.#nameOf(group.items[place]!)));
  }
}

function placeOf(group: VisitorGroup, item: number): number {
  const known = group.places.get(item);
  if (known !== undefined) return known;
  const place = group.items.push(item) - 1;
  group.places.set(item, place);
  return place;
}
