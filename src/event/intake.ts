import { elapsed } from '../base/index.ts';
import type { Identity, ShopEvent } from './event.ts';

/** What an event says, in short: enough to tell whether a door is connected rightly. Long texts are cut. */
export interface IntakeSummary {
  /** The event's id within its source. */
  id: string;
  types: string[];
  /** When it happened, UTC ms. */
  happenedAt: number;
  /** How much the source is believed, 0 to 3. */
  level: number;
  /** Namespaces of the identities it asserts, and of those it merely claims; no ids. */
  identities: string[];
  claims: string[];
  /** The first ten items, of how many. */
  items: { id: string; quantity: number | null }[];
  itemCount: number;
  /** Id of the order, if it has one. */
  order: string | null;
  cart: string | null;
  page: string | null;
  /** Purposes with what was said of them. */
  consent: Record<string, string>;
  /** Names of the attributes; no values. */
  attributes: string[];
  /** Taken for a machine: kept, never learned from. */
  bot: boolean;
}

/** One line of what just came in. */
export interface IntakeLine {
  /** Counts the lines of this process; tells two lines apart. */
  number: number;
  /** Business time, UTC ms. */
  at: number;
  /** Who sent it: `edge:<datastream>`, `server`, …; of what was refused, as far as it could be told. */
  source: string;
  /** The event's main type; null when nothing could be read. */
  type: string | null;
  /** The event's visitor; null when nothing could be read. */
  visitor: string | null;
  outcome: 'kept' | 'repeated' | 'refused';
  /** The door, of what was refused: `POST /v1/events`. */
  door: string | null;
  /** Code and sentence, of what was refused. */
  code: string | null;
  why: string | null;
  /** What it says, of what could be read. */
  what: IntakeSummary | null;
}

/** One source with how much of it is remembered. */
export interface IntakeSource {
  source: string;
  lines: number;
  refused: number;
}

/** How many lines of each source are remembered, and how many sources. */
const linesKept = 200;
const sourcesKept = 50;
/** In so many milliseconds no more lines are noted of a source than are remembered: what is gone before anybody looks is not worth it. */
const rushMs = 1000;

/**
 * What just came in at this process, newest last, by source, bounded and in memory only: for people who connect a door
 * and want to see it work. It is no record; the log is.
 */
export class Intake {
  readonly #lines = new Map<string, IntakeLine[]>();
  #number = 0;
  /** Lines by source since `#since`. */
  #recent = new Map<string, number>();
  #since = 0;

  /** Notes events that were stored. Only the first of a large batch are shown, and of a rush some. */
  kept(events: readonly ShopEvent[], outcome: 'kept' | 'repeated'): void {
    const now = elapsed();
    if (now - this.#since > rushMs) [this.#recent, this.#since] = [new Map(), now];
    for (const event of events.slice(0, 20)) {
      const recent = this.#recent.get(event.source) ?? 0;
      if (recent >= linesKept) continue;
      this.#recent.set(event.source, recent + 1);
      this.#add({
        at: event.receivedAt,
        source: event.source,
        type: event.types[0] ?? null,
        visitor: event.visitor,
        outcome,
        door: null,
        code: null,
        why: null,
        what: summaryOf(event),
      });
    }
  }

  /** Notes what a door refused. Long texts are cut. */
  refused(line: Omit<IntakeLine, 'outcome' | 'number' | 'what'>): void {
    this.#add({
      ...line,
      source: line.source.slice(0, 128),
      type: line.type?.slice(0, 128) ?? null,
      visitor: line.visitor?.slice(0, 128) ?? null,
      why: line.why?.slice(0, 300) ?? null,
      outcome: 'refused',
      what: null,
    });
  }

  /** Newest first. */
  list(query: { source?: string; outcome?: IntakeLine['outcome']; limit: number }): IntakeLine[] {
    const from = query.source === undefined ? [...this.#lines.values()].flat() : (this.#lines.get(query.source) ?? []);
    return from
      .filter(({ outcome }) => query.outcome === undefined || outcome === query.outcome)
      .sort((a, b) => b.number - a.number)
      .slice(0, query.limit);
  }

  /** Who sent something, by name. */
  sources(): IntakeSource[] {
    return [...this.#lines]
      .map(([source, lines]) => ({
        source,
        lines: lines.length,
        refused: lines.filter(({ outcome }) => outcome === 'refused').length,
      }))
      .sort((a, b) => (a.source < b.source ? -1 : 1));
  }

  /** Lines of people who are forgotten go. */
  forget(visitors: readonly string[]): void {
    const gone = new Set(visitors);
    for (const [source, lines] of this.#lines)
      this.#lines.set(
        source,
        lines.filter(({ visitor }) => visitor === null || !gone.has(visitor)),
      );
  }

  #add(found: Omit<IntakeLine, 'number'>): void {
    const line = { number: ++this.#number, ...found };
    let lines = this.#lines.get(line.source);
    if (!lines) {
      if (this.#lines.size >= sourcesKept) this.#lines.delete(this.#lines.keys().next().value!);
      this.#lines.set(line.source, (lines = []));
    }
    lines.push(line);
    if (lines.length >= linesKept * 2) lines.splice(0, linesKept);
  }
}

const cut = (text: string) => text.slice(0, 200);

/** What cannot be folded is shown as well, so nothing is taken for granted. */
function namespacesOf(identities: readonly (Identity | null)[]): string[] {
  return identities.flatMap((one) => one?.namespace ?? []).slice(0, 20);
}

/** Ids of people and what was said of them stay out of it: it is a look at a door, not at a person. */
function summaryOf(event: ShopEvent): IntakeSummary {
  const { items = [], page, consent = {}, attributes = {} } = event;
  return {
    id: cut(event.id),
    types: event.types.slice(0, 10),
    happenedAt: event.happenedAt,
    level: event.level,
    identities: namespacesOf(event.identities),
    claims: namespacesOf(event.claims ?? []),
    items: items.slice(0, 10).map(({ id, quantity }) => ({ id: cut(id), quantity: quantity ?? null })),
    itemCount: items.length,
    order: event.order === undefined ? null : cut(event.order.id),
    cart: event.cartId === undefined ? null : cut(event.cartId),
    page: page?.url === undefined ? (page?.name ?? null) : cut(page.url),
    consent: { ...consent },
    attributes: Object.keys(attributes).slice(0, 20),
    bot: event.bot === true,
  };
}
