import { BeckonError } from '../base/index.ts';
import { CsvStream, delimiterOf, type CsvRow, type Delimiter } from './csv-stream.ts';
import { feedErrors } from './feed-error.ts';
import { JsonStream, LineStream } from './feed-json.ts';
import { feedLimits } from './feed-limit.ts';
import type { SourceRow } from './feed-row.ts';
import { openText } from './feed-text.ts';
import { XmlStream } from './xml-stream.ts';

export const feedFormats = ['csv', 'xml', 'json', 'ndjson'] as const;
export type FeedFormat = (typeof feedFormats)[number];

/** Whose names the columns have: Target's (`## RECS`), Google Merchant's, or somebody's. */
export type FeedDialect = 'recs' | 'google' | 'plain';

/** How a file is to be read; null: tell it from the file. */
export interface ReadOptions {
  format: FeedFormat | null;
  encoding: string | null;
  delimiter: Delimiter | null;
  /** Tables: does the first line name the columns? Without names they are `c1`, `c2` … */
  header: boolean;
  /** XML: the element that is one item; null: `item`, `entry`, `product`, `offer` or `row`. */
  element: string | null;
}

export const usualReading: ReadOptions = { format: null, encoding: null, delimiter: null, header: true, element: null };

/** What a file turned out to be. */
export interface FeedShape {
  format: FeedFormat;
  dialect: FeedDialect;
  encoding: string;
  delimiter: Delimiter | null;
  packed: boolean;
  /** Names of its columns or fields, as far as the first rows have them, in order. */
  columns: string[];
}

/** A feed that is open: what it is, its first rows, and all rows in lots as they come. */
export interface OpenFeed {
  shape: FeedShape;
  sample: SourceRow[];
  rows: AsyncIterable<SourceRow[]>;
}

interface Stream {
  push(text: string): SourceRow[];
  end(): SourceRow[];
}

/** So many rows are looked at to learn the names of the columns. */
const sampleRows = 100;

/**
 * Opens a feed of any form and reads it row by row; never is more of it held than a few rows and one piece of text. A bad
 * row is told and costs no other.
 *
 * @throws FEED_NOT_A_FEED, FEED_ENCODING_WRONG, FEED_FILE_REFUSED, FEED_TOO_LARGE, FEED_FILE_BROKEN, FEED_COLUMNS_UNKNOWN,
 * here or while the rows are read
 */
export async function openFeed(octets: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<OpenFeed> {
  const text = await openText(octets, options.encoding);
  const format = options.format ?? formatOf(text.head);
  const isRecs = format === 'csv' && recsLine.test(text.head);
  const delimiter = format !== 'csv' ? null : isRecs ? ',' : (options.delimiter ?? delimiterOf(text.head));
  const table = delimiter === null ? null : new Table(delimiter, isRecs, options.header);
  const lots = readLots(text.pieces, table ?? streamOf(format, options.element));
  const first: SourceRow[][] = [];
  let seen = 0;
  try {
    while (seen < sampleRows) {
      const { value, done } = await lots.next();
      if (done) break;
      first.push(value);
      seen += value.length;
    }
  } catch (error) {
    await lots.return(undefined);
    throw error;
  }
  const sample = first.flat().slice(0, sampleRows);
  const columns = table ? table.columns : columnsOf(sample);
  const dialect = isRecs ? 'recs' : dialectOf(columns, format);
  const shape: FeedShape = { format, dialect, encoding: text.encoding, delimiter, packed: text.packed, columns };
  return { shape, sample, rows: resumed(first, lots) };
}

async function* resumed(
  first: SourceRow[][],
  lots: AsyncGenerator<SourceRow[], void>,
): AsyncGenerator<SourceRow[], void> {
  try {
    yield* first;
    yield* lots;
  } finally {
    await lots.return(undefined);
  }
}

async function* readLots(pieces: AsyncIterable<string>, stream: Stream): AsyncGenerator<SourceRow[], void> {
  let count = 0;
  const counted = (made: SourceRow[]) => {
    count += made.length;
    if (count <= feedLimits.rows) return made;
    throw new BeckonError(feedErrors.FEED_TOO_LARGE, `The file has more than ${feedLimits.rows} rows`);
  };
  for await (const piece of pieces) {
    const made = stream.push(piece);
    if (made.length > 0) yield counted(made);
  }
  const made = stream.end();
  if (made.length > 0) yield counted(made);
}

function streamOf(format: FeedFormat, element: string | null): Stream {
  if (format === 'xml') return new XmlStream(element);
  return format === 'json' ? new JsonStream() : new LineStream();
}

const recsLine = /^\ufeff?\s*"?## RECS/;

/** Tells a format by how the text begins. Pure. */
export function formatOf(head: string): FeedFormat {
  const text = head.replace(/^\ufeff/, '').trimStart();
  if (text.startsWith('<')) return 'xml';
  if (text.startsWith('[')) return 'json';
  if (!text.startsWith('{')) return 'csv';
  const end = text.indexOf('\n');
  const line = end === -1 ? text : text.slice(0, end);
  const hasMore = end !== -1 && text.slice(end).trim() !== '';
  try {
    const value = JSON.parse(line) as Record<string, unknown>;
    const isList = Object.values(value).some((entry) => Array.isArray(entry) && typeof entry[0] === 'object');
    return hasMore || !isList ? 'ndjson' : 'json';
  } catch {
    return 'json';
  }
}

/** Names by which a table or feed is known as one for Google Merchant. */
const googleNames = ['title', 'link', 'image_link', 'price', 'availability', 'description', 'product_type', 'gtin'];

function dialectOf(columns: readonly string[], format: FeedFormat): FeedDialect {
  const names = new Set(columns.map(googleName));
  const known = googleNames.filter((name) => names.has(name)).length;
  const isAtom = format === 'xml' && names.has('title') && names.has('link');
  return isAtom || (known >= 3 && names.has('title')) ? 'google' : 'plain';
}

/** `g:Image link` → `image_link`: Google's tables write names with spaces or underscores, with or without their prefix. */
export function googleName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/^[gc]:/, '')
    .replace(/\s*\(.*\)$/, '')
    .replace(/[\s-]+/g, '_');
}

function columnsOf(sample: readonly SourceRow[]): string[] {
  const names = new Set<string>();
  for (const { values } of sample) {
    for (const name of Object.keys(values)) if (names.size < feedLimits.columns) names.add(name);
  }
  return [...names];
}

const recs = '## RECS';

/** A table as rows with named cells. */
class Table implements Stream {
  columns: string[] = [];
  readonly #csv: CsvStream;
  readonly #isRecs: boolean;
  #inHead = true;
  readonly #hasHeader: boolean;

  constructor(delimiter: Delimiter, isRecs: boolean, header: boolean) {
    this.#csv = new CsvStream(delimiter);
    this.#isRecs = isRecs;
    this.#hasHeader = header;
  }

  push(text: string): SourceRow[] {
    return this.#rows(this.#csv.push(text));
  }

  end(): SourceRow[] {
    const rows = this.#rows(this.#csv.end());
    if (this.columns.length === 0) {
      throw new BeckonError(feedErrors.FEED_COLUMNS_UNKNOWN, 'The file has no line that names its columns');
    }
    return rows;
  }

  #rows(records: readonly CsvRow[]): SourceRow[] {
    const made: SourceRow[] = [];
    for (const record of records) {
      if (this.#inHead && this.#takesHead(record)) continue;
      made.push(this.#row(record));
    }
    return made;
  }

  /** Several lines may begin with `## RECS`; the last of them names the columns (recommendations FEED-1). */
  #takesHead(record: CsvRow): boolean {
    if (this.#isRecs) {
      const first = record.cells[0] ?? '';
      if (!first.startsWith(recs)) {
        this.#inHead = false;
        return false;
      }
      this.#name(record, [first.slice(recs.length), ...record.cells.slice(1)]);
      return true;
    }
    this.#inHead = false;
    if (this.#hasHeader) this.#name(record, record.cells);
    else this.columns = record.cells.map((_, i) => `c${i + 1}`);
    return this.#hasHeader;
  }

  #name(record: CsvRow, cells: readonly string[]): void {
    if (cells.length > feedLimits.columns) {
      throw new BeckonError(
        feedErrors.FEED_FILE_REFUSED,
        `The first line has more than ${feedLimits.columns} columns`,
        { where: `line ${record.line}` },
      );
    }
    if (record.fault !== null) {
      const why = `The line that names the columns cannot be read: ${record.fault}`;
      throw new BeckonError(feedErrors.FEED_COLUMNS_UNKNOWN, why, { where: `line ${record.line}` });
    }
    this.columns = cells.map((cell) => (this.#isRecs ? cell.replace(/\s+/g, '') : cell.trim()).slice(0, 200));
    const named = this.columns.filter((name) => name !== '');
    const twice = named.find((name, i) => named.indexOf(name) !== i);
    if (twice !== undefined && !this.#isRecs) {
      throw new BeckonError(feedErrors.FEED_COLUMNS_UNKNOWN, `The first line names "${twice}" twice`);
    }
  }

  #row({ line, cells, fault }: CsvRow): SourceRow {
    const { columns } = this;
    const values: Record<string, unknown> = {};
    for (let at = 0; at < columns.length && at < cells.length; at++) {
      const name = columns[at]!;
      if (name !== '' && name !== '__proto__') values[name] = cells[at]!;
    }
    // Spreadsheets leave delimiters at the end of lines.
    const extra = cells.slice(columns.length).some((cell) => cell.trim() !== '');
    if (fault !== null || (cells.length >= columns.length && !extra)) return { row: line, values, fault };
    return { row: line, values, fault: `it has ${cells.length} cells, and there are ${columns.length} columns` };
  }
}
