import { sha256 } from '../base/index.ts';
import { identityKey } from '../event/index.ts';
import { quietUntil } from '../journey/index.ts';
import type { Profile } from '../profile/index.ts';
import type { Tx } from '../store/index.ts';
import type { Taken } from './claim.ts';
import { consents } from './gate.ts';
import type { MessageRow } from './message.ts';
import type { Kit } from './part.ts';
import type { Change } from './table.ts';

/** How soon a mail is looked at again whose recipient has just said something of consent that no fold has taken yet, ms. */
const unreadRestMs = 2000;

/** Profiles of whom an acknowledged consent, given or taken back, waits to be folded. */
export async function unreadConsents(
  kit: Pick<Kit, 'unreadConsents'>,
  profiles: Iterable<Profile>,
): Promise<Set<string>> {
  const owners = new Map<string, string>();
  for (const { id, state } of profiles) for (const one of state.identities) owners.set(identityKey(one), id);
  if (owners.size === 0 || !kit.unreadConsents) return new Set();
  return new Set([...(await kit.unreadConsents([...owners.keys()]))].map((key) => owners.get(key)!));
}

/** It is not decided on a consent that may be gone: the mail waits until the fold has taken what was said. */
export function awaitsConsent({ id }: MessageRow, now: number): Change {
  return { id, state: 'held', reason: 'a consent is being taken in', due: now + unreadRestMs };
}

/**
 * Between the claim and the first byte a consent may have gone, a pause been committed, and the night come: looked at once
 * more in the transaction that puts `sending` down (I2, I6, trust row 60). @returns what holds or ends a mail; the rest may go
 */
export async function lookAgain(
  kit: Kit,
  tx: Tx,
  { claims, profiles }: { claims: readonly Taken[]; profiles: ReadonlyMap<string, Profile> },
): Promise<Change[]> {
  const marketing = claims.filter(({ row }) => row.class === 'marketing' && row.to === null && !row.resent);
  if (marketing.length === 0) return [];
  const rows = marketing.map(({ row }) => row);
  const [unread, still] = await Promise.all([unreadConsents(kit, profiles.values()), kit.stillTrue(tx, rows)]);
  const now = kit.clock.now();
  return marketing.flatMap(({ row, zone }, place): Change[] => {
    const profile = profiles.get(row.profileId);
    if (!profile || !consents(profile.state)) return [ended(row, 'no consent')];
    if (unread.has(row.profileId)) return [{ ...awaitsConsent(row, now), fence: row.fence }];
    const quiet = quietUntil(now, row.quietHours, zone);
    if (quiet !== null) return [held(row, 'quiet hours', quiet + jitterOf(row.id, kit.set.quietJitterMs))];
    const answer = row.released || still[place]!;
    if (answer === true) return [];
    return [typeof answer === 'string' ? ended(row, answer) : held(row, answer.hold, answer.until)];
  });
}

function ended({ id, fence }: MessageRow, reason: string): Change {
  return { id, fence, state: 'skipped', reason };
}

function held({ id, fence }: MessageRow, reason: string, due: number): Change {
  return { id, fence, state: 'held', reason, due };
}

/** The same for the same message, so that a second look does not move its time. */
export function jitterOf(id: string, range: number): number {
  return Math.floor((Number.parseInt(sha256(id).slice(0, 8), 16) / 0x1_0000_0000) * range);
}
