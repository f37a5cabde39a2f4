import type { Random } from '../base/index.ts';
import type { BacktestProgress } from './backtest.ts';
import { Engine } from './engine.ts';
import type { PastEvent } from './evaluate-format.ts';
import { type Figure, Mean } from './evaluate-score.ts';
import type { ListQuery, Step } from './source.ts';
import { near, type TunedPart, tunedParts } from './tune-space.ts';
import { shippedTuning, type Tuning } from './tuning.ts';

/** What of a tuning may differ from the shipped one; the rest follows the shipped one, also when that changes. */
export type OwnTuning = Partial<Pick<Tuning, TunedPart | 'rules'>>;

export interface TunedOutcome {
  part: TunedPart;
  /** Questions by which constants were chosen, and those, later ones, by which the choice was judged. */
  questions: { chosen: number; judged: number };
  trials: number;
  /** NDCG of the first 20 places over the judged questions: by the shipped constants, and by the best found. */
  before: Figure;
  after: Figure;
  /** Question by question, the best found against the shipped. */
  gain: Figure;
  /** Whether the gain is larger than its noise, so that the found constants are used. */
  taken: boolean;
}

export interface TuneResult {
  own: OwnTuning;
  outcomes: TunedOutcome[];
  events: number;
  /** Time of the first event, of the first question, and of the last event; UTC ms. */
  from: number;
  split: number;
  until: number;
}

export interface TuneLimits {
  /** Trials of each part, and questions of each half of a part. */
  trials: number;
  questions: number;
  /** Asked before each trial: may it begin, within this share of the time? So that no part takes that of those after it. */
  mayGoOn: (share: number) => boolean;
}

export const tuneLimits = { trials: 120, questions: 1500, fewest: 200, realMs: 120_000, events: 300_000 } as const;

interface Question {
  query: ListQuery;
  wanted: number[];
  unit: string;
}

const day = 24 * 3600 * 1000;
/** A gain counts when it is larger than so many standard errors. */
const sure = 2;

/** The shipped constants with a shop's own in their place. */
export function tunedBy(own: OwnTuning): Tuning {
  return { ...shippedTuning, ...own };
}

/**
 * Looks for constants that suit this shop better than the shipped ones. The newest days are held out: what came before
 * them is learned, and the constants are drawn by chance around the best so far and tried on the older questions. What
 * comes out best is judged on the newer ones, which no choice has seen, and is taken only when it is better there by
 * more than its noise; so a shop is never worse off than with the shipped constants, as far as its own days can tell.
 *
 * @param events in order of time
 * @returns null when there are too few questions to tell anything
 */
export function* tune(
  events: readonly PastEvent[],
  random: Random,
  limits: TuneLimits,
): Generator<BacktestProgress, TuneResult | null> {
  const split = splitOf(events);
  if (split === null) return null;
  const of = tunedParts.length * limits.trials;
  const progress = (done: number): BacktestProgress => ({ done, of });
  const engine = new Engine();
  let learned = 0;
  for (const { visitor, session, item, kind, at } of events) {
    if (at >= split) break;
    engine.learn({ p: visitor, s: session, i: item, k: kind, t: at }, at);
    if (++learned % 5000 === 0) yield progress(0);
  }
  for (const solved of engine.learnModel(split)) if (solved % 50 === 0) yield progress(0);
  const asked = questionsOf(engine, events, split);
  const outcomes: TunedOutcome[] = [];
  let own: OwnTuning = {};
  for (const part of tunedParts) {
    const { outcome, found } = yield* tunePart(engine, part, { asked: asked[part], random, limits, progress });
    if (outcome === null) continue;
    outcomes.push(outcome);
    if (outcome.taken) own = { ...own, [part]: found[part], ...(part === 'session' ? { rules: found.rules } : {}) };
  }
  if (outcomes.length === 0) return null;
  return { own, outcomes, events: events.length, from: events[0]!.at, split, until: events.at(-1)!.at };
}

function* tunePart(
  engine: Engine,
  part: TunedPart,
  {
    asked,
    random,
    limits,
    progress,
  }: { asked: readonly Question[]; random: Random; limits: TuneLimits; progress: (done: number) => BacktestProgress },
): Generator<BacktestProgress, { outcome: TunedOutcome | null; found: Tuning }> {
  const half = Math.floor(asked.length / 2);
  const chosen = thinned(asked.slice(0, half), limits.questions);
  const judged = thinned(asked.slice(half), limits.questions);
  if (chosen.length + judged.length < tuneLimits.fewest) return { outcome: null, found: shippedTuning };
  let best = { tuning: shippedTuning, worth: mean(gains(engine, shippedTuning, chosen)) };
  let trials = 0;
  const share = (tunedParts.indexOf(part) + 1) / tunedParts.length;
  while (trials < limits.trials && limits.mayGoOn(share)) {
    const tuning = near(best.tuning, part, { random });
    const worth = mean(gains(engine, tuning, chosen));
    if (worth > best.worth) best = { tuning, worth };
    yield progress(tunedParts.indexOf(part) * limits.trials + ++trials);
  }
  const [before, after] = [gains(engine, shippedTuning, judged), gains(engine, best.tuning, judged)];
  const gain = figureOf(judged, (i) => after[i]! - before[i]!);
  const outcome: TunedOutcome = {
    part,
    questions: { chosen: chosen.length, judged: judged.length },
    trials,
    before: figureOf(judged, (i) => before[i]!),
    after: figureOf(judged, (i) => after[i]!),
    gain,
    taken: gain.value > 0 && gain.value > sure * gain.error,
  };
  engine.tuning = shippedTuning;
  return { outcome, found: best.tuning };
}

/** From when on questions are asked: the newest day, or more days where that holds little; a quarter of all at most. */
function splitOf(events: readonly PastEvent[]): number | null {
  if (events.length < tuneLimits.fewest) return null;
  const atShare = (share: number) => events[Math.floor((events.length - 1) * (1 - share))]!.at;
  const enough = events[Math.max(0, events.length - 4 * tuneLimits.fewest)]!.at;
  const split = Math.max(atShare(0.25), Math.min(events.at(-1)!.at - day, atShare(0.1), enough));
  return split > events[0]!.at ? split : null;
}

/** What visits, carts and people did after the split, as questions in order of time. */
function questionsOf(engine: Engine, events: readonly PastEvent[], split: number): Record<TunedPart, Question[]> {
  const asked: Record<TunedPart, Question[]> = { session: [], person: [], cart: [], related: [] };
  const number = (id: string) => engine.items.find(id);
  const visits = new Map<string, Step[]>();
  const carts = new Map<string, number[]>();
  const people = new People();
  for (const { visitor, session, item: id, kind, at } of events) {
    const item = number(id);
    const visit = visits.get(session) ?? [];
    const cart = carts.get(session) ?? [];
    const isNew = !visit.some((step) => step.item === item);
    if (at >= split && item >= 0) {
      const [wanted, now] = [[item], at];
      if (isNew && visit.length > 0)
        asked.session.push({ query: { kind: 'session', steps: [...visit], now }, wanted, unit: session });
      if (kind !== 'view' && !cart.includes(item) && cart.length > 0) {
        asked.cart.push({ query: { kind: 'cart', cart: [...cart], now }, wanted, unit: session });
      }
      const goesWith = isNew ? relatedTo({ visit, cart, kind }, item) : null;
      if (goesWith !== null) {
        const query = { kind: 'related', ...goesWith, basis: 'session', windowMs: null, now } as const;
        asked.related.push({ query, wanted, unit: session });
      }
      if (visit.length === 0) people.ask(visitor, item, { now, into: asked.person });
    }
    if (item >= 0 && (isNew || visit.at(-1)?.item !== item)) visits.set(session, [...visit, { item, at }].slice(-50));
    if (item >= 0 && kind !== 'view' && !cart.includes(item)) carts.set(session, [...cart, item]);
    if (item >= 0) people.did(visitor, item, { kind, at });
  }
  return asked;
}

/** Of which item it is asked what goes with it, and by what was done: with the last one viewed, or the last one bought. */
function relatedTo(
  { visit, cart, kind }: { visit: readonly Step[]; cart: readonly number[]; kind: PastEvent['kind'] },
  item: number,
): { key: number; action: 'viewed-viewed' | 'bought-bought' } | null {
  const key = kind === 'purchase' ? cart.at(-1) : kind === 'view' ? visit.at(-1)?.item : undefined;
  if (key === undefined || key === item) return null;
  return { key, action: kind === 'purchase' ? 'bought-bought' : 'viewed-viewed' };
}

/** What each person did before, by kind. */
class People {
  readonly #did = new Map<string, Record<PastEvent['kind'], Step[]>>();

  did(visitor: string, item: number, { kind, at }: { kind: PastEvent['kind']; at: number }): void {
    const own = this.#did.get(visitor) ?? { view: [], cart: [], purchase: [] };
    own[kind].push({ item, at });
    if (own[kind].length > 100) own[kind].shift();
    this.#did.set(visitor, own);
  }

  /** A visit begins: which item, new to this person, comes first? */
  ask(visitor: string, item: number, { now, into }: { now: number; into: Question[] }): void {
    const own = this.#did.get(visitor);
    if (own === undefined || Object.values(own).some((steps) => steps.some((step) => step.item === item))) return;
    const query: ListQuery = {
      kind: 'for-you',
      viewed: [...own.view],
      carted: [...own.cart],
      bought: [...own.purchase],
      now,
    };
    into.push({ query, wanted: [item], unit: visitor });
  }
}

/** NDCG of the first 20 places, question by question. */
function gains(engine: Engine, tuning: Tuning, asked: readonly Question[]): number[] {
  engine.tuning = tuning;
  return asked.map(({ query, wanted }) => {
    const place = engine.list(query, 20, () => true).findIndex(({ item }) => item === wanted[0]);
    return place === -1 ? 0 : 1 / Math.log2(place + 2);
  });
}

function figureOf(asked: readonly Question[], valueOf: (i: number) => number): Figure {
  const of = new Mean();
  asked.forEach(({ unit }, i) => of.add(valueOf(i), unit));
  return of.figure;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Every so-manieth, so that at most `most` are left and the order of time stays. */
function thinned<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, i) => all[Math.floor((i * all.length) / most)]!);
}
