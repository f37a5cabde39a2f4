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
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      value instanceof Error ? `${value.name}: ${value.message}` : value,
    ]),
  );
}
