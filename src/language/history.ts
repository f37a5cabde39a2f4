/**
 * One stored event as the language sees it: `event.*` in `where:`, and the value of `last(…)` and `first(…)`.
 * Plain data; fields beside these three are the event's own.
 */
export interface HistoryEvent {
  /** Unique in a history: the same id twice is the same event. */
  readonly id: string;
  /** The types it carries, the main one first. */
  readonly types: readonly string[];
  /** When it happened, UTC milliseconds. */
  readonly at: number;
  readonly [field: string]: unknown;
}

/** What somebody did, by type. */
export interface History {
  /** The events that carry this type, each once, newest first: by `at`, then by `id`, both descending. */
  of(type: string): readonly HistoryEvent[];
}

const nothing: readonly HistoryEvent[] = [];

/** A history out of events in any order; of events with the same id the first is kept. */
export function historyOf(events: Iterable<HistoryEvent>): History {
  const byType = new Map<string, HistoryEvent[]>();
  const seen = new Set<string>();
  for (const event of events) {
    if (seen.has(event.id)) continue;
    seen.add(event.id);
    for (const type of new Set(event.types)) {
      const list = byType.get(type);
      if (list === undefined) byType.set(type, [event]);
      else list.push(event);
    }
  }
  for (const list of byType.values()) list.sort(newestFirst);
  return { of: (type) => byType.get(type) ?? nothing };
}

/** The order of a history. Ids compare by code unit, so that the order is the same everywhere. */
export function newestFirst(a: HistoryEvent, b: HistoryEvent): number {
  return b.at - a.at || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}
