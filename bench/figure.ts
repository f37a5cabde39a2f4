/** One measured figure of a bench. */
export interface Figure {
  bench: string;
  /** What was measured, in kebab case. */
  figure: string;
  value: number;
  unit: string;
  /** The stated limit, measured in the same run and in the same unit; null when there is none. */
  limit: number | null;
  /** What the limit is and what it leaves out, the size of the run, and whatever a reader must know. */
  note: string;
}

/**
 * Prints a figure with its ratio to the limit (value / limit): one JSON line when the output is read by a program or
 * `--json` is given, otherwise a row for people.
 */
export function figure({ bench, figure, value, unit, limit, note }: Figure): void {
  const ratio = limit === null || limit === 0 ? null : round(value / limit);
  if (process.argv.includes('--json') || !process.stdout.isTTY) {
    const line = { bench, figure, value: round(value), unit, limit: limit === null ? null : round(limit), ratio, note };
    console.log(JSON.stringify(line));
    return;
  }
  const against = ratio === null ? '' : `${ratio} of ${round(limit!)}`;
  const cells = [bench.padEnd(10), figure.padEnd(24), `${round(value)} ${unit}`.padEnd(20), against.padEnd(20), note];
  console.log(cells.join(' '));
}

/** A number given as `--name 5` or `--name=5`, or `usual`. */
export function numberFlag(name: string, usual: number): number {
  const at = process.argv.findIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  if (at === -1) return usual;
  const text = process.argv[at]!.split('=')[1] ?? process.argv[at + 1];
  const value = Number(text);
  if (!Number.isFinite(value)) throw new Error(`--${name} wants a number, not "${text}"`);
  return value;
}

/** The value below which a share of the sorted `values` lies. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Four digits that mean something. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
