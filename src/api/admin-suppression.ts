import { Readable } from 'node:stream';
import { Type, type TSchema } from 'typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BeckonError } from '../base/index.ts';
import { isScope, type SuppressionEntry, type SuppressionScope } from '../message/index.ts';
import { SuppressionInput, SuppressionPage, SuppressionReport, SuppressionView } from './contract-mail.ts';
import { Problem } from './contract.ts';
import { csvLine } from './csv-out.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { asText, dig } from './json.ts';
import { SuppressionFile } from './suppression-file.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;
const problem = { default: { description: 'Problem', ...Problem } };

/** Doors to the list of addresses that get no mail. */
export function suppressionDoors(make: Make, house: House): void {
  const list = house.messages.suppressions;
  make({
    method: 'GET',
    path: '/suppressions',
    scope: 'people',
    summary: 'Addresses that get no mail, or no marketing, with the reason; newest first.',
    query: {
      address: 'Only what stands under this address',
      reason: 'unsubscribed, complained, bounced, cooling, manual, imported or erased',
      after: 'The `next` of the page before',
      limit: 'Entries of a page, 1 to 500; 100 if left out',
    },
    answer: SuppressionPage,
    work: async (call) => {
      const counts = await list.counts();
      const address = call.query('address');
      if (address !== undefined) return { entries: (await list.of(address)).map(viewOf), next: null, counts };
      const [reason, after] = [call.query('reason'), call.query('after')];
      const { entries, next } = await list.page({
        limit: limitIn(call.query('limit')),
        ...(reason === undefined ? {} : { reason }),
        ...(after === undefined ? {} : { after }),
      });
      return { entries: entries.map(viewOf), next, counts };
    },
  });
  make({
    method: 'POST',
    path: '/suppressions',
    scope: 'people',
    summary: 'Put an address, or the SHA-256 of one, on the list; it holds before the next mail leaves.',
    body: SuppressionInput,
    answer: Type.Object({ added: Type.Boolean() }),
    status: 201,
    work: async ({ body: { address, sha256, scope = 'marketing', note } }) => {
      if ((address === undefined) === (sha256 === undefined))
        throw new BeckonError(errors.API_INPUT_INVALID, 'Give an address or its SHA-256, one of the two');
      const named = address === undefined ? { id: sha256! } : { address };
      const [added] = await list.add([{ ...named, scope, note: note ?? null }], 'manual');
      return { added: added! };
    },
  });
  make({
    method: 'DELETE',
    path: '/suppressions/:id',
    scope: 'people',
    right: 'lift',
    summary: 'Take an entry off the list, saying why. Complaints and erased people stay.',
    query: { scope: 'marketing, all or list:<sender>', why: 'Why it goes; kept' },
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async (call) => {
      const [scope, why] = [call.query('scope'), call.query('why')?.trim() ?? ''];
      if (scope === undefined || !isScope(scope))
        throw new BeckonError(errors.API_INPUT_INVALID, 'The scope is marketing, all or list:<sender>', {
          where: 'scope',
        });
      if (why === '') throw new BeckonError(errors.API_INPUT_INVALID, 'Say why the entry goes', { where: 'why' });
      await list.remove(call.part('id'), scope, why);
      return { removed: true };
    },
  });
}

/** Doors by which the list leaves and comes in as a table. */
export function suppressionFileDoors(app: FastifyInstance, house: House): void {
  app.get('/suppressions.csv', {
    schema: {
      tags: ['suppressions'],
      summary: 'The whole list as CSV, as it may be brought in again; safe to open in a spreadsheet.',
      response: { 200: { description: 'text/csv', type: 'string' }, ...problem },
    },
    config: { asks: { scope: 'people', right: 'export' } },
    handler: (_request, reply) =>
      reply
        .header('content-type', 'text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="suppressions.csv"')
        .header('cache-control', 'no-store')
        .send(Readable.from(linesOf(house))),
  });
  void app.register(async (child) => {
    child.removeAllContentTypeParsers();
    child.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload));
    child.route({
      method: 'POST',
      url: '/suppressions/import',
      schema: {
        tags: ['suppressions'],
        summary:
          'Bring a list in: CSV with a column `address` (or `email`), `sha256` or `id`, and if wanted `scope` and `note`. `dryRun=true` reads and reports, and keeps nothing.',
        consumes: ['text/csv'],
        querystring: Type.Object({
          dryRun: Type.Optional(Type.String({ description: '`true`: keep nothing' })),
          scope: Type.Optional(Type.String({ description: '`marketing` (usual) or `all`, for rows that do not say' })),
        }),
        response: { 200: { description: 'Done', ...SuppressionReport }, ...problem },
      },
      config: { asks: { scope: 'people' } },
      handler: async (request, reply) => {
        const file = new SuppressionFile(house.messages.suppressions, optionsOf(request));
        const report = await file.take(request.body as AsyncIterable<Buffer>);
        return reply.header('cache-control', 'no-store').type('application/json').send(JSON.stringify(report));
      },
    });
  });
}

function optionsOf(request: FastifyRequest): { dryRun: boolean; scope: SuppressionScope } {
  const [dryRun, scope] = [asText(dig(request.query, 'dryRun'), 10), asText(dig(request.query, 'scope'), 20)];
  if (dryRun !== undefined && dryRun !== 'true' && dryRun !== 'false')
    throw new BeckonError(errors.API_INPUT_INVALID, `"${dryRun}" is neither true nor false`, { where: 'dryRun' });
  if (scope !== undefined && !isScope(scope))
    throw new BeckonError(errors.API_INPUT_INVALID, `"${scope}" is neither marketing nor all nor list:<sender>`, {
      where: 'scope',
    });
  return { dryRun: dryRun === 'true', scope: scope ?? 'marketing' };
}

async function* linesOf({ messages }: House): AsyncGenerator<string> {
  yield csvLine(['id', 'address', 'scope', 'reason', 'at', 'until', 'note']);
  let after: string | undefined;
  do {
    const page = await messages.suppressions.page({ limit: 500, ...(after === undefined ? {} : { after }) });
    for (const entry of page.entries) {
      const { id, address, scope, reason, at, until, note } = viewOf(entry);
      yield csvLine([id, address, scope, reason, at, until, note]);
    }
    after = page.next ?? undefined;
  } while (after !== undefined);
}

function viewOf(entry: SuppressionEntry): SuppressionView {
  return {
    ...entry,
    at: new Date(entry.at).toISOString(),
    until: entry.until === null ? null : new Date(entry.until).toISOString(),
    removable: entry.reason !== 'complained' && entry.reason !== 'erased',
  };
}

function limitIn(text: string | undefined): number {
  const limit = Number(text ?? 100);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 500) return limit;
  throw new BeckonError(errors.API_INPUT_INVALID, 'The limit is a whole number from 1 to 500', { where: 'limit' });
}
