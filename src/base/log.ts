/** Structured log lines without personal data: an event name and plain fields. */
export interface Log {
  info(event: string, fields?: Record<string, unknown>): void;
  warn(event: string, fields?: Record<string, unknown>): void;
  error(event: string, fields?: Record<string, unknown>): void;
}

/** Writes one JSON line an entry to `write` (standard error by default). `now` gives the time shown. */
export function jsonLog(
  now: () => number,
  write: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Log {
  const entry =
    (level: string) =>
    (event: string, fields: Record<string, unknown> = {}) =>
      write(JSON.stringify({ at: new Date(now()).toISOString(), level, event, ...plain(fields) }));
  return { info: entry('info'), warn: entry('warn'), error: entry('error') };
}

/** Says nothing; for tests. */
export const quietLog: Log = { info() {}, warn() {}, error() {} };

function plain(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, shown(value, 0)]));
}

function shown(value: unknown, depth: number): unknown {
  if (value instanceof Error) return withoutPeople(`${value.name}: ${withoutValues(value)}`);
  if (typeof value === 'string') return withoutPeople(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 3) return '…';
  if (Array.isArray(value)) return value.map((one) => shown(one, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shown(one, depth + 1)]));
}

/**
 * What a sentence of an error quotes is what somebody typed or what stood in a body, so it stays out. PostgreSQL quotes names
 * of tables too; those stay, but for errors that are about data (classes 22 and 23).
 */
function withoutValues(error: Error): string {
  const { severity, code } = error as { severity?: unknown; code?: unknown };
  const isOfNames = typeof severity === 'string' && typeof code === 'string' && !/^2[23]/.test(code);
  return isOfNames ? error.message : error.message.replace(/"[^"]*"?|“[^”]*”?/g, '"…"');
}

/** Longer than any sentence of ours. */
const longest = 1000;

/**
 * A text without what names or lets in somebody, whoever wrote it there: addresses, network addresses, keys and tokens, the
 * queries and passwords of URLs. Names of people have no form; where they could stand, texts do not come here. Pure.
 */
export function withoutPeople(text: string): string {
  return text
    .slice(0, longest)
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']*@/gi, '$1[hidden]@')
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s?#"']*)[?#][^\s"']*/gi, '$1?[hidden]')
    .replace(/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 [hidden]')
    .replace(/\b(?:sk|pk|own|whsec|ask)_[\w+/=-]{6,}/g, '[key]')
    .replace(/\bv1\.[\w.~-]{16,}|\beyJ[\w-]{8,}\.[\w.-]+/g, '[token]')
    .replace(/[^\s<>"'(),;:[\]]+@(?!\s)[^\s<>"'(),;:[\]/]+/g, (found) => (found === '[hidden]@' ? found : '[address]'))
    .replace(/(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)/g, '[ip]')
    .replace(
      /(?<![\w:.])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{0,4}(?::[0-9a-f]{0,4})*(?![\w:])|(?<![\w:])(?:[0-9a-f]{1,4}:)+(?::[0-9a-f]{1,4}){1,6}(?![\w:])/gi,
      '[ip]',
    );
}
