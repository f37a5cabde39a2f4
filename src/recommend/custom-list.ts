import { readCsv } from '../catalog/index.ts';

/** What a list of one's own may hold. */
export const customLimits = { items: 1000, id: 256, key: 256, rows: 500_000, octets: 64 * 1024 * 1024 };

/** A row of a list: what key it is for, and items in order. The empty key is for everybody; `*` for who has no other. */
export interface CustomRow {
  key: string;
  items: string[];
}

/** A row that was not taken. */
export interface RefusedCustomRow {
  /** Line of the file, from 1. */
  row: number;
  id: string | null;
  code: 'CUSTOM_ROW_REFUSED';
  why: string;
}

export interface CustomFile {
  rows: CustomRow[];
  refused: RefusedCustomRow[];
}

/**
 * Reads a file of lists: `key,item,item,…`, one row a key. Lines that begin with `#` are comments, and a head row is
 * known by its first cell, `key`; so what was downloaded (recommendations DL-1) can be uploaded again (CUS-1). An item
 * that stands twice in a row counts once, at its first place. Pure.
 *
 * @param plain what a cell says, if whoever wrote it has guarded it against spreadsheets
 */
export function readCustomList(text: string, plain: (cell: string) => string): CustomFile {
  const file: CustomFile = { rows: [], refused: [] };
  const known = new Map<string, number>();
  let isFirst = true;
  for (const { line, cells, fault } of readCsv(withoutComments(text))) {
    const read = cells.map((cell) => plain(cell.trim()));
    const isHead = isFirst && (read[0] ?? '').toLowerCase() === 'key';
    isFirst = false;
    if (isHead) continue;
    const key = read[0] ?? '';
    const items = [...new Set(read.slice(1).filter((item) => item !== ''))];
    const why =
      fault ?? wrongWith(key, items, known.get(key)) ?? (file.rows.length >= customLimits.rows ? tooMany : null);
    if (why !== null) file.refused.push({ row: line, id: key, code: 'CUSTOM_ROW_REFUSED', why });
    else {
      known.set(key, line);
      file.rows.push({ key, items });
    }
  }
  return file;
}

const control = /\p{Cc}/u;
const tooMany = `A list holds at most ${customLimits.rows} rows`;

function wrongWith(key: string, items: readonly string[], before: number | undefined): string | null {
  if (before !== undefined) return `The key "${key}" stands on line ${before} already`;
  if (key.length > customLimits.key) return `The key has ${key.length} characters; ${customLimits.key} are allowed`;
  if (items.length === 0) return `The row of "${key}" names no item`;
  if (items.length > customLimits.items) {
    return `The row of "${key}" names ${items.length} items; ${customLimits.items} are allowed`;
  }
  if ([key, ...items].some((text) => control.test(text))) return `The row of "${key}" holds control characters`;
  const long = items.find((item) => item.length > customLimits.id);
  return long === undefined ? null : `"${long.slice(0, 40)}…" is longer than ${customLimits.id} characters`;
}

/** Comments made blank lines, so that lines keep their numbers. Only outside of quotes do lines begin. */
function withoutComments(text: string): string {
  const bare = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  let isQuoted = false;
  return bare
    .split('\n')
    .map((line) => {
      if (!isQuoted && line.startsWith('#')) return '';
      if (line.split('"').length % 2 === 0) isQuoted = !isQuoted;
      return line;
    })
    .join('\n');
}
