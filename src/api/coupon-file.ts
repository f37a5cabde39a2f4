import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { BeckonError } from '../base/index.ts';
import type { PoolReport } from './contract-sender.ts';
import { cellIn } from './csv-out.ts';
import { csvLimits, csvRecords } from './csv-stream.ts';
import { errors } from './error.ts';
import type { CouponDoor } from './house-mail.ts';

/** Rows that are committed together. */
const pieceRows = 500;
const shownFaults = 500;

type Code = Parameters<CouponDoor['add']>[1][number];
interface Row {
  line: number;
  code: unknown;
  expires: unknown;
  fault: string | null;
}

/** Codes on their way into a pool, row by row; a row that cannot be read costs no other. */
export class CouponFile {
  readonly #pools: Pick<CouponDoor, 'add'>;
  readonly #options: { key: string; dryRun: boolean; expiresAt: number | null };
  readonly #report: PoolReport;
  readonly #seen = new Set<string>();
  #piece: Code[] = [];

  constructor(pools: Pick<CouponDoor, 'add'>, options: { key: string; dryRun: boolean; expiresAt: number | null }) {
    this.#pools = pools;
    this.#options = options;
    this.#report = { dryRun: options.dryRun, rows: 0, added: 0, known: 0, refused: 0, faults: [] };
  }

  /** Throws API_INPUT_INVALID for a table without a column `code`. */
  async take(body: AsyncIterable<Buffer>, kind: 'csv' | 'ndjson'): Promise<PoolReport> {
    for await (const row of kind === 'csv' ? tableRows(body) : jsonRows(body)) {
      this.#row(row);
      if (this.#piece.length >= pieceRows) await this.#store();
    }
    await this.#store();
    return this.#report;
  }

  #row({ line, code, expires, fault }: Row): void {
    this.#report.rows++;
    if (fault !== null) return this.#refuse(line, fault);
    const text = typeof code === 'string' ? code.trim() : '';
    if (text === '') return this.#refuse(line, 'it has no code');
    // Printed in a mail and typed by hand: visible, one line, and short.
    if (text.length > 100 || !/^[\p{L}\p{N}\p{P}\p{S}]+( [\p{L}\p{N}\p{P}\p{S}]+)*$/u.test(text))
      return this.#refuse(line, `"${text.slice(0, 60)}" is not a code of visible characters, at most 100`);
    const until = expires === undefined || expires === null || expires === '' ? null : Date.parse(String(expires));
    if (Number.isNaN(until)) return this.#refuse(line, `"${String(expires).slice(0, 60)}" is no time`);
    if (this.#seen.has(text)) this.#report.known++;
    else {
      this.#seen.add(text);
      this.#piece.push({ code: text, expiresAt: until ?? this.#options.expiresAt });
    }
  }

  async #store(): Promise<void> {
    const piece = this.#piece.splice(0);
    if (piece.length === 0) return;
    const fresh = await this.#pools.add(this.#options.key, piece, this.#options.dryRun);
    this.#report.added += fresh.size;
    this.#report.known += piece.length - fresh.size;
  }

  #refuse(line: number, why: string): void {
    this.#report.refused++;
    if (this.#report.faults.length < shownFaults) this.#report.faults.push({ row: line, why });
  }
}

async function* tableRows(body: AsyncIterable<Buffer>): AsyncGenerator<Row> {
  let places: { code: number; expires: number } | null = null;
  for await (const { line, cells, fault } of csvRecords(body)) {
    if (places) {
      const cell = (place: number) => (place < 0 ? '' : cellIn(cells[place] ?? ''));
      yield { line, code: cell(places.code), expires: cell(places.expires), fault };
      continue;
    }
    const names = cells.map((name) => cellIn(name).trim().toLowerCase());
    places = {
      code: names.findIndex((name) => ['code', 'coupon', 'voucher'].includes(name)),
      expires: names.indexOf('expires'),
    };
    if (places.code < 0)
      throw new BeckonError(errors.API_INPUT_INVALID, 'The table has no column "code"', { where: 'line 1' });
  }
}

async function* jsonRows(body: AsyncIterable<Buffer>): AsyncGenerator<Row> {
  let [line, octets] = [0, 0];
  for await (const text of createInterface({ input: Readable.from(body), crlfDelay: Infinity })) {
    line++;
    octets += text.length + 1;
    if (octets > csvLimits.octets || line > csvLimits.records)
      throw new BeckonError(errors.API_INPUT_INVALID, 'The file has more than 100 MB or 1,000,000 rows', {
        where: `line ${line}`,
      });
    if (text.trim() === '') continue;
    yield { line, ...read(text) };
  }
}

function read(text: string): Omit<Row, 'line'> {
  try {
    const value = JSON.parse(text) as { code?: unknown; expires?: unknown } | string | null;
    if (typeof value === 'string') return { code: value, expires: null, fault: null };
    return { code: value?.code, expires: value?.expires, fault: null };
  } catch {
    return { code: null, expires: null, fault: 'it is not JSON' };
  }
}
