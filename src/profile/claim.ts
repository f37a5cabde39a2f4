import { shardOf } from '../base/index.ts';
import { identityKey, type Identity, type ShopEvent } from '../event/index.ts';
import type { Runner } from '../store/index.ts';
import { isPersonal } from './identify.ts';

/**
 * What a browser merely claims (level 1): kept as an edge from the device to the name, and used for nothing else. It
 * never reads, merges or steers (trust.md §3.5).
 */
export interface Claim {
  device: string;
  identity: Identity;
  profileId: string;
  at: number;
}

/** How many claims are kept (trust.md §3.5). */
export interface ClaimLimits {
  /** Names that one device may claim in 24 hours. */
  perDeviceDay: number;
  /** New claims in a minute over the whole installation. */
  perMinute: number;
}

export const claimLimits: ClaimLimits = { perDeviceDay: 3, perMinute: 600 };

/** A claim that was not kept, and which limit it met. */
export interface RefusedClaim extends Claim {
  limit: keyof ClaimLimits;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** The claims of an event of a device: those it lists, and personal names it states below level 2. */
export function claimsOf(event: ShopEvent, profileId: string): Claim[] {
  if (event.level >= 2 || event.bot) return [];
  const device = event.identities.find((identity) => !isPersonal(identity) && identity.namespace !== 'profile');
  if (!device) return [];
  const stated = event.level === 1 ? event.identities.filter(isPersonal) : [];
  const names = new Map([...stated, ...(event.claims ?? [])].map((identity) => [identityKey(identity), identity]));
  return [...names.values()]
    .filter((identity) => isPersonal(identity))
    .map((identity) => ({ device: identityKey(device), identity, profileId, at: event.happenedAt }));
}

/** Keeps claims within the limits; one known before is only touched. @returns those that were not kept */
export async function saveClaims(
  tx: Runner,
  claims: readonly Claim[],
  limits: ClaimLimits = claimLimits,
): Promise<RefusedClaim[]> {
  if (claims.length === 0) return [];
  const known = await knownClaims(tx, claims);
  let lately = await countSince(tx, Math.max(...claims.map(({ at }) => at)) - minuteMs);
  const kept = new Map<string, Claim>();
  const refused: RefusedClaim[] = [];
  for (const claim of claims) {
    const mine = known.get(claim.device) ?? new Map<string, number>();
    const key = identityKey(claim.identity);
    const isNew = !mine.has(key);
    const today = [...mine.values()].filter((at) => at > claim.at - dayMs).length;
    if (isNew && today >= limits.perDeviceDay) {
      refused.push({ ...claim, limit: 'perDeviceDay' });
      continue;
    }
    if (isNew && lately >= limits.perMinute) {
      refused.push({ ...claim, limit: 'perMinute' });
      continue;
    }
    if (isNew) lately++;
    known.set(claim.device, new Map([...mine, [key, mine.get(key) ?? claim.at]]));
    kept.set(`${claim.device} ${key}`, claim);
  }
  await writeClaims(tx, [...kept.values()]);
  return refused;
}

/** When each of these devices first claimed each name. */
async function knownClaims(tx: Runner, claims: readonly Claim[]): Promise<Map<string, Map<string, number>>> {
  const devices = [...new Set(claims.map(({ device }) => device))];
  const rows = await tx.rows<{ device: string; namespace: string; id: string; first_at: Date }>({
    name: 'profile.claims-known',
    text: `select device, namespace, id, first_at from identity_claim where shard = any($1::smallint[]) and device = any($2)`,
    values: [[...new Set(devices.map(shardOf))], devices],
  });
  const known = new Map<string, Map<string, number>>();
  for (const { device, first_at: at, ...identity } of rows)
    known.set(device, new Map([...(known.get(device) ?? []), [identityKey(identity), at.getTime()]]));
  return known;
}

async function countSince(tx: Runner, since: number): Promise<number> {
  const [row] = await tx.rows<{ n: number }>({
    name: 'profile.claims-lately',
    text: 'select count(*)::int as n from identity_claim where first_at > $1',
    values: [new Date(since)],
  });
  return row!.n;
}

async function writeClaims(tx: Runner, claims: readonly Claim[]): Promise<void> {
  if (claims.length === 0) return;
  await tx.run({
    name: 'profile.claim',
    text: `insert into identity_claim (shard, device, namespace, id, profile_id, first_at, last_at)
      select s, d, n, i, p, t, t from unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::timestamptz[]) as x(s, d, n, i, p, t)
      on conflict (shard, device, namespace, id) do update set last_at = greatest(identity_claim.last_at, excluded.last_at), profile_id = excluded.profile_id`,
    values: [
      claims.map(({ device }) => shardOf(device)),
      claims.map(({ device }) => device),
      claims.map(({ identity }) => identity.namespace),
      claims.map(({ identity }) => identity.id),
      claims.map(({ profileId }) => profileId),
      claims.map(({ at }) => new Date(at)),
    ],
  });
}

/** The devices that claimed one of these names, `namespace:id`. */
export async function claimantsOf(runner: Runner, names: readonly string[]): Promise<string[]> {
  const rows = await runner.rows<{ device: string }>({
    text: `select distinct device from identity_claim where namespace || ':' || id = any($1)`,
    values: [names],
  });
  return rows.map(({ device }) => device);
}

/** What the devices of these profiles claimed, newest first. */
export async function claimsBy(
  runner: Runner,
  profileIds: readonly string[],
): Promise<(Identity & { device: string; firstAt: number; lastAt: number })[]> {
  const rows = await runner.rows<Identity & { device: string; first_at: Date; last_at: Date }>({
    text: `select namespace, id, device, first_at, last_at from identity_claim where profile_id = any($1)
      order by last_at desc limit 200`,
    values: [profileIds],
  });
  return rows.map(({ first_at: first, last_at: last, ...row }) => ({
    ...row,
    firstAt: first.getTime(),
    lastAt: last.getTime(),
  }));
}
