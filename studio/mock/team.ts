import type { AuditView, MeView, MemberView } from '../../src/api/contract-team.ts';

const at = (days: number) => new Date(Date.UTC(2026, 10, 24, 9) - days * 86_400_000).toISOString();

const people: [name: string, role: MemberView['role'], seen: number | null][] = [
  ['Ada Lindqvist', 'owner', 0],
  ['Maximiliane Freifrau von Hohenzollern-Sigmaringen', 'marketer', 0.2],
  ['Łukasz Wiśniewski', 'developer', 3],
  ['Åsa Öberg', 'analyst', null],
];

const members: MemberView[] = people.map(([name, role, seen], index) => ({
  id: `m-${index}`,
  email: `${name.split(' ')[0]!.toLowerCase()}@butiken.example`,
  name,
  role,
  invited: seen === null,
  codes: index === 0,
  createdAt: at(40 - index),
  seenAt: seen === null ? null : at(seen),
}));

/** Nobody signs in while the world is empty; otherwise an owner of a team of four. */
export function meOf(empty: boolean): MeView {
  const all = { scopes: ['*'], rights: ['team', 'export', 'lift', 'publish'] as MeView['rights'], reads: false };
  const rest = { ...all, wantsCodes: false, service: null };
  return empty
    ? { ...rest, state: 'open', member: null, proof: null }
    : { ...rest, state: 'signed-in', member: members[0]!, proof: 'proof' };
}

export const membersOf = (): MemberView[] => members;

export function auditOf(empty: boolean): AuditView {
  const what = ['signed in', 'POST /v1/journeys/:key/publish', 'GET /v1/profiles/:name', 'invited'];
  const entries = Array.from({ length: empty ? 0 : 12 }, (_, index) => ({
    no: 1312 - index,
    at: at(index / 6),
    who: members[index % 3]!.email,
    what: what[index % what.length]!,
    detail: index % 2 === 0 ? {} : { key: 'abandoned-cart' },
  }));
  return { entries, next: empty ? null : 1301 };
}
