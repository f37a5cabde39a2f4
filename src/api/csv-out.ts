/**
 * One line of CSV: every cell in quotes, and what a spreadsheet would take for a formula made a text by an apostrophe
 * (trust.md §3.7, row 96). Reading such a line again, `cellIn` takes the apostrophe away.
 */
export function csvLine(cells: readonly (string | null)[]): string {
  return `${cells.map((cell) => `"${harmless(cell ?? '').replaceAll('"', '""')}"`).join(',')}\r\n`;
}

/** Begins like a formula, also after spaces, quotes or an apostrophe. */
const formula = /^[\s"'\u00a0\ufeff]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

function harmless(text: string): string {
  return formula.test(text) || /^[\t\r]/.test(text) ? `'${text}` : text;
}

/** What a cell written by `csvLine` said. */
export function cellIn(cell: string): string {
  return cell.startsWith("'") && formula.test(cell.slice(1)) ? cell.slice(1) : cell;
}
