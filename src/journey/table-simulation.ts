import { gunzipSync, gzipSync } from 'node:zlib';
import type { Migration, Runner, Tx } from '../store/index.ts';
import type { SimulatedMail, SimulatedPerson, SimulationRequest, SimulationSummary } from './simulation.ts';

/** Simulations that are kept: what was asked, how far it is, and what came of it; part of the room's migrations. */
export const simulationMigrations: Migration[] = [
  {
    name: '0530-journey-simulations',
    sql: `
create table simulation (
  id uuid primary key,
  state text not null,
  asked_at timestamptz not null,
  began_at timestamptz,
  ended_at timestamptz,
  done bigint not null default 0,
  of bigint not null default 0,
  request jsonb not null,
  summary jsonb,
  fault text
);
create index simulation_asked on simulation (asked_at desc);
create table simulation_person (
  simulation uuid not null,
  no int not null,
  profile_id uuid not null,
  label text not null,
  journeys text[] not null,
  places text[] not null,
  reasons text[] not null,
  mails int not null,
  body jsonb not null,
  primary key (simulation, no)
);
create index simulation_person_profile on simulation_person (profile_id);
create table simulation_mail (
  simulation uuid not null,
  no int not null,
  person int not null,
  journey text not null,
  activity text not null,
  at timestamptz not null,
  subject text not null,
  body jsonb not null,
  packed bytea not null,
  primary key (simulation, no)
);
create index simulation_mail_person on simulation_mail (simulation, person);
`,
  },
];

export type SimulationState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

/** One simulation as it stands. Times are UTC ms. */
export interface Simulation {
  id: string;
  state: SimulationState;
  askedAt: number;
  beganAt: number | null;
  endedAt: number | null;
  done: number;
  of: number;
  request: SimulationRequest;
  summary: SimulationSummary | null;
  fault: string | null;
}

/** A mail without what it says. */
export type MailLine = Omit<SimulatedMail, 'html' | 'text' | 'packed'>;

/** What a mail says, packed as it is kept. */
export function packWords({ html, text }: { html: string; text: string }): Buffer {
  return gzipSync(JSON.stringify({ html, text }), { level: 1 });
}

export function unpackWords(packed: Uint8Array): { html: string; text: string } {
  return JSON.parse(gunzipSync(packed).toString()) as { html: string; text: string };
}

/** Without what it says, which is left packed if it is. */
export function mailLineOf({ no, person, journey, activity, message, at, subject, items }: SimulatedMail): MailLine {
  return { no, person, journey, activity, message, at, subject, items };
}

interface Row {
  id: string;
  state: SimulationState;
  asked_at: Date;
  began_at: Date | null;
  ended_at: Date | null;
  done: number;
  of: number;
  request: SimulationRequest;
  summary: SimulationSummary | null;
  fault: string | null;
}

function simulationRow(row: Row): Simulation {
  const { id, state, done, of, request, summary, fault } = row;
  const times = {
    askedAt: row.asked_at.getTime(),
    beganAt: row.began_at?.getTime() ?? null,
    endedAt: row.ended_at?.getTime() ?? null,
  };
  return { id, state, ...times, done, of, request, summary, fault };
}

export async function addSimulation(
  tx: Runner,
  { id, request, now }: { id: string; request: SimulationRequest; now: number },
): Promise<void> {
  await tx.run({
    text: `insert into simulation (id, state, asked_at, request) values ($1, 'waiting', $2, $3)`,
    values: [id, new Date(now), JSON.stringify(request)],
  });
}

export async function findSimulation(runner: Runner, id: string): Promise<Simulation | undefined> {
  const rows = await runner.rows<Row>({ text: 'select * from simulation where id = $1', values: [id] });
  return rows.map(simulationRow)[0];
}

/** The newest first, without their frames. */
export async function listSimulations(runner: Runner, limit: number): Promise<Simulation[]> {
  const rows = await runner.rows<Row>({
    text: `select id, state, asked_at, began_at, ended_at, done, of, request - 'documents' as request,
      summary - 'frames' as summary, fault from simulation order by asked_at desc, id desc limit $1`,
    values: [limit],
  });
  return rows.map(simulationRow);
}

/** @returns false when it is not to go on, because somebody has cancelled it */
export async function noteSimulation(
  runner: Runner,
  { id, done, of, now }: { id: string; done: number; of: number; now: number },
): Promise<boolean> {
  const changed = await runner.run({
    text: `update simulation set state = 'running', began_at = coalesce(began_at, $4), done = $2, of = $3
      where id = $1 and state in ('waiting', 'running')`,
    values: [id, Math.round(done), Math.round(of), new Date(now)],
  });
  return changed === 1;
}

/** Ends one that was not over. @returns false when it was */
export async function endSimulation(
  tx: Runner,
  end: { id: string; state: SimulationState; summary?: SimulationSummary; fault?: string; now: number },
): Promise<boolean> {
  const changed = await tx.run({
    text: `update simulation set state = $2, summary = $3, fault = $4, ended_at = $5,
      done = case when $2 = 'done' then of else done end where id = $1 and state in ('waiting', 'running')`,
    values: [end.id, end.state, end.summary ? JSON.stringify(end.summary) : null, end.fault ?? null, new Date(end.now)],
  });
  return changed === 1;
}

/** Forgets these wholly. */
export async function dropSimulations(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.run({ text: 'delete from simulation_mail where simulation = any($1)', values: [ids] });
  await tx.run({ text: 'delete from simulation_person where simulation = any($1)', values: [ids] });
  await tx.run({ text: 'delete from simulation where id = any($1)', values: [ids] });
}

/** All that are over but for the newest. */
export async function oldSimulations(tx: Runner, keep: number): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>({
    text: `select id from simulation where state not in ('waiting', 'running') order by asked_at desc, id desc offset $1`,
    values: [keep],
  });
  return rows.map(({ id }) => id);
}

/** Everywhere a person came to, as "journey/activity". */
function placesOf({ runs, whyNot }: SimulatedPerson): string[] {
  const came = runs.flatMap(({ journey, path }) => path.map(({ activity }) => `${journey}/${activity}`));
  return [...new Set([...came, ...whyNot.map(({ journey, activity }) => `${journey}/${activity}`)])];
}

export async function addPeople(tx: Runner, simulation: string, people: readonly SimulatedPerson[]): Promise<void> {
  if (people.length === 0) return;
  const rows = people.map((person) => ({
    no: person.no,
    profile_id: person.profileId,
    label: person.label,
    journeys: [...new Set([...person.runs, ...person.whyNot].map(({ journey }) => journey))],
    places: placesOf(person),
    reasons: [...new Set(person.whyNot.map(({ reason }) => reason))],
    mails: person.mails.length,
    body: person,
  }));
  await tx.run({
    text: `insert into simulation_person (simulation, no, profile_id, label, journeys, places, reasons, mails, body)
      select $1, no, profile_id, label, journeys, places, reasons, mails, body
      from json_to_recordset($2) as r(no int, profile_id uuid, label text, journeys text[], places text[], reasons text[], mails int, body jsonb)`,
    values: [simulation, JSON.stringify(rows)],
  });
}

export async function addMails(tx: Runner, simulation: string, mails: readonly SimulatedMail[]): Promise<void> {
  if (mails.length === 0) return;
  const packed = mails.map((mail) => mail.packed ?? packWords(mail));
  const lines = mails.map(mailLineOf);
  await tx.run({
    text: `insert into simulation_mail (simulation, no, person, journey, activity, at, subject, body, packed)
      select $1, * from unnest($2::int[], $3::int[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::jsonb[], $9::bytea[])`,
    values: [
      simulation,
      lines.map(({ no }) => no),
      lines.map(({ person }) => person),
      lines.map(({ journey }) => journey),
      lines.map(({ activity }) => activity),
      lines.map(({ at }) => new Date(at)),
      lines.map(({ subject }) => subject),
      lines.map((line) => JSON.stringify(line)),
      packed,
    ],
  });
}

export interface PeopleQuery {
  /** Behind this number. */
  after: number;
  limit: number;
  journey?: string;
  /** With `journey`: who came to this activity. */
  activity?: string;
  /** Who met this reason why not. */
  reason?: string;
  /** Who got at least one mail. */
  mailed?: boolean;
  /** Part of the label. */
  text?: string;
}

/** People in the order of their numbers, and how many there are in all that fit. */
export async function simulatedPeople(
  runner: Runner,
  simulation: string,
  query: PeopleQuery,
): Promise<{ people: SimulatedPerson[]; count: number }> {
  const { after, limit, journey, activity, reason, mailed, text } = query;
  const place = journey !== undefined && activity !== undefined ? `${journey}/${activity}` : null;
  const where = `simulation = $1 and ($2::text is null or $2 = any(journeys)) and ($3::text is null or $3 = any(places))
    and ($4::text is null or $4 = any(reasons)) and (not $5 or mails > 0) and ($6::text is null or position(lower($6) in lower(label)) > 0)`;
  const values = [simulation, journey ?? null, place, reason ?? null, mailed ?? false, text ?? null];
  const people = await runner.rows<{ body: SimulatedPerson }>({
    text: `select body from simulation_person where ${where} and no > $7 order by no limit $8`,
    values: [...values, after, limit],
  });
  const [all] = await runner.rows<{ n: number }>({
    text: `select count(*)::int as n from simulation_person where ${where}`,
    values,
  });
  return { people: people.map(({ body }) => body), count: all!.n };
}

export async function simulatedPerson(runner: Runner, simulation: string, no: number): Promise<SimulatedPerson | null> {
  const rows = await runner.rows<{ body: SimulatedPerson }>({
    text: 'select body from simulation_person where simulation = $1 and no = $2',
    values: [simulation, no],
  });
  return rows[0]?.body ?? null;
}

/** Mails without what they say, in the order of their numbers; of everybody or of one person. */
export async function simulatedMails(
  runner: Runner,
  simulation: string,
  { after, limit, person = null }: { after: number; limit: number; person?: number | null },
): Promise<MailLine[]> {
  const rows = await runner.rows<{ body: MailLine }>({
    text: `select body from simulation_mail where simulation = $1 and no > $2 and ($4::int is null or person = $4)
      order by no limit $3`,
    values: [simulation, after, limit, person],
  });
  return rows.map(({ body }) => body);
}

export async function simulatedMail(runner: Runner, simulation: string, no: number): Promise<SimulatedMail | null> {
  const rows = await runner.rows<{ body: MailLine; packed: Buffer }>({
    text: 'select body, packed from simulation_mail where simulation = $1 and no = $2',
    values: [simulation, no],
  });
  const [row] = rows;
  return row ? { ...row.body, ...unpackWords(row.packed) } : null;
}

/** Takes a person out of every simulation, mails included. */
export async function forgetSimulated(tx: Tx, profileId: string): Promise<void> {
  await tx.run({
    text: `delete from simulation_mail m using simulation_person p
      where p.profile_id = $1 and m.simulation = p.simulation and m.person = p.no`,
    values: [profileId],
  });
  await tx.run({ text: 'delete from simulation_person where profile_id = $1', values: [profileId] });
}
