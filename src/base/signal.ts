/**
 * Named points in durable work. In production a point does nothing. A test waits for one to be passed, or has the
 * process kill itself there with SIGKILL (`BECKON_CRASH_AT=name` or `name:3` for the third pass).
 */
const waiting = new Map<string, Set<(detail: unknown) => void>>();
const crashAt = process.env['BECKON_CRASH_AT'];
const [crashName, crashPass = '1'] = crashAt?.split(':') ?? [];
let passes = 0;
const hearers = new Set<(name: string) => void>();

/** Marks that work has come to `name`. Must stay free of effects. */
export function point(name: string, detail?: unknown): void {
  if (name === crashName && ++passes === Number(crashPass)) process.kill(process.pid, 'SIGKILL');
  for (const listener of hearers) listener(name);
  const listeners = waiting.get(name);
  if (listeners) for (const listener of listeners) listener(detail);
}

/** For tests: hears every passage at once, before the work goes on. @returns what ends it */
export function hear(listener: (name: string) => void): () => void {
  hearers.add(listener);
  return () => void hearers.delete(listener);
}

/** For tests: resolves with the detail of the next passage of `name`. */
export function passed(name: string): Promise<unknown> {
  return new Promise((resolve) => {
    const listeners = waiting.get(name) ?? new Set();
    waiting.set(name, listeners);
    const listener = (detail: unknown) => {
      listeners.delete(listener);
      resolve(detail);
    };
    listeners.add(listener);
  });
}
