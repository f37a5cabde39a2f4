import type { ProfileState } from './profile.ts';

/** What lessons tell besides views, carts and orders. */
export interface Taught {
  /** Attributes that lessons carry: those by which somebody wants to know what is popular (recommendations ALG-19). */
  taught?: readonly string[];
  /** Types of events of which somebody wants to know which items they were about (recommendations ALG-20). */
  taughtEvents?: ReadonlySet<string>;
}

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
