import type { ShopEvent } from './event.ts';

/** One line of what just came in. */
export interface IntakeLine {
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
}

/** How many lines of each source are remembered, and how many sources. */
const linesKept = 200;
const sourcesKept = 50;

/**
 * What just came in at this process, newest last, by source, bounded and in memory only: for people who connect a door
 * and want to see it work. It is no record; the log is.
 */
export class Intake {
  readonly #lines = new Map<string, IntakeLine[]>();

  /** Notes events that were stored. Only the first of a large batch are shown. */
  kept(events: readonly ShopEvent[], outcome: 'kept' | 'repeated'): void {
    for (const { receivedAt, source, types, visitor } of events.slice(0, 20))
      this.#add({
        at: receivedAt,
        source,
        type: types[0] ?? null,
        visitor,
        outcome,
        door: null,
        code: null,
        why: null,
      });
  }

  /** Notes what a door refused. Long texts are cut. */
  refused(line: Omit<IntakeLine, 'outcome'>): void {
    this.#add({
      ...line,
      source: line.source.slice(0, 128),
      type: line.type?.slice(0, 128) ?? null,
      visitor: line.visitor?.slice(0, 128) ?? null,
      why: line.why?.slice(0, 300) ?? null,
      outcome: 'refused',
    });
  }

  /** Newest first. */
  list(query: { source?: string; outcome?: IntakeLine['outcome']; limit: number }): IntakeLine[] {
    const from = query.source === undefined ? [...this.#lines.values()].flat() : (this.#lines.get(query.source) ?? []);
    return from
      .filter(({ outcome }) => query.outcome === undefined || outcome === query.outcome)
      .reverse()
      .sort((a, b) => b.at - a.at)
      .slice(0, query.limit);
  }

  #add(line: IntakeLine): void {
    let lines = this.#lines.get(line.source);
    if (!lines) {
      if (this.#lines.size >= sourcesKept) this.#lines.delete(this.#lines.keys().next().value!);
      this.#lines.set(line.source, (lines = []));
    }
    lines.push(line);
    if (lines.length >= linesKept * 2) lines.splice(0, linesKept);
  }
}
