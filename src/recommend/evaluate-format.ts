import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';

/** What `beckon evaluate` can be asked for (design §7). */
export const evaluateCriteria = [
  'session',
  'cart',
  'for-you',
  'next-basket',
  'viewed-viewed',
  'viewed-bought',
  'bought-bought',
  'recent',
  'popular',
] as const;
export type EvaluateCriterion = (typeof evaluateCriteria)[number];

/** One thing a visitor did. Times are UTC ms. */
export interface PastEvent {
  visitor: string;
  session: string;
  item: string;
  kind: 'view' | 'cart' | 'purchase';
  at: number;
}

/** One list to be made. Only `id` and `criterion` must be given. */
export interface PastQuery {
  id: string;
  criterion: EvaluateCriterion;
  visitor?: string;
  /** The visit so far, oldest first. */
  session?: { item: string; at?: number }[];
  cart?: string[];
  at?: number;
  /** 1 to 1000; 100 when absent. */
  limit?: number;
  /** Items of the visit may come back. */
  repeats?: boolean;
}

export interface PastItem {
  item: string;
  name?: string;
  categories?: string[];
  attributes?: Record<string, unknown>;
}

/** Where a line stands, for messages. */
export interface LineAt {
  file: string;
  line: number;
}

const kinds = ['view', 'cart', 'purchase'] as const;
const mostShown = 80;

/** @throws EVALUATE_LINE_INVALID, naming file, line and field */
export function readEvent(text: string, at: LineAt): PastEvent {
  const line = new Line(text, at);
  const item = line.id('item');
  const session = line.maybeId('session');
  const visitor = line.maybeId('visitor') ?? session;
  if (item === undefined) throw line.fault('item', 'is missing');
  if (visitor === undefined) throw line.fault('visitor', 'is missing, and there is no session either');
  const kind = line.choice('kind', kinds) ?? 'view';
  const time = line.number('at');
  if (time === undefined) throw line.fault('at', 'is missing');
  return { visitor, session: session ?? '', item, kind, at: time };
}

/** @throws EVALUATE_LINE_INVALID */
export function readQuery(text: string, at: LineAt): PastQuery {
  const line = new Line(text, at);
  const id = line.id('id');
  if (id === undefined) throw line.fault('id', 'is missing');
  const criterion = line.choice('criterion', evaluateCriteria);
  if (criterion === undefined) throw line.fault('criterion', `is missing; one of ${evaluateCriteria.join(', ')}`);
  const limit = line.number('limit');
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= 1000))
    throw line.fault('limit', 'is not a whole number from 1 to 1000');
  const query: PastQuery = { id, criterion };
  const visitor = line.maybeId('visitor');
  const [session, cart, time, repeats] = [line.steps(), line.cart(), line.number('at'), line.flag('repeats')];
  if (visitor !== undefined) query.visitor = visitor;
  if (session) query.session = session;
  if (cart) query.cart = cart;
  if (time !== undefined) query.at = time;
  if (limit !== undefined) query.limit = limit;
  if (repeats !== undefined) query.repeats = repeats;
  return query;
}

/** @throws EVALUATE_LINE_INVALID */
export function readItem(text: string, at: LineAt): PastItem {
  const line = new Line(text, at);
  const item = line.id('item');
  if (item === undefined) throw line.fault('item', 'is missing');
  const { name, categories, attributes } = line.value;
  if (name != null && typeof name !== 'string') throw line.fault('name', 'is not a text');
  if (categories != null && !isTexts(categories)) throw line.fault('categories', 'is not a list of texts');
  if (attributes != null && !isObject(attributes)) throw line.fault('attributes', 'is not an object');
  return {
    item,
    ...(name == null ? {} : { name }),
    ...(categories == null ? {} : { categories }),
    ...(attributes == null ? {} : { attributes }),
  };
}

class Line {
  readonly value: Record<string, unknown>;
  readonly #text: string;
  readonly #at: LineAt;

  constructor(text: string, at: LineAt) {
    this.#text = text;
    this.#at = at;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw this.fault(null, 'is not JSON');
    }
    if (!isObject(value)) throw this.fault(null, 'is not an object');
    this.value = value;
  }

  /** Ids are texts; a number is taken as its digits. */
  maybeId(name: string): string | undefined {
    const value = this.value[name];
    if (value == null) return undefined;
    const text = idOf(value);
    if (text === undefined) throw this.fault(name, 'is neither a text nor a number');
    return text;
  }

  id(name: string): string | undefined {
    const id = this.maybeId(name);
    if (id === '') throw this.fault(name, 'is empty');
    return id;
  }

  number(name: string): number | undefined {
    const value = this.value[name];
    if (value == null) return undefined;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.fault(name, 'is not a number');
    if (name === 'at' && value < 0) throw this.fault(name, 'is before 1970; times are UTC milliseconds');
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = this.value[name];
    if (value == null) return undefined;
    if (typeof value !== 'boolean') throw this.fault(name, 'is neither true nor false');
    return value;
  }

  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.value[name];
    if (value == null) return undefined;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw this.fault(name, `is ${JSON.stringify(value)}; known are ${choices.join(', ')}`);
    return found;
  }

  /** The steps of the visit; a bare id stands for a step without a time. */
  steps(): { item: string; at?: number }[] | undefined {
    const { session } = this.value;
    if (session == null) return undefined;
    if (!Array.isArray(session)) throw this.fault('session', 'is not a list of steps');
    return session.map((step: unknown, i) => {
      const item = idOf(isObject(step) ? step.item : step);
      if (item === undefined) throw this.fault(`session[${i}]`, 'has no item');
      const time = isObject(step) ? step.at : undefined;
      if (time == null) return { item };
      if (typeof time !== 'number' || !Number.isFinite(time)) throw this.fault(`session[${i}].at`, 'is not a number');
      return { item, at: time };
    });
  }

  cart(): string[] | undefined {
    const { cart } = this.value;
    if (cart == null) return undefined;
    if (!Array.isArray(cart)) throw this.fault('cart', 'is not a list of items');
    return cart.map((line: unknown, i) => {
      const item = idOf(isObject(line) ? line.item : line);
      if (item === undefined) throw this.fault(`cart[${i}]`, 'is neither a text nor a number');
      return item;
    });
  }

  fault(field: string | null, says: string): BeckonError {
    const shown = this.#text.length > mostShown ? `${this.#text.slice(0, mostShown)} …` : this.#text;
    const { file, line } = this.#at;
    const what = field === null ? '' : `${field} `;
    return new BeckonError(errors.EVALUATE_LINE_INVALID, `${file} line ${line}: ${what}${says}, in ${shown}`);
  }
}

function idOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
