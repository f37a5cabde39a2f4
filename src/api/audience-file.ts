import { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BeckonError } from '../base/index.ts';
import { normalIdentity, type Identity } from '../event/index.ts';
import { AudienceListReport } from './contract-audience.ts';
import { Problem } from './contract.ts';
import { cellIn, csvLine } from './csv-out.ts';
import { csvRecords, type CsvRecord } from './csv-stream.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { asText, dig } from './json.ts';

const pageSize = 1000;
/** Rows that are committed together. */
const pieceRows = 500;
const shownFaults = 500;
const problem = { default: { description: 'Problem', ...Problem } };
const keyPart = Type.Object({ key: Type.String() });
/** Columns of our own table that say nothing about who it is. */
const told = new Set(['name', 'lastseenat', 'since']);

/** Doors by which the members of an audience go out as a table, and those of a list come in. */
export function audienceFileDoors(app: FastifyInstance, house: House): void {
  app.get('/audiences/:key/members.csv', {
    schema: {
      tags: ['audiences'],
      summary: 'Everybody in it as CSV, safe to open in a spreadsheet.',
      params: keyPart,
      response: { 200: { description: 'text/csv', type: 'string' }, ...problem },
    },
    config: { asks: { scope: 'people', right: 'export' } },
    handler: async (request, reply) => {
      const { key } = await house.audiences.get(keyOf(request));
      return reply
        .header('content-type', 'text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${key}.csv"`)
        .header('cache-control', 'no-store')
        .send(Readable.from(lines(house, key)));
    },
  });
  void app.register(async (child) => {
    child.removeAllContentTypeParsers();
    child.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload));
    child.route({
      method: 'POST',
      url: '/audiences/:key/members',
      schema: {
        tags: ['audiences'],
        summary:
          'Put people into a list, or with `how=remove` take them out: CSV with a column `id`, `email`, or any namespace of identities. A file that is sent again changes nothing.',
        consumes: ['text/csv'],
        params: keyPart,
        querystring: Type.Object({ how: Type.Optional(Type.String({ description: '`add` (usual) or `remove`' })) }),
        response: { 200: { description: 'Done', ...AudienceListReport }, ...problem },
      },
      config: { asks: { scope: 'profiles' } },
      handler: async (request, reply) => {
        const list = new ListFile(house, keyOf(request), howOf(request));
        const report = await list.take(request.body as AsyncIterable<Buffer>);
        return reply.header('cache-control', 'no-store').type('application/json').send(JSON.stringify(report));
      },
    });
  });
}

function keyOf(request: FastifyRequest): string {
  return asText(dig(request.params, 'key'), 200) ?? '';
}

function howOf(request: FastifyRequest): 'add' | 'remove' {
  const how = asText(dig(request.query, 'how'), 20) ?? 'add';
  if (how === 'add' || how === 'remove') return how;
  throw new BeckonError(errors.API_INPUT_INVALID, `how "${how}" is neither add nor remove`, { where: 'how' });
}

async function* lines({ audiences }: House, key: string): AsyncGenerator<string> {
  yield csvLine(['id', 'email', 'name', 'lastSeenAt', 'since']);
  for (let after: string | null = null; ;) {
    const page: Awaited<ReturnType<typeof audiences.members>> = await audiences.members(key, {
      after,
      limit: pageSize,
    });
    const rows = page.map(({ id, email, name, lastSeenAt, since }) =>
      csvLine([id, email, name, new Date(lastSeenAt).toISOString(), new Date(since).toISOString()]),
    );
    yield rows.join('');
    if (page.length < pageSize) return;
    after = page.at(-1)!.id;
  }
}

/** One file of people on its way into a list, or out of it. */
class ListFile {
  readonly #house: House;
  readonly #key: string;
  readonly #how: 'add' | 'remove';
  readonly #report: AudienceListReport = {
    rows: 0,
    changed: 0,
    refused: 0,
    faults: [],
    columns: { used: [], ignored: [] },
  };
  /** What each column names; null is passed over. */
  #columns: (string | null)[] = [];
  #piece: { line: number; identity: Identity }[] = [];

  constructor(house: House, key: string, how: 'add' | 'remove') {
    this.#house = house;
    this.#key = key;
    this.#how = how;
  }

  async take(body: AsyncIterable<Buffer>): Promise<AudienceListReport> {
    // Nothing is read of a file for an audience that takes none.
    await this.#house.audiences.change(this.#key, this.#how, []);
    let begun = false;
    for await (const record of csvRecords(body)) {
      if (begun) this.#row(record);
      else this.#begin(record);
      begun = true;
      if (this.#piece.length >= pieceRows) await this.#store();
    }
    if (!begun) throw new BeckonError(errors.API_INPUT_INVALID, 'The file is empty', { where: 'line 1' });
    await this.#store();
    return this.#report;
  }

  #begin({ cells, fault }: CsvRecord): void {
    if (fault !== null)
      throw new BeckonError(errors.API_INPUT_INVALID, `The first line cannot be read: ${fault}`, { where: 'line 1' });
    const { used, ignored } = this.#report.columns;
    this.#columns = cells.map((cell) => {
      const name = cell.trim().toLowerCase();
      const namespace = name === 'id' ? 'profile' : name;
      const isName = /^[a-z][a-z0-9_]{0,39}$/.test(name) && !told.has(name);
      (isName ? used : ignored).push(cell);
      return isName ? namespace : null;
    });
    if (used.length > 0) return;
    throw new BeckonError(
      errors.API_INPUT_INVALID,
      'No column says who it is; name one id, email, or another namespace',
      {
        where: 'line 1',
      },
    );
  }

  #row({ line, cells, fault }: CsvRecord): void {
    this.#report.rows++;
    if (fault !== null) return this.#refuse(line, fault);
    const place = this.#columns.findIndex((namespace, at) => namespace !== null && (cells[at] ?? '').trim() !== '');
    if (place < 0) return this.#refuse(line, 'nothing in this row says who it is');
    const id = cellIn(cells[place]!).trim();
    if (id.length > 512) return this.#refuse(line, 'the identity is longer than 512 characters');
    this.#piece.push({ line, identity: normalIdentity(this.#columns[place]!, id) });
  }

  async #store(): Promise<void> {
    const piece = this.#piece;
    this.#piece = [];
    if (piece.length === 0) return;
    const people = piece.map(({ identity }) => identity);
    const { changed, unknown } = await this.#house.audiences.change(this.#key, this.#how, people);
    this.#report.changed += changed;
    for (const place of unknown) {
      const { line, identity } = piece[place]!;
      this.#refuse(line, `nobody is known by ${identity.namespace} "${identity.id.slice(0, 100)}"`);
    }
  }

  #refuse(line: number, why: string): void {
    this.#report.refused++;
    if (this.#report.faults.length < shownFaults)
      this.#report.faults.push({ line, code: errors.API_INPUT_INVALID.code, why });
  }
}
