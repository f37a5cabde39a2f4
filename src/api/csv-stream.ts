import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';

/** One record of a CSV file. Its `fault` says why it cannot be read; it costs no other record. */
export interface CsvRecord {
  /** The line it began on, from 1. */
  line: number;
  cells: string[];
  fault: string | null;
}

/** What a file may be at most (trust.md §3.7). */
export const csvLimits = {
  octets: 100 * 1024 * 1024,
  records: 1_000_000,
  columns: 200,
  /** UTF-16 units. */
  cell: 32 * 1024,
  record: 256 * 1024,
  /** Quotes that are opened and never closed, before the file is given up. */
  openQuotes: 20,
};

const quotedRun = /[^"\r\n]+/y;
const plainRuns: Record<string, RegExp> = { ',': /[^",\r\n]+/y, ';': /[^";\r\n]+/y, '\t': /[^"\t\r\n]+/y };

/**
 * Reads CSV while it comes: RFC 4180, commas, semicolons or tabs, whichever the first line has most of. A quote that is
 * never closed spoils its own line only: reading goes on with the next one.
 */
export class CsvReader {
  #delimiter = '';
  #plainRun = quotedRun;
  #line = 1;
  #began = 1;
  #raw = '';
  #cells: string[] = [];
  #cell = '';
  #state: 'start' | 'plain' | 'quoted' | 'closed' = 'start';
  #fault: string | null = null;
  #openQuotes = 0;
  #wasReturn = false;
  #made: CsvRecord[] = [];

  /** Takes the next piece of the text. @returns the records that are whole by now */
  push(text: string): CsvRecord[] {
    if (this.#delimiter === '') {
      this.#raw += text;
      // The first line decides; a file without any line end is read when it ends.
      if (!/[\r\n]/.test(this.#raw) && this.#raw.length < csvLimits.record) return [];
      text = this.#begin();
    }
    this.#read(text);
    return this.#take();
  }

  /** The file ends here. */
  end(): CsvRecord[] {
    if (this.#delimiter === '') this.#read(this.#begin());
    while (this.#state === 'quoted') this.#skipLine('a quote is opened and never closed');
    if (this.#raw !== '') this.#endRecord();
    return this.#take();
  }

  #begin(): string {
    const text = this.#raw.charCodeAt(0) === 0xfeff ? this.#raw.slice(1) : this.#raw;
    this.#raw = '';
    const head = text.split(/[\r\n]/, 1)[0]!.replace(/"[^"]*"/g, '');
    const count = (one: string) => head.split(one).length;
    this.#delimiter = Object.keys(plainRuns).reduce((best, one) => (count(one) > count(best) ? one : best));
    this.#plainRun = plainRuns[this.#delimiter]!;
    return text;
  }

  #take(): CsvRecord[] {
    const made = this.#made;
    this.#made = [];
    return made;
  }

  #read(text: string): void {
    for (let at = 0; at < text.length; at++) {
      const run = this.#runAt(text, at);
      if (run > 0) {
        this.#takeRun(text.slice(at, at + run));
        at += run - 1;
        continue;
      }
      const one = text[at]!;
      if (one === '\n' && this.#wasReturn) {
        this.#wasReturn = false;
        if (this.#state === 'quoted') this.#add('\n');
        continue;
      }
      this.#wasReturn = one === '\r';
      const endsLine = one === '\n' || one === '\r';
      this.#raw += one;
      if (endsLine) this.#line++;
      if (this.#state === 'quoted') {
        if (one === '"') this.#state = 'closed';
        else this.#add(one);
        this.#bounded();
      } else if (endsLine) this.#endRecord();
      else this.#plain(one);
    }
  }

  /** How many characters from here on mean nothing but themselves. */
  #runAt(text: string, at: number): number {
    if (this.#state === 'closed') return 0;
    const runs = this.#state === 'quoted' ? quotedRun : this.#plainRun;
    runs.lastIndex = at;
    return runs.exec(text)?.[0].length ?? 0;
  }

  #takeRun(run: string): void {
    this.#wasReturn = false;
    this.#raw += run;
    this.#add(run);
    if (this.#state === 'start') this.#state = 'plain';
    this.#bounded();
  }

  /** A record that has no end is not gathered for ever. */
  #bounded(): void {
    if (this.#raw.length <= csvLimits.record) return;
    if (this.#state === 'quoted') return this.#skipLine('a quote is opened and not closed');
    this.#fault ??= `longer than ${csvLimits.record} characters`;
    this.#raw = ' ';
  }

  #plain(one: string): void {
    if (one === this.#delimiter) this.#endCell();
    else if (one === '"' && this.#state === 'start') this.#state = 'quoted';
    else if (one === '"' && this.#state === 'closed') {
      this.#add('"');
      this.#state = 'quoted';
    } else if (this.#state === 'closed') {
      if (one !== ' ' && one !== '\t') this.#fault ??= `column ${this.#cells.length + 1}: text after a closing quote`;
    } else {
      this.#state = 'plain';
      this.#add(one);
    }
  }

  #add(one: string): void {
    const room = csvLimits.cell - this.#cell.length;
    this.#cell += one.length <= room ? one : one.slice(0, room);
    if (one.length > room)
      this.#fault ??= `column ${this.#cells.length + 1} is longer than ${csvLimits.cell} characters`;
  }

  #endCell(): void {
    if (this.#cells.length < csvLimits.columns) this.#cells.push(this.#cell);
    else this.#fault ??= `more than ${csvLimits.columns} columns`;
    this.#cell = '';
    this.#state = 'start';
  }

  #endRecord(): void {
    this.#endCell();
    const blank = this.#cells.length === 1 && this.#cells[0]!.trim() === '' && this.#fault === null;
    const notUtf8 = this.#raw.includes('\ufffd') ? 'it is not UTF-8; save the file as "CSV UTF-8"' : null;
    const nul = this.#raw.includes('\0') ? 'it holds the character U+0000' : null;
    if (!blank) this.#made.push({ line: this.#began, cells: this.#cells, fault: this.#fault ?? notUtf8 ?? nul });
    this.#fresh();
  }

  #fresh(): void {
    this.#raw = '';
    this.#cells = [];
    this.#cell = '';
    this.#state = 'start';
    this.#fault = null;
    this.#began = this.#line;
  }

  /** Gives up the line the record began on, and reads what follows anew. */
  #skipLine(why: string): void {
    if (++this.#openQuotes > csvLimits.openQuotes) {
      const sentence = `More than ${csvLimits.openQuotes} lines open a quote and never close it, the last one line ${this.#began}`;
      throw new BeckonError(errors.API_INPUT_INVALID, sentence, { where: `line ${this.#began}` });
    }
    const raw = this.#raw;
    const end = /\r\n?|\n/.exec(raw);
    this.#made.push({ line: this.#began, cells: this.#cells, fault: why });
    this.#line = this.#began + 1;
    this.#fresh();
    this.#wasReturn = false;
    if (end) this.#read(raw.slice(end.index + end[0].length));
  }
}

/**
 * The records of a stream of octets, as they come.
 *
 * @throws API_BODY_TOO_LARGE beyond 100 MB or a million records
 */
export async function* csvRecords(stream: AsyncIterable<Buffer>): AsyncGenerator<CsvRecord> {
  const reader = new CsvReader();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let octets = 0;
  let count = 0;
  const counted = (made: CsvRecord[]) => {
    count += made.length;
    if (count <= csvLimits.records + 1) return made;
    throw new BeckonError(errors.API_BODY_TOO_LARGE, `The file has more than ${csvLimits.records} rows`);
  };
  for await (const piece of stream) {
    octets += piece.length;
    if (octets > csvLimits.octets) {
      throw new BeckonError(errors.API_BODY_TOO_LARGE, 'The file is larger than 100 MB');
    }
    yield* counted(reader.push(decoder.decode(piece, { stream: true })));
  }
  yield* counted(reader.push(decoder.decode()));
  yield* counted(reader.end());
}
