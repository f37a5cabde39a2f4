import { Type, type TSchema } from 'typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BeckonError, isUuid } from '../base/index.ts';
import type { ImportProgress } from '../event/index.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { asText, dig, parseJson, type JsonLimits } from './json.ts';
import { assertNotBusy } from './problem.ts';
import { readRows, serverEvent, type RawRow } from './row.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** How far a history has been brought in. */
export const ImportView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  startedAt: Type.String(),
  changedAt: Type.String(),
  /** Lines taken so far. */
  lines: Type.Integer(),
  /** The line to send next. */
  next: Type.Integer(),
  kept: Type.Integer(),
  repeated: Type.Integer(),
  refused: Type.Integer(),
  /** The first refused lines, at most 100. */
  faults: Type.Array(Type.Object({ line: Type.Integer(), code: Type.String(), why: Type.String() })),
  done: Type.Boolean(),
});

/** Lines that are committed together. */
const pieceLines = 500;
/** UTF-16 units of one line (design §7 "Log"). */
const lineLimit = 256 * 1024;
const lineLimits: JsonLimits = { depth: 11, keys: 200, text: 32 * 1024, key: 128 };

/** Doors by which a shop brings its history in, in pieces of any size, going on after any interruption. */
export function importDoors(make: Make, app: FastifyInstance, house: House): void {
  const id = (call: { part(name: string): string }) => call.part('id');
  make({
    method: 'POST',
    path: '/imports',
    scope: 'events',
    summary: 'Begin to bring a history of events in; answers with the id for PUT /v1/imports/{id}.',
    body: Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }) }),
    answer: ImportView,
    work: async (call) => viewOf(await house.events.imports.begin(call.body.name, house.clock.now())),
  });
  make({
    method: 'GET',
    path: '/imports',
    scope: 'read',
    summary: 'Histories that were brought in or are, newest first.',
    answer: Type.Object({ imports: Type.Array(ImportView) }),
    work: async () => ({ imports: (await house.events.imports.list(100)).map(viewOf) }),
  });
  make({
    method: 'GET',
    path: '/imports/:id',
    scope: 'read',
    summary: 'How far it is: lines taken, what was refused and why, and the line to send next.',
    answer: ImportView,
    work: async (call) => viewOf(await found(house, id(call))),
  });
  void app.register(async (child) => {
    child.removeAllContentTypeParsers();
    // Read line by line as it comes; nothing of it is held but the piece that is being written.
    child.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    child.route({
      method: 'PUT',
      url: '/imports/:id',
      schema: {
        tags: ['imports'],
        summary:
          'Lines of a history, NDJSON as POST /v1/events takes it, a body of any size. `from` is the number of its first line; lines taken before are passed over, so the same file can be sent again. With `last=true` the import is done.',
        consumes: ['application/x-ndjson'],
        querystring: Type.Object({ from: Type.Optional(Type.String()), last: Type.Optional(Type.String()) }),
        params: Type.Object({ id: Type.String() }),
        response: { 200: { description: 'Done', ...ImportView } },
      },
      config: { asks: { scope: 'events' } },
      handler: async (request, reply) =>
        reply
          .header('cache-control', 'no-store')
          .type('application/json')
          .send(JSON.stringify(await take(request, house))),
    });
  });
}

async function take(request: FastifyRequest, house: House): Promise<unknown> {
  const { imports } = house.events;
  const known = await found(house, asText(dig(request.params, 'id'), 64) ?? '');
  const from = firstLine(asText(dig(request.query, 'from'), 20), known);
  const { id } = known;
  let piece: RawRow[] = [];
  const flush = async () => {
    if (piece.length > 0) await store(piece, id, house);
    piece = [];
  };
  for await (const { line, text } of linesOf(request.body as AsyncIterable<Buffer>, from)) {
    if (line <= known.lines) continue;
    if (known.done) assertNothing(text, known);
    piece.push(rowOf(line, text));
    if (piece.length >= pieceLines) await flush();
  }
  if (known.done) return viewOf(known);
  await flush();
  if (asText(dig(request.query, 'last'), 10) === 'true') await imports.finish(id, house.clock.now());
  return viewOf(await found(house, id));
}

/** The end of a file may come again when its answer was lost; what was not in it then may not. */
function assertNothing(text: string | null, { name, lines }: ImportProgress): void {
  if (text?.trim() === '') return;
  const why = `The import "${name}" is done with ${lines} lines; begin another for what comes after them`;
  throw new BeckonError(errors.API_INPUT_INVALID, why, { where: 'id' });
}

/** Commits a piece, then notes it: after a crash between the two its events are known by their ids. */
async function store(piece: readonly RawRow[], id: string, house: House): Promise<void> {
  assertNotBusy(house.events.waiting, house.settings.queueLimit ?? 20_000);
  const at = house.clock.now();
  const rows = readRows(
    piece.filter(({ value, fault }) => value !== undefined || fault),
    (value) => serverEvent(value, at),
  );
  const { kept, repeated } = await house.events.receive(rows.events);
  const faults = rows.refused.map(({ row, code, why }) => ({ line: row, code, why: why.slice(0, 300) }));
  for (const { line, code, why } of faults.slice(0, 20)) {
    const what = { source: 'server', type: null, visitor: null, door: 'PUT /v1/imports/:id' };
    house.events.intake.refused({ ...what, at, code, why: `line ${line}: ${why}` });
  }
  await house.events.imports.step(id, { lines: piece.at(-1)!.row, kept, repeated, faults, at });
}

function firstLine(given: string | undefined, known: ImportProgress): number {
  const from = given === undefined ? known.lines + 1 : Number(given);
  if (Number.isSafeInteger(from) && from >= 1 && from <= known.lines + 1) return from;
  const why = `"${given}" is no line from 1 to ${known.lines + 1}: that is the one to send next`;
  throw new BeckonError(errors.API_INPUT_INVALID, why, { where: 'from' });
}

/** A line as a row; an empty one is a row without a value. `text` null: it was too long. */
export function rowOf(row: number, text: string | null): RawRow {
  if (text === null)
    return { row, fault: new BeckonError(errors.API_BODY_TOO_LARGE, 'The line is longer than 256 KB') };
  if (text.trim() === '') return { row };
  try {
    return { row, value: parseJson(text, lineLimits) };
  } catch (error) {
    if (error instanceof BeckonError) return { row, fault: error };
    throw error;
  }
}

/** Lines of a stream of octets, numbered from `from`; null for one that is too long, which is passed over. */
export async function* linesOf(
  stream: AsyncIterable<Buffer>,
  from: number,
): AsyncGenerator<{ line: number; text: string | null }> {
  const decoder = new TextDecoder();
  let rest = '';
  let line = from;
  let tooLong = false;
  for await (const octets of stream) {
    const parts = (rest + decoder.decode(octets, { stream: true })).split('\n');
    rest = parts.pop()!;
    for (const text of parts) {
      yield { line: line++, text: tooLong || text.length > lineLimit ? null : text };
      tooLong = false;
    }
    if (rest.length > lineLimit) {
      tooLong = true;
      rest = '';
    }
  }
  rest += decoder.decode();
  if (tooLong || rest !== '') yield { line, text: tooLong ? null : rest };
}

async function found(house: House, id: string): Promise<ImportProgress> {
  const known = isUuid(id) ? await house.events.imports.get(id) : null;
  if (known) return known;
  throw new BeckonError(errors.API_NOT_FOUND, `There is no import "${id}"`);
}

function viewOf(progress: ImportProgress): Record<string, unknown> {
  return {
    ...progress,
    startedAt: new Date(progress.startedAt).toISOString(),
    changedAt: new Date(progress.changedAt).toISOString(),
    next: progress.lines + 1,
  };
}
