/** Reading values of strangers' JSON: whatever stands there, these give what was asked for or nothing. */

export function textIn(value: unknown, ...path: string[]): string | undefined {
  const found = valueIn(value, ...path);
  return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : undefined;
}

export function listIn(value: unknown, ...path: string[]): unknown[] {
  const found = valueIn(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function valueIn(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const name of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

export function numberIn(value: unknown, ...path: string[]): number | undefined {
  const found = Number(textIn(value, ...path));
  return Number.isFinite(found) ? found : undefined;
}
