/** Shapes of the doors to the team: who works here, signing in, and what was done. */
import { Type, type Static } from 'typebox';
import { rights, roles, type LinkKind, type Right, type Role } from '../team/index.ts';

const text = (longest: number) => Type.String({ maxLength: longest });
const closed = { additionalProperties: false };
const timeOrNull = Type.Union([Type.String(), Type.Null()]);
const RoleName = Type.Unsafe<Role>(Type.Union(roles.map((role) => Type.Literal(role))));
const RightName = Type.Unsafe<Right>(Type.Union(rights.map((right) => Type.Literal(right))));
/** Longer ones are refused before they are hashed. */
const password = Type.String({ maxLength: 1024, description: '12 to 1024 characters' });

export const MemberView = Type.Object({
  id: Type.String(),
  email: Type.String(),
  name: Type.String(),
  role: RoleName,
  invited: Type.Boolean({ description: 'The invitation was not taken yet' }),
  codes: Type.Boolean({ description: 'Signs in with an authenticator too' }),
  createdAt: Type.String(),
  seenAt: timeOrNull,
});
export type MemberView = Static<typeof MemberView>;

const states = ['open', 'closed', 'signed-out', 'signed-in'] as const;

/** GET /v1/me */
export const MeView = Type.Object({
  state: Type.Unsafe<(typeof states)[number]>(
    Type.Union(
      states.map((state) => Type.Literal(state)),
      {
        description:
          '`open`: nobody has set a password, and this is the machine itself; `closed`: the same from elsewhere, where a set-up link is needed',
      },
    ),
  ),
  member: Type.Union([MemberView, Type.Null()]),
  scopes: Type.Array(Type.String()),
  rights: Type.Array(RightName),
  reads: Type.Boolean({ description: 'Looks only' }),
  wantsCodes: Type.Boolean({ description: 'Nothing is allowed until an authenticator is set up' }),
  service: Type.Union([Type.String(), Type.Null()], {
    description: 'Who signs in besides Beckon itself, at GET /v1/session/service',
  }),
  proof: Type.Union([Type.String(), Type.Null()], {
    description: 'What pages send as `x-beckon-proof` along with each change',
  }),
});
export type MeView = Static<typeof MeView>;

/** POST /v1/session */
export const SignInInput = Type.Object({ email: text(254), password, code: Type.Optional(text(40)) }, closed);
export type SignInInput = Static<typeof SignInInput>;

/** POST /v1/session/set-up */
export const SetUpInput = Type.Object(
  { email: text(254), name: text(100), password, link: Type.Optional(text(100)) },
  closed,
);
export type SetUpInput = Static<typeof SetUpInput>;

/** POST /v1/session/link: what a link is for, or with a password the choice itself. */
export const LinkInput = Type.Object({ link: text(100) }, closed);
export type LinkInput = Static<typeof LinkInput>;
export const LinkView = Type.Object({
  kind: Type.Unsafe<LinkKind>(Type.Union(['setup', 'invitation', 'reset'].map((kind) => Type.Literal(kind)))),
  member: Type.Union([Type.Object({ email: Type.String(), name: Type.String() }), Type.Null()]),
});
export type LinkView = Static<typeof LinkView>;
export const ChoiceInput = Type.Object({ link: text(100), password }, closed);
export type ChoiceInput = Static<typeof ChoiceInput>;

/** POST /v1/members */
export const InvitationInput = Type.Object({ email: text(254), name: text(100), role: RoleName }, closed);
export const InvitationView = Type.Object({
  member: MemberView,
  url: Type.String({ description: 'Give it to them: by it they choose a password, once, within seven days' }),
});
export type InvitationView = Static<typeof InvitationView>;
export const ResetView = Type.Object({ url: Type.String({ description: 'Works once, within an hour' }) });
export const RoleInput = Type.Object({ role: RoleName }, closed);

/** POST /v1/me/password and the doors to one's authenticator */
export const PasswordInput = Type.Object({ old: password, password }, closed);
export const ProofInput = Type.Object({ password }, closed);
export const CodesOffer = Type.Object({
  secret: Type.String(),
  address: Type.String({ description: 'What an authenticator reads, `otpauth://…`' }),
});
export type CodesOffer = Static<typeof CodesOffer>;
export const CodesInput = Type.Object({ secret: text(64), code: text(20) }, closed);
export const SpareView = Type.Object({ spare: Type.Array(Type.String()) });
export type SpareView = Static<typeof SpareView>;

/** GET /v1/audit */
export const AuditView = Type.Object({
  entries: Type.Array(
    Type.Object({
      no: Type.Integer(),
      at: Type.String(),
      who: Type.String(),
      what: Type.String(),
      detail: Type.Record(Type.String(), Type.Unknown()),
    }),
  ),
  next: Type.Union([Type.Integer(), Type.Null()], { description: '`before` of the next page' }),
});
export type AuditView = Static<typeof AuditView>;
export const AuditVerdict = Type.Object({
  lines: Type.Integer(),
  hash: Type.String({ description: 'Of the last line; kept elsewhere it shows whether lines were cut off since' }),
  broken: Type.Union([Type.Integer(), Type.Null()], { description: 'Number of the first line that does not fit' }),
});
export type AuditVerdict = Static<typeof AuditVerdict>;
