import { Readable } from 'node:stream';
import { Type, type TSchema } from 'typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BeckonError } from '../base/index.ts';
import type { FeedRun, FeedView as Feed } from '../catalog/index.ts';
import { FeedFault, FeedInput, FeedRunView, FeedView } from './contract-feed.ts';
import { Problem } from './contract.ts';
import { csvLine } from './csv-out.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { asText, dig } from './json.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

const problem = { default: { description: 'Problem', ...Problem } };
const pageSize = 1000;
/** Octets of a file; the room counts too, and says so in its own words. */
const fileLimit = 1024 ** 3 + 1;

/** Doors of the feeds: settings, files, runs and their reports. */
export function feedDoors(make: Make, app: FastifyInstance, house: House): void {
  settingDoors(make, house);
  runDoors(make, house);
  fileDoors(app, house);
}

function settingDoors(make: Make, { feeds }: House): void {
  make({
    method: 'GET',
    path: '/feeds',
    scope: 'read',
    summary: 'Feeds with how they stand and their newest run. Passwords and values of headers are never shown.',
    answer: Type.Object({ feeds: Type.Array(FeedView) }),
    work: async () => ({ feeds: (await feeds.list()).map(viewOf) }),
  });
  make({
    method: 'GET',
    path: '/feeds/:key',
    scope: 'read',
    summary: 'One feed.',
    answer: FeedView,
    work: async (call) => viewOf(await feeds.get(call.part('key'))),
  });
  make({
    method: 'PUT',
    path: '/feeds/:key',
    scope: 'items',
    summary: 'Make or change a feed; what is not given stays, null clears. One with a schedule is asked at once.',
    body: FeedInput,
    answer: FeedView,
    work: async (call) => viewOf(await feeds.put(call.part('key'), call.body)),
  });
  make({
    method: 'DELETE',
    path: '/feeds/:key',
    scope: 'items',
    summary: 'Take a feed out. Its items stay in the catalogue.',
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async (call) => {
      await feeds.remove(call.part('key'));
      return { removed: true };
    },
  });
}

function runDoors(make: Make, { feeds }: House): void {
  make({
    method: 'POST',
    path: '/feeds/:key/runs',
    scope: 'items',
    summary:
      'Begin a run: load the address, or with `again` take the newest file that is kept. `dry` writes nothing and tells what would be done.',
    body: Type.Object(
      { dry: Type.Optional(Type.Boolean()), again: Type.Optional(Type.Boolean()) },
      { additionalProperties: false },
    ),
    answer: FeedRunView,
    work: async (call) => {
      const { dry = false, again = false } = call.body;
      return runView(await feeds.run(call.part('key'), { dry, again }));
    },
  });
  make({
    method: 'GET',
    path: '/feeds/:key/runs',
    scope: 'read',
    summary: 'Runs of a feed, newest first, without their previews.',
    answer: Type.Object({ runs: Type.Array(FeedRunView) }),
    work: async (call) => ({ runs: (await feeds.runs(call.part('key'), 100)).map(runView) }),
  });
  make({
    method: 'GET',
    path: '/feeds/:key/runs/:id',
    scope: 'read',
    summary: 'One run: how far it is, what it did or would do, and what was made of the columns.',
    answer: FeedRunView,
    work: async (call) => runView(await feeds.runOf(call.part('key'), call.part('id'))),
  });
  make({
    method: 'GET',
    path: '/feeds/:key/runs/:id/faults',
    scope: 'read',
    summary: 'Rows that were refused or noted, by row: code and reason. At most 10,000 of a run are kept.',
    query: { after: 'Row number after which to begin', limit: 'How many, at most 500' },
    answer: Type.Object({ faults: Type.Array(FeedFault) }),
    work: async (call) => {
      const page = { after: whole(call.query('after'), 'after', 0), limit: whole(call.query('limit'), 'limit', 100) };
      if (page.limit > 500) throw notWhole('limit', String(page.limit), 'from 0 to 500');
      return { faults: await feeds.faults(call.part('key'), call.part('id'), page) };
    },
  });
  make({
    method: 'POST',
    path: '/feeds/:key/runs/:id/cancel',
    scope: 'items',
    summary: 'End a run. What it has written stays.',
    answer: FeedRunView,
    work: async (call) => runView(await feeds.cancel(call.part('key'), call.part('id'))),
  });
  make({
    method: 'POST',
    path: '/feeds/:key/runs/:id/approve',
    scope: 'items',
    summary: 'Let a run write that its guard has stopped, or that was a dry one.',
    answer: FeedRunView,
    work: async (call) => runView(await feeds.approve(call.part('key'), call.part('id'))),
  });
}

function fileDoors(app: FastifyInstance, house: House): void {
  const keyOf = (request: FastifyRequest) => asText(dig(request.params, 'key'), 200) ?? '';
  app.get('/feeds/:key/runs/:id/report.csv', {
    schema: {
      tags: ['feeds'],
      summary: 'The same rows as CSV, safe to open in a spreadsheet.',
      params: Type.Object({ key: Type.String(), id: Type.String() }),
      response: { 200: { description: 'text/csv', type: 'string' }, ...problem },
    },
    config: { asks: { scope: 'read' } },
    handler: async (request, reply) => {
      const { number, id } = await house.feeds.runOf(keyOf(request), asText(dig(request.params, 'id'), 100) ?? '');
      return reply
        .header('content-type', 'text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${keyOf(request)}-${number}.csv"`)
        .header('cache-control', 'no-store')
        .send(Readable.from(reportLines(house, keyOf(request), id)));
    },
  });
  void app.register(async (child) => {
    child.removeAllContentTypeParsers();
    // Read piece by piece as it comes, whatever it is said to be.
    child.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    child.route({
      method: 'PUT',
      url: '/feeds/:key/file',
      bodyLimit: fileLimit,
      schema: {
        tags: ['feeds'],
        summary:
          'Send the file of a feed: CSV, TSV, XML, JSON or NDJSON, plain or packed with gzip, at most 1 GB. Begins a run on it; with `dry=true` one that writes nothing.',
        consumes: ['application/octet-stream', 'text/csv', 'application/xml', 'application/json', 'application/gzip'],
        querystring: Type.Object({ dry: Type.Optional(Type.String()), name: Type.Optional(Type.String()) }),
        params: Type.Object({ key: Type.String() }),
        response: { 200: { description: 'Done', ...FeedRunView }, ...problem },
      },
      config: { asks: { scope: 'items' } },
      handler: async (request, reply) => {
        const dry = asText(dig(request.query, 'dry'), 10) === 'true';
        const name = asText(dig(request.query, 'name'), 200) ?? null;
        const body = (request.body ?? Readable.from([])) as AsyncIterable<Buffer>;
        const run = await house.feeds.send(keyOf(request), body, { dry, name });
        return reply
          .header('cache-control', 'no-store')
          .type('application/json; charset=utf-8')
          .send(JSON.stringify(runView(run)));
      },
    });
  });
}

async function* reportLines({ feeds }: House, key: string, id: string): AsyncGenerator<string> {
  yield csvLine(['row', 'id', 'code', 'why']);
  for (let after = -1; ;) {
    const page = await feeds.faults(key, id, { after, limit: pageSize });
    if (page.length > 0) {
      yield page.map(({ row, id: item, code, why }) => csvLine([String(row), item, code, why])).join('');
    }
    if (page.length < pageSize) return;
    after = page.at(-1)!.row;
  }
}

const iso = (at: number) => new Date(at).toISOString();

function runView(run: FeedRun): FeedRunView {
  const { id, number, state, how, dry, forecast, counts, alarms, approved, preview, error, note } = run;
  const over = run.endedAt !== null;
  const writing = state === 'importing' || state === 'removing';
  const rows = forecast?.rows ?? 0;
  const share = writing && rows > 0 ? counts.rows / rows : run.octets > 0 ? run.read / run.octets : 0;
  const progress = over ? 1 : Math.min(1, state === 'downloading' || state === 'waiting' ? 0 : share);
  return {
    id,
    number,
    state,
    how,
    dry,
    forecast,
    counts,
    progress,
    alarms,
    approved,
    preview: preview as FeedRunView['preview'],
    error,
    note,
    startedAt: iso(run.startedAt),
    endedAt: run.endedAt === null ? null : iso(run.endedAt),
  };
}

function viewOf({ settings, last, ...feed }: Feed): FeedView {
  const { key, name, user, headers, items, status, dot } = feed;
  return {
    key,
    name,
    ...(settings as Omit<FeedView, 'key' | 'name'>),
    user,
    headers,
    items,
    status,
    dot,
    nextDue: feed.nextDue === null ? null : iso(feed.nextDue),
    last: last === null ? null : runView(last),
    createdAt: iso(feed.createdAt),
    updatedAt: iso(feed.updatedAt),
  };
}

function whole(given: string | undefined, where: string, usual: number): number {
  const number = given === undefined ? usual : Number(given);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw notWhole(where, given ?? '', 'from 0');
}

function notWhole(where: string, given: string, range: string): BeckonError {
  return new BeckonError(errors.API_INPUT_INVALID, `${where} "${given}" is not a whole number ${range}`, { where });
}
