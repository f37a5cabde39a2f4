import { Type, type TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import type { Member, SignedIn } from '../team/index.ts';
import {
  AuditVerdict,
  AuditView,
  CodesInput,
  CodesOffer,
  InvitationInput,
  InvitationView,
  MemberView,
  PasswordInput,
  ProofInput,
  ResetView,
  RoleInput,
  SpareView,
} from './contract-team.ts';
import type { Call, Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

const team = { scope: '*', right: 'team' } as const;

/** Who may do it here where nobody is signed in: a secret key with every scope, or the machine itself. */
const machine: Member = {
  id: '',
  email: 'the machine',
  name: '',
  role: 'owner',
  invited: false,
  codes: false,
  createdAt: 0,
  seenAt: null,
};

/** Doors to the team and to what it did. */
export function teamDoors(make: Make, house: House): void {
  const linkTo = (text: string) => `${house.settings.publicUrl}/welcome#${text}`;
  make({
    ...team,
    method: 'GET',
    path: '/members',
    summary: 'Who may work in the studio.',
    answer: Type.Object({ members: Type.Array(MemberView) }),
    work: async () => ({ members: (await house.team.list()).map(memberView) }),
  });
  make({
    ...team,
    method: 'POST',
    path: '/members',
    summary: 'Invite somebody. The link in the answer stands there only; give it to them.',
    body: InvitationInput,
    answer: InvitationView,
    status: 201,
    work: async ({ who, body }) => {
      const { member, link } = await house.team.invite(byOf(who), body);
      return { member: memberView(member), url: linkTo(link) };
    },
  });
  make({
    ...team,
    method: 'POST',
    path: '/members/:id/link',
    summary: 'A new link by which a member chooses a password; their authenticator goes when they use it.',
    answer: ResetView,
    work: async (call) => ({ url: linkTo(await house.team.resetLink(byOf(call.who), { id: call.part('id') })) }),
  });
  make({
    ...team,
    method: 'PUT',
    path: '/members/:id/role',
    summary: 'Give a member another role; their sessions end.',
    body: RoleInput,
    answer: MemberView,
    work: async (call) => memberView(await house.team.changeRole(byOf(call.who), call.part('id'), call.body.role)),
  });
  make({
    ...team,
    method: 'DELETE',
    path: '/members/:id',
    summary: 'Take a member out of the team, at once.',
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async (call) => {
      await house.team.remove(byOf(call.who), call.part('id'));
      return { removed: true };
    },
  });
  auditDoors(make, house);
  ownDoors(make, house);
}

function auditDoors(make: Make, house: House): void {
  const { entries } = house.team;
  make({
    ...team,
    method: 'GET',
    path: '/audit',
    summary: 'What people and keys did here, newest first.',
    query: {
      before: 'Lines before this number',
      q: 'Only lines that contain this',
      limit: 'Lines of a page, 1 to 500; 100 if left out',
    },
    answer: AuditView,
    work: async (call) => {
      const limit = numberIn(call, 'limit', 500) ?? 100;
      const before = numberIn(call, 'before', Number.MAX_SAFE_INTEGER) ?? null;
      const found = await entries.list({ before, limit, search: call.query('q', 200) ?? '' });
      const lines = found.map(({ hash: _hash, at, ...line }) => ({ ...line, at: new Date(at).toISOString() }));
      return { entries: lines, next: found.length < limit ? null : found.at(-1)!.no };
    },
  });
  make({
    ...team,
    method: 'GET',
    path: '/audit/verdict',
    summary: 'Goes through the whole audit log: does each line fit the one before?',
    answer: AuditVerdict,
    work: () => entries.verify(),
  });
}

/** What everybody who is signed in may do for themselves. These are open also to who has yet to set up codes. */
function ownDoors(make: Make, house: House): void {
  const own = { scope: 'own' } as const;
  make({
    ...own,
    method: 'POST',
    path: '/me/password',
    summary: 'Choose a new password; your other sessions end.',
    body: PasswordInput,
    answer: Type.Object({ changed: Type.Boolean() }),
    work: async ({ who, body }) => {
      const { member, session } = signedIn(who);
      await house.team.changePassword(member, { session, ...body });
      return { changed: true };
    },
  });
  make({
    ...own,
    method: 'POST',
    path: '/me/codes/offer',
    summary: 'A secret for your authenticator; in force once a code of it was sent to PUT /v1/me/codes.',
    body: ProofInput,
    answer: CodesOffer,
    work: ({ who, body }) => house.team.offerCodes(signedIn(who).member, body.password),
  });
  make({
    ...own,
    method: 'PUT',
    path: '/me/codes',
    summary: 'From now on sign in with codes too. The spare codes in the answer stand there only.',
    body: CodesInput,
    answer: SpareView,
    work: async ({ who, body }) => {
      const { member, session } = signedIn(who);
      return { spare: await house.team.confirmCodes(member, { session, ...body }) };
    },
  });
  make({
    ...own,
    method: 'POST',
    path: '/me/codes/drop',
    summary: 'Sign in without codes from now on.',
    body: ProofInput,
    answer: Type.Object({ dropped: Type.Boolean() }),
    work: async ({ who, body }) => {
      await house.team.dropCodes(signedIn(who).member, body.password);
      return { dropped: true };
    },
  });
}

/** Times as ISO 8601. */
export function memberView({ createdAt, seenAt, ...member }: Member): MemberView {
  const { id, email, name, role, invited, codes } = member;
  const iso = (at: number) => new Date(at).toISOString();
  return {
    id,
    email,
    name,
    role,
    invited,
    codes,
    createdAt: iso(createdAt),
    seenAt: seenAt === null ? null : iso(seenAt),
  };
}

function byOf(who: Call<unknown>['who']): Member {
  return who.kind === 'member' ? who.member : machine;
}

function signedIn(who: Call<unknown>['who']): { member: SignedIn; session: string } {
  if (who.kind === 'member') return who;
  throw new BeckonError(errors.API_NOT_FOUND, 'Nobody is signed in, so there is no account');
}

function numberIn(call: Call<unknown>, name: string, most: number): number | undefined {
  const given = call.query(name);
  if (given === undefined) return undefined;
  const number = /^\d{1,16}$/.test(given) ? Number(given) : 0;
  if (number >= 1 && number <= most) return number;
  throw new BeckonError(errors.API_INPUT_INVALID, `"${given.slice(0, 40)}" is no number from 1 to ${most}`, {
    where: name,
  });
}
