import { BeckonError, shardOf, type Clock, type Ids } from '../base/index.ts';
import { identityKey, is, type EventLog, type Identity, type ShopEvent } from '../event/index.ts';
import type { Tx } from '../store/index.ts';
import { errors } from './error.ts';
import { endVisit, fold } from './fold.ts';
import { actingIdentities, isPersonal } from './identify.ts';
import { mergeStates } from './merge.ts';
import { visitSilenceMs, type Profile, type ProfileState } from './profile.ts';
import type { OnUnmerge } from './profiles.ts';
import { saveProfiles } from './table.ts';
import {
  addAudit,
  auditsOf,
  giveBack,
  identitiesOf,
  lockPair,
  markUndone,
  mergeById,
  mergeOf,
  revive,
  type AuditRow,
  type MergeDetail,
} from './table-graph.ts';
import type { Trait } from './trait.ts';

/** Everything that a parting is worked out from. */
export interface Parting {
  merge: AuditRow<MergeDetail>;
  /** What came in since the merge, in that order. */
  events: readonly ShopEvent[];
  /** Later merges, sign-outs and moved devices of the survivor, oldest first. */
  later: readonly AuditRow[];
  hands: { mintId: () => string; traits: readonly Trait[] };
}

/**
 * The two as they would stand had they never been merged: as they stood then, and what each did since. An event belongs
 * to the person it names, otherwise to whom its device belonged. Pure.
 */
export function parted({ merge, events, later, hands }: Parting): { into: ProfileState; from: ProfileState } {
  const { detail, profileId, otherId } = merge;
  let [into, from] = [detail.into, detail.from];
  const keys = (state: ProfileState) => new Set(state.identities.map(identityKey));
  const [intoKeys, fromKeys] = [keys(into), keys(from)];
  const begin = events.findIndex((event) => isThe(event, detail.event));
  const merges = later.filter(({ kind }) => kind === 'merge') as AuditRow<MergeDetail>[];
  const joined = new Set<AuditRow>();
  for (const event of events.slice(Math.max(0, begin))) {
    for (const one of merges) {
      if (joined.has(one) || !isThe(event, one.detail.event)) continue;
      joined.add(one);
      into = mergeStates(into, one.detail.from);
    }
    if (!isTaken(event, later, profileId)) continue;
    const isTheirs = belongsToOther(event, { intoKeys, fromKeys, otherId });
    const made = fold(isTheirs ? from : into, event, { ...hands, profileId: isTheirs ? (otherId ?? '') : profileId });
    if (isTheirs) from = made.state;
    else into = made.state;
  }
  for (const one of merges) if (!joined.has(one)) into = mergeStates(into, one.detail.from);
  return { into, from };
}

function isThe(event: ShopEvent, named: MergeDetail['event']): boolean {
  return named !== undefined && event.source === named.source && event.id === named.id;
}

function belongsToOther(
  event: ShopEvent,
  { intoKeys, fromKeys, otherId }: { intoKeys: Set<string>; fromKeys: Set<string>; otherId: string | null },
): boolean {
  if (event.visitor === `profile:${otherId}`) return true;
  const acting = actingIdentities(event);
  const named = acting.filter(isPersonal).map(identityKey);
  if (named.some((key) => intoKeys.has(key))) return false;
  return acting.some((identity) => fromKeys.has(identityKey(identity)));
}

/** Did the event's device stand with the survivor then? It may have signed out, moved on, or come later. */
function isTaken(event: ShopEvent, later: readonly AuditRow[], survivor: string): boolean {
  if (is(event, 'profile.signedOut')) return false;
  const acting = actingIdentities(event);
  if (acting.some(isPersonal)) return true;
  const keys = acting.map(identityKey);
  const marks = later.filter((row) => namedIn(row).some((key) => keys.includes(key)));
  const comes = (row: AuditRow) => row.kind === 'merge' || (row.kind === 'relink' && row.otherId === survivor);
  const last = marks.filter(({ at }) => at <= event.happenedAt).at(-1);
  return last ? comes(last) : marks.length === 0 || !comes(marks[0]!);
}

function namedIn({ detail }: AuditRow): string[] {
  return ((detail as { identities?: Identity[] }).identities ?? []).map(identityKey);
}

/** What parting needs. */
export interface UnmergeParts {
  clock: Clock;
  ids: Ids;
  log: Pick<EventLog, 'receivedSince'>;
  traits: readonly Trait[];
  onUnmerge: OnUnmerge;
}

/** More events than this since the merge are not told apart; the oldest are. */
const eventLimit = 50_000;

/**
 * Undoes a merge: the profile that went lives again with what was its own, and neither merges into the other by itself
 * any more. In the caller's transaction, under the locks of both.
 *
 * @throws PROFILE_MERGE_UNKNOWN, PROFILE_MERGE_NOT_LAST
 */
export async function unmerge(
  tx: Tx,
  { profileId, mergeId }: { profileId: string; mergeId: string },
  parts: UnmergeParts,
): Promise<{ into: string; from: string }> {
  const merge = await mergeById(tx, mergeId);
  if (!merge || merge.otherId === null) {
    throw new BeckonError(errors.PROFILE_MERGE_UNKNOWN, `There is no merge "${mergeId}" to undo`);
  }
  const [into, from] = [merge.profileId, merge.otherId];
  const pair = await lockPair(tx, [into, from]);
  const [living, gone] = [pair.get(into), pair.get(from)];
  if (!living || !gone || (into !== profileId && living.mergedInto !== profileId)) {
    throw new BeckonError(errors.PROFILE_MERGE_UNKNOWN, `There is no merge "${mergeId}" to undo`);
  }
  if (living.mergedInto !== null) {
    const later = await mergeOf(tx, into);
    throw new BeckonError(
      errors.PROFILE_MERGE_NOT_LAST,
      `The profile has since become part of another by merge "${later?.id ?? ''}"`,
    );
  }
  const states = await workOut(tx, merge, { living: living.state, parts });
  await revive(tx, from);
  await giveBack(tx, { identities: merge.detail.identities, from: into, to: from });
  const at = parts.clock.now();
  const after = [
    { id: into, shard: living.shard, version: living.version + 1, state: states.into },
    { id: from, shard: gone.shard, version: gone.version + 1, state: states.from },
  ];
  await saveProfiles(
    tx,
    await Promise.all(after.map((profile) => finished(tx, profile, { at, other: profile.id === into ? from : into }))),
  );
  await markUndone(tx, merge.id, at);
  await addAudit(tx, {
    id: parts.ids.next(),
    shard: shardOf(into),
    at,
    kind: 'unmerge',
    profileId: into,
    otherId: from,
    detail: { merge: merge.id },
  });
  await parts.onUnmerge(tx, { from, into, carried: merge.detail.carried });
  return { into, from };
}

async function workOut(
  tx: Tx,
  merge: AuditRow<MergeDetail>,
  { living, parts }: { living: ProfileState; parts: UnmergeParts },
): Promise<{ into: ProfileState; from: ProfileState }> {
  const later = (await auditsOf(tx, merge.profileId)).filter(({ id }) => id > merge.id);
  const identities = [...(await identitiesOf(tx, merge.profileId)), ...merge.detail.identities].map(identityKey);
  const visitors = [
    ...new Set([...identities, ...later.flatMap(namedIn), `profile:${merge.profileId}`, `profile:${merge.otherId}`]),
  ];
  const since = merge.detail.event?.receivedAt ?? merge.at;
  const events = await parts.log.receivedSince(visitors, { since, limit: eventLimit });
  const minted = new Set<string>();
  const mintId = () => {
    const id = parts.ids.next();
    minted.add(id);
    return id;
  };
  const states = parted({ merge, events, later, hands: { mintId, traits: parts.traits } });
  // A cart begun since keeps the id that journeys know it by.
  if (states.into.cart && living.cart && minted.has(states.into.cart.id))
    states.into = { ...states.into, cart: { ...states.into.cart, id: living.cart.id } };
  return states;
}

/** Identities as they stand now, apart from the other for good; a visit that is over has been told of already. */
async function finished(tx: Tx, profile: Profile, { at, other }: { at: number; other: string }): Promise<Profile> {
  const { state } = profile;
  const now = await identitiesOf(tx, profile.id);
  const here = new Set(now.map(identityKey));
  const kept = state.identities.filter((identity) => here.has(identityKey(identity)));
  const known = new Set(kept.map(identityKey));
  const added = now.filter((identity) => !known.has(identityKey(identity)));
  const isOver = state.visiting && state.visit !== null && state.visit.lastAt + visitSilenceMs <= at;
  const calm = isOver ? endVisit(state, at, profile.id)!.state : state;
  return {
    ...profile,
    state: {
      ...calm,
      identities: [...kept, ...added.map(({ namespace, id }) => ({ namespace, id }))],
      apart: [...new Set([...(state.apart ?? []), other])],
    },
  };
}
