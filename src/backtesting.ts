import { BeckonError, UuidIds, SystemClock, SystemRandom, type Log } from './base/index.ts';
import { Catalog, RuleBook } from './catalog/index.ts';
import { EventLog, type ForgetLesson } from './event/index.ts';
import { Jobs } from './job/index.ts';
import type { Lesson } from './profile/index.ts';
import {
  type BacktestLack,
  type BacktestResult,
  type BacktestSettings,
  Criteria,
  openThread,
  type Replay,
  Replays,
  targets,
  type TriedCriterion,
} from './recommend/index.ts';
import { shopToTry } from './replaying.ts';
import { errors } from './settings.ts';
import type { Store } from './store/index.ts';

/** `beckon backtest`: one replay of the shop's history from the command line, kept like those asked for at the door. */

export interface BacktestCommand {
  settings: Partial<BacktestSettings>;
  json: boolean;
  /** Flags that are not of this command. */
  rest: string[];
}

/** @throws SETTINGS_BAD_VALUE */
export function readBacktestFlags(flags: readonly string[]): BacktestCommand {
  const made: BacktestCommand = { settings: {}, json: false, rest: [] };
  for (let i = 0; i < flags.length; i++) {
    const at = flags[i]!.indexOf('=');
    const flag = at < 0 ? flags[i]! : flags[i]!.slice(0, at);
    const valueOf = () => (at < 0 ? (flags[++i] ?? '') : flags[i]!.slice(at + 1));
    if (flag === '--json') made.json = true;
    else if (flag === '--questions') made.settings.questions = numberOf(flag, valueOf(), { least: 100, most: 100_000 });
    else if (flag === '--criteria') made.settings.criteria = namesIn(flag, valueOf());
    else if (flag === '--share') made.settings.share = numberOf(flag, valueOf(), { least: 0.05, most: 0.95 });
    else made.rest.push(flags[i]!);
  }
  return made;
}

function namesIn(flag: string, text: string): string[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))].filter((name) => name !== '');
  if (names.length > 0) return names;
  throw new BeckonError(errors.SETTINGS_BAD_VALUE, `${flag} "${text}" names no criterion`);
}

function numberOf(flag: string, text: string, { least, most }: { least: number; most: number }): number {
  const value = Number(text);
  if (text !== '' && value >= least && value <= most) return value;
  throw new BeckonError(errors.SETTINGS_BAD_VALUE, `${flag} "${text}" is not a number from ${least} to ${most}`);
}

/** Does it and prints what came out; `tell` is for what is said on the way. */
export async function backtestHistory(
  { settings, json }: BacktestCommand,
  { store, log, zone }: { store: Store; log: Log; zone: string },
  { say, tell }: { say: (line: string) => void; tell: (line: string) => void },
): Promise<number> {
  const clock = new SystemClock();
  const ids = new UuidIds(clock, new SystemRandom());
  const events = new EventLog({ store, ids });
  const catalog = await Catalog.open(store, clock, {});
  const rules = await RuleBook.open({ store, clock, catalog, zone });
  const criteria = new Criteria({ store, clock });
  await criteria.refresh();
  const replays = new Replays({
    store,
    clock,
    ids,
    jobs: new Jobs({ store, clock, ids }),
    log,
    read: (cursors) => events.readFeed<Lesson | ForgetLesson>(cursors),
    items: () => catalog.all(),
    shop: shopToTry({ criteria, rules }, zone),
    onTuned: () => {},
    open: (order, onProgress) =>
      openThread(order, (progress) => {
        tell(`${Math.floor((progress.done / Math.max(1, progress.of)) * 100)} % of ${progress.of} events replayed`);
        onProgress(progress);
      }),
  });
  const { id } = await replays.ask('backtest', settings);
  await replays.finish();
  const replay = await replays.get(id, 'backtest');
  if (replay.state !== 'done') {
    tell(replay.fault === null ? `The backtest is ${replay.state}` : `The backtest failed: ${replay.fault}`);
    return 1;
  }
  if (json) say(JSON.stringify(replay.result));
  else for (const line of resultLines(replay)) say(line);
  return 0;
}

/** The result as a table for people. Pure. */
export function resultLines({ id, result }: Pick<Replay, 'id' | 'result'>): string[] {
  if (result === null) return ['There is no history to ask about yet.'];
  const {
    rows,
    questions,
    events,
    visitors,
    items,
    described,
    from,
    split,
    until,
    criteria = [],
  } = result as BacktestResult;
  const width = Math.max(15, ...rows.map(({ criterion }) => criterion.length + 2));
  const row = (name: string, cells: readonly string[]) => rowOf(name.padEnd(width), cells);
  const date = (at: number) => new Date(at).toISOString().slice(0, 10);
  const lines = [
    `${events} events of ${visitors} visitors with ${items} items, ${date(from)} to ${date(until)}; asked from ${date(split)} on`,
    ...(described === undefined ? [] : [likenessLine(described)]),
  ];
  const head = [
    'answered',
    'HR@5',
    'HR@10',
    'HR@20',
    '± 95 %',
    'MRR',
    'NDCG@20',
    'MAP',
    'coverage',
    'novelty',
    'pop. bias',
  ];
  for (const target of targets) {
    if (questions[target] === 0) continue;
    lines.push('', `Next ${target}: ${questions[target]} questions`, row('', head));
    for (const { criterion, scores } of rows.filter((one) => one.target === target)) {
      const { hitRate, reciprocalRank, ndcg, averagePrecision } = scores;
      const share = (value: number) => value.toFixed(4);
      lines.push(
        row(criterion, [
          share(scores.answered / scores.lists),
          ...[5, 10, 20].map((k) => share(hitRate[k]!.value)),
          share(1.96 * hitRate[20]!.error),
          share(reciprocalRank.value),
          share(ndcg[20]!.value),
          share(averagePrecision.value),
          share(scores.coverage),
          scores.novelty.toFixed(2),
          share(scores.popularityBias),
        ]),
      );
    }
  }
  return [...lines, ...lackLines(criteria), '', `Kept as ${id}`];
}

/** What could not be told of the shop's criteria. */
function lackLines(criteria: readonly TriedCriterion[]): string[] {
  const lines = criteria
    .filter(({ lacks }) => lacks.length > 0)
    .map(({ criterion, evaluated, lacks }) => {
      const what = lacks.map((lack) => lackWords[lack]).join('; ');
      return `${criterion} ${evaluated ? 'is tried without' : 'could not be tried'}: ${what}`;
    });
  return lines.length === 0 ? [] : ['', ...lines];
}

const lackWords: Readonly<Record<BacktestLack, string>> = {
  profile: 'attributes of the profile, which history does not hold',
  request: 'parameters of the request, which history does not hold',
  stock: 'stock as it was then; rules see it as it is now',
  'uploaded-list': 'an uploaded list, which may know what came later',
  'visitor-attributes': 'attributes of visitors, which history does not hold',
  'favourite-category': 'favourite categories, which history does not hold',
  removed: 'it was removed before its turn',
};

function likenessLine(described: number): string {
  return described === 0
    ? 'The catalogue tells of no item, so none is like another, and similar has no list'
    : `What items are is as the catalogue tells it now, of ${described} of them`;
}

function rowOf(name: string, cells: readonly string[]): string {
  return name + cells.map((cell) => cell.padStart(10)).join('');
}
