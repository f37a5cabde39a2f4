import { armView, type ArmSums } from './report.ts';
import { toMajor } from '../base/index.ts';
import { sharedAlpha } from './many.ts';
import { sampleRatio } from './statistics.ts';
import { noSums, type ArmRow } from './table-arms.ts';
import { readAs, type Reading, type Word } from './verdict.ts';

/** One arm of a comparison of several: everybody in it, those watched long enough, and what share of the whole it should be. */
export interface ArmOfMany {
  arm: string;
  all: ArmSums;
  matured: ArmSums;
  /** Of everybody, by the shares at which they came in; null while nobody has. */
  expected: number | null;
}

/** One arm read against the first, per assigned person: revenue in major units, or the share who bought. */
export interface AgainstBase {
  arm: string;
  reading: 'revenue' | 'conversion';
  word: Word;
  effect: number | null;
  low: number | null;
  high: number | null;
  p: number | null;
}

/** A comparison of paths or messages, or of all mail with none. */
export interface Comparison {
  key: string;
  /** What the others are read against. */
  base: string;
  /** Its shares follow what it comes to, so no interval holds: only sums and shares are given. */
  bandit: boolean;
  currency: string;
  arms: ArmOfMany[];
  against: AgainstBase[];
  /** How often each reading may be wrong, so that all together keep 5 %. */
  alpha: number;
  conflicted: number;
  /** Are the arms as large as they should be; null while nobody has come, or for a bandit. */
  ratio: { p: number; peekP: number; alarm: boolean } | null;
}

/** Sums by arm. */
type Rows = ReadonlyMap<string, ArmRow>;

/** Alarms of trust.md §5.2 "SRM". */
const skew = { p: 0.001, peekP: 0.01 };

/** Puts a comparison of two or more arms together; no reading is given while the arms are out of proportion. Pure. */
export function compare(
  { key, base, bandit, currency }: Pick<Comparison, 'key' | 'base' | 'bandit' | 'currency'>,
  rows: { all: Rows; matured: Rows },
): Comparison {
  const names = [...new Set([base, ...rows.all.keys()])];
  const shares = expectedOf(names, rows.all, key.includes('/'));
  const ratio = bandit ? null : ratioOfMany(names, rows.all, shares);
  const alpha = sharedAlpha(names.length);
  const of = (arm: string) => rows.matured.get(arm) ?? noSums;
  const silent = bandit || ratio?.alarm === true;
  return {
    key,
    base,
    bandit,
    currency,
    arms: names.map((arm) => ({
      arm,
      all: armView(rows.all.get(arm) ?? noSums, currency),
      matured: armView(of(arm), currency),
      expected: shares.get(arm) ?? null,
    })),
    against: silent
      ? []
      : names
          .slice(1)
          .flatMap((arm) =>
            (['revenue', 'conversion'] as const).map((reading) =>
              shown(arm, readAs(reading, { treated: of(arm), control: of(base) }, alpha), currency),
            ),
          ),
    alpha,
    conflicted: [...rows.all.values()].reduce((sum, { conflicted }) => sum + conflicted, 0),
    ratio,
  };
}

function shown(arm: string, { reading, word, effect, low, high, p }: Reading, currency: string): AgainstBase {
  const major = (value: number | null) =>
    value === null || reading === 'conversion' ? value : Number(toMajor(value, currency).toFixed(4));
  return {
    arm,
    reading: reading as 'revenue' | 'conversion',
    word,
    effect: major(effect),
    low: major(low),
    high: major(high),
    p,
  };
}

/** What share each arm should have: in an experiment each one's own, otherwise what was held out and the rest. */
function expectedOf(names: readonly string[], rows: Rows, isSplit: boolean): Map<string, number> {
  const sums = names.map((arm) => rows.get(arm) ?? noSums);
  const n = sums.reduce((total, row) => total + row.n, 0);
  if (n === 0) return new Map();
  if (!isSplit) {
    const held = sums.reduce((total, row) => total + row.share, 0) / (10_000 * n);
    return new Map(names.map((arm) => [arm, arm === 'control' ? held : 1 - held]));
  }
  const own = sums.map((row) => (row.n === 0 ? 0 : row.share / (10_000 * row.n)));
  const whole = own.reduce((total, share) => total + share, 0) || 1;
  return new Map(names.map((arm, i) => [arm, own[i]! / whole]));
}

function ratioOfMany(names: readonly string[], rows: Rows, shares: ReadonlyMap<string, number>): Comparison['ratio'] {
  const there = names.filter((arm) => (shares.get(arm) ?? 0) > 0 && (rows.get(arm)?.n ?? 0) > 0);
  if (there.length < 2) return null;
  const whole = there.reduce((sum, arm) => sum + shares.get(arm)!, 0);
  const counts = there.map((arm) => rows.get(arm)!.n);
  const { p, peekP } = sampleRatio(
    counts,
    there.map((arm) => shares.get(arm)! / whole),
  );
  return { p, peekP, alarm: p < skew.p || peekP < skew.peekP };
}
