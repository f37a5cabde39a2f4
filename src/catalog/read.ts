import { BeckonError } from '../base/index.ts';
import type { CsvRecord } from './csv.ts';
import { readCsv } from './csv.ts';
import { errors } from './error.ts';
import type { ItemInput, Refusal } from './input.ts';
import { checkItem, itemLimits, shown } from './input.ts';

export type ItemFormat = 'json' | 'ndjson' | 'csv';

/** What a document held: the items that may be written, and the rows that were refused, one by one. */
export interface ItemsRead {
  items: ItemInput[];
  refused: Refusal[];
}

/** One row of a source before it is checked: a value, or why there is none. */
interface Row {
  row: number;
  value: unknown;
  fault?: string;
}

/**
 * Reads a document of items; a bad row is refused alone. Pure.
 *
 * - `json`: an array of objects (or one object); rows count from 1
 * - `ndjson`: one object a line; rows are lines
 * - `csv`: a header line naming the fields, or Target's `## RECS` form (recommendations FEED-1); rows are lines. An
 *   empty cell keeps what is stored, the cell `NULL` clears it, lists are comma lists or JSON arrays, and columns that
 *   are no field of an item become attributes
 *
 * @param now when the source said so, UTC ms
 * @throws ITEMS_UNREADABLE, ITEMS_HEADER_INVALID, ITEMS_TOO_MANY: then nothing was read
 */
export function readItems(text: string, format: ItemFormat, now: number): ItemsRead {
  const rows = format === 'json' ? jsonRows(text) : format === 'ndjson' ? lineRows(text) : csvRows(text);
  const read: ItemsRead = { items: [], refused: [] };
  let count = 0;
  for (const row of rows) {
    if (++count > itemLimits.rows) {
      throw new BeckonError(errors.ITEMS_TOO_MANY, `The document has more than ${itemLimits.rows} rows`);
    }
    takeRow(read, row, now);
  }
  return read;
}

function takeRow(read: ItemsRead, { row, value, fault }: Row, now: number): void {
  try {
    if (fault !== undefined) throw new BeckonError(errors.ITEM_ROW_UNREADABLE, fault);
    read.items.push({ ...checkItem(value), row, at: now });
  } catch (error) {
    read.refused.push(refusal(error, row, value));
  }
}

/** The refusal that a fault of one row makes; anything but a BeckonError goes on up. */
export function refusal(error: unknown, row: number, value: unknown): Refusal {
  if (!(error instanceof BeckonError)) throw error;
  const id = (value as { id?: unknown } | null | undefined)?.id;
  return { row, id: typeof id === 'string' ? id.slice(0, itemLimits.id) : null, code: error.code, why: error.message };
}

function jsonRows(text: string): Row[] {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (cause) {
    throw new BeckonError(errors.ITEMS_UNREADABLE, `The document is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof value !== 'object' || value === null) {
    throw new BeckonError(errors.ITEMS_UNREADABLE, `The document holds ${shown(value)}, not a list of items`);
  }
  return (Array.isArray(value) ? (value as unknown[]) : [value]).map((entry, i) => ({ row: i + 1, value: entry }));
}

function* lineRows(text: string): Generator<Row> {
  let row = 0;
  for (const line of text.replace(/^\ufeff/, '').split('\n')) {
    row++;
    if (line.trim() === '') continue;
    try {
      yield { row, value: JSON.parse(line) as unknown };
    } catch (cause) {
      yield { row, value: null, fault: `The line is not JSON: ${(cause as Error).message}` };
    }
  }
}

/** How a column of the file becomes a field: the field's name, or `attributes.<name>`; null is left out. */
type Column = { field: string | null; attribute: string | null };

const plainFields = ['id', 'name', 'categories', 'price', 'currency', 'stock', 'url', 'imageUrl'];

/** Target's names for our fields; its other columns are attributes. `environment` is reserved there and ignored. */
const targetFields: Readonly<Record<string, string | null>> = {
  id: 'id',
  name: 'name',
  categoryId: 'categories',
  value: 'price',
  currency: 'currency',
  inventory: 'stock',
  pageUrl: 'url',
  thumbnailUrl: 'imageUrl',
  environment: null,
};

const recs = '## RECS';

function* csvRows(text: string): Generator<Row> {
  let columns: Column[] | null = null;
  let inHead = true;
  for (const record of readCsv(text)) {
    if (inHead && record.cells[0]!.startsWith(recs)) {
      // Several lines may begin so; the last of them names the columns (FEED-1).
      columns = headerOf([record.cells[0]!.slice(recs.length), ...record.cells.slice(1)], targetColumn);
    } else if (columns === null) {
      columns = headerOf(record.cells, plainColumn);
      inHead = false;
      checkHeader(columns, record.cells);
    } else {
      if (inHead) checkHeader(columns, record.cells);
      inHead = false;
      yield rowOf(record, columns);
    }
  }
  if (columns === null)
    throw new BeckonError(errors.ITEMS_HEADER_INVALID, 'The document is empty: no line names columns');
  if (inHead) checkHeader(columns, []);
}

function headerOf(cells: readonly string[], column: (name: string) => Column): Column[] {
  return cells.map((cell) => column(cell.replace(/\s+/g, '')));
}

function targetColumn(name: string): Column {
  const bare = name.replace(/^entity\./, '');
  const field = Object.hasOwn(targetFields, bare) ? targetFields[bare]! : undefined;
  return field === undefined ? { field: null, attribute: bare || null } : { field, attribute: null };
}

function plainColumn(name: string): Column {
  const field = plainFields.find((known) => known.toLowerCase() === name.toLowerCase());
  if (field !== undefined) return { field, attribute: null };
  return { field: null, attribute: name.replace(/^attributes\./, '') || null };
}

function checkHeader(columns: readonly Column[], cells: readonly string[]): void {
  const names = columns.map(({ field, attribute }) => field ?? (attribute === null ? null : `attributes.${attribute}`));
  const twice = names.find((name, i) => name !== null && names.indexOf(name) !== i);
  if (twice !== undefined) throw new BeckonError(errors.ITEMS_HEADER_INVALID, `The header names "${twice}" twice`);
  if (!names.includes('id')) {
    throw new BeckonError(
      errors.ITEMS_HEADER_INVALID,
      `The header has no column for the id; it begins with ${shown(cells[0] ?? '')}`,
    );
  }
}

function rowOf({ line, cells, fault }: CsvRecord, columns: readonly Column[]): Row {
  const id = cells[columns.findIndex(({ field }) => field === 'id')];
  if (fault !== null) return { row: line, value: { id }, fault: `The row cannot be read: ${fault}` };
  if (cells.length !== columns.length) {
    return {
      row: line,
      value: { id },
      fault: `The row has ${cells.length} cells and the header has ${columns.length}`,
    };
  }
  const value: Record<string, unknown> = {};
  const attributes: [string, unknown][] = [];
  columns.forEach(({ field, attribute }, i) => {
    const cell = cells[i]!.trim();
    if (cell === '') return;
    if (field !== null) value[field] = cell === 'NULL' ? null : fieldCell(field, cell);
    else if (attribute !== null) attributes.push([attribute, cell === 'NULL' ? null : listCell(cell)]);
  });
  if (attributes.length > 0) value['attributes'] = Object.fromEntries(attributes);
  return { row: line, value };
}

function fieldCell(field: string, cell: string): unknown {
  if (field !== 'categories') return cell;
  const list = listCell(cell);
  return Array.isArray(list) ? (list as unknown[]) : cell.split(',');
}

/** A JSON array if the cell is one, otherwise the text itself: numbers stay texts, "007" must not become 7. */
function listCell(cell: string): unknown {
  if (!cell.startsWith('[')) return cell;
  try {
    return JSON.parse(cell) as unknown;
  } catch {
    return cell;
  }
}
