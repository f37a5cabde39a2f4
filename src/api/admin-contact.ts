import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BeckonError, isUuid } from '../base/index.ts';
import type { ShopEvent } from '../event/index.ts';
import { contactOf, contactReader, type Contact, type ContactReader } from './contact.ts';
import { ContactMapping, ContactReport } from './contract-contact.ts';
import { csvRecords, type CsvRecord } from './csv-stream.ts';
import { Problem } from './contract.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { adminLimits, asText, dig, parseJson } from './json.ts';
import { assertNotBusy } from './problem.ts';
import { invalid } from './row.ts';

/** Rows that are committed together. */
const pieceRows = 500;
const shownRows = 500;
const checkMapping = Compile(ContactMapping);

/** The door by which people come from a table. */
export function contactDoors(app: FastifyInstance, house: House): void {
  void app.register(async (child) => {
    child.removeAllContentTypeParsers();
    // Read row by row as it comes; nothing of it is held but the piece that is being written.
    child.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload));
    child.route({
      method: 'POST',
      url: '/imports/contacts',
      schema: {
        tags: ['imports'],
        summary:
          'People from a CSV file of up to 100 MB, with source and time of what they agreed to. `dryRun=true` reads and reports, and keeps nothing. A file that is sent again changes nothing; `resume` is the id of an import that was cut off, whose rows are passed over.',
        consumes: ['text/csv'],
        querystring: Type.Object({
          dryRun: Type.Optional(Type.String({ description: '`true`: keep nothing' })),
          name: Type.Optional(Type.String({ description: 'What it is called among the imports' })),
          mapping: Type.Optional(Type.String({ description: 'JSON: field → column, or {"expression": "…"} over row' })),
          resume: Type.Optional(Type.String({ description: 'The id of an import that was cut off' })),
        }),
        response: {
          200: { description: 'Done', ...ContactReport },
          default: { description: 'Problem', ...Problem },
        },
      },
      config: { asks: { scope: 'profiles' } },
      handler: async (request, reply) => {
        const report = await new ContactImport(house, optionsOf(request)).take(request.body as AsyncIterable<Buffer>);
        return reply.header('cache-control', 'no-store').type('application/json').send(JSON.stringify(report));
      },
    });
  });
}

interface Options {
  dryRun: boolean;
  name: string;
  mapping: ContactMapping;
  resume: string | null;
}

function optionsOf(request: FastifyRequest): Options {
  const asked = (name: string, limit = 200) => asText(dig(request.query, name), limit);
  const value = mappingIn(dig(request.query, 'mapping'));
  if (!checkMapping.Check(value)) {
    const found = invalid(checkMapping.Errors(value)[0]);
    throw new BeckonError(errors.API_INPUT_INVALID, `The mapping is not one: ${found.message}`, { where: 'mapping' });
  }
  const dryRun = asked('dryRun');
  if (dryRun !== undefined && dryRun !== 'true' && dryRun !== 'false')
    throw new BeckonError(errors.API_INPUT_INVALID, `"${dryRun}" is neither true nor false`, { where: 'dryRun' });
  return {
    dryRun: dryRun === 'true',
    name: asked('name') ?? 'contacts',
    mapping: value,
    resume: asked('resume') ?? null,
  };
}

function mappingIn(text: unknown): unknown {
  if (text === undefined) return {};
  if (typeof text === 'string' && text.length <= 12_000) return parseJson(text, { ...adminLimits, depth: 4 });
  throw new BeckonError(errors.API_INPUT_INVALID, 'The mapping is longer than 12000 characters, or there twice', {
    where: 'mapping',
  });
}

/** One file on its way in. */
class ContactImport {
  readonly #house: House;
  readonly #options: Options;
  readonly #report: ContactReport;
  #reader: ContactReader | null = null;
  #piece: { contact: Contact; line: number }[] = [];
  #faults: { line: number; code: string; why: string }[] = [];
  /** Rows read, and rows an earlier call has taken. */
  #rows = 0;
  #before = 0;

  constructor(house: House, options: Options) {
    this.#house = house;
    this.#options = options;
    this.#report = {
      import: null,
      dryRun: options.dryRun,
      rows: 0,
      kept: 0,
      repeated: 0,
      refused: 0,
      faults: [],
      consent: { in: 0, out: 0, pending: 0, withheld: 0 },
      withheld: [],
      columns: { used: {}, ignored: [] },
      sample: [],
    };
  }

  async take(body: AsyncIterable<Buffer>): Promise<ContactReport> {
    for await (const record of csvRecords(body)) {
      if (this.#reader) this.#row(record, this.#reader);
      else await this.#begin(record);
      if (this.#piece.length + this.#faults.length >= pieceRows) await this.#store();
    }
    if (!this.#reader) throw new BeckonError(errors.API_INPUT_INVALID, 'The file is empty', { where: 'line 1' });
    await this.#store();
    const { imports } = this.#house.events;
    if (this.#report.import !== null) await imports.finish(this.#report.import, this.#house.clock.now());
    return { ...this.#report, rows: this.#rows };
  }

  /** The first row names the columns; nothing is begun before they are understood. */
  async #begin({ cells, fault }: CsvRecord): Promise<void> {
    if (fault !== null)
      throw new BeckonError(errors.API_INPUT_INVALID, `The first line: ${fault}`, { where: 'line 1' });
    this.#reader = contactReader(cells, this.#options.mapping);
    const { used, ignored } = this.#reader;
    this.#report.columns = { used, ignored };
    if (this.#options.dryRun) return;
    const { imports, waiting } = this.#house.events;
    assertNotBusy(waiting, this.#house.settings.queueLimit ?? 20_000);
    const { resume, name } = this.#options;
    if (resume === null) {
      this.#report.import = (await imports.begin(name, this.#house.clock.now())).id;
      return;
    }
    const known = isUuid(resume) ? await imports.get(resume) : null;
    if (!known || known.done) {
      const why = known ? `The import "${known.name}" is done` : `There is no import "${resume}"`;
      throw new BeckonError(errors.API_INPUT_INVALID, why, { where: 'resume' });
    }
    this.#report.import = known.id;
    this.#before = known.lines;
  }

  #row({ line, cells, fault }: CsvRecord, reader: ContactReader): void {
    this.#rows++;
    if (this.#rows <= this.#before) return;
    const now = this.#house.clock.now();
    try {
      if (fault !== null) throw new BeckonError(errors.API_INPUT_INVALID, fault);
      const more = cells.findIndex((cell, place) => place >= reader.width && cell.trim() !== '');
      if (more >= 0)
        throw new BeckonError(errors.API_INPUT_INVALID, `column ${more + 1} has no name in the first line`);
      const fields = reader.read(cells, now);
      if (this.#report.sample.length < 3) this.#report.sample.push(Object.fromEntries(fields));
      this.#piece.push({ contact: contactOf(fields, now), line });
    } catch (error) {
      if (!(error instanceof BeckonError)) throw error;
      const why = error.where === undefined ? error.message : `${error.where}: ${error.message}`;
      this.#faults.push({ line, code: error.code, why: why.slice(0, 300) });
    }
  }

  /** Commits a piece, then notes it: after a crash between the two its rows are known by what they say. */
  async #store(): Promise<void> {
    const house = this.#house;
    const [piece, faults] = [this.#piece, this.#faults];
    this.#piece = [];
    this.#faults = [];
    if (piece.length + faults.length === 0) return;
    this.#tally(piece, faults);
    if (this.#options.dryRun) {
      this.#report.kept += piece.length;
      return;
    }
    const { kept, repeated } = await receive(
      piece.map(({ contact }) => contact.person),
      house,
    );
    await receive(
      piece.flatMap(({ contact }) => contact.consent ?? []),
      house,
    );
    this.#report.kept += kept;
    this.#report.repeated += repeated;
    const at = house.clock.now();
    for (const { line, code, why } of faults.slice(0, 20)) {
      const what = { source: 'import', type: null, visitor: null, door: 'POST /v1/imports/contacts' };
      house.events.intake.refused({ ...what, at, code, why: `line ${line}: ${why}` });
    }
    await house.events.imports.step(this.#report.import!, { lines: this.#rows, kept, repeated, faults, at });
  }

  #tally(
    piece: readonly { contact: Contact; line: number }[],
    faults: readonly { line: number; code: string; why: string }[],
  ): void {
    const report = this.#report;
    report.refused += faults.length;
    for (const { line, code, why } of faults) {
      if (report.faults.length < shownRows) report.faults.push({ row: line, id: null, code, why });
    }
    for (const { contact, line } of piece) {
      if (contact.says !== null) report.consent[contact.says]++;
      if (contact.withheld === null) continue;
      report.consent.withheld++;
      const email = contact.person.identities.find(({ namespace }) => namespace === 'email')?.id ?? '';
      if (report.withheld.length < shownRows) report.withheld.push({ row: line, email, why: contact.withheld });
    }
  }
}

async function receive(events: readonly ShopEvent[], house: House): Promise<{ kept: number; repeated: number }> {
  return events.length === 0 ? { kept: 0, repeated: 0 } : house.events.receive(events);
}
