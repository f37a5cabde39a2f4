import type { Runner } from '../store/index.ts';
import { claimsBy } from './claim.ts';
import {
  auditsOf,
  consentsOf,
  familyOf,
  identitiesOf,
  type ConsentRecord,
  type LinkedIdentity,
  type MergeDetail,
} from './table-graph.ts';

/** A merge that can be undone. Times are UTC ms. */
export interface MergeRecord {
  id: string;
  at: number;
  /** The profile that became part of this one. */
  from: string;
  identities: { namespace: string; id: string }[];
  source: string;
}

/** Where what we know of somebody came from. */
export interface ProfileStory {
  identities: LinkedIdentity[];
  merges: MergeRecord[];
  consents: ConsentRecord[];
  /** What browsers merely claimed; used for nothing. */
  claims: Awaited<ReturnType<typeof claimsBy>>;
}

export async function storyOf(runner: Runner, profileId: string): Promise<ProfileStory> {
  const family = await familyOf(runner, profileId);
  const [identities, audits, consents, claims] = await Promise.all([
    identitiesOf(runner, profileId),
    auditsOf(runner, profileId),
    consentsOf(runner, family),
    claimsBy(runner, family),
  ]);
  const merges = audits
    .filter(({ kind }) => kind === 'merge')
    .map(({ id, at, otherId, detail }) => {
      const { identities: joined, source } = detail as MergeDetail;
      return { id, at, from: otherId ?? '', identities: joined, source };
    });
  return { identities, merges, consents, claims };
}
