/**
 * profile — who they are: identities, cart, viewed, orders, consent, and the arm they are in.
 *
 * In:     events from the log, in the fold's transaction, and the passing of time
 * Out:    facts (cart.changed, visit.ended, ordered, consent.lost …), lessons for the recommender, profiles to read
 * Owns:   tables audience, audience_member, audience_watch, audience_change, profile, identity, identity_past, identity_audit, identity_claim, consent_record, trait, erasure · jobs profile.erase
 * Knows:  base, store, job, language, event
 * Never:  lets a browser's claim read, merge or steer; knows journeys or mail
 * Start:  profile.ts, fold.ts (pure), then pass.ts (whose event it is, in one transaction)
 */
export { itemsHalved, itemViewed } from './affinity.ts';
export { assignArm, bucketOf, globalSalt, journeySalt, quarterOf, type Arm } from './assign.ts';
export { audienceRecipes, isAudienceKey, type AudienceDefinition, type BuildState } from './audience.ts';
export type { AudiencePreview, Audiences, AudienceView, CarriedAudiences, ListChange } from './audiences.ts';
export type { AudienceChange, Member } from './table-audience.ts';
export {
  isTokenNamespace,
  longestToken,
  mintIdentityToken,
  tokenKey,
  tokenKid,
  verifyIdentityToken,
  type TokenFault,
} from './identity-token.ts';
export * from './profile.ts';
export { Erasures, type Certificate, type ForgettingRoom, type Subject } from './erasure.ts';
export { everybody, keptErasures, repeatErasures, withdrawnConsents, type KeptErasure } from './repeat.ts';
export { Profiles, type FoldedBatch, type OnMerge, type OnUnmerge } from './profiles.ts';
export { blankState } from './fold.ts';
export { profileSchema } from './schema.ts';
export { type MergeRecord, type ProfileStory } from './story.ts';
export { type ConsentRecord, type LinkedIdentity } from './table-graph.ts';
export { eventView, traitOf, traitValue, type TraitDefinition } from './trait.ts';
export { declinedSql, emptyProfiles, migrations, saveProfiles } from './table.ts';
export { isReachable, viewOf } from './view.ts';
