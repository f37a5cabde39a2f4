/** Where a problem of a rule stands. Line and column count from 1, in UTF-16 units. */
export interface Place {
  line: number;
  column: number;
}

/** The offset of a place in a text; its end for a place beyond it. */
export function offsetOf(source: string, { line, column }: Place): number {
  const lines = source.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  const within = Math.min(column - 1, lines[line - 1]?.length ?? 0);
  return Math.min(Math.max(before + within, 0), source.length);
}

/** The part of a line that a problem stands in, and the place in it to point at; null where there is no such line. */
export function pointer(source: string, { line, column }: Place): { text: string; mark: string } | null {
  const text = source.split('\n')[line - 1];
  if (text === undefined || text.trim() === '') return null;
  const at = Math.min(column - 1, text.length);
  const from = Math.max(0, at - 16);
  return { text: text.slice(from, from + 36), mark: `${' '.repeat(at - from)}^` };
}

/** What is wrong, without its place, which stands above it. */
export function faultOf(message: string): string {
  const fault = message.replace(/^At line \d+, column \d+: /, '');
  return fault.charAt(0).toUpperCase() + fault.slice(1);
}

/** A key made of a name: "Liebt Uhren, kaufte nie" → "liebt-uhren-kaufte-nie". */
export function keyOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll(/[äæ]/g, 'a')
    .replaceAll(/[öø]/g, 'o')
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '');
}

/** Does this text have the form of a key? */
export const isKeyForm = (text: string): boolean => /^[a-z0-9][a-z0-9-]{0,59}$/.test(text);

/** Share of a build that is done, 0 to 1. */
export function shareOf({ done, of }: { done: number; of: number }): number {
  return of <= 0 ? 0 : Math.min(1, done / of);
}

/** Rules to begin with. */
export const examples = [
  {
    word: 'audience.example.viewed',
    rule: 'count("commerce.productViews", within: "P7D") >= 3\nand not happened("commerce.purchases", within: "P7D")',
  },
  {
    word: 'audience.example.cart',
    rule: 'profile.reachable and profile.cart.count > 0\nand not happened("commerce.purchases", within: "P3D")',
  },
  {
    word: 'audience.example.spent',
    rule: 'sum("commerce.purchases", of: event.order.total, within: "P365D") > 500',
  },
] as const;
