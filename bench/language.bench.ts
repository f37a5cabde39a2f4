import { execFileSync } from 'node:child_process';
import { elapsed } from '../src/base/index.ts';
import { compileExpression, historyOf } from '../src/language/index.ts';
import { figure, numberFlag, percentile } from './figure.ts';
import { engines } from './language-mail.ts';
import type { Engine, Money } from './language-mail.ts';
import type { Rendered } from './language-render.ts';

/**
 * The language beside Handlebars, LiquidJS and Eta on a mail of 12 items, its compiler, and a condition beside the same
 * condition written by hand: `npm run bench -- language`. Flag: --rounds.
 */
const bench = 'language';
const rounds = numberFlag('rounds', 3);
const renderer = new URL('./language-render.ts', import.meta.url).pathname;

/** An engine in a process of its own, so that none spoils another's types and caches. */
function measured(engine: Engine, money: Money): Rendered {
  const args = [...process.execArgv, renderer, engine, money];
  const output = execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 24 });
  return JSON.parse(output.trim().split('\n').at(-1)!) as Rendered;
}

/** The round with the median of a figure. */
function middle(results: Rendered[], of: 'rate' | 'compile'): number {
  return percentile(
    results.map((result) => result[of]).sort((a, b) => a - b),
    0.5,
  );
}

function compareRenders(money: Money): Map<Engine, Rendered[]> {
  const results = new Map<Engine, Rendered[]>(engines.map((engine) => [engine, []]));
  for (let round = 0; round < rounds; round++) {
    for (const engine of engines) results.get(engine)!.push(measured(engine, money));
  }
  const wanted = results.get('handlebars')![0]!.html;
  for (const [engine, [first]] of results) {
    if (first!.html !== wanted) throw new Error(`${engine} renders another text than Handlebars in ${money}`);
  }
  return results;
}

const how = `median of ${rounds} rounds, each engine in its own process, quickest quarter of batches of 10; output as UTF-8 bytes; all print the same text (checked), with escaping and cached Intl; limits on in Beckon, the others have none here`;
for (const money of ['usd', 'eur'] as const) {
  const results = compareRenders(money);
  const value = middle(results.get('beckon')!, 'rate');
  const { bytes } = results.get('beckon')![0]!;
  for (const engine of engines.filter((engine) => engine !== 'beckon')) {
    figure({
      bench,
      figure: `render-12-items${money === 'eur' ? '-euro' : ''}${engine === 'handlebars' ? '' : `-beside-${engine}`}`,
      value,
      unit: 'renders/s',
      limit: middle(results.get(engine)!, 'rate'),
      note: `${bytes} B, prices in ${money === 'usd' ? 'USD, nearly all ASCII' : 'EUR as in Germany, with umlauts'}; limit: ${engine}${engine === 'handlebars' ? ', compiled before' : ''}; ${how}`,
    });
  }
  if (money === 'usd') compileFigure(results);
}
conditionFigure();

function compileFigure(results: Map<Engine, Rendered[]>): void {
  figure({
    bench,
    figure: 'compile',
    value: middle(results.get('beckon')!, 'compile'),
    unit: 'compiles/s',
    limit: middle(results.get('handlebars')!, 'compile'),
    note: `the same mail from source to its first finished render; limit: Handlebars, which compiles at its first render; ${how}`,
  });
}

/** Three comparisons and one question to the history, all true, on a profile with 200 events. */
function conditionFigure(): void {
  const now = Date.UTC(2026, 10, 23, 10);
  const day = 86_400_000;
  const types = [
    'commerce.productViews',
    'commerce.productListAdds',
    'web.webpagedetails.pageViews',
    'commerce.purchases',
  ];
  const history = historyOf(
    Array.from({ length: 200 }, (_, n) => ({
      id: `e-${n}`,
      types: [types[n % 20 === 19 ? 3 : n % 3]!],
      at: now - (n + 1) * (day / 8),
      order: { total: 20 + n },
    })),
  );
  const scope = {
    profile: { country: 'SE', orders: { count: 4, total: 512.5 }, cart: { total: 129 }, language: 'sv' },
  };
  const source =
    'profile.orders.count >= 2 and profile.country = "SE" and profile.cart.total > 100 and happened("commerce.purchases", within: "P30D")';
  const condition = compileExpression(source);
  const options = { now, history };
  const byHand = (): boolean => {
    const { profile } = scope;
    if (!(profile.orders.count >= 2 && profile.country === 'SE' && profile.cart.total > 100)) return false;
    return history.of('commerce.purchases').some(({ at }) => at > now - 30 * day && at <= now);
  };
  if (condition.evaluate(scope, options) !== true || !byHand()) throw new Error('the condition is not true');
  const [value, limit] = [rateOf(() => condition.evaluate(scope, options)), rateOf(byHand)];
  figure({
    bench,
    figure: 'condition',
    value,
    unit: 'evaluations/s',
    limit,
    note: `${source}; 200 events in memory, 10 of them purchases; reading the profile and its events is left out; limit: the same written by hand in JavaScript, without limits or checks; the goal is 1,000,000; quickest quarter of batches of 1,000`,
  });
}

function rateOf(work: () => unknown): number {
  const times: number[] = [];
  let held = 0;
  for (let batch = 0; batch < 1500; batch++) {
    const begun = elapsed();
    for (let i = 0; i < 1000; i++) if (work() === true) held++;
    times.push(elapsed() - begun);
  }
  if (held !== 1_500_000) throw new Error('the condition did not hold each time');
  // The first third warms up.
  return (
    1_000_000 /
    percentile(
      times.slice(500).sort((a, b) => a - b),
      0.25,
    )
  );
}
