import type { IntakeLine, IntakeView } from '../../src/api/contract-watch.ts';

/** What of the intake is to be shown. */
export interface Choice {
  source?: string | undefined;
  type?: string | undefined;
  refused: boolean;
}

/** The lines that fit, in their order. */
export function chosen(lines: readonly IntakeLine[], { source, type, refused }: Choice): IntakeLine[] {
  return lines.filter(
    (line) =>
      (source === undefined || line.source === source) &&
      (type === undefined || line.type === type) &&
      (!refused || line.outcome === 'refused'),
  );
}

/** The types there are, in order; the chosen one among them even when nothing of it came lately. */
export function typesOf(lines: readonly IntakeLine[], now: string | undefined): string[] {
  const found = new Set(lines.flatMap(({ type }) => (type === null ? [] : [type])));
  if (now !== undefined) found.add(now);
  return [...found].sort();
}

/** How many lines are remembered, and how many of them were refused. */
export function sums(sources: IntakeView['sources']): { lines: number; refused: number } {
  return sources.reduce((sum, { lines, refused }) => ({ lines: sum.lines + lines, refused: sum.refused + refused }), {
    lines: 0,
    refused: 0,
  });
}

/** The kind of a source and the name it goes by: `edge:default` is the datastream `default`. */
export function partsOf(source: string): { kind: string; name: string } {
  const at = source.indexOf(':');
  return at < 0 ? { kind: source, name: '' } : { kind: source.slice(0, at), name: source.slice(at + 1) };
}

/** Whom a request of a platform is about, as far as its body says: an address, otherwise a number. */
export function subjectOf(body: unknown): string | null {
  const customer = field(body, 'customer') ?? body;
  for (const name of ['email', 'customer_email', 'id', 'customer_id']) {
    const value = field(customer, name);
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return null;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
