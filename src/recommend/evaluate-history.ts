import type { PastEvent } from './evaluate-format.ts';

/** Something a person did, as evaluation remembers it. */
export interface Deed {
  item: string;
  kind: PastEvent['kind'];
  at: number;
  session: string;
}

/** A visit ends after so much silence, where events name none. */
const silenceMs = 30 * 60_000;
/** Deeds kept of one person; between this and twice as many. */
const most = 1000;

/** Running visits of people whose events name none; beyond that, those that have ended are forgotten. */
const mostRunning = 1_000_000;

/** What each person did, oldest first; of those only who are asked about later. */
export class PastPeople {
  readonly #wanted: (visitor: string) => boolean;
  readonly #deeds = new Map<string, Deed[]>();
  /** The running visit of people whose events name none: when it began, and when its last event was. */
  readonly #visits = new Map<string, { from: number; at: number }>();
  #newest = 0;

  constructor(wanted: (visitor: string) => boolean) {
    this.#wanted = wanted;
  }

  /** The visit an event belongs to: its own, or the visitor's running one. */
  visitOf({ visitor, session, at }: PastEvent): string {
    if (session !== '') return session;
    this.#newest = Math.max(this.#newest, at);
    const running = this.#visits.get(visitor) ?? { from: at, at };
    if (Math.abs(at - running.at) > silenceMs) running.from = at;
    running.at = Math.max(running.at, at);
    this.#visits.set(visitor, running);
    if (this.#visits.size > mostRunning) this.#endSilent();
    return `${visitor}#${running.from}`;
  }

  /** Visits that have ended need not be known: the next event begins another. */
  #endSilent(): void {
    for (const [visitor, { at }] of this.#visits) {
      if (this.#newest - at > silenceMs) this.#visits.delete(visitor);
    }
    if (this.#visits.size > mostRunning / 2) this.#visits.clear();
  }

  add({ visitor, item, kind, at }: PastEvent, session: string): void {
    if (!this.#wanted(visitor)) return;
    const deeds = this.#deeds.get(visitor) ?? [];
    deeds.push({ item, kind, at, session });
    if (deeds.length >= 2 * most) deeds.splice(0, most);
    this.#deeds.set(visitor, deeds);
  }

  of(visitor: string | undefined): readonly Deed[] {
    return visitor === undefined ? [] : (this.#deeds.get(visitor) ?? []);
  }
}

/** The steps of the last visit, as far as it has not ended long before `now`. */
export function lastVisit(deeds: readonly Deed[]): Deed[] {
  const last = deeds.at(-1);
  return last === undefined ? [] : deeds.filter(({ session }) => session === last.session);
}

/** What is in the cart: put in, and not bought since. */
export function cartOf(deeds: readonly Deed[]): string[] {
  const cart = new Set<string>();
  for (const { item, kind } of deeds) {
    if (kind === 'purchase') cart.delete(item);
    if (kind !== 'cart') continue;
    cart.delete(item);
    cart.add(item);
  }
  return [...cart];
}

/** What was bought together, oldest first. */
export function ordersOf(deeds: readonly Deed[]): { items: string[]; at: number }[] {
  const orders = new Map<string, { items: string[]; at: number }>();
  for (const { item, kind, at, session } of deeds) {
    if (kind !== 'purchase') continue;
    const order = orders.get(session) ?? { items: [], at };
    if (!order.items.includes(item)) order.items.push(item);
    order.at = Math.max(order.at, at);
    orders.set(session, order);
  }
  return [...orders.values()].sort((a, b) => a.at - b.at);
}

/** Viewed items, newest first, each once. */
export function recentOf(deeds: readonly { item: string }[]): string[] {
  const recent = new Set<string>();
  for (let i = deeds.length - 1; i >= 0; i--) recent.add(deeds[i]!.item);
  return [...recent];
}
