import { nearest } from './base/index.ts';
import { allRoles, type Role } from './role.ts';
import type { Given } from './settings-mail.ts';

/** `collect,send`: which of the roles; nothing given: all of them. */
export function readRoles(
  given: Given | undefined,
  refuse: (as: string, value: string, why: string) => Error,
): readonly Role[] {
  if (given === undefined) return allRoles;
  const named = given.value.split(',').map((part) => part.trim());
  for (const name of named) {
    if ((allRoles as readonly string[]).includes(name)) continue;
    const near = nearest(name, allRoles);
    const meant = near === undefined ? `one of: ${allRoles.join(', ')}` : `did you mean "${near}"?`;
    throw refuse(given.as, name, `is no role; ${meant}`);
  }
  return allRoles.filter((role) => named.includes(role));
}
