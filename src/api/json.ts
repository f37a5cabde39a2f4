import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';

/** What a body may be at most (trust.md §3.4, design §7 "Log"). */
export interface JsonLimits {
  /** Objects and lists in one another. */
  depth: number;
  /** Keys of one object. */
  keys: number;
  /** UTF-16 units of one text. */
  text: number;
  /** UTF-16 units of one key. */
  key: number;
}

/** An event has ten levels of its own and lies three deep in its request. */
export const edgeLimits: JsonLimits = { depth: 13, keys: 200, text: 32 * 1024, key: 128 };
/** Journeys and templates come by these doors too. */
export const adminLimits: JsonLimits = { depth: 32, keys: 2000, text: 512 * 1024, key: 256 };

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);
const numberForm = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const loneSurrogate = /\p{Surrogate}/gu;
const anySurrogate = /\p{Surrogate}/u;

/**
 * JSON text → plain data whose objects have no prototype. Limits hold while reading, so a body 100 000 deep costs no
 * more than its first levels (trust rows 80–82). Duplicate keys, `__proto__`, `constructor`, `prototype`, NUL and
 * numbers beyond a double are refused; lone surrogates become U+FFFD and -0 becomes 0, because PostgreSQL keeps neither.
 *
 * @throws API_JSON_UNREADABLE, API_JSON_TOO_DEEP, API_JSON_REFUSED
 */
export function parseJson(source: string, limits: JsonLimits): unknown {
  const read = readPlain(source, limits);
  return read === undefined ? new Reader(source, limits).whole() : read;
}

/** Texts up to so long the engine copies by itself. */
const shortText = 13;

/** Beyond this a text goes to the reader, which stops at the first fault. */
const plainLimit = 128 * 1024;

/**
 * The built-in parser is twice as fast, but forgives what must be refused. So it reads what holds no escape and nothing
 * odd, and each of whose texts is found in what it made: a key that was there twice would be missing there.
 *
 * @returns undefined when the reader must look
 */
function readPlain(source: string, limits: JsonLimits): unknown {
  if (source.length > plainLimit || source.includes('\\') || anySurrogate.test(source)) return undefined;
  let made: unknown;
  try {
    made = JSON.parse(source);
  } catch {
    return undefined;
  }
  let quotes = 0;
  for (let at = source.indexOf('"'); at >= 0; at = source.indexOf('"', at + 1)) quotes++;
  return textsIn(made, limits, limits.depth) * 2 === quotes ? made : undefined;
}

/** Takes the prototypes away. @returns how many texts there are, keys among them; NaN when something is not as it should be */
function textsIn(value: unknown, limits: JsonLimits, depth: number): number {
  if (typeof value === 'string') return value.length > limits.text ? Number.NaN : 1;
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? 0 : Number.NaN;
  if (typeof value !== 'object' || value === null) return 0;
  if (depth === 0) return Number.NaN;
  let texts = 0;
  if (Array.isArray(value)) {
    for (const one of value) texts += textsIn(one, limits, depth - 1);
    return texts;
  }
  let keys = 0;
  for (const key in value) {
    if (key.length > limits.key || forbiddenKeys.has(key)) return Number.NaN;
    keys++;
    texts += 1 + textsIn((value as Record<string, unknown>)[key], limits, depth - 1);
  }
  Object.setPrototypeOf(value, null);
  return keys > limits.keys ? Number.NaN : texts;
}

class Reader {
  readonly #source: string;
  readonly #limits: JsonLimits;
  #at = 0;

  constructor(source: string, limits: JsonLimits) {
    this.#source = source;
    this.#limits = limits;
    if (source.charCodeAt(0) === 0xfeff) this.#at = 1;
  }

  whole(): unknown {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#source.length) this.#unreadable();
    return value;
  }

  #value(depth: number): unknown {
    this.#space();
    switch (this.#source[this.#at]) {
      case '{':
        return this.#object(this.#deeper(depth));
      case '[':
        return this.#list(this.#deeper(depth));
      case '"':
        return this.#text(this.#limits.text, 'text');
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #object(depth: number): Record<string, unknown> {
    const made = Object.create(null) as Record<string, unknown>;
    let count = 0;
    this.#at++;
    if (this.#closes('}')) return made;
    for (;;) {
      this.#space();
      if (this.#source[this.#at] !== '"') this.#unreadable();
      const key = this.#text(this.#limits.key, 'key');
      if (forbiddenKeys.has(key)) this.#refuse(`The key "${key}" is not allowed`);
      if (key in made) this.#refuse(`The key "${key.slice(0, 40)}" is there twice`);
      if (++count > this.#limits.keys) this.#refuse(`An object has more than ${this.#limits.keys} keys`);
      this.#space();
      if (this.#source[this.#at] !== ':') this.#unreadable();
      this.#at++;
      made[key] = this.#value(depth);
      if (this.#closes('}')) return made;
      if (this.#source[this.#at++] !== ',') this.#unreadable(-1);
    }
  }

  #list(depth: number): unknown[] {
    const made: unknown[] = [];
    this.#at++;
    if (this.#closes(']')) return made;
    for (;;) {
      made.push(this.#value(depth));
      if (this.#closes(']')) return made;
      if (this.#source[this.#at++] !== ',') this.#unreadable(-1);
    }
  }

  #text(limit: number, what: string): string {
    const start = this.#at + 1;
    let end = start;
    let plain = true;
    for (; ; end++) {
      const unit = this.#source.charCodeAt(end);
      if (unit === 0x22) break;
      if (unit === 0x5c) {
        plain = false;
        end++;
      } else if (unit < 0x20 || Number.isNaN(unit)) this.#unreadable(end - this.#at);
      else if (unit >= 0xd800 && unit <= 0xdfff) plain = false;
      if (end - start > limit * 6) this.#refuse(`A ${what} is longer than ${limit} characters`);
    }
    const text = plain ? this.#plain(start, end) : this.#escaped(start, end);
    if (text.length > limit) this.#refuse(`A ${what} is longer than ${limit} characters`);
    this.#at = end + 1;
    return text;
  }

  /** A copy: a mere part of the source would keep all of it in memory for as long as somebody remembers the text. */
  #plain(start: number, end: number): string {
    return end - start < shortText
      ? this.#source.slice(start, end)
      : (JSON.parse(this.#source.slice(start - 1, end + 1)) as string);
  }

  #escaped(start: number, end: number): string {
    let text: string;
    try {
      text = JSON.parse(this.#source.slice(start - 1, end + 1)) as string;
    } catch {
      this.#unreadable();
    }
    if (text.includes('\u0000')) this.#refuse('A text holds the character U+0000');
    return text.replace(loneSurrogate, '\ufffd');
  }

  #number(): number {
    numberForm.lastIndex = this.#at;
    const found = numberForm.exec(this.#source)?.[0];
    if (found === undefined) this.#unreadable();
    const value = Number(found);
    if (!Number.isFinite(value)) this.#refuse(`The number ${found.slice(0, 20)} is out of range`);
    this.#at += found.length;
    return value === 0 ? 0 : value;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#source.startsWith(word, this.#at)) this.#unreadable();
    this.#at += word.length;
    return value;
  }

  #closes(bracket: string): boolean {
    this.#space();
    if (this.#source[this.#at] !== bracket) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    for (;;) {
      const unit = this.#source.charCodeAt(this.#at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.#at++;
    }
  }

  #deeper(depth: number): number {
    if (depth < this.#limits.depth) return depth + 1;
    throw new BeckonError(
      errors.API_JSON_TOO_DEEP,
      `The JSON is more than ${this.#limits.depth} levels deep at character ${this.#at + 1}`,
    );
  }

  #refuse(sentence: string): never {
    throw new BeckonError(errors.API_JSON_REFUSED, sentence, { where: `character ${this.#at + 1}` });
  }

  #unreadable(offset = 0): never {
    const at = this.#at + offset;
    const what = at >= this.#source.length ? 'ends too early' : `is not well-formed at character ${at + 1}`;
    throw new BeckonError(errors.API_JSON_UNREADABLE, `The JSON ${what}`, { where: `character ${at + 1}` });
  }
}

/** A plain object, or undefined; lists and null are not. */
export function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** Follows a path of own keys through plain data; undefined where it ends early. */
export function dig(value: unknown, ...path: string[]): unknown {
  let here: unknown = value;
  for (let step = 0; step < path.length; step++) {
    if (typeof here !== 'object' || here === null || Array.isArray(here)) return undefined;
    here = (here as Record<string, unknown>)[path[step]!];
  }
  return here;
}

/** A list, or an empty one. */
export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Control characters would break lines in logs, headers and CSV. */
const control = /\p{Cc}/u;

/** Text of 1 to `limit` characters without control characters; whole numbers count as text. Otherwise undefined. */
export function asText(value: unknown, limit: number): string | undefined {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string') return undefined;
  const trimmed = text.trim();
  return trimmed === '' || trimmed.length > limit || control.test(trimmed) ? undefined : trimmed;
}

/** A finite number, also from text as tag managers send it (edge-protocol §9). Otherwise undefined. */
export function asNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
