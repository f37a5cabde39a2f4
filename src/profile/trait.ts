import { BeckonError, durationMs, sha256, toMajor } from '../base/index.ts';
import { is, type ShopEvent } from '../event/index.ts';
import { compileExpression, truthy, type Expression } from '../language/index.ts';
import { errors } from './error.ts';
import type { ProfileState, TraitOperation, TraitState, TraitValue } from './profile.ts';

/** A computed trait as a shop defines it: what is gathered of which events, over which window. */
export interface TraitDefinition {
  /** Letters, digits, `_` and `-`, beginning with a letter; expressions read it as `profile.traits.<key>`. */
  key: string;
  name: string;
  /** The event type it counts. Orders, refunds and cancellations count only as the shop's server tells them. */
  event: string;
  of: TraitOperation;
  /** Expression over `event`: a number to sum, the value to keep, or a list of them. Not for counts. */
  value?: string;
  /** Expression over `event` that must hold. */
  where?: string;
  /** ISO 8601 duration such as `P30D`; absent: for ever. */
  window?: string;
  /** Values of a list: 1 to 100, 10 unless said. */
  limit?: number;
}

/** A definition made ready. */
export interface Trait {
  definition: TraitDefinition;
  rev: string;
  windowMs: number | null;
  where: Expression | null;
  value: Expression | null;
}

/** Samples a windowed trait keeps; beyond it neighbours are put together, so that its edge becomes coarser. */
const sampleLimit = 300;
const textLimit = 200;
const serverOnly = ['commerce.purchases', 'commerce.refunds', 'commerce.orderCancellations', 'commerce.orderUpdates'];

/** Checks and compiles a definition. Throws PROFILE_TRAIT_INVALID naming the field, or the language's own errors. */
export function traitOf(definition: TraitDefinition): Trait {
  const { key, of, value, where, window, limit } = definition;
  const refuse = (why: string, field: string): never => {
    throw new BeckonError(errors.PROFILE_TRAIT_INVALID, `Trait "${key}": ${why}`, { where: field });
  };
  if (!/^[a-z][\w-]{0,63}$/i.test(key)) refuse('the key begins with a letter and has letters, digits, _ and -', 'key');
  if (of === 'count' && value !== undefined) refuse('a count has no value', 'value');
  if (of !== 'count' && value === undefined) refuse(`"${of}" needs a value, such as event.order.total`, 'value');
  if (limit !== undefined && (of !== 'list' || limit < 1 || limit > 100 || !Number.isInteger(limit)))
    refuse('only a list has a limit, from 1 to 100', 'limit');
  const windowMs = window === undefined ? null : durationMs(window);
  if (windowMs === 0) refuse('the window has no length', 'window');
  return {
    definition,
    rev: sha256(JSON.stringify([definition.event, of, value, where, window, limit])).slice(0, 8),
    windowMs,
    where: where === undefined ? null : compileExpression(where),
    value: value === undefined ? null : compileExpression(value),
  };
}

/**
 * The samples of every trait after an event. Pure. Gives back the same object when nothing changed.
 *
 * @param counted is the order told for the first time; told again it is no second sample
 */
export function traitsAfter(
  before: ProfileState['traits'],
  event: ShopEvent,
  { traits, counted }: { traits: readonly Trait[]; counted: boolean },
): ProfileState['traits'] {
  let made = before;
  for (const trait of traits) {
    const values = samplesOf(trait, event, counted);
    if (values.length === 0) continue;
    const known = Object.hasOwn(made ?? {}, trait.definition.key) ? made![trait.definition.key] : undefined;
    const state = known?.rev === trait.rev ? known : blank(trait);
    made = { ...made, [trait.definition.key]: sampled(state, event, values) };
  }
  return made;
}

function blank({ definition, rev, windowMs }: Trait): TraitState {
  const { of, limit } = definition;
  return { rev, of, windowMs, samples: [], ...(of === 'list' ? { limit: limit ?? 10 } : {}) };
}

function samplesOf(trait: Trait, event: ShopEvent, counted: boolean): (string | number | boolean)[] {
  const { definition, where, value } = trait;
  if (event.bot || !is(event, definition.event)) return [];
  if (serverOnly.includes(definition.event) && (event.level < 3 || !counted)) return [];
  const scope = { event: eventView(event) };
  const options = { now: event.happenedAt, timeZone: 'UTC' };
  try {
    if (where && !truthy(where.evaluate(scope, options))) return [];
    if (!value) return [1];
    return plainValues(value.evaluate(scope, options), definition.of);
  } catch {
    return []; // an expression that fails on this event's data has nothing to say of it
  }
}

function plainValues(found: unknown, of: TraitOperation): (string | number | boolean)[] {
  const list = Array.isArray(found) ? found.map((one) => (one as { id?: unknown } | null)?.id ?? one) : [found];
  if (of === 'sum') return list.filter((one): one is number => typeof one === 'number' && Number.isFinite(one));
  return list.flatMap((one): (string | number | boolean)[] => {
    if (typeof one === 'string') return one === '' ? [] : [one.slice(0, textLimit)];
    return typeof one === 'number' || typeof one === 'boolean' ? [one] : [];
  });
}

/** An event as the expressions of traits and audiences see it. Money in major units, times in UTC ms. */
export function eventView(event: ShopEvent): Record<string, unknown> {
  const { order } = event;
  return {
    type: event.types[0],
    types: event.types,
    at: event.happenedAt,
    source: event.source,
    items: (event.items ?? []).map(({ id, quantity, priceMinor, currency }) => ({
      id,
      quantity: quantity ?? 1,
      price: priceMinor === undefined || currency === undefined ? null : toMajor(priceMinor, currency),
    })),
    order: order ? { id: order.id, total: toMajor(order.totalMinor, order.currency), currency: order.currency } : null,
    cartId: event.cartId ?? null,
    page: event.page ?? {},
    categories: event.categories ?? [],
    data: event.data ?? {},
  };
}

function sampled(state: TraitState, event: ShopEvent, values: readonly (string | number | boolean)[]): TraitState {
  const { of, windowMs } = state;
  const added = [...state.samples, ...values.map((value): TraitState['samples'][number] => [event.happenedAt, value])];
  const samples = added.sort((a, b) => a[0] - b[0]);
  const live = windowMs === null ? samples : samples.filter(([at]) => at > event.receivedAt - windowMs);
  return { ...state, samples: compact(live, { of, windowMs, limit: state.limit ?? 10 }) };
}

type Samples = TraitState['samples'];

/** As few samples as tell the same: sums put together, only the last, or each value of a list once. */
function compact(
  samples: Samples,
  { of, windowMs, limit }: Pick<TraitState, 'of' | 'windowMs'> & { limit: number },
): Samples {
  if (of === 'list') {
    const newest = new Map(samples.map(([at, value]) => [value, at]));
    const once = [...newest].map(([value, at]): Samples[number] => [at, value]).sort((a, b) => a[0] - b[0]);
    return once.slice(-limit);
  }
  // A sample that a later one hides never shows again: windows let go of the older one first.
  if (of === 'last') return samples.slice(-1);
  if (windowMs === null) return samples.length === 0 ? [] : [[samples.at(-1)![0], total(samples)]];
  if (samples.length <= sampleLimit) return samples;
  const width = windowMs / (sampleLimit / 2);
  const buckets = new Map<number, Samples>();
  for (const sample of samples) {
    const bucket = Math.floor(sample[0] / width);
    buckets.set(bucket, [...(buckets.get(bucket) ?? []), sample]);
  }
  return [...buckets.values()].map((some) => [some.at(-1)![0], total(some)]);
}

function total(samples: Samples): number {
  return samples.reduce((sum, [, value]) => sum + Number(value), 0);
}

/** The value of a trait at a moment: what lies in its window, its far edge exclusive. Pure. */
export function traitValue(state: TraitState, now: number): TraitValue {
  const { of, windowMs, samples } = state;
  const live = windowMs === null ? samples : samples.filter(([at]) => at > now - windowMs);
  if (of === 'list') return live.map(([, value]) => value).reverse();
  if (of === 'last') return live.at(-1)?.[1] ?? null;
  return Math.round(total(live) * 1e6) / 1e6;
}

/** The next moment after `now` at which a sample leaves its window, UTC ms; null when time changes nothing. Pure. */
export function traitsChangeAt(traits: ProfileState['traits'], now: number): number | null {
  let next: number | null = null;
  for (const { windowMs, samples } of Object.values(traits ?? {})) {
    if (windowMs === null) continue;
    const leaving = samples.find(([at]) => at + windowMs > now);
    if (leaving && (next === null || leaving[0] + windowMs < next)) next = leaving[0] + windowMs;
  }
  return next;
}

/** Samples of two that are one person. */
export function joinTraits(a: ProfileState['traits'], b: ProfileState['traits']): ProfileState['traits'] {
  if (!a || !b) return a ?? b;
  const joined = { ...b, ...a };
  for (const key of Object.keys(a)) {
    const [mine, theirs] = [a[key]!, Object.hasOwn(b, key) ? b[key] : undefined];
    if (theirs?.rev !== mine.rev) continue;
    const samples = [...mine.samples, ...theirs.samples].sort((x, y) => x[0] - y[0]);
    joined[key] = { ...mine, samples: compact(samples, { ...mine, limit: mine.limit ?? 10 }) };
  }
  return joined;
}
