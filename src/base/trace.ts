/**
 * What takes how long, told to whoever traces. Nobody does by default: then work is called as it is and nothing is kept. The
 * one who does is set at the start of a process (`tracing.ts`), before the doors open.
 */

/** What a span says: names of ours, ids and numbers; never an address, a person's name or what somebody did. */
export type SpanFields = Readonly<Record<string, string | number | boolean>>;

export interface SpanHow {
  kind?: 'server' | 'client';
  fields?: SpanFields;
  /** In the background: a trace of its own, whatever goes on where it was begun. */
  apart?: boolean;
  /** What it comes of elsewhere, as W3C's traceparent (`traceHere`): it goes on with the first and is linked to the others. */
  of?: () => readonly (string | undefined)[];
  /** When it began, if before now, as `elapsed()` gave it. */
  since?: number;
}

/** Says more of what is under way. */
export type Note = (fields: SpanFields) => void;

export interface Tracer {
  /** Runs `work` within a span, which ends with it; a failure is told by its code and no more. */
  run<T>(name: string, how: SpanHow, work: (note: Note) => Promise<T>): Promise<T>;
  /** The span under way, as W3C's traceparent. */
  here(): string | undefined;
}

let tracer: Tracer | null = null;

/** From now on this one is told; null: nobody. */
export function traceBy(next: Tracer | null): void {
  tracer = next;
}

export function isTraced(): boolean {
  return tracer !== null;
}

const nothing: Note = () => {};

/** Does the work, within a span where somebody traces. */
export function traced<T>(name: string, how: SpanHow, work: (note: Note) => Promise<T>): Promise<T> {
  return tracer === null ? work(nothing) : tracer.run(name, how, work);
}

/** What lets somebody else go on with the span under way; undefined where nobody traces, or nothing is under way. */
export function traceHere(): string | undefined {
  return tracer?.here();
}
