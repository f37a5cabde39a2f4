/**
 * Every error that leaves a room is registered here by its room: a code, a status for HTTP, and how to mend it.
 * A test holds the codes and the pages in docs/error equal, in both directions.
 */
export interface ErrorKind {
  /** Capitals and underscores; stable for ever. */
  code: string;
  /** HTTP status the doors answer with. */
  status: number;
  /** What to do about it; slots `{name}` are filled from the detail. */
  mend: string;
}

const registry = new Map<string, ErrorKind>();

/** Declares error kinds of a room. A code may be declared once. */
export function defineErrors<K extends string>(
  kinds: Record<K, { status: number; mend: string }>,
): Record<K, ErrorKind> {
  const made = {} as Record<K, ErrorKind>;
  for (const code of Object.keys(kinds) as K[]) {
    if (registry.has(code)) throw new Error(`Error code ${code} is declared twice`);
    made[code] = { code, ...kinds[code] };
    registry.set(code, made[code]);
  }
  return made;
}

/** All registered kinds, sorted by code. */
export function errorKinds(): ErrorKind[] {
  return [...registry.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** An error with a registered code: what, where and why in the message, and the mend. */
export class BeckonError extends Error {
  override readonly name = 'BeckonError';
  readonly code: string;
  readonly status: number;
  readonly mend: string;
  /** Where in the input: a path, a line, an activity. */
  readonly where: string | undefined;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number | undefined;

  constructor(
    kind: ErrorKind,
    message: string,
    more: { where?: string; mend?: string; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = kind.code;
    this.status = kind.status;
    this.mend = more.mend ?? kind.mend;
    this.where = more.where;
    this.retryAfter = more.retryAfter;
  }
}

/** The nearest of `names` to a mistyped one, if near enough to be worth saying. Levenshtein distance ≤ 2 or a third of the length. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of names) {
    const distance = levenshtein(name.toLowerCase(), candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function levenshtein(a: string, b: string, cap: number): number {
  if (Math.abs(a.length - b.length) >= cap) return cap;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}
