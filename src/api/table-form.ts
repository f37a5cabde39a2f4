import { shardOf } from '../base/index.ts';
import type { Migration, Runner } from '../store/index.ts';

/** A form as stored. */
export interface FormRow {
  key: string;
  body: unknown;
}

/** Somebody who signed up; gone 30 days later, when what was confirmed stands in the profile with its proof. */
export interface SignUpRow {
  shard: number;
  id: string;
  form: string;
  /** As it was typed. */
  email: string;
  /** In its one form. */
  address: string;
  signedUpAt: Date;
  confirmedAt: Date | null;
  /** How many mails asked for the confirmation. */
  mails: number;
  language: string;
  wording: string;
  page: string | null;
  ipPrefix: string | null;
  /** What was said besides; kept as it is. */
  said: { firstName?: string; timeZone?: string; language?: string; ecid?: string };
}

/** Tables of forms; part of the room's migrations. */
export const formMigrations: Migration[] = [
  {
    name: '0805-form',
    sql: `
create table form (
  key text primary key,
  body jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create table sign_up (
  shard smallint not null,
  id uuid not null,
  form text not null,
  email text not null,
  address text not null,
  signed_up_at timestamptz not null,
  confirmed_at timestamptz,
  mails integer not null,
  language text not null,
  wording text not null,
  page text,
  ip_prefix text,
  said jsonb not null,
  primary key (shard, id)
);
create index sign_up_by_address on sign_up (shard, address, signed_up_at);
create index sign_up_at on sign_up (signed_up_at);
create index sign_up_form on sign_up (form, signed_up_at);
create table sign_up_address (
  shard smallint not null,
  address text not null,
  at timestamptz not null,
  primary key (shard, address)
);
`,
  },
];

/** The shard of an address in its one form. */
export function signUpShard(address: string): number {
  return shardOf(`email:${address}`);
}

export function listForms(runner: Runner): Promise<FormRow[]> {
  return runner.rows<FormRow>({ text: 'select key, body from form order by created_at, key' });
}

export async function findForm(runner: Runner, key: string): Promise<FormRow | undefined> {
  const query = { name: 'api.find-form', text: 'select key, body from form where key = $1', values: [key] };
  return (await runner.rows<FormRow>(query))[0];
}

export async function saveForm(runner: Runner, { key, body }: FormRow): Promise<void> {
  await runner.run({
    text: `insert into form (key, body) values ($1, $2) on conflict (key) do update
      set body = excluded.body, updated_at = now()`,
    values: [key, JSON.stringify(body)],
  });
}

/** Ends a form; its sign-ups stay until their time is over. Gives whether there was one. */
export async function dropForm(runner: Runner, key: string): Promise<boolean> {
  return (await runner.run({ text: 'delete from form where key = $1', values: [key] })) === 1;
}

const columns = `shard, id, form, email, address, signed_up_at as "signedUpAt", confirmed_at as "confirmedAt", mails,
  language, wording, page, ip_prefix as "ipPrefix", said`;

/** Sign-ups of an address, newest first. Until the transaction ends nobody else may add to them. */
export async function lockSignUps(tx: Runner, address: string, at: number): Promise<SignUpRow[]> {
  const shard = signUpShard(address);
  await tx.run({
    name: 'api.lock-sign-up-address',
    text: `insert into sign_up_address (shard, address, at) values ($1, $2, $3)
      on conflict (shard, address) do update set at = excluded.at`,
    values: [shard, address, new Date(at)],
  });
  return tx.rows<SignUpRow>({
    name: 'api.sign-ups-of',
    text: `select ${columns} from sign_up where shard = $1 and address = $2 order by signed_up_at desc, id desc`,
    values: [shard, address],
  });
}

export async function insertSignUp(tx: Runner, row: SignUpRow): Promise<void> {
  await tx.run({
    name: 'api.insert-sign-up',
    text: `insert into sign_up (shard, id, form, email, address, signed_up_at, confirmed_at, mails, language, wording, page,
        ip_prefix, said) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    values: [
      row.shard,
      row.id,
      row.form,
      row.email,
      row.address,
      row.signedUpAt,
      row.confirmedAt,
      row.mails,
      row.language,
      row.wording,
      row.page,
      row.ipPrefix,
      JSON.stringify(row.said),
    ],
  });
}

/** One sign-up; with `lock` nobody else changes it until the transaction ends. */
export async function findSignUp(runner: Runner, id: string, lock = false): Promise<SignUpRow | undefined> {
  const rows = await runner.rows<SignUpRow>({
    text: `select ${columns} from sign_up where id = $1 ${lock ? 'for update' : ''}`,
    values: [id],
  });
  return rows[0];
}

export async function confirmSignUp(tx: Runner, row: Pick<SignUpRow, 'shard' | 'id'>, at: number): Promise<void> {
  await tx.run({
    text: 'update sign_up set confirmed_at = $3 where shard = $1 and id = $2',
    values: [row.shard, row.id, new Date(at)],
  });
}

/** The latest sign-ups of a form. */
export function listSignUps(runner: Runner, form: string, limit: number): Promise<SignUpRow[]> {
  return runner.rows<SignUpRow>({
    text: `select ${columns} from sign_up where form = $1 order by signed_up_at desc, id desc limit $2`,
    values: [form, limit],
  });
}

/** How many of each form are confirmed, wait, and have waited too long; `late`: signed up before then. */
export async function countSignUps(
  runner: Runner,
  late: number,
): Promise<Map<string, { pending: number; confirmed: number; expired: number }>> {
  const rows = await runner.rows<{ form: string; pending: number; confirmed: number; expired: number }>({
    text: `select form, count(*) filter (where confirmed_at is null and signed_up_at > $1)::int as pending,
        count(confirmed_at)::int as confirmed,
        count(*) filter (where confirmed_at is null and signed_up_at <= $1)::int as expired
      from sign_up group by form`,
    values: [new Date(late)],
  });
  return new Map(rows.map(({ form, ...counts }) => [form, counts]));
}

/** Sign-ups made before a time, at most `limit`. */
export function oldSignUps(tx: Runner, before: number, limit: number): Promise<{ id: string }[]> {
  return tx.rows<{ id: string }>({
    text: 'select id from sign_up where signed_up_at <= $1 order by signed_up_at limit $2 for update skip locked',
    values: [new Date(before), limit],
  });
}

export function signUpsOf(runner: Runner, addresses: readonly string[]): Promise<SignUpRow[]> {
  return runner.rows<SignUpRow>({
    text: `select ${columns} from sign_up where shard = any($1::smallint[]) and address = any($2) order by signed_up_at`,
    values: [[...new Set(addresses.map(signUpShard))], addresses],
  });
}

export async function dropSignUps(tx: Runner, ids: readonly string[]): Promise<void> {
  await tx.run({ text: 'delete from sign_up where id = any($1)', values: [ids] });
  await tx.run({
    text: `delete from sign_up_address a where not exists
      (select 1 from sign_up s where s.shard = a.shard and s.address = a.address)`,
  });
}

/** The moment the oldest sign-up was made, UTC ms; null when there is none. */
export async function oldestSignUp(runner: Runner): Promise<number | null> {
  const [row] = await runner.rows<{ at: Date | null }>({ text: 'select min(signed_up_at) as at from sign_up' });
  return row?.at?.getTime() ?? null;
}

/** For the end of the demo: nobody has signed up. Forms stay. */
export async function emptySignUps(runner: Runner): Promise<void> {
  await runner.run({ text: 'truncate sign_up, sign_up_address' });
}
