import type { BeckonError, ErrorKind } from '../base/index.ts';
import { errorAt, errors } from './error.ts';
import type { Source } from './error.ts';
import type { History } from './history.ts';
import type { Escaping } from './escape.ts';
import type { Output } from './output.ts';

/** Plain data only, by root name: event, profile, context, item, … */
export interface Scope {
  readonly [root: string]: unknown;
}

/** What one evaluation may use up. Held under attack: trust row 93. */
export interface Limits {
  /** Statements, loop turns and calls; long texts and lists count for more. Default 200,000. */
  steps?: number;
  /** Blocks and fragments inside one another. Default 32. */
  depth?: number;
  /** Turns of one loop. Default 1,000. */
  loops?: number;
  /** Bytes of the result in UTF-8, and characters of any text made on the way. Default 400,000, at most 64 MB. */
  output?: number;
  /** Milliseconds; holds where `clock` is given. Default 500. */
  time?: number;
}

/** The moment, the place and the limits of an evaluation. */
export interface RenderOptions {
  /** UTC milliseconds: the language reads no clock. */
  now: number;
  /** BCP 47, `de-DE` or `de_DE`; default `en`. */
  locale?: string;
  /** IANA zone; default `UTC`. */
  timeZone?: string;
  /** Chance, from 0 to below 1, for `random()` and `uuid()`; without it the two are refused. */
  random?: () => number;
  limits?: Limits;
  /** Milliseconds that only go forward, such as `elapsed` of base; without it the steps alone bound the time. */
  clock?: () => number;
  /** What `happened(…)`, `count(…)`, `last(…)` and the like ask; without it they are an error. */
  history?: History;
}

/** Bytes of a result, unless a limit is given; the buffer of the process has this size. */
export const usualOutput = 400_000;
const mostOutput = 64 * 1024 * 1024;
/** Steps between two looks at the clock. */
const stride = 1000;

/** Variables that are not set yet. */
export function blank(count: number): unknown[] {
  const vars: unknown[] = [];
  for (let i = 0; i < count; i++) vars.push(undefined);
  return vars;
}

const noVars: unknown[] = [];

/** One evaluation: its data, its variables, what it has used up, and where it is. */
export class Run {
  readonly scope: Scope;
  readonly now: number;
  readonly timeZone: string;
  readonly options: RenderOptions;
  readonly outputLimit: number;
  readonly history: History | null;
  readonly loopLimit: number;
  /** Where a template writes; a condition has nowhere to write to. */
  output: Output | null = null;
  /** Variables of the template or fragment that runs now, by number. */
  vars: unknown[];
  source: Source;
  /** Offset of what is being done, for errors. */
  at = 0;
  /** Where the address that is being written began. */
  address = 0;
  #steps: number;
  /** The number of steps left at which the clock is looked at, or all are used up. */
  #pause = 0;
  #depth: number;
  #locale: string | null = null;
  #deadline = Infinity;

  constructor(source: Source, vars: number, scope: Scope, options: RenderOptions) {
    const { limits } = options;
    this.source = source;
    this.vars = vars === 0 ? noVars : blank(vars);
    this.scope = scope;
    this.options = options;
    this.now = options.now;
    this.timeZone = options.timeZone ?? 'UTC';
    this.#steps = limits?.steps ?? 200_000;
    this.#depth = limits?.depth ?? 32;
    this.outputLimit = Math.min(limits?.output ?? usualOutput, mostOutput);
    this.history = options.history ?? null;
    this.loopLimit = limits?.loops ?? 1000;
    if (options.clock !== undefined) this.#watch(options.clock);
  }

  #watch(clock: () => number): void {
    this.#deadline = clock() + (this.options.limits?.time ?? 500);
    this.#pause = Math.max(this.#steps - stride, 0);
  }

  /** BCP 47. */
  get locale(): string {
    return (this.#locale ??= (this.options.locale ?? 'en').replaceAll('_', '-'));
  }

  /** Uses up steps. */
  charge(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < this.#pause) this.#judge();
  }

  #judge(): void {
    if (this.#steps < 0) throw this.error(errors.RENDER_LIMIT, 'it takes more steps than one text may');
    this.#pause = Math.max(this.#steps - stride, 0);
    if (this.options.clock!() <= this.#deadline) return;
    const { time = 500 } = this.options.limits ?? {};
    throw this.error(errors.RENDER_LIMIT, `it takes longer than ${time} ms`);
  }

  /** Uses up steps for going through a text or a list. */
  chargeFor(value: unknown): void {
    if (typeof value === 'string') this.charge(1 + (value.length >> 5));
    else this.charge(1 + (Array.isArray(value) ? value.length : 0));
  }

  enter(): void {
    if (--this.#depth < 0) throw this.error(errors.RENDER_LIMIT, 'blocks and fragments are nested too deep');
  }
  leave(): void {
    this.#depth++;
  }

  /** Passes a text on if it is not longer than the result may be. */
  bounded(text: string): string {
    this.charge(1 + (text.length >> 5));
    if (text.length > this.outputLimit) throw this.tooLong();
    return text;
  }

  /** Writes what is UTF-8 already. */
  put(bytes: Uint8Array): void {
    if (!this.output!.put(bytes)) throw this.tooLong();
  }

  /** Writes a text as the table has it for its place; with null as it is. */
  write(text: string, escaping: Escaping | null): void {
    const fits = escaping === null ? this.output!.text(text) : this.output!.escaped(text, escaping);
    if (!fits) throw this.tooLong();
  }

  error(kind: ErrorKind, sentence: string): BeckonError {
    return errorAt(kind, { source: this.source, at: this.at }, sentence);
  }

  tooLong(): BeckonError {
    return this.error(errors.RENDER_LIMIT, `the text grows over ${this.outputLimit} bytes`);
  }
}

/** A compiled part: gives its value. */
export type Get = (run: Run) => unknown;
/** A compiled part: writes. */
export type Write = (run: Run) => void;
