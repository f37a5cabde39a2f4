import type { Tx } from '../store/index.ts';
import { addressKey } from './address.ts';
import type { Kit } from './part.ts';
import { foreignKey } from './suppressing.ts';
import { suppressedKeys } from './table-gate.ts';

/** What is known of the address that a message goes to. */
export interface Listed {
  /** Its keyed hash. */
  key: string;
  /** Which mail it may not get; undefined: none of it is kept from it. */
  scope: 'marketing' | 'all' | undefined;
}

/** Looks addresses up on the lists, under our own hash and under those of other systems. By message. */
export async function lookUpAddresses(
  kit: Kit,
  tx: Tx,
  { emails, now }: { emails: readonly (readonly [string, string | null])[]; now: number },
): Promise<Map<string, Listed>> {
  const named = emails.flatMap(([id, email]) =>
    email ? [{ id, key: addressKey(kit.addressSecret, email), foreign: foreignKey(email) }] : [],
  );
  const found = await suppressedKeys(
    tx,
    named.flatMap(({ key, foreign }) => [key, foreign]),
    now,
  );
  return new Map(
    named.map(({ id, key, foreign }) => {
      const scopes = [found.get(key), found.get(foreign)];
      const scope = scopes.includes('all') ? 'all' : scopes.find((one) => one !== undefined);
      return [id, { key, scope }];
    }),
  );
}
