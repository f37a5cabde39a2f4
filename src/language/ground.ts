import { errorAt, errors } from './error.ts';
import type { Source } from './error.ts';
import { checkAddress, checkHeader, escapings, headerFault, tidyAddress } from './escape.ts';
import type { Escaping } from './escape.ts';
import { afterSlot, placeKey, readMarkup, slotAt, textPlace } from './markup.ts';
import type { Mark, Place, SlotKind } from './markup.ts';
import type { Run, Write } from './run.ts';
import { toJson } from './value.ts';

/** What the text is for. The escaping of each slot follows from it and from the text around the slot. */
export type EscapeMode = 'html' | 'text' | 'header' | 'json' | 'url';

/** How the text of a value is written: as it is (null) or by a row of the table, made ready before if need be. */
export interface TextSlot {
  escaping: Escaping | null;
  /** Refuses or changes the whole text first. */
  ready?: (run: Run, text: string) => string;
}
export type Slot = TextSlot | { value: (run: Run, value: unknown) => void };
type At = { source: Source; at: number };

/** The ground on which text and slots are laid, kept while compiling: it knows where the next slot stands. */
export interface Ground {
  text(text: string, at: At): Write[];
  slot(raw: boolean, at: At): Slot;
  /** Equal keys: every later slot would be written alike. */
  key(): string;
  /** To go back to the place where a branch began. */
  save(): unknown;
  restore(saved: unknown): void;
  /** Why the text must not end here, if so. */
  unfinished(): string | null;
}

/** A new ground for a mode. */
export function groundOf(mode: EscapeMode): Ground {
  if (mode === 'html') return new HtmlGround();
  if (mode === 'json') return new JsonGround();
  return new PlainGround(mode);
}

function writes(text: string): Write[] {
  if (text === '') return [];
  const bytes = Buffer.from(text);
  return [(run) => run.put(bytes)];
}

const addressSlot: TextSlot = { escaping: escapings.address, ready: (_, text) => tidyAddress(text) };
const htmlSlots: Record<SlotKind, TextSlot> = {
  html: { escaping: escapings.html },
  attribute: { escaping: escapings.html },
  address: addressSlot,
  query: { escaping: escapings.query },
  css: { escaping: escapings.css },
  'css-address': {
    escaping: escapings.address,
    ready(run, text) {
      checkAddress(run, text, false);
      return tidyAddress(text);
    },
  },
};

/** Three braces: text as it is between tags; in addresses, the marks of an address keep their meaning. */
const rawSlots: Partial<Record<SlotKind, TextSlot>> = { html: { escaping: null }, query: addressSlot };

const headerSlot: TextSlot = {
  escaping: escapings.header,
  ready(run, text) {
    checkHeader(run, text);
    return text;
  },
};
const urlSlot: Slot = { escaping: escapings.query };
const plainSlot: TextSlot = { escaping: escapings.text };
const jsonSlot: TextSlot = { escaping: escapings.json };

class HtmlGround implements Ground {
  #place: Place = textPlace;

  text(text: string): Write[] {
    const { place, marks } = readMarkup(this.#place, text);
    this.#place = place;
    let from = 0;
    const made: Write[] = [];
    for (const mark of marks) {
      made.push(...writes(text.slice(from, mark.at)), markWriter(mark));
      from = mark.at;
    }
    return [...made, ...writes(text.slice(from))];
  }

  slot(raw: boolean, at: At): Slot {
    const slot = slotAt(this.#place);
    if ('refused' in slot) throw errorAt(errors.LANGUAGE_SLOT, at, slot.refused);
    this.#place = afterSlot(this.#place);
    return (raw ? rawSlots[slot.kind] : undefined) ?? htmlSlots[slot.kind];
  }

  key(): string {
    return placeKey(this.#place);
  }
  save(): unknown {
    return this.#place;
  }
  restore(saved: unknown): void {
    this.#place = saved as Place;
  }
  unfinished(): string | null {
    const { state, tag } = this.#place;
    if (state === 'text' || (state === 'open' && this.#place.pending === '<')) return null;
    if (state === 'comment') return 'a comment is not closed';
    if (state === 'raw') return `<${tag}> is not closed`;
    return 'a tag is not closed';
  }
}

function markWriter({ start, several }: Mark): Write {
  if (start) return (run) => void (run.address = run.output!.mark());
  return (run) => {
    const output = run.output!;
    if (several || !output.isPlainAddress(run.address)) checkAddress(run, output.since(run.address), several);
  };
}

class PlainGround implements Ground {
  readonly #header: boolean;
  readonly #url: boolean;
  constructor(mode: EscapeMode) {
    this.#header = mode === 'header';
    this.#url = mode === 'url';
  }

  text(text: string, { source, at }: At): Write[] {
    const fault = this.#header ? headerFault(text) : -1;
    if (fault >= 0) {
      const sentence = 'a header has no line breaks or control characters';
      throw errorAt(errors.LANGUAGE_SLOT, { source, at: at + fault, mend: 'Write the header on one line' }, sentence);
    }
    return writes(text);
  }
  /** A value in the address of a call stays one value: whatever has a meaning there is percent-encoded. */
  slot(raw: boolean): Slot {
    if (this.#url && !raw) return urlSlot;
    return this.#header ? headerSlot : plainSlot;
  }
  key(): string {
    return '';
  }
  save(): unknown {
    return null;
  }
  restore(): void {}
  unfinished(): string | null {
    return null;
  }
}

/** Inside quotes a slot is part of the text; outside it is a value of its own, quotes and all. */
class JsonGround implements Ground {
  #quoted = false;
  #escaped = false;

  text(text: string): Write[] {
    for (const char of text) {
      if (this.#escaped) this.#escaped = false;
      else if (char === '"') this.#quoted = !this.#quoted;
      else if (char === '\\' && this.#quoted) this.#escaped = true;
    }
    return writes(text);
  }
  slot(_: boolean, at: At): Slot {
    if (this.#escaped) throw errorAt(errors.LANGUAGE_SLOT, at, 'nothing can be printed after a single backslash');
    if (!this.#quoted) return { value: (run, value) => run.write(toJson(run, value), escapings.jsonValue) };
    return jsonSlot;
  }
  key(): string {
    return `${this.#quoted} ${this.#escaped}`;
  }
  save(): unknown {
    return { quoted: this.#quoted, escaped: this.#escaped };
  }
  restore(saved: unknown): void {
    const { quoted, escaped } = saved as { quoted: boolean; escaped: boolean };
    this.#quoted = quoted;
    this.#escaped = escaped;
  }
  unfinished(): string | null {
    return this.#quoted ? 'a text in quotes is not closed' : null;
  }
}
