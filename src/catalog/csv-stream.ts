import { BeckonError } from '../base/index.ts';
import { feedErrors } from './feed-error.ts';
import { feedLimits } from './feed-limit.ts';

/** One record of a table that comes in pieces. */
export interface CsvRow {
  /** The line it began on, from 1. */
  line: number;
  cells: string[];
  /** Why it cannot be read; it costs no other record. */
  fault: string | null;
}

export type Delimiter = ',' | ';' | '\t' | '|';

/** The delimiter of which the first line has most outside quotes; a comma when it has none. Pure. */
export function delimiterOf(head: string): Delimiter {
  const line = firstLine(head).replace(/"[^"]*"/g, '');
  let best: Delimiter = ',';
  let most = 0;
  for (const one of [',', ';', '\t', '|'] as const) {
    const count = line.split(one).length - 1;
    if (count > most) [best, most] = [one, count];
  }
  return best;
}

/** The first line that says something; lines of `## RECS` that are not the last are comments. */
function firstLine(head: string): string {
  return head.split(/\r\n|\n|\r/, 20).find((line) => line.trim() !== '') ?? '';
}

/**
 * Reads a table while it comes, as RFC 4180 has it: cells in quotes may hold delimiters, line ends and doubled quotes;
 * blank lines are no records. A record costs a scan of its own text only: lines without quotes are cut whole. A quote that
 * is never closed spoils its own line: reading goes on with the next one.
 */
export class CsvStream {
  readonly #delimiter: Delimiter;
  /** Tables with tabs often hold quotes that mean inches: there text after a closing quote is text. */
  readonly #lenient: boolean;
  #end: '\n' | '\r' | null = null;
  #rest = '';
  #line = 1;
  #openQuotes = 0;
  /** Passing over the rest of a line that is too long. */
  #skipping = false;

  constructor(delimiter: Delimiter) {
    this.#delimiter = delimiter;
    this.#lenient = delimiter === '\t';
  }

  /** Takes the next piece of text. @returns the records that are whole by now */
  push(text: string): CsvRow[] {
    this.#rest = this.#rest === '' ? text : this.#rest + text;
    return this.#read(false);
  }

  /** The text ends here. */
  end(): CsvRow[] {
    return this.#read(true);
  }

  #read(ending: boolean): CsvRow[] {
    // Old files end their lines with a return alone.
    if (this.#end === null) {
      if (!ending && this.#rest.length < 1024 && !this.#rest.includes('\n')) return [];
      this.#end = this.#rest.includes('\n') || !this.#rest.includes('\r') ? '\n' : '\r';
    }
    const text = this.#rest;
    const made: CsvRow[] = [];
    let at = 0;
    while (at < text.length) {
      const next = this.#record(text, at, { ending, made });
      if (next === -1) break;
      at = next;
    }
    this.#rest = at === 0 ? text : text.slice(at);
    if (ending) this.#rest = '';
    return made;
  }

  /** Reads one record. @returns where the next one begins, or -1 when this one is not whole yet */
  #record(text: string, at: number, to: { ending: boolean; made: CsvRow[] }): number {
    let stop = text.indexOf(this.#end!, at);
    if (stop === -1) {
      if (!to.ending && text.length - at > feedLimits.record) return this.#tooLong(text, to.made);
      if (!to.ending) return -1;
      stop = text.length;
    }
    if (this.#skipping) return this.#skipped(stop);
    const quote = text.indexOf('"', at);
    if (quote === -1 || quote >= stop) {
      this.#plain(text.slice(at, stop), to.made);
      return stop + 1;
    }
    return this.#quoted(text, at, to);
  }

  #skipped(stop: number): number {
    this.#skipping = false;
    this.#line++;
    return stop + 1;
  }

  #tooLong(text: string, made: CsvRow[]): number {
    if (!this.#skipping) {
      made.push({ line: this.#line, cells: [], fault: `the line is longer than ${feedLimits.record} characters` });
    }
    this.#skipping = true;
    return text.length;
  }

  #plain(given: string, made: CsvRow[]): void {
    const line = given.endsWith('\r') ? given.slice(0, -1) : given;
    if (line.length > feedLimits.record) {
      made.push({ line: this.#line++, cells: [], fault: `the line is longer than ${feedLimits.record} characters` });
      return;
    }
    const cells = line.split(this.#delimiter, feedLimits.columns + 1);
    if (cells.length > 1 || line.trim() !== '') made.push({ line: this.#line, cells, fault: faultOf(cells) });
    this.#line++;
  }

  #quoted(text: string, from: number, to: { ending: boolean; made: CsvRow[] }): number {
    const cells: string[] = [];
    let fault: string | null = null;
    let at = from;
    for (;;) {
      const cell: Cell | null = text[at] === '"' ? this.#inQuotes(text, at) : this.#bare(text, at);
      if (cell === null || (cell.next >= text.length && !to.ending)) return this.#open(text, from, to);
      if (cells.length <= feedLimits.columns) cells.push(cell.value);
      fault ??= cell.fault === null ? null : `column ${cells.length}: ${cell.fault}`;
      at = cell.next;
      if (text[at] !== this.#delimiter) break;
      at++;
    }
    to.made.push({ line: this.#line, cells, fault: fault ?? faultOf(cells) });
    this.#line += linesIn(text, from, at, this.#end!) + 1;
    return at + 1;
  }

  /** A record that has no end here: more may come, or its quote is never closed and the line is given up. */
  #open(text: string, from: number, { ending, made }: { ending: boolean; made: CsvRow[] }): number {
    if (!ending && text.length - from <= feedLimits.record) return -1;
    if (++this.#openQuotes > feedLimits.openQuotes) {
      const why = `More than ${feedLimits.openQuotes} rows open a quote and never close it, the last one in line ${this.#line}`;
      throw new BeckonError(feedErrors.FEED_FILE_BROKEN, why, { where: `line ${this.#line}` });
    }
    made.push({ line: this.#line++, cells: [], fault: 'a quote is opened and never closed' });
    const stop = text.indexOf(this.#end!, from);
    return stop === -1 ? text.length : stop + 1;
  }

  #inQuotes(text: string, from: number): Cell | null {
    const parts: string[] = [];
    let start = from + 1;
    for (;;) {
      const end = text.indexOf('"', start);
      if (end === -1) return null;
      parts.push(text.slice(start, end));
      if (text[end + 1] === '"') {
        start = end + 2;
        continue;
      }
      const value = parts.length === 1 ? parts[0]! : parts.join('"');
      const { value: after, next } = this.#bare(text, end + 1);
      if (after.trim() === '') return { value, next, fault: null };
      if (this.#lenient) return { value: text.slice(from, next), next, fault: null };
      return { value, next, fault: `"${after.slice(0, 40)}" stands after a closing quote` };
    }
  }

  #bare(text: string, from: number): Cell {
    let next = from;
    while (next < text.length && text[next] !== this.#delimiter && text[next] !== this.#end) next++;
    const end = text[next] !== this.#delimiter && text[next - 1] === '\r' && next > from ? next - 1 : next;
    return { value: text.slice(from, end), next, fault: null };
  }
}

interface Cell {
  value: string;
  /** Where the delimiter or the line end is. */
  next: number;
  fault: string | null;
}

function faultOf(cells: readonly string[]): string | null {
  if (cells.length > feedLimits.columns) return `it has more than ${feedLimits.columns} columns`;
  const long = cells.findIndex(({ length }) => length > feedLimits.cell);
  return long === -1 ? null : `column ${long + 1} is longer than ${feedLimits.cell} characters`;
}

function linesIn(text: string, from: number, to: number, end: string): number {
  let count = 0;
  for (let at = text.indexOf(end, from); at !== -1 && at < to; at = text.indexOf(end, at + 1)) count++;
  return count;
}
