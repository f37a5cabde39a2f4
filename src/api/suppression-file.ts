import { BeckonError } from '../base/index.ts';
import { isScope, isSuppressionId, judgeAddress, type Suppressions, type SuppressionScope } from '../message/index.ts';
import type { SuppressionReport } from './contract-mail.ts';
import { cellIn } from './csv-out.ts';
import { csvRecords, type CsvRecord } from './csv-stream.ts';
import { errors } from './error.ts';

/** Rows that are committed together. */
const pieceRows = 500;
const shownFaults = 500;

type Entry = Parameters<Suppressions['add']>[0][number];

/** Names of columns, as this list and others write them. */
const columns = {
  id: ['id'],
  address: ['address', 'email', 'e-mail', 'mail', 'email address'],
  sha256: ['sha256', 'hash'],
  scope: ['scope'],
  note: ['note', 'reason'],
} as const;
type Column = keyof typeof columns;

/** A suppression list of another system on its way in, row by row; a row that cannot be read costs no other. */
export class SuppressionFile {
  readonly #list: Pick<Suppressions, 'add' | 'of'>;
  readonly #options: { dryRun: boolean; scope: SuppressionScope };
  readonly #report: SuppressionReport;
  #places: Partial<Record<Column, number>> | null = null;
  #piece: { entry: Entry; line: number }[] = [];

  constructor(list: Pick<Suppressions, 'add' | 'of'>, options: { dryRun: boolean; scope: SuppressionScope }) {
    this.#list = list;
    this.#options = options;
    this.#report = { dryRun: options.dryRun, rows: 0, added: 0, known: 0, refused: 0, faults: [] };
  }

  /** Throws API_INPUT_INVALID for a file without a column that names an address. */
  async take(body: AsyncIterable<Buffer>): Promise<SuppressionReport> {
    for await (const record of csvRecords(body)) {
      if (this.#places) this.#row(record, this.#places);
      else this.#places = placesOf(record);
      if (this.#piece.length >= pieceRows) await this.#store();
    }
    if (!this.#places) throw new BeckonError(errors.API_INPUT_INVALID, 'The file is empty', { where: 'line 1' });
    await this.#store();
    return this.#report;
  }

  #row({ line, cells, fault }: CsvRecord, places: Partial<Record<Column, number>>): void {
    this.#report.rows++;
    const cell = (name: Column) => {
      const place = places[name];
      return place === undefined ? '' : cellIn(cells[place] ?? '').trim();
    };
    const [address, sha256, id] = [cell('address'), cell('sha256'), cell('id')];
    const scope = cell('scope').toLowerCase() || this.#options.scope;
    if (fault !== null) return this.#refuse(line, fault);
    if (!isScope(scope)) return this.#refuse(line, `"${scope}" is neither marketing nor all nor list:<sender>`);
    const note = cell('note').slice(0, 300) || null;
    // The address says more than a hash of it; our own ids are taken as they were written.
    const named = address !== '' ? { address } : sha256 !== '' ? { id: sha256 } : id !== '' ? { id } : null;
    if (!named) return this.#refuse(line, 'it names no address');
    const why = refusalOf(named);
    if (why !== null) return this.#refuse(line, why);
    this.#piece.push({ entry: { ...named, scope, note }, line });
  }

  async #store(): Promise<void> {
    const piece = this.#piece.splice(0);
    if (piece.length === 0) return;
    const fresh = await this.#list.add(
      piece.map(({ entry }) => entry),
      'imported',
      this.#options.dryRun,
    );
    for (const isNew of fresh) this.#report[isNew ? 'added' : 'known']++;
  }

  #refuse(line: number, why: string): void {
    this.#report.refused++;
    if (this.#report.faults.length < shownFaults) this.#report.faults.push({ row: line, why: why.slice(0, 300) });
  }
}

function refusalOf(named: { address: string } | { id: string }): string | null {
  if ('id' in named) return isSuppressionId(named.id) ? null : `"${named.id.slice(0, 80)}" is no SHA-256 in hex`;
  const verdict = judgeAddress(named.address);
  return 'refused' in verdict ? `"${named.address.slice(0, 80)}" cannot be mailed: ${verdict.refused}` : null;
}

function placesOf({ cells, fault }: CsvRecord): Partial<Record<Column, number>> {
  if (fault !== null) throw new BeckonError(errors.API_INPUT_INVALID, `The first line: ${fault}`, { where: 'line 1' });
  const names = cells.map((cell) => cell.trim().toLowerCase());
  const places: Partial<Record<Column, number>> = {};
  for (const [column, known] of Object.entries(columns) as [Column, readonly string[]][]) {
    const place = names.findIndex((name) => known.includes(name));
    if (place >= 0) places[column] = place;
  }
  if (places.address !== undefined || places.sha256 !== undefined || places.id !== undefined) return places;
  const why = `The first line names no column "address", "email", "sha256" or "id", but ${names.join(', ').slice(0, 200)}`;
  throw new BeckonError(errors.API_INPUT_INVALID, why, { where: 'line 1' });
}
