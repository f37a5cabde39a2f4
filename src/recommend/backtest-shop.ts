import { itemsHalved, itemViewed } from '../profile/index.ts';
import type { Target } from './backtest.ts';
import type { PastEvent } from './evaluate-format.ts';
import { cartOf, type Deed, ordersOf, recentOf } from './evaluate-history.ts';
import type { Popularities } from './evaluate-score.ts';

/** What was known of a visitor just before an item was first touched in a visit. */
export interface Moment {
  wanted: string;
  session: string;
  now: number;
  /** The visit so far, oldest first, and its items. */
  visit: readonly Deed[];
  inVisit: ReadonlySet<string>;
  cart: string[];
  orders: { items: string[]; at: number }[];
  /** All the visitor did before, by kind. */
  person: Record<Target, readonly Deed[]>;
  /** Viewed on earlier visits, newest first. */
  recent: string[];
  /** Viewed most, as profiles score it. */
  mostViewed(): string[];
}

/** Deeds remembered of one visitor. */
const most = 300;

/** A history, and how far it has been replayed. */
export class PastShop {
  readonly #events: readonly PastEvent[];
  readonly #deeds = new Map<string, Deed[]>();
  /** What each visit ever does with each item. */
  readonly #kinds = new Map<string, Set<Target>>();
  readonly #visitsOf = new Map<string, Set<string>>();
  readonly #visits = new Set<string>();

  constructor(events: readonly PastEvent[]) {
    this.#events = events;
    for (const event of events) {
      const key = keyOf(event);
      this.#kinds.set(key, (this.#kinds.get(key) ?? new Set<Target>()).add(event.kind));
      this.#visits.add(event.session);
      this.#visitsOf.set(event.item, (this.#visitsOf.get(event.item) ?? new Set()).add(event.session));
    }
  }

  /** Places of the events from a time on by which a visit first touches an item. */
  touchesFrom(split: number): number[] {
    const touched = new Set<string>();
    const places: number[] = [];
    this.#events.forEach((event, place) => {
      const key = keyOf(event);
      if (touched.has(key)) return;
      touched.add(key);
      if (event.at >= split) places.push(place);
    });
    return places;
  }

  /** What the visit does with the item, now or later. */
  kindsOf(event: PastEvent): ReadonlySet<Target> {
    return this.#kinds.get(keyOf(event))!;
  }

  moment({ visitor, session, item, at }: PastEvent): Moment {
    const deeds = this.#deeds.get(visitor) ?? [];
    const visit = deeds.filter((deed) => deed.session === session);
    const inVisit = new Set(visit.map((deed) => deed.item));
    const did = (kind: Target) => deeds.filter((deed) => deed.kind === kind);
    const earlier = deeds.filter((deed) => deed.kind === 'view' && !inVisit.has(deed.item));
    return {
      wanted: item,
      session,
      now: at,
      visit,
      inVisit,
      cart: cartOf(deeds),
      orders: ordersOf(deeds),
      person: { view: did('view'), cart: did('cart'), purchase: did('purchase') },
      recent: recentOf(earlier),
      mostViewed: () => mostViewedOf(did('view')),
    };
  }

  happened({ visitor, session, item, kind, at }: PastEvent): void {
    const deeds = this.#deeds.get(visitor) ?? [];
    deeds.push({ item, kind, at, session });
    if (deeds.length >= 2 * most) deeds.splice(0, most);
    this.#deeds.set(visitor, deeds);
  }

  get size(): { visitors: number; items: number } {
    return { visitors: new Set(this.#events.map(({ visitor }) => visitor)).size, items: this.#visitsOf.size };
  }

  get popularities(): Popularities {
    const all = this.#visits.size;
    const shareOf = (item: string) => (this.#visitsOf.get(item)?.size ?? 0) / all;
    let largest = 0;
    for (const { size } of this.#visitsOf.values()) largest = Math.max(largest, size / all);
    return { items: this.#visitsOf.size, shareOf, most: largest };
  }
}

function mostViewedOf(views: readonly Deed[]): string[] {
  let scores: ReturnType<typeof itemViewed> = [];
  views.forEach(({ item, session }, n) => {
    const isFirst = session !== views[n - 1]?.session;
    if (isFirst) scores = itemsHalved(scores);
    scores = itemViewed(scores, item, isFirst);
  });
  return scores.map(([item]) => item);
}

function keyOf({ session, item }: PastEvent): string {
  return JSON.stringify([session, item]);
}
