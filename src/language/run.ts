import type { BeckonError, ErrorKind } from '../base/index.ts';
import { errorAt, errors } from './error.ts';
import type { Source } from './error.ts';

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
  /** Characters of the result, and of any text made on the way. Default 400,000. */
  output?: number;
}

/** The moment, the place and the limits of an evaluation. */
export interface RenderOptions {
  /** UTC milliseconds: the language reads no clock. */
  now: number;
  /** BCP 47, `de-DE` or `de_DE`; default `en`. */
  locale?: string;
  /** IANA zone; default `UTC`. */
  timeZone?: string;
  limits?: Limits;
}

/** Where text goes. Marks are handed out so that an address can be judged whole once it is written. */
export class Output {
  readonly #parts: string[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }
  write(text: string): void {
    this.#length += text.length;
    this.#parts.push(text);
  }
  mark(): number {
    return this.#parts.length;
  }
  /** What was written since a mark. */
  since(mark: number): string {
    return this.#parts.slice(mark).join('');
  }
  finish(): string {
    return this.#parts.join('');
  }
}

/** Variables that are not set yet. */
export function blank(count: number): unknown[] {
  return Array.from({ length: count });
}

/** One evaluation: its data, its variables, what it has used up, and where it is. */
export class Run {
  readonly scope: Scope;
  readonly now: number;
  readonly locale: string;
  readonly timeZone: string;
  readonly output = new Output();
  readonly outputLimit: number;
  /** Variables of the template or fragment that runs now, by number. */
  vars: unknown[];
  source: Source;
  /** Offset of what is being done, for errors. */
  at = 0;
  /** Where the address that is being written began. */
  address = 0;
  #steps: number;
  #depth: number;

  constructor(source: Source, vars: number, scope: Scope, options: RenderOptions) {
    this.source = source;
    this.vars = blank(vars);
    this.scope = scope;
    this.now = options.now;
    this.locale = (options.locale ?? 'en').replaceAll('_', '-');
    this.timeZone = options.timeZone ?? 'UTC';
    this.#steps = options.limits?.steps ?? 200_000;
    this.#depth = options.limits?.depth ?? 32;
    this.outputLimit = options.limits?.output ?? 400_000;
  }

  /** Uses up steps. */
  charge(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw this.error(errors.RENDER_LIMIT, 'it takes more steps than one text may');
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

  write(text: string): void {
    this.output.write(text);
    if (this.output.length > this.outputLimit) throw this.tooLong();
  }

  error(kind: ErrorKind, sentence: string): BeckonError {
    return errorAt(kind, { source: this.source, at: this.at }, sentence);
  }

  tooLong(): BeckonError {
    return this.error(errors.RENDER_LIMIT, `the text grows over ${this.outputLimit} characters`);
  }
}

/** A compiled part: gives its value. */
export type Get = (run: Run) => unknown;
/** A compiled part: writes. */
export type Write = (run: Run) => void;
