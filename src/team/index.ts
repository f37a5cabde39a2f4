/**
 * team — who works here: members, roles, how they sign in, and the log of what they did.
 *
 * In:     addresses, passwords, codes, links; deeds to write down
 * Out:    sessions; who somebody is and what their role allows; the audit log
 * Owns:   tables team_member, team_session, team_link, team_try, team_entry, team_chain
 * Knows:  base, store
 * Never:  knows a door, a cookie or a page; keeps a password, session or link as text
 * Start:  role.ts (pure), then team.ts
 */
export { errors } from './error.ts';
export type { Entries } from './entry.ts';
export { allowedTo, lacks, rights, roles, type Asked, type Right, type Role } from './role.ts';
export type { LinkKind } from './session.ts';
export { SignInService, type ServiceSettings } from './service.ts';
export type { From } from './sign-in.ts';
export { migrations } from './table.ts';
export { Team, type Member, type SignedIn } from './team.ts';
