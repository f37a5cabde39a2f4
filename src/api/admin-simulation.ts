import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type, type TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import { simulationsKept, type MailLine, type SimulatedPerson, type Simulation } from '../journey/index.ts';
import { Problem } from './contract.ts';
import {
  SimulatedMailLine,
  SimulatedMailView,
  SimulatedPersonView,
  SimulationAsked,
  SimulationView,
} from './contract-simulation.ts';
import { csvLine } from './csv-out.ts';
import type { Call, Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { asText, dig } from './json.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

const pageSize = 200;
const isoOf = (at: number) => new Date(at).toISOString();
const isoOrNull = (at: number | null) => (at === null ? null : isoOf(at));

/** Doors to simulations: ask, look, cancel, and read what came of them. */
export function simulationDoors(make: Make, { simulations }: House): void {
  make({
    method: 'POST',
    path: '/simulations',
    scope: 'journeys',
    summary:
      'Run journeys over recorded history, invented people or a story: the production engine on a moved clock and a database of its own. Nothing is sent, and nothing here is touched.',
    body: SimulationAsked,
    answer: SimulationView,
    status: 201,
    work: async (call) => viewOf(await simulations.ask(call.body)),
  });
  make({
    method: 'GET',
    path: '/simulations',
    scope: 'read',
    summary: `Simulations that are kept, at most ${simulationsKept.simulations} that are over, newest first.`,
    answer: Type.Object({ simulations: Type.Array(SimulationView) }),
    work: async () => ({ simulations: (await simulations.list()).map(viewOf) }),
  });
  make({
    method: 'GET',
    path: '/simulations/:id',
    scope: 'read',
    summary: 'One simulation: how far it is, its totals, and where everybody stood at 121 moments.',
    answer: SimulationView,
    work: async (call) => viewOf(await simulations.get(call.part('id'))),
  });
  make({
    method: 'POST',
    path: '/simulations/:id/cancel',
    scope: 'journeys',
    summary: 'Cancel a simulation that waits or runs; one that is over stays as it is.',
    answer: SimulationView,
    work: async (call) => viewOf(await simulations.cancel(call.part('id'))),
  });
  make({
    method: 'DELETE',
    path: '/simulations/:id',
    scope: 'journeys',
    summary: 'Forget a simulation with everything that came of it.',
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async (call) => {
      await simulations.remove(call.part('id'));
      return { removed: true };
    },
  });
  peopleDoors(make, simulations);
}

function peopleDoors(make: Make, simulations: House['simulations']): void {
  make({
    method: 'GET',
    path: '/simulations/:id/people',
    scope: 'people',
    summary: 'Its people with their paths and every reason why not, in pages.',
    query: {
      after: 'Behind this number',
      limit: `At most so many, 1–${pageSize}`,
      journey: 'Whom this journey touched',
      activity: 'With `journey`: who came to this activity',
      reason: 'Who met this reason',
      mailed: '`yes`: who got a mail',
      text: 'Part of the name or address',
    },
    answer: Type.Object({ people: Type.Array(SimulatedPersonView), count: Type.Integer() }),
    work: async (call) => {
      const some = ['journey', 'activity', 'reason', 'text'].flatMap((name) => {
        const value = call.query(name);
        return value === undefined || value === '' ? [] : [[name, value]];
      });
      const mailed = call.query('mailed') === 'yes';
      const query = { ...pageOf(call), ...Object.fromEntries(some), mailed };
      const { people, count } = await simulations.people(call.part('id'), query);
      return { people: people.map(personView), count };
    },
  });
  make({
    method: 'GET',
    path: '/simulations/:id/people/:no',
    scope: 'people',
    summary: 'One of its people.',
    answer: SimulatedPersonView,
    work: async (call) => personView(await simulations.person(call.part('id'), numberOf(call, 'no'))),
  });
  make({
    method: 'GET',
    path: '/simulations/:id/people/:no/story',
    scope: 'people',
    summary: 'One of its people as a story: what they did, and what came of it when it was told again.',
    answer: Type.Record(Type.String(), Type.Unknown()),
    work: (call) => simulations.story(call.part('id'), numberOf(call, 'no')),
  });
  make({
    method: 'GET',
    path: '/simulations/:id/mails',
    scope: 'people',
    summary: 'Its mails without what they say, in pages; of one person with `person`.',
    query: { after: 'Behind this number', limit: `At most so many, 1–${pageSize}`, person: 'Number of a person' },
    answer: Type.Object({ mails: Type.Array(SimulatedMailLine) }),
    work: async (call) => {
      const person = call.query('person') === undefined ? null : wholeOf(call.query('person')!, 'person');
      const mails = await simulations.mails(call.part('id'), { ...pageOf(call), person });
      return { mails: mails.map(mailView) };
    },
  });
  make({
    method: 'GET',
    path: '/simulations/:id/mails/:no',
    scope: 'people',
    summary: 'One of its mails with all it says.',
    answer: SimulatedMailView,
    work: async (call) => mailView(await simulations.mail(call.part('id'), numberOf(call, 'no'))),
  });
}

/** The whole result as a file: NDJSON with everything, or CSV with a row for each thing that happened to somebody. */
export function simulationFileDoors(app: FastifyInstance, house: House): void {
  app.get('/simulations/:id/file', {
    schema: {
      tags: ['simulations'],
      summary:
        'All that came of a simulation, line by line: `ndjson` with summary, people and mails, or `csv` with a row for each step and each reason.',
      params: Type.Object({ id: Type.String() }),
      querystring: Type.Object({ format: Type.Optional(Type.String({ description: '`ndjson` or `csv`' })) }),
      response: {
        200: { description: 'The file', content: { 'application/x-ndjson': { schema: Type.String() } } },
        default: { description: 'Problem', ...Problem },
      },
    },
    config: { asks: { scope: 'people', right: 'export' } },
    handler: async (request, reply) => {
      const format = asText(dig(request.query, 'format'), 20) ?? 'ndjson';
      if (format !== 'ndjson' && format !== 'csv')
        throw new BeckonError(errors.API_INPUT_INVALID, `format "${format}" is neither ndjson nor csv`, {
          where: 'format',
        });
      const id = idOf(request);
      const { summary } = await house.simulations.get(id);
      const lines = format === 'csv' ? csvLines(house, id) : jsonLines(house, id, summary);
      return reply
        .header('cache-control', 'no-store')
        .header('content-disposition', `attachment; filename="simulation-${id}.${format}"`)
        .type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8')
        .send(Readable.from(lines));
    },
  });
}

function idOf(request: FastifyRequest): string {
  return asText(dig(request.params, 'id'), 200) ?? '';
}

async function* peopleOf({ simulations }: House, id: string): AsyncGenerator<SimulatedPerson> {
  for (let after = 0; ;) {
    const { people } = await simulations.people(id, { after, limit: pageSize });
    yield* people;
    if (people.length < pageSize) return;
    after = people.at(-1)!.no;
  }
}

async function* jsonLines(house: House, id: string, summary: Simulation['summary']): AsyncGenerator<string> {
  yield `${JSON.stringify({ kind: 'summary', ...(summary && summaryView(summary)) })}\n`;
  for await (const person of peopleOf(house, id))
    yield `${JSON.stringify({ kind: 'person', ...personView(person) })}\n`;
  for (let after = 0; ;) {
    const mails = await house.simulations.mails(id, { after, limit: pageSize });
    for (const { no } of mails) {
      const mail = await house.simulations.mail(id, no);
      yield `${JSON.stringify({ kind: 'mail', ...mailView(mail) })}\n`;
    }
    if (mails.length < pageSize) return;
    after = mails.at(-1)!.no;
  }
}

async function* csvLines(house: House, id: string): AsyncGenerator<string> {
  yield csvLine(['no', 'person', 'journey', 'at', 'what', 'activity', 'reason']);
  for await (const { no, label, runs, whyNot, held = [] } of peopleOf(house, id)) {
    const row = (journey: string, at: number, rest: readonly [string, string, string]) =>
      csvLine([String(no), label, journey, isoOf(at), ...rest]);
    for (const { journey, path, end, activity } of runs) {
      for (const step of path) yield row(journey, step.at, ['came to', step.activity, '']);
      if (end) yield row(journey, end.at, ['ended', activity, end.reason]);
    }
    for (const { journey, at, activity, reason, until } of held)
      yield row(journey, at, ['waits', activity, `${reason} until ${isoOf(until)}`]);
    for (const { journey, at, activity, reason } of whyNot) yield row(journey, at, ['not', activity, reason]);
    if (runs.length + whyNot.length === 0) yield csvLine([String(no), label, '', '', 'untouched', '', '']);
  }
}

function pageOf(call: Call<unknown>): { after: number; limit: number } {
  const after = wholeOf(call.query('after') ?? '0', 'after');
  const limit = wholeOf(call.query('limit') ?? '50', 'limit');
  return { after, limit: Math.max(1, Math.min(pageSize, limit)) };
}

function numberOf(call: Call<unknown>, name: string): number {
  return wholeOf(call.part(name), name);
}

function wholeOf(text: string, where: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new BeckonError(errors.API_INPUT_INVALID, `${where} "${text.slice(0, 40)}" is no whole number`, { where });
}

function viewOf({
  id,
  state,
  askedAt,
  beganAt,
  endedAt,
  done,
  of,
  request,
  summary,
  fault,
}: Simulation): SimulationView {
  const { journeys = [], documents = [], over } = request;
  return {
    id,
    state,
    askedAt: isoOf(askedAt),
    beganAt: isoOrNull(beganAt),
    endedAt: isoOrNull(endedAt),
    progress: of === 0 ? 0 : Math.min(1, done / of),
    journeys: [...new Set([...journeys, ...documents].map(({ key }) => key))],
    over: over.kind === 'story' ? { kind: 'story', name: over.story.name } : { ...over },
    summary: summary && summaryView(summary),
    fault,
  };
}

function summaryView({ from, to, stepMs, frames = [], ...rest }: NonNullable<Simulation['summary']>) {
  const kept = {
    people: Math.min(rest.people, simulationsKept.people),
    mails: Math.min(rest.mails, simulationsKept.mails),
  };
  const moments = frames.map((frame) => ({ ...frame, at: isoOf(frame.at) }));
  return { ...rest, from: isoOf(from), to: isoOf(to), stepSeconds: Math.round(stepMs / 1000), kept, frames: moments };
}

function personView({
  no,
  profileId,
  label,
  runs,
  whyNot,
  held = [],
  mails,
  acts = [],
}: SimulatedPerson): SimulatedPersonView {
  const moment = <T extends { at: number }>(one: T) => ({ ...one, at: isoOf(one.at) });
  return {
    no,
    profileId,
    label,
    runs: runs.map(({ journey, enteredAt, path, end, activity }) => ({
      journey,
      enteredAt: isoOf(enteredAt),
      path: path.map(moment),
      end: end && moment(end),
      activity,
    })),
    whyNot: whyNot.map(moment),
    held: held.map((one) => ({ ...moment(one), until: isoOf(one.until) })),
    mails,
    acts: acts.map(moment),
  };
}

function mailView<T extends MailLine>(mail: T): Omit<T, 'at'> & { at: string } {
  return { ...mail, at: isoOf(mail.at) };
}
