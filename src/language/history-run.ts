import { DecimalSum } from './decimal.ts';
import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';
import { millisecondsOf } from './moment.ts';
import type { HistoryCall } from './history-call.ts';
import { newestFirst } from './history.ts';
import type { HistoryEvent } from './history.ts';
import type { Names } from './name.ts';
import type { Get, Run } from './run.ts';
import type { Expr } from './tree.ts';
import { lookInto, truthy } from './value.ts';

export const dayMs = 86_400_000;

/** Compiles an expression so that a value of the wrong kind gives nothing instead of an error. */
export type Compile = (expr: Expr) => Get;

/** What `where:` and `of:` make of one event. */
export interface Filter {
  /** Does the event count? */
  fits(run: Run, event: HistoryEvent): boolean;
  /** Adds what `of:` finds in it. Only numbers count. */
  add(run: Run, event: HistoryEvent, sum: DecimalSum): void;
}

/** Gives nothing where a value of the wrong kind would be an error. */
export function forgiving(get: Get): Get {
  return (run) => {
    try {
      return get(run);
    } catch (error) {
      if (error instanceof BeckonError && error.code === errors.RENDER_TYPE.code) return null;
      throw error;
    }
  };
}

/** The moment an expression names, in milliseconds. Forgiving, a value of the wrong kind is no moment. */
export function sinceGet(get: Get, forgives: boolean): Get {
  const made: Get = (run) => millisecondsOf(run, get(run));
  return forgives ? forgiving(made) : made;
}

const noItems: readonly unknown[] = [];

function itemsOf(event: HistoryEvent): readonly unknown[] {
  const items = lookInto(event, 'items');
  return Array.isArray(items) ? items : noItems;
}

const everything: Filter = { fits: () => true, add: () => {} };

/** Compiles `where:` and `of:`; inside them `event` and `item` are variables. */
export function compileFilter(call: HistoryCall, names: Names, compile: Compile): Filter {
  if (call.where === null && call.of === null) return everything;
  const place: Expr = { kind: 'value', at: call.at, value: null };
  const { item: event } = names.enter(place, 'event', false);
  const { item } = names.enter(place, 'item', false);
  const where = call.where && compile(call.where);
  const of = call.of && compile(call.of);
  names.leave();
  names.leave();
  const itemFits = (run: Run, value: unknown): boolean => {
    run.charge(1);
    run.vars[item] = value ?? null;
    return where === null || truthy(where(run));
  };
  const fits = (run: Run, it: HistoryEvent): boolean => {
    run.charge(1);
    run.vars[event] = it;
    if (where === null) return true;
    if (!call.whereItem) return truthy(where(run));
    for (const value of itemsOf(it)) if (itemFits(run, value)) return true;
    return false;
  };
  const add = (run: Run, it: HistoryEvent, sum: DecimalSum): void => {
    run.vars[event] = it;
    if (!call.ofItem) return addNumber(sum, of!(run));
    for (const value of itemsOf(it)) if (itemFits(run, value)) addNumber(sum, of!(run));
  };
  return { fits, add };
}

function addNumber(sum: DecimalSum, value: unknown): void {
  if (typeof value === 'number' && Number.isFinite(value)) sum.add(value);
}

/** Is the event under an earlier one of the types too? Then it was met there. */
function metBefore(event: HistoryEvent, types: readonly string[], place: number): boolean {
  for (let i = 0; i < place; i++) if (event.types.includes(types[i]!)) return true;
  return false;
}

/**
 * The events a call is about, one by one, until `take` says stop. The window: `now - within < at`, `since <= at`,
 * `at <= now`. Nothing as `since` compares with no moment, so nothing is in it.
 */
class Walk {
  readonly #call: HistoryCall;
  readonly #fits: Filter['fits'];
  readonly #since: Get | null;

  constructor(call: HistoryCall, filter: Filter, since: Get | null) {
    this.#call = call;
    this.#fits = filter.fits;
    this.#since = since;
  }

  each(run: Run, take: (run: Run, event: HistoryEvent) => boolean): void {
    const { types, where, within, at } = this.#call;
    if (run.history === null) {
      run.at = at;
      throw run.error(errors.RENDER_HISTORY_MISSING, 'there is no history here to ask');
    }
    const since = this.#since === null ? -Infinity : (this.#since(run) as number | null);
    if (since === null) return;
    const after = within === null ? -Infinity : run.now - within;
    for (let i = 0; i < types.length; i++) {
      const list = run.history.of(types[i]!);
      for (let k = 0; k < list.length; k++) {
        const event = list[k]!;
        if (event.at > run.now) continue;
        if (event.at <= after || event.at < since) break;
        if (i > 0 && metBefore(event, types, i)) continue;
        if (where !== null && !this.#fits(run, event)) continue;
        if (take(run, event)) break;
      }
    }
  }
}

/** Compiles a call over stored events; `since` gives a moment and is compiled by the caller, for it sees what stands around. */
export function compileHistory(call: HistoryCall, filter: Filter, since: Get | null): Get {
  const walk = new Walk(call, filter, since);
  switch (call.name) {
    case 'happened':
      return happened(walk);
    case 'count':
      return count(walk);
    case 'sum':
      return sum(walk, filter);
    case 'first':
      return extreme(walk, 1);
    case 'last':
      return extreme(walk, -1);
    case 'daysSince': {
      const last = extreme(walk, -1);
      return (run) => {
        const event = last(run) as HistoryEvent | null;
        return event === null ? null : (run.now - event.at) / dayMs;
      };
    }
  }
}

function happened(walk: Walk): Get {
  let found = false;
  const take = (): boolean => (found = true);
  return (run) => {
    found = false;
    walk.each(run, take);
    return found;
  };
}

function count(walk: Walk): Get {
  let counted = 0;
  const take = (): boolean => {
    counted++;
    return false;
  };
  return (run) => {
    counted = 0;
    walk.each(run, take);
    return counted;
  };
}

function sum(walk: Walk, filter: Filter): Get {
  const total = new DecimalSum();
  const take = (run: Run, event: HistoryEvent): boolean => {
    filter.add(run, event, total);
    return false;
  };
  return (run) => {
    total.clear();
    walk.each(run, take);
    return total.value();
  };
}

/** The newest (sign -1) or oldest (1) event. */
function extreme(walk: Walk, sign: 1 | -1): Get {
  let best: HistoryEvent | null = null;
  const take = (_: Run, event: HistoryEvent): boolean => {
    if (best === null || newestFirst(event, best) * sign > 0) best = event;
    return sign === -1;
  };
  return (run) => {
    best = null;
    walk.each(run, take);
    return best;
  };
}
