import { shardOf } from '../base/index.ts';

/**
 * A visitor for as long as it was somebody's, by the time events came in, UTC ms: `from` inclusive, `until` exclusive;
 * null is open. A device that several people use has a span for each.
 */
export interface VisitorSpan {
  /** As the log names it: `ecid:…`. */
  visitor: string;
  from: number | null;
  until: number | null;
}

/** A visitor for good, or for a span. */
export type Whose = string | VisitorSpan;

/** The span itself; a mere name stands for all its time. */
export function spanOf(one: Whose): VisitorSpan {
  return typeof one === 'string' ? { visitor: one, from: null, until: null } : one;
}

/** Did something of this visitor that came in then fall into one of the spans? */
export function isWithin(
  spans: readonly VisitorSpan[],
  { visitor, receivedAt }: { visitor: string; receivedAt: number },
) {
  return spans.some(
    ({ visitor: name, from, until }) =>
      name === visitor && (from === null || receivedAt >= from) && (until === null || receivedAt < until),
  );
}

/** Rows `s(shard, visitor, since, till)` of four parameters beginning with `$first`, and what joins events `e` to them. */
export function spanRows(first: number): { from: string; on: string } {
  const [shard, visitor, since, till] = [0, 1, 2, 3].map((place) => `$${first + place}`);
  return {
    from: `unnest(${shard}::smallint[], ${visitor}::text[], ${since}::timestamptz[], ${till}::timestamptz[]) as s(shard, visitor, since, till)`,
    on: `e.shard = s.shard and e.visitor = s.visitor and (s.since is null or e.received_at >= s.since)
      and (s.till is null or e.received_at < s.till)`,
  };
}

/** Values of those parameters. */
export function spanValues(spans: readonly VisitorSpan[]): unknown[] {
  const dates = (name: 'from' | 'until') => spans.map((span) => (span[name] === null ? null : new Date(span[name])));
  return [
    spans.map(({ visitor }) => shardOf(visitor)),
    spans.map(({ visitor }) => visitor),
    dates('from'),
    dates('until'),
  ];
}
