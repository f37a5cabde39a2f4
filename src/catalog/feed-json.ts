import { BeckonError } from '../base/index.ts';
import { feedErrors } from './feed-error.ts';
import { feedLimits } from './feed-limit.ts';
import type { SourceRow } from './feed-row.ts';

const codes = { quote: 34, comma: 44, open: 91, backslash: 92, close: 93, openMap: 123, closeMap: 125 } as const;

/**
 * Reads JSON while it comes: a list of objects, or an object in which such a list stands (`{"products": [ … ]}`). Each
 * element is parsed alone; what stands around the list is only weighed. Depth and length are bounded before anything is
 * parsed.
 *
 * @throws FEED_FILE_REFUSED, FEED_FILE_BROKEN
 */
export class JsonStream {
  #text = '';
  #at = 0;
  #depth = 0;
  /** Lists that are open around the place, apart from the one whose elements are rows. */
  #lists = 0;
  /** The depth of the elements; null until the list is found. */
  #level: number | null = null;
  /** A list has been opened, and what it holds is not known yet. */
  #perhaps = false;
  #begun = false;
  #mark = 0;
  #tooLong = false;
  #count = 0;
  #made: SourceRow[] = [];

  push(text: string): SourceRow[] {
    this.#text += text;
    this.#scan();
    this.#drop();
    const made = this.#made;
    this.#made = [];
    return made;
  }

  end(): SourceRow[] {
    const isOpen = this.#level !== null && this.#level !== Infinity;
    if (this.#depth > 0 || isOpen || !this.#begun || this.#at < this.#text.length) {
      throw new BeckonError(feedErrors.FEED_FILE_BROKEN, `The JSON ends too early, after row ${this.#count}`);
    }
    const made = this.#made;
    this.#made = [];
    return made;
  }

  #scan(): void {
    const text = this.#text;
    while (this.#at < text.length) {
      const code = text.charCodeAt(this.#at);
      if (code <= 32 || code === 0xfeff) {
        this.#at++;
        continue;
      }
      if (this.#perhaps) this.#settle(code);
      if (code === codes.quote) {
        const end = endOfText(text, this.#at);
        if (end === -1) return this.#wait();
        this.#at = end + 1;
        continue;
      }
      if (!this.#begun && code !== codes.open && code !== codes.openMap) {
        throw new BeckonError(feedErrors.FEED_FILE_BROKEN, 'The JSON is neither a list nor an object');
      }
      if (this.#begun && this.#depth === 0) {
        throw new BeckonError(feedErrors.FEED_FILE_BROKEN, 'The JSON goes on after its end; is it one object a line?');
      }
      this.#begun = true;
      this.#step(code);
      this.#at++;
    }
  }

  /** A text that has no end yet is looked at again with what follows. */
  #wait(): void {
    const from = this.#level === null ? this.#at : Math.min(this.#at, this.#mark);
    if (this.#text.length - from <= feedLimits.record) return;
    throw new BeckonError(
      feedErrors.FEED_FILE_REFUSED,
      `The JSON holds a text of more than ${feedLimits.record} characters`,
    );
  }

  #step(code: number): void {
    if (code === codes.openMap || code === codes.open) this.#deeper(code);
    else if (code === codes.closeMap || code === codes.close) this.#shallower(code);
    else if (code === codes.comma && this.#depth === this.#level) this.#element();
  }

  #deeper(code: number): void {
    if (++this.#depth > feedLimits.depth) {
      throw new BeckonError(feedErrors.FEED_FILE_REFUSED, `The JSON is more than ${feedLimits.depth} levels deep`);
    }
    if (code !== codes.open || this.#level !== null) return;
    // The list of rows stands in no other list.
    this.#perhaps = this.#lists === 0;
    this.#lists++;
  }

  /** The first thing in a list tells whether it is the one: rows are objects. A list that is the whole file always is. */
  #settle(code: number): void {
    this.#perhaps = false;
    if (code !== codes.openMap && this.#depth > 1) return;
    this.#level = this.#depth;
    this.#mark = this.#at;
    this.#tooLong = false;
  }

  #shallower(code: number): void {
    if (this.#depth === this.#level && code === codes.close) {
      this.#element();
      this.#level = Infinity;
    } else if (this.#level === null && this.#depth === 1 && code === codes.closeMap) this.#whole();
    if (code === codes.close) this.#lists = Math.max(0, this.#lists - 1);
    this.#depth--;
    if (this.#depth < 0) throw new BeckonError(feedErrors.FEED_FILE_BROKEN, 'The JSON closes what it has not opened');
  }

  /** An element ends where we are. */
  #element(): void {
    const text = this.#text.slice(this.#mark, this.#at).trim();
    this.#mark = this.#at + 1;
    const tooLong = this.#tooLong;
    this.#tooLong = false;
    if (text === '' && !tooLong) return;
    this.#count++;
    const fault = `it is longer than ${feedLimits.record} characters`;
    this.#made.push(tooLong ? { row: this.#count, values: {}, fault } : rowOf(this.#count, text));
  }

  /** The whole file is one object, without any list of objects: it is one item. */
  #whole(): void {
    if (this.#tooLong) return;
    this.#count++;
    this.#made.push(rowOf(this.#count, this.#text.slice(this.#mark, this.#at + 1)));
  }

  /** Forgets what has been read, but for the element that is not whole yet. */
  #drop(): void {
    if (this.#level === Infinity) this.#mark = this.#at;
    if (this.#at - this.#mark > feedLimits.record) {
      this.#tooLong = true;
      this.#mark = this.#at;
    }
    if (this.#mark === 0) return;
    this.#text = this.#text.slice(this.#mark);
    this.#at -= this.#mark;
    this.#mark = 0;
  }
}

/** Reads one object a line. A line that is none spoils itself only. */
export class LineStream {
  #rest = '';
  #line = 0;
  #skipping = false;

  push(text: string): SourceRow[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    const made = lines.flatMap((line) => this.#take(line));
    if (this.#rest.length > feedLimits.record) {
      this.#skipping = true;
      this.#rest = '';
    }
    return made;
  }

  end(): SourceRow[] {
    return this.#rest === '' && !this.#skipping ? [] : this.#take(this.#rest);
  }

  #take(line: string): SourceRow[] {
    this.#line++;
    const tooLong = this.#skipping || line.length > feedLimits.record;
    this.#skipping = false;
    if (tooLong) {
      return [{ row: this.#line, values: {}, fault: `the line is longer than ${feedLimits.record} characters` }];
    }
    const text = line.trim();
    if (text === '' || text === '\ufeff') return [];
    return [tooDeep(text) ? { row: this.#line, values: {}, fault: deepFault } : rowOf(this.#line, text)];
  }
}

const deepFault = `it is more than ${feedLimits.depth} levels deep`;

function tooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === codes.quote) {
      const end = endOfText(text, at);
      if (end === -1) return false;
      at = end;
    } else if (code === codes.open || code === codes.openMap) {
      if (++depth > feedLimits.depth) return true;
    } else if (code === codes.close || code === codes.closeMap) depth--;
  }
  return false;
}

/** Where the text that is opened at `from` is closed; -1 when that is not in sight. */
function endOfText(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === codes.backslash) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return -1;
}

function rowOf(row: number, text: string): SourceRow {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    return { row, values: {}, fault: `it is not JSON: ${(cause as Error).message.slice(0, 120)}` };
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { row, values: value as Record<string, unknown>, fault: null };
  }
  return { row, values: {}, fault: 'it is not an object' };
}
