import { sha256 } from '../base/index.ts';
import { compile } from './compile.ts';
import type { Around } from './compile.ts';
import { DecimalSum } from './decimal.ts';
import { unzoned } from './moment.ts';
import { isHistoryCall } from './history-call.ts';
import { compileFilter, forgiving, sinceGet } from './history-run.ts';
import type { Filter } from './history-run.ts';
import type { History, HistoryEvent } from './history.ts';
import { Names } from './name.ts';
import { parseExpression } from './parse.ts';
import { memoryLimits, nextMoment, recall, remember, unknown } from './rule-memory.ts';
import type { AtomMemory, Entry } from './rule-memory.ts';
import { evenFunctions, functionOf, isConstant, isSettled, isTimed, planOf } from './rule-plan.ts';
import type { Atom, CallExpr, MemberExpr, Plan } from './rule-plan.ts';
import { ruleSql } from './rule-sql.ts';
import type { RuleSql, RuleTables } from './rule-sql.ts';
import { Run } from './run.ts';
import type { Get, Scope } from './run.ts';
import type { Expr } from './tree.ts';
import { isEmpty, lookInto, truthy } from './value.ts';

/**
 * What a rule remembers of one person's events. Plain JSON of bounded size, to be stored beside the membership; it belongs
 * to one rule by its `key`.
 */
export interface RuleState {
  readonly key: string;
  readonly atoms: readonly AtomMemory[];
}

/** The rule of an audience: one question, answered in three ways that agree. Moments are UTC milliseconds. */
export interface Rule {
  readonly source: string;
  /** Types of events that can change the answer. */
  readonly types: readonly string[];
  /** Dotted paths of the profile it reads, sorted, with the root: `profile.cart.count`. */
  readonly paths: readonly string[];
  /** How far back it looks, milliseconds: 0 without questions to the history, Infinity when one has no `within:`. */
  readonly horizon: number;
  /** May the answer change by the passing of time alone? Not for the future of an event that is yet to come. */
  readonly timed: boolean;
  /** Time alone changes the answer only for who did something of `types` this long ago or later; null: for anybody. */
  readonly lapse: number | null;
  /** Changes with the source; a state of another rule is not understood. */
  readonly key: string;
  /** The answer from the whole history (at least of `types`, at least back to `horizon`). Throws RENDER_LIMIT. */
  test(profile: object, history: History, now: number): boolean;
  /** The state of somebody who did nothing yet. */
  start(): RuleState;
  /** Takes one event in, in any order, any number of times. The same state comes back when nothing changed. */
  learn(state: RuleState, event: HistoryEvent): RuleState;
  /** The answer from what was learned; null when the state cannot tell: then ask `test`, and learn anew from the history. */
  holds(state: RuleState, profile: object, now: number): boolean | null;
  /**
   * The next moment, later than `now`, at which the answer may change without an event or a change of the profile; null if
   * there is none. Until then it stays. At that moment ask `holds` and then this again: it may be the same answer.
   */
  changesAt(state: RuleState, profile: object, now: number): number | null;
  /**
   * A query that finds everybody for whom the rule may hold: rows `{ id, sure }`. Where `sure` is false, ask `test`; when
   * `exact`, all are sure.
   */
  toSql(tables: RuleTables, now: number): RuleSql;
}

/** Milliseconds from where two sides were found to meet, in the order in which they are looked at. */
const nearby = [0, 1, 2, 3, -1, -2, -3];

/** One evaluation over a history has much to go through; still it ends. */
const limits = { steps: 50_000_000 };

/** Reads the rule of an audience. Throws LANGUAGE_* errors, LANGUAGE_RULE for what an audience could not keep fresh. */
export function planRule(text: string): Rule {
  const { source, expr } = parseExpression(text);
  const plan = planOf(source, expr);
  const names = new Names();
  const get = compile(expr, { source, names, forgives: true });
  const memory = new Memory(plan, `r${sha256(text).slice(0, 12)}`);
  const atoms = [...plan.atoms.values()];
  const windows = atoms.flatMap(({ call }) => call.within ?? []);
  return {
    source: text,
    types: [...new Set(atoms.flatMap(({ call }) => call.types))].sort(),
    paths: [...names.paths].sort(),
    horizon: Math.max(0, ...atoms.map(({ call }) => call.within ?? Infinity)),
    timed: plan.timed.length > 0 || windows.length > 0,
    lapse: plan.timed.length > 0 || names.paths.size > 0 ? null : Math.max(0, ...windows),
    key: memory.key,
    test: (profile, history, now) => truthy(get(new Run(source, names.count, { profile }, { now, history, limits }))),
    start: () => memory.start(),
    learn: (state, event) => memory.learn(state, event),
    holds: (state, profile, now) => memory.holds(state, { profile }, now),
    changesAt: (state, profile, now) => memory.changesAt(state, { profile }, now),
    toSql: (tables, now) => ruleSql(plan, tables, now),
  };
}

/** One question with what is compiled of it. */
interface Part {
  atom: Atom;
  place: number;
  filter: Filter;
  /** The moment a fixed `since:` names; null is no moment, so nothing counts. */
  from: number | null;
  /** A `since:` that depends on the profile or another question. */
  since: Get | null;
}

/** Two sides that move with time. */
interface Crossing {
  test: Get;
  left: Get;
  right: Get;
  /** How fast the difference of the sides grows, per millisecond. */
  slope: (run: Run) => number;
}

/** The incremental half of a rule. */
class Memory {
  readonly key: string;
  readonly #plan: Plan;
  readonly #names = new Names();
  readonly #parts = new Map<CallExpr, Part>();
  readonly #crossings: Crossing[];
  /** Conditions that all have to hold and that time does not touch. */
  readonly #settled: Get[];
  readonly #get: Get;
  /** What is being asked just now; evaluation is not interrupted. */
  #asked: readonly AtomMemory[] = [];

  constructor(plan: Plan, key: string) {
    this.#plan = plan;
    this.key = key;
    const { source } = plan;
    const inside: Around = { source, names: this.#names, forgives: true };
    for (const [expr, atom] of plan.atoms) {
      const filter = compileFilter(atom.call, this.#names, (part) => compile(part, inside));
      this.#parts.set(expr, { atom, place: this.#parts.size, filter, from: this.#from(atom), since: null });
    }
    for (const part of this.#parts.values())
      if (part.atom.moving) part.since = sinceGet(this.#compile(part.atom.call.since!), true);
    this.#get = this.#compile(plan.expr);
    const whole = plan.expr.kind === 'and' ? plan.expr.items : [];
    this.#settled = whole.filter(isSettled).map((expr) => this.#compile(expr));
    this.#crossings = plan.timed.map(({ expr }) => ({
      test: this.#compile(expr),
      left: this.#compile(expr.left),
      right: this.#compile(expr.right),
      slope: this.#slope(expr.left, expr.right),
    }));
  }

  #compile(expr: Expr): Get {
    const around: Around = { source: this.#plan.source, names: this.#names, forgives: true };
    return compile(expr, { ...around, history: (part) => this.#taken(part) });
  }

  #run(scope: Scope, now: number): Run {
    return new Run(this.#plan.source, this.#names.count, scope, { now, limits });
  }

  #from({ call, moving }: Atom): number | null {
    if (call.since === null || moving) return -Infinity;
    const get = compile(call.since, { source: this.#plan.source, names: this.#names });
    return sinceGet(get, true)(this.#run({}, 0)) as number | null;
  }

  /** Reads from the memory what direct evaluation asks the history. */
  #taken(expr: CallExpr | MemberExpr): Get | null {
    if (expr.kind === 'call') return isHistoryCall(expr) ? forgiving(this.#recall(expr)) : null;
    const field = this.#plan.fields.get(expr);
    if (field === undefined) return null;
    const found = forgiving(this.#recall(field.atom));
    return (run) => {
      const entry = found(run) as Entry | null;
      return entry === null ? null : (entry[2] as unknown[])[field.pick];
    };
  }

  #recall(expr: CallExpr): Get {
    const part = this.#parts.get(expr)!;
    const { atom, place } = part;
    const { within, name } = atom.call;
    const nothing = name === 'happened' ? false : name === 'count' || name === 'sum' ? 0 : null;
    return (run) => {
      const since = part.since === null ? -Infinity : (part.since(run) as number | null);
      if (since === null) return nothing;
      const after = within === null ? -Infinity : run.now - within;
      return recall(atom, this.#asked[place]!, { now: run.now, after, since });
    };
  }

  start(): RuleState {
    return { key: this.key, atoms: Array.from(this.#parts, () => ({ e: [] })) };
  }

  learn(state: RuleState, event: HistoryEvent): RuleState {
    if (state.key !== this.key) return state;
    let changed = false;
    const atoms = [...state.atoms];
    for (const part of this.#parts.values()) {
      const { atom, place, from } = part;
      if (from === null || event.at < from || !atom.call.types.some((type) => event.types.includes(type))) continue;
      const run = this.#run({}, 0);
      if (!part.filter.fits(run, event)) continue;
      const before = atoms[place]!;
      const after = learned(part, before, { run, event });
      changed ||= after !== before;
      atoms[place] = after;
    }
    return changed ? { key: this.key, atoms } : state;
  }

  holds(state: RuleState, scope: Scope, now: number): boolean | null {
    if (state.key !== this.key) return null;
    this.#asked = state.atoms;
    return known(() => truthy(this.#get(this.#run(scope, now))));
  }

  changesAt(state: RuleState, scope: Scope, now: number): number | null {
    const before = this.holds(state, scope, now);
    if (before === null) return null;
    if (!before && this.#settled.length > 0) {
      const run = this.#run(scope, now);
      if (this.#settled.some((get) => !truthy(get(run)))) return null;
    }
    let at = now;
    // Most moments change a count and not the answer; a few dozen are looked at here, so that nobody is woken for them.
    for (let looks = 0; looks < 64; looks++) {
      at = this.#next(state, scope, at);
      if (at === Infinity) return null;
      if (this.holds(state, scope, at) !== before) return at;
    }
    return at;
  }

  #next(state: RuleState, scope: Scope, now: number): number {
    let next = Infinity;
    for (const { atom, place } of this.#parts.values())
      next = Math.min(next, nextMoment(atom, state.atoms[place]!, now));
    for (const crossing of this.#crossings) next = Math.min(next, this.#crossed(crossing, scope, now));
    return next;
  }

  /** When the answer of a comparison changes as its sides pass one another. */
  #crossed({ test, left, right, slope }: Crossing, scope: Scope, now: number): number {
    const run = this.#run(scope, now);
    const found = known(() => {
      const [a, b, speed] = [unzoned(left(run)), unzoned(right(run)), slope(run)];
      return typeof a === 'number' && typeof b === 'number' && speed !== 0 ? now + (b - a) / speed : Infinity;
    });
    if (found === null || found < now - 3 || found > 8.64e15) return Infinity;
    const before = test(run);
    // The division is not exact to the millisecond, the comparison itself is; mostly it changes where it was found.
    const exact = Math.floor(found);
    const isTurned = (at: number) => at > now && test(this.#run(scope, at)) !== before;
    for (const step of nearby) {
      let at = exact + step;
      if (!isTurned(at)) continue;
      while (at > exact - 3 && isTurned(at - 1)) at--;
      return at;
    }
    return Infinity;
  }

  #slope(left: Expr, right: Expr): (run: Run) => number {
    const [a, b] = [this.#speed(left), this.#speed(right)];
    return (run) => a(run) - b(run);
  }

  /** How fast a value grows, per millisecond. The plan has made sure that it does so evenly. */
  #speed(expr: Expr): (run: Run) => number {
    if (!isTimed(expr)) return () => 0;
    if (expr.kind === 'call') {
      const speed = evenFunctions[isHistoryCall(expr) ? expr.name : functionOf(expr)] ?? 0;
      return () => speed;
    }
    if (expr.kind === 'negate') return scaled(this.#speed(expr.of), -1);
    if (expr.kind === 'fallback') return this.#firstSpeed(expr.items);
    const { left, right, op } = expr as Expr & { kind: 'binary' };
    const [a, b] = [this.#speed(left), this.#speed(right)];
    if (op === '+') return (run) => a(run) + b(run);
    if (op === '-') return (run) => a(run) - b(run);
    if (op === '/') return scaled(a, 1 / (right as Expr & { value: number }).value);
    const byLeft = left.kind === 'value' && isConstant(left);
    return byLeft ? scaled(b, left.value as number) : scaled(a, (right as Expr & { value: number }).value);
  }

  #firstSpeed(items: Expr[]): (run: Run) => number {
    const ways = items.map((item) => ({ get: this.#compile(item), speed: this.#speed(item) }));
    return (run) => (ways.find(({ get }) => !isEmpty(get(run))) ?? ways.at(-1)!).speed(run);
  }
}

function scaled(speed: (run: Run) => number, by: number): (run: Run) => number {
  return (run) => speed(run) * by;
}

/** What a function gives, or null when the memory cannot tell. */
function known<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch (error) {
    if (error === unknown) return null;
    throw error;
  }
}

function learned(
  { atom, filter }: Part,
  memory: AtomMemory,
  { run, event }: { run: Run; event: HistoryEvent },
): AtomMemory {
  const { name } = atom.call;
  if (name === 'happened' || name === 'daysSince') return remember(atom, memory, [event.at, '']);
  if (name === 'count') return remember(atom, memory, [event.at, event.id]);
  if (name === 'sum') {
    const sum = new DecimalSum();
    filter.add(run, event, sum);
    return remember(atom, memory, [event.at, event.id, sum.text()]);
  }
  const picked = atom.picks.map((path) => path.reduce<unknown>((value, key) => lookInto(value, key), event));
  const fits = JSON.stringify(picked).length <= memoryLimits.picked;
  return fits ? remember(atom, memory, [event.at, event.id, picked]) : { ...memory, x: true };
}
