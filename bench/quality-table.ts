import type { QualitySet } from './quality-data.ts';
import type { Measured } from './quality-measure.ts';

/** Floors of recommender-quality §7. They are stated for test parts; here the same measure of an earlier part stands beside. */
const floors: readonly { set: string; says: string; floor: number; of: (one: Measured) => number }[] = [
  { set: 'rsc15-std', says: 'HR@20', floor: 0.695, of: ({ scores }) => scores.hitRate[20]!.value },
  { set: 'rsc15-std', says: 'MRR@20', floor: 0.37, of: ({ scores }) => scores.reciprocalRank.value },
  { set: 'rsc15-novel', says: 'HR@20', floor: 0.555, of: ({ scores }) => scores.hitRate[20]!.value },
  { set: 'serenade-exlast', says: 'HR@20', floor: 0.675, of: ({ scores }) => scores.hitRate[20]!.value },
  { set: 'serenade-exlast', says: 'MRR@20', floor: 0.365, of: ({ scores }) => scores.reciprocalRank.value },
  { set: 'carts', says: 'HR@20, with an item model', floor: 0.32, of: ({ scores }) => scores.hitRate[20]!.value },
  { set: 'carts', says: 'MRR@20', floor: 0.12, of: ({ scores }) => scores.reciprocalRank.value },
];
/** Data of which there is nothing here, or only a part that is kept sealed. */
const unmeasured = [
  'the 387 published predictions of RSC15: HR@20 ≥ .645, MRR@20 ≥ .348',
  'Amazon Toys: HR@10 ≥ .10, of cold items ≥ .08',
  'Amazon Sports: HR@10 ≥ .048',
];

/** Every method over every set, and what is asked of ours, as Markdown. */
export class QualityTable {
  readonly #sets: QualitySet[] = [];
  readonly #rows = new Map<string, Map<string, Measured>>();

  add(set: QualitySet, method: string, measured: Measured): void {
    if (!this.#sets.some(({ name }) => name === set.name)) this.#sets.push(set);
    const row = this.#rows.get(method) ?? new Map<string, Measured>();
    row.set(set.name, measured);
    this.#rows.set(method, row);
  }

  lines(): string[] {
    if (this.#sets.length === 0) return [];
    return [
      '',
      ...this.#table('HR@20 / MRR@20', ({ scores }) => [scores.hitRate[20]!.value, scores.reciprocalRank.value]),
      '',
      ...this.#table('HR@5 / HR@10', ({ scores }) => [scores.hitRate[5]!.value, scores.hitRate[10]!.value]),
      '',
      ...this.#floors(),
    ];
  }

  /** The best of each column in bold, ours last. */
  #table(title: string, of: (one: Measured) => number[]): string[] {
    const methods = [...this.#rows.keys()].filter((name) => name !== 'beckon');
    const best = this.#sets.map(({ name }) => {
      const all = [...this.#rows.values()].flatMap((row) => (row.has(name) ? [of(row.get(name)!)] : []));
      return [0, 1].map((i) => Math.max(...all.map((values) => values[i]!)));
    });
    const cell = (method: string, column: number) => {
      const measured = this.#rows.get(method)!.get(this.#sets[column]!.name);
      if (measured === undefined) return '–';
      const values = of(measured).map((value, i) => {
        const text = value.toFixed(4).replace(/^0/, '');
        return value === best[column]![i] ? `**${text}**` : text;
      });
      return values.join(' / ');
    };
    const heads = this.#sets.map(({ name, questions }) => `${name} (${questions.length})`);
    return [
      row([title, ...heads]),
      row(['---', ...heads.map(() => '---')]),
      ...[...methods, 'beckon'].map((method) => row([method, ...heads.map((_, column) => cell(method, column))])),
      row(['± of HR@20 (ours)', ...this.#sets.map((set) => this.#errorOf(set))]),
    ];
  }

  #errorOf({ name }: QualitySet): string {
    return this.#rows.get('beckon')!.get(name)!.scores.hitRate[20]!.error.toFixed(4).replace(/^0/, '');
  }

  #floors(): string[] {
    const ours = this.#rows.get('beckon')!;
    const lines = floors.flatMap(({ set, says, floor, of }) => {
      const measured = ours.get(set);
      if (measured === undefined) return [];
      const value = of(measured);
      return [row([set, says, `≥ ${floor}`, value.toFixed(4), value >= floor ? 'reached' : 'not reached'])];
    });
    return [
      row(['floor (stated for the test part)', 'figure', 'floor', 'ours, on the part here', '']),
      row(['---', '---', '---', '---', '---']),
      ...lines,
      '',
      ...unmeasured.map((one) => `Not measured, for want of data: ${one}`),
    ];
  }
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
