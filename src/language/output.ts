import type { Escaping } from './escape.ts';
import { usualOutput } from './run.ts';

/** UTF-16 units that are looked at one by one; longer texts are searched first and copied whole if nothing stands out. */
const chunk = 64;
/** Room behind the limit, so that a chunk is written before its length is judged: at most 9 bytes a unit. */
const slack = chunk * 9 + 64;
const http = [...Buffer.from('http')];

/** Where text goes: UTF-8 in a buffer of fixed size. Methods that write give false when the limit does not let them. */
export class Output {
  readonly #buffer: Buffer;
  readonly #capacity: number;
  #limit = 0;
  #at = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#buffer = Buffer.allocUnsafe(capacity + slack);
  }

  /** Empties it for a result of at most `limit` bytes; false when it is too small for that. */
  reset(limit: number): boolean {
    this.#limit = limit;
    this.#at = 0;
    return limit <= this.#capacity;
  }

  /** Writes what is UTF-8 already. */
  put(bytes: Uint8Array): boolean {
    const { length } = bytes;
    const buffer = this.#buffer;
    let at = this.#at;
    if (at + length > this.#limit) return false;
    this.#at = at + length;
    // Calling set costs more than copying a few bytes.
    if (length > 16) buffer.set(bytes, at);
    else for (let i = 0; i < length; i++) buffer[at++] = bytes[i]!;
    return true;
  }

  /** Writes a text as it is. */
  text(text: string): boolean {
    if (this.#at + text.length * 3 > this.#limit && this.#at + Buffer.byteLength(text) > this.#limit) return false;
    this.#at += this.#buffer.write(text, this.#at);
    return true;
  }

  /** Writes a text as the table has it for its place. One pass: what is written is never looked at again. */
  escaped(text: string, escaping: Escaping): boolean {
    const { length } = text;
    if (length <= chunk) {
      this.#chunk(text, 0, length, escaping);
      return this.#at <= this.#limit;
    }
    if (!escaping.special.test(text)) return this.text(text);
    for (let from = 0; from < length && this.#at <= this.#limit;) {
      from = this.#chunk(text, from, Math.min(from + chunk, length), escaping);
    }
    return this.#at <= this.#limit;
  }

  /** Writes the units from a place to another and gives the next one: a pair of surrogates is not cut. */
  #chunk(text: string, from: number, to: number, escaping: Escaping): number {
    const buffer = this.#buffer;
    const { ascii } = escaping;
    let at = this.#at;
    let i = from;
    while (i < to) {
      const code = text.charCodeAt(i++);
      if (code < 128) {
        const other = ascii[code]!;
        if (other === null) buffer[at++] = code;
        else for (let j = 0; j < other.length; j++) buffer[at++] = other[j]!;
      } else {
        const whole = text.codePointAt(i - 1)!;
        if (whole > 0xffff) i++;
        at = writeBeyond(buffer, at, whole, escaping.beyond(whole));
      }
    }
    this.#at = at;
    return i;
  }

  /** A mark is handed out so that an address can be judged whole once it is written. */
  mark(): number {
    return this.#at;
  }

  /** What was written since a mark. */
  since(mark: number): string {
    return this.#buffer.toString('utf8', mark, this.#at);
  }

  /** Does what was written since a mark begin with `http:`, `https:`, `/`, `#` or `?`: no other scheme can follow. */
  isPlainAddress(mark: number): boolean {
    const buffer = this.#buffer;
    const first = mark < this.#at ? buffer[mark] : 0;
    if (first === 0x2f || first === 0x23 || first === 0x3f) return true;
    if (this.#at - mark < 6) return false;
    for (let i = 0; i < 4; i++) if (buffer[mark + i] !== http[i]) return false;
    return buffer[mark + 4] === 0x3a || (buffer[mark + 4] === 0x73 && buffer[mark + 5] === 0x3a);
  }

  finishText(): string {
    return this.since(0);
  }

  /** A copy: the buffer itself is written over by the next render. */
  finishBytes(): Uint8Array {
    const bytes = Buffer.allocUnsafe(this.#at);
    this.#buffer.copy(bytes, 0, 0, this.#at);
    return bytes;
  }
}

/** Writes a code point from 128 as the table has it, or else in UTF-8, and gives the next place. */
function writeBeyond(buffer: Buffer, start: number, code: number, other: string | null): number {
  let at = start;
  if (other !== null) {
    for (let i = 0; i < other.length; i++) buffer[at++] = other.charCodeAt(i);
    return at;
  }
  if (code < 0x800) buffer[at++] = 0xc0 | (code >> 6);
  else if (code > 0xffff) {
    buffer[at++] = 0xf0 | (code >> 18);
    buffer[at++] = 0x80 | ((code >> 12) & 63);
    buffer[at++] = 0x80 | ((code >> 6) & 63);
  } else {
    const whole = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
    buffer[at++] = 0xe0 | (whole >> 12);
    buffer[at++] = 0x80 | ((whole >> 6) & 63);
    buffer[at++] = 0x80 | (whole & 63);
    return at;
  }
  buffer[at++] = 0x80 | (code & 63);
  return at;
}

let spare: Output | null = null;

/**
 * Lends the buffer of the process for one render. A render within a render (data may call back) finds none and gets
 * one of its own; so does one with a higher limit.
 */
export function withOutput<T>(limit: number, work: (output: Output) => T): T {
  const kept = spare;
  spare = null;
  const output = kept?.reset(limit) ? kept : new Output(Math.max(limit, usualOutput));
  output.reset(limit);
  try {
    return work(output);
  } finally {
    if (kept !== null) spare = kept;
    else if (limit <= usualOutput) spare = output;
  }
}
