import type { Migration, Runner, Tx } from '../store/index.ts';
import type { Role } from './role.ts';
import type { LinkKind } from './session.ts';
import { entryMigrations } from './table-entry.ts';

export const migrations: Migration[] = [
  {
    name: '0870-team-tables',
    sql: `
create table team_member (
  id uuid primary key,
  email text not null,
  email_key text not null unique,
  name text not null,
  role text not null,
  password text,
  codes text,
  codes_step bigint not null default 0,
  spare text[] not null default '{}',
  created_at timestamptz not null,
  seen_at timestamptz
);
create table team_session (
  hash text primary key,
  member uuid not null references team_member on delete cascade,
  begun_at timestamptz not null,
  seen_at timestamptz not null,
  agent text not null
);
create index team_session_member on team_session (member);
create table team_link (
  hash text primary key,
  kind text not null,
  member uuid references team_member on delete cascade,
  ends_at timestamptz not null
);
create table team_try (
  key text primary key,
  failures int not null,
  last_at timestamptz not null
);
`,
  },
  ...entryMigrations,
  {
    name: '0872-team-session-service',
    sql: 'alter table team_session add column service boolean not null default false;',
  },
];

/** Somebody who may work here. */
export interface MemberRow {
  id: string;
  email: string;
  name: string;
  role: Role;
  /** As `Passwords` keeps it; null until the invitation was taken. */
  password: string | null;
  /** The sealed secret of their authenticator, the step of its last code, and hashes of what is left of spare codes. */
  codes: string | null;
  codesStep: number;
  spare: string[];
  createdAt: number;
  seenAt: number | null;
}

const ms = (column: string) => `extract(epoch from ${column})::float8 * 1000`;
const memberColumns = `m.id, m.email, m.name, m.role, m.password, m.codes, m.codes_step::float8 as "codesStep", m.spare,
  ${ms('m.created_at')} as "createdAt", ${ms('m.seen_at')} as "seenAt"`;
const at = (time: number) => new Date(time);

/** Addresses that differ in letter case only are one member's. */
export function emailKey(email: string): string {
  return email.trim().toLowerCase();
}

export function listMembers(runner: Runner): Promise<MemberRow[]> {
  return runner.rows<MemberRow>({ text: `select ${memberColumns} from team_member m order by m.created_at, m.id` });
}

/** By id or by address; within a transaction they can be held. */
export async function findMember(
  runner: Runner,
  by: { id: string } | { email: string },
  hold = false,
): Promise<MemberRow | undefined> {
  const [column, value] = 'id' in by ? ['m.id', by.id] : ['m.email_key', emailKey(by.email)];
  const [row] = await runner.rows<MemberRow>({
    text: `select ${memberColumns} from team_member m where ${column} = $1${hold ? ' for update' : ''}`,
    values: [value],
  });
  return row;
}

/** Holds all owners, so that two who leave at once do not leave none. @returns their ids */
export async function holdOwners(runner: Runner): Promise<string[]> {
  const rows = await runner.rows<{ id: string }>({
    text: `select id from team_member where role = 'owner' order by id for update`,
  });
  return rows.map(({ id }) => id);
}

/** @returns whether the address was free */
export async function insertMember(
  runner: Runner,
  made: Pick<MemberRow, 'id' | 'email' | 'name' | 'role' | 'password' | 'createdAt'>,
): Promise<boolean> {
  const count = await runner.run({
    text: `insert into team_member (id, email, email_key, name, role, password, created_at)
      values ($1, $2, $3, $4, $5, $6, $7) on conflict (email_key) do nothing`,
    values: [made.id, made.email, emailKey(made.email), made.name, made.role, made.password, at(made.createdAt)],
  });
  return count === 1;
}

/** Changes what is named. */
export async function changeMember(
  runner: Runner,
  id: string,
  to: Partial<Pick<MemberRow, 'name' | 'role' | 'password' | 'codes' | 'codesStep' | 'spare'>>,
): Promise<void> {
  const names = { codesStep: 'codes_step' } as Record<string, string>;
  const given = Object.entries(to);
  await runner.run({
    text: `update team_member set ${given.map(([key], i) => `${names[key] ?? key} = $${i + 2}`).join(', ')} where id = $1`,
    values: [id, ...given.map(([, value]) => value)],
  });
}

export async function deleteMember(runner: Runner, id: string): Promise<void> {
  await runner.run({ text: 'delete from team_member where id = $1', values: [id] });
}

export interface SessionRow {
  member: MemberRow;
  begunAt: number;
  /** When it was last used, and how many members there are. */
  seenAt: number;
  members: number;
  /** Begun by another service. */
  service: boolean;
}

/** The session with this hash, whose it is, and how many members there are. */
export async function findSession(runner: Runner, hash: string): Promise<SessionRow | undefined> {
  const [row] = await runner.rows<MemberRow & { begun: number; used: number; members: number; service: boolean }>({
    name: 'team.session',
    text: `select ${memberColumns}, ${ms('s.begun_at')} as begun, ${ms('s.seen_at')} as used,
        (select count(*)::int from team_member where password is not null or seen_at is not null) as members, s.service
      from team_session s join team_member m on m.id = s.member where s.hash = $1`,
    values: [hash],
  });
  if (!row) return undefined;
  const { begun, used, members, service, ...member } = row;
  return { member, begunAt: begun, seenAt: used, members, service };
}

export async function insertSession(
  runner: Runner,
  made: { hash: string; member: string; at: number; agent: string; service: boolean },
): Promise<void> {
  await runner.run({
    text: `insert into team_session (hash, member, begun_at, seen_at, agent, service) values ($1, $2, $3, $3, $4, $5)`,
    values: [made.hash, made.member, at(made.at), made.agent, made.service],
  });
  await runner.run({ text: 'update team_member set seen_at = $2 where id = $1', values: [made.member, at(made.at)] });
}

export async function touchSession(runner: Runner, hash: string, now: number): Promise<void> {
  await runner.run({
    text: `with s as (update team_session set seen_at = $2 where hash = $1 returning member)
      update team_member set seen_at = $2 where id in (select member from s)`,
    values: [hash, at(now)],
  });
}

/** Ends one session by its hash, or all of a member but perhaps one. */
export async function deleteSessions(
  runner: Runner,
  which: { hash: string } | { member: string; but?: string },
): Promise<void> {
  if ('hash' in which) await runner.run({ text: 'delete from team_session where hash = $1', values: [which.hash] });
  else
    await runner.run({
      text: 'delete from team_session where member = $1 and hash <> $2',
      values: [which.member, which.but ?? ''],
    });
}

/** A new link takes the place of older ones of its kind for the same member. */
export async function insertLink(
  runner: Runner,
  made: { hash: string; kind: LinkKind; member: string | null; endsAt: number },
): Promise<void> {
  await runner.run({
    text: 'delete from team_link where kind = $1 and member is not distinct from $2',
    values: [made.kind, made.member],
  });
  await runner.run({
    text: 'insert into team_link (hash, kind, member, ends_at) values ($1, $2, $3, $4)',
    values: [made.hash, made.kind, made.member, at(made.endsAt)],
  });
}

export async function findLink(
  runner: Runner,
  hash: string,
  now: number,
): Promise<{ kind: LinkKind; member: string | null } | undefined> {
  const [row] = await runner.rows<{ kind: LinkKind; member: string | null }>({
    text: 'select kind, member from team_link where hash = $1 and ends_at > $2',
    values: [hash, at(now)],
  });
  return row;
}

/** Takes a link away, so that it works once. @returns whether it was there */
export async function takeLink(runner: Runner, hash: string, now: number): Promise<boolean> {
  const count = await runner.run({
    text: 'delete from team_link where hash = $1 and ends_at > $2',
    values: [hash, at(now)],
  });
  return count === 1;
}

/** Holds what was tried under each of these names until the transaction ends; what was not is 0 times. */
export async function holdTries(
  tx: Tx,
  keys: readonly string[],
  now: number,
): Promise<Map<string, { failures: number; lastAt: number }>> {
  const sorted = [...keys].sort();
  await tx.run({
    text: `insert into team_try (key, failures, last_at) select unnest($1::text[]), 0, $2 on conflict (key) do nothing`,
    values: [sorted, at(now)],
  });
  const rows = await tx.rows<{ key: string; failures: number; lastAt: number }>({
    text: `select key, failures, ${ms('last_at')} as "lastAt" from team_try where key = any($1) order by key for update`,
    values: [sorted],
  });
  return new Map(rows.map((row) => [row.key, row]));
}

/** One more; what lies too far back is forgotten by it. */
export async function countTry(
  tx: Tx,
  keys: readonly string[],
  { now, forgottenBefore }: { now: number; forgottenBefore: number },
): Promise<void> {
  await tx.run({
    text: `update team_try set last_at = $2, failures = case when last_at < $3 then 1 else failures + 1 end
      where key = any($1)`,
    values: [keys, at(now), at(forgottenBefore)],
  });
}

export async function forgetTries(runner: Runner, keys: readonly string[]): Promise<void> {
  await runner.run({ text: 'delete from team_try where key = any($1)', values: [keys] });
}

/** Takes away what is over: sessions, links, tries. */
export async function deleteOver(
  runner: Runner,
  before: { seen: number; begun: number; tried: number; now: number },
): Promise<void> {
  const gone = [
    {
      text: 'delete from team_session where seen_at <= $1 or begun_at <= $2',
      values: [at(before.seen), at(before.begun)],
    },
    { text: 'delete from team_link where ends_at <= $1', values: [at(before.now)] },
    { text: 'delete from team_try where last_at <= $1', values: [at(before.tried)] },
  ];
  for (const one of gone) await runner.run(one);
}
