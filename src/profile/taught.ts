import type { ProfileState } from './profile.ts';

/** Characters of a value that lessons carry. */
const longest = 100;

/** What these attributes are, as lessons carry them (recommendations ALG-19); null when none has a value. Pure. */
export function taughtOf(
  { attributes, language, timeZone }: ProfileState,
  names: readonly string[],
): Record<string, string> | null {
  if (names.length === 0) return null;
  const known: Record<string, string | number | boolean | null> = { language, timeZone, ...attributes };
  const pairs = names.flatMap((name) => {
    const value = Object.hasOwn(known, name) ? (known[name] ?? '') : '';
    return value === '' ? [] : [[name, String(value).slice(0, longest)] as const];
  });
  return pairs.length > 0 ? Object.fromEntries(pairs) : null;
}
