import { BeckonError, UuidIds, SystemClock, SystemRandom, type Log } from './base/index.ts';
import { Catalog } from './catalog/index.ts';
import { EventLog, type ForgetLesson } from './event/index.ts';
import { Jobs } from './job/index.ts';
import type { Lesson } from './profile/index.ts';
import {
  type BacktestResult,
  type BacktestSettings,
  openThread,
  type Replay,
  Replays,
  targets,
} from './recommend/index.ts';
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
    else if (flag === '--share') made.settings.share = numberOf(flag, valueOf(), { least: 0.05, most: 0.95 });
    else made.rest.push(flags[i]!);
  }
  return made;
}

function numberOf(flag: string, text: string, { least, most }: { least: number; most: number }): number {
  const value = Number(text);
  if (text !== '' && value >= least && value <= most) return value;
  throw new BeckonError(errors.SETTINGS_BAD_VALUE, `${flag} "${text}" is not a number from ${least} to ${most}`);
}

/** Does it and prints what came out; `tell` is for what is said on the way. */
export async function backtestHistory(
  { settings, json }: BacktestCommand,
  { store, log }: { store: Store; log: Log },
  { say, tell }: { say: (line: string) => void; tell: (line: string) => void },
): Promise<number> {
  const clock = new SystemClock();
  const ids = new UuidIds(clock, new SystemRandom());
  const events = new EventLog({ store, ids });
  const catalog = await Catalog.open(store, clock, {});
  const replays = new Replays({
    store,
    clock,
    ids,
    jobs: new Jobs({ store, clock, ids }),
    log,
    read: (cursors) => events.readFeed<Lesson | ForgetLesson>(cursors),
    items: () => catalog.all(),
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
  const { rows, questions, events, visitors, items, described, from, split, until } = result as BacktestResult;
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
  return [...lines, '', `Kept as ${id}`];
}

function likenessLine(described: number): string {
  return described === 0
    ? 'The catalogue tells of no item, so none is like another, and similar has no list'
    : `What items are is as the catalogue tells it now, of ${described} of them`;
}

function row(name: string, cells: readonly string[]): string {
  return name.padEnd(15) + cells.map((cell) => cell.padStart(10)).join('');
}
