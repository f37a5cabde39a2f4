import type { Tx } from '../store/index.ts';
import { addressKey } from './address.ts';
import type { Kit } from './part.ts';
import { foreignKey } from './suppressing.ts';
import type { GateInput } from './gate.ts';
import type { MessageRow } from './message.ts';
import { choicesOf, paces, topics, type Choice } from './table-choice.ts';
import { suppressedKeys, type SuppressionScope } from './table-gate.ts';

/** What is known of the address that a message goes to. */
export interface Listed {
  /** Its keyed hash. */
  key: string;
  /** Which mail it may not get. */
  scopes: ReadonlySet<SuppressionScope>;
  /** What its reader has chosen; undefined: nothing. */
  choice: Choice | undefined;
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
  const keys = named.map(({ key }) => key);
  const all = named.flatMap(({ key, foreign }) => [key, foreign]);
  const [found, choices] = await Promise.all([suppressedKeys(tx, all, now), choicesOf(tx, keys)]);
  return new Map(
    named.map(({ id, key, foreign }) => {
      const scopes = new Set([...(found.get(key) ?? []), ...(found.get(foreign) ?? [])]);
      return [id, { key, scopes, choice: choices.get(key) }];
    }),
  );
}

/** Is a mail of this class and sender kept from the address? */
export function isKeptFrom({ scopes }: Listed, { marketing, sender }: { marketing: boolean; sender: string }): boolean {
  if (scopes.has('all')) return true;
  return marketing && (scopes.has('marketing') || scopes.has(`list:${sender}`));
}

/** What the readers of these messages have chosen, as far as it is about the message. By message. */
export async function wishesOf(
  tx: Tx,
  rows: readonly Pick<MessageRow, 'id' | 'journey'>[],
  listed: ReadonlyMap<string, Listed>,
): Promise<Map<string, NonNullable<GateInput['chosen']>>> {
  const chosen = rows.flatMap((row) => {
    const choice = listed.get(row.id)?.choice;
    return choice ? [{ ...row, choice }] : [];
  });
  const known = chosen.some(({ choice }) => choice.off.length > 0) ? await topics(tx) : [];
  return new Map(
    chosen.map(({ id, journey, choice }) => {
      const about = known.filter((topic) => topic.journeys.includes(journey));
      // A mail of several topics is unwanted only when all of them are.
      const unwanted = about.length > 0 && about.every(({ key }) => choice.off.includes(key));
      const cap = choice.pace === null ? null : { windowMs: paces[choice.pace], count: 1 };
      return [id, { off: unwanted ? about[0]!.key : null, pausedUntil: choice.pausedUntil, cap }];
    }),
  );
}
