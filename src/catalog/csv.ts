/** One record of a CSV text: its cells, and the line it began on (from 1). */
export interface CsvRecord {
  line: number;
  cells: string[];
  /** Why the record cannot be read; its cells are then what was read before the fault. */
  fault: string | null;
}

/**
 * Reads CSV as RFC 4180 has it: cells in quotes may hold commas, line ends and doubled quotes; lines end in LF or
 * CRLF; a byte order mark is skipped; blank lines are no records. A fault spoils its own record only, except a quote
 * that is never closed, which takes the rest of the text with it.
 */
export function* readCsv(text: string): Generator<CsvRecord> {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const record: CsvRecord = { line, cells: [], fault: null };
    let ended = false;
    while (!ended) {
      const cell = text[at] === '"' ? quoted(text, at) : plain(text, at);
      record.cells.push(cell.value);
      record.fault ??= cell.fault;
      line += cell.lines;
      at = cell.next;
      ended = text[at] !== ',';
      if (!ended) at++;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
    line++;
    const blank = record.cells.length === 1 && record.cells[0]!.trim() === '';
    if (!blank || record.fault !== null) yield record;
  }
}

interface Cell {
  value: string;
  /** Where the comma, the line end or the end of the text is. */
  next: number;
  /** Line ends inside. */
  lines: number;
  fault: string | null;
}

function plain(text: string, from: number): Cell {
  const next = endOfCell(text, from);
  return { value: text.slice(from, next), next, lines: 0, fault: null };
}

function quoted(text: string, from: number): Cell {
  const parts: string[] = [];
  let start = from + 1;
  for (;;) {
    const end = text.indexOf('"', start);
    if (end === -1) {
      const value = text.slice(from + 1);
      return { value, next: text.length, lines: linesIn(value), fault: 'a quote is opened and never closed' };
    }
    parts.push(text.slice(start, end));
    if (text[end + 1] !== '"') {
      const value = parts.join('"');
      const next = endOfCell(text, end + 1);
      const rest = text.slice(end + 1, next).trim();
      return {
        value,
        next,
        lines: linesIn(value),
        fault: rest === '' ? null : `"${rest}" stands after a closing quote`,
      };
    }
    start = end + 2;
  }
}

function endOfCell(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== ',' && text[at] !== '\n') {
    if (text[at] === '\r' && text[at + 1] === '\n') break;
    at++;
  }
  return at;
}

function linesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
