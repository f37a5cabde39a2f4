/**
 * Where in HTML a place of a template is. Only the template's own text moves it, so the escaping of every slot is
 * settled while compiling. Follows the states of the HTML tokenizer as far as slots can depend on them.
 */
export interface Place {
  readonly state:
    | 'text'
    | 'open' // a bracket at the very end of a piece of text
    | 'tag'
    | 'attribute'
    | 'equals'
    | 'unquoted'
    | 'value'
    | 'comment'
    | 'raw'
    | 'bogus';
  /** Text that may belong to what follows: the beginning of a tag, comment end, name. */
  readonly pending: string;
  readonly tag: string;
  readonly attribute: string;
  readonly quote: string;
  /** What the template itself wrote of the attribute's value so far; a slot in it is `\0`. */
  readonly value: string;
}

/** What a slot at a place must be written as, or why there can be none. */
export type SlotKind = 'html' | 'attribute' | 'address' | 'query' | 'css' | 'css-address';

/** Where the value of an attribute of addresses begins (`start`) or ends. */
export interface Mark {
  at: number;
  start: boolean;
  /** Several addresses with commas: `srcset`. */
  several: boolean;
}

export const textPlace: Place = { state: 'text', pending: '', tag: '', attribute: '', quote: '', value: '' };

const addressAttributes = new Set(
  ['href', 'src', 'action', 'formaction', 'background', 'cite', 'longdesc', 'poster', 'data', 'usemap'].concat([
    'xlink:href',
    'srcset',
    'imagesrcset',
    'ping',
    'manifest',
    'codebase',
    'archive',
    'profile',
    'lowsrc',
    'dynsrc',
  ]),
);
const severalAttributes = new Set(['srcset', 'imagesrcset', 'ping', 'archive']);
/** Elements whose content is no markup. */
const rawElements = new Set(['script', 'style', 'xmp', 'iframe', 'noembed', 'noframes', 'plaintext']);
// Outlook's conditional comments hold markup (`<!--[if mso]>…<![endif]-->`); their own brackets are skipped.
const conditional = /<!--\[if[^\]>]*\]>(?:<!-->|-->)?|<!--<!\[endif\]-->|<!\[[^\]>]*\](?:--)?>/iy;
const openingEnd = /^<(?:\/?[A-Za-z][^\s/>]*|\/|!-?|!--|!--\[[^\]>]*\]?|!--<[!a-z[\]-]*|!\[[^\]>]*\]?-{0,2})?$/i;

/** Reads a piece of the template's text from a place: where it ends, and the addresses that begin and end in it. */
export function readMarkup(from: Place, text: string): { place: Place; marks: Mark[] } {
  const reader = new Reader(from, text);
  return { place: reader.read(), marks: reader.marks };
}

class Reader {
  readonly marks: Mark[] = [];
  readonly #text: string;
  readonly #offset: number;
  #at = 0;
  #place: Place;

  constructor(from: Place, text: string) {
    this.#text = from.pending + text;
    this.#offset = from.pending.length;
    this.#place = from.state === 'open' ? { ...textPlace } : { ...from, pending: '' };
  }

  read(): Place {
    while (this.#at < this.#text.length) this.#step();
    return this.#place;
  }

  #step(): void {
    switch (this.#place.state) {
      case 'text':
      case 'open':
        return this.#readText();
      case 'tag':
        return this.#readTag();
      case 'attribute':
        return this.#readAttribute();
      case 'equals':
        return this.#readEquals();
      case 'unquoted':
        return this.#readUnquoted();
      case 'value':
        return this.#readValue();
      case 'comment':
        return this.#readUntil(/--!?>/g, 3);
      case 'raw':
        return this.#readRaw();
      default:
        return this.#readUntil(/>/g, 0);
    }
  }

  #go(state: Place['state'], more: Partial<Place> = {}): void {
    this.#place = { ...this.#place, state, ...more };
  }

  #readText(): void {
    const bracket = this.#text.indexOf('<', this.#at);
    if (bracket < 0) return void (this.#at = this.#text.length);
    conditional.lastIndex = bracket;
    const skipped = conditional.exec(this.#text);
    if (skipped !== null) return void (this.#at = bracket + skipped[0].length);
    if (openingEnd.test(this.#text.slice(bracket))) {
      this.#go('open', { pending: this.#text.slice(bracket) });
      this.#at = this.#text.length;
      return;
    }
    this.#openTag(bracket);
  }

  #openTag(bracket: number): void {
    const name = /^<(\/?)([A-Za-z][^\s/>]*)/.exec(this.#text.slice(bracket, bracket + 80));
    if (name !== null) {
      this.#at = bracket + name[0].length;
      return this.#go('tag', { tag: name[1]! + name[2]!.toLowerCase(), attribute: '' });
    }
    if (this.#text.startsWith('<!--', bracket)) {
      this.#at = bracket + 4;
      return this.#go('comment');
    }
    this.#at = bracket + 1;
    if (/[!?/]/.test(this.#text[this.#at] ?? '')) this.#go('bogus');
  }

  #closeTag(): void {
    this.#at++;
    const { tag } = this.#place;
    if (rawElements.has(tag)) this.#go('raw', { attribute: '' });
    else this.#place = { ...textPlace };
  }

  #readTag(): void {
    const char = this.#text[this.#at]!;
    if (char === '>') return this.#closeTag();
    if (/[\s/]/.test(char)) return void this.#at++;
    if (char !== '=') return this.#go('attribute', { attribute: '' });
    this.#at++;
    this.#go('equals');
  }

  #readAttribute(): void {
    const found = /[\s/>=]/g;
    found.lastIndex = this.#at;
    const end = found.exec(this.#text)?.index ?? this.#text.length;
    const attribute = this.#place.attribute + this.#text.slice(this.#at, end).toLowerCase();
    this.#at = end;
    this.#go('attribute', { attribute });
    if (end === this.#text.length) return;
    const spaces = /\s*/y;
    spaces.lastIndex = end;
    const after = end + spaces.exec(this.#text)![0].length;
    if (this.#text[after] !== '=') return this.#go('tag');
    this.#at = after + 1;
    this.#go('equals');
  }

  #readEquals(): void {
    const char = this.#text[this.#at]!;
    if (/\s/.test(char)) return void this.#at++;
    if (char === '>') return this.#closeTag();
    if (char !== '"' && char !== "'") return this.#go('unquoted');
    this.#at++;
    this.#mark(true);
    this.#go('value', { quote: char, value: '' });
  }

  #mark(start: boolean): void {
    const { attribute } = this.#place;
    if (!addressAttributes.has(attribute)) return;
    const at = Math.max(this.#at - this.#offset, 0);
    const last = this.marks.at(-1);
    if (!start && last?.start) this.marks.pop();
    else this.marks.push({ at, start, several: severalAttributes.has(attribute) });
  }

  #readUnquoted(): void {
    const char = this.#text[this.#at]!;
    if (char === '>') return this.#closeTag();
    this.#at++;
    if (/\s/.test(char)) this.#go('tag', { attribute: '' });
  }

  #readValue(): void {
    const close = this.#text.indexOf(this.#place.quote, this.#at);
    const end = close < 0 ? this.#text.length : close;
    const value = this.#place.value + this.#text.slice(this.#at, end);
    this.#at = end;
    if (close < 0) return this.#go('value', { value: value.slice(-2000) });
    this.#mark(false);
    this.#at = end + 1;
    this.#go('tag', { quote: '', value: '', attribute: '' });
  }

  /** Up to an end; what may be its beginning is kept for the next piece. */
  #readUntil(end: RegExp, kept: number): void {
    end.lastIndex = this.#at;
    const found = end.exec(this.#text);
    if (found !== null) {
      this.#at = found.index + found[0].length;
      this.#place = { ...textPlace };
      return;
    }
    this.#go(this.#place.state, {
      pending: kept === 0 ? '' : this.#text.slice(Math.max(this.#at, this.#text.length - kept)),
    });
    this.#at = this.#text.length;
  }

  #readRaw(): void {
    const { tag } = this.#place;
    if (tag === 'plaintext') return void (this.#at = this.#text.length);
    const end = new RegExp(`</${tag}(?=[\\s/>])`, 'gi');
    end.lastIndex = this.#at;
    const found = end.exec(this.#text);
    if (found === null) {
      this.#go('raw', { pending: this.#text.slice(Math.max(this.#at, this.#text.length - tag.length - 2)) });
      this.#at = this.#text.length;
      return;
    }
    this.#at = found.index + found[0].length;
    this.#go('tag', { tag: `/${tag}` });
  }
}

/** How a slot at a place is written; a sentence when none is allowed there. */
export function slotAt(place: Place): { kind: SlotKind } | { refused: string } {
  switch (place.state) {
    case 'text':
      return { kind: 'html' };
    case 'value':
      return slotInValue(place);
    case 'equals':
    case 'unquoted':
      return { refused: `the value of ${place.attribute} needs quotes around it` };
    case 'comment':
    case 'bogus':
      return { refused: 'nothing can be printed into a comment' };
    case 'raw':
      return { refused: `nothing can be printed into <${place.tag}>` };
    default:
      return { refused: 'nothing can be printed into a tag, outside the quoted value of an attribute' };
  }
}

function slotInValue({ tag, attribute, value }: Place): { kind: SlotKind } | { refused: string } {
  if (attribute.startsWith('on') || attribute === 'srcdoc') {
    return { refused: `nothing can be printed into ${attribute}, which is a program` };
  }
  if (tag === 'meta' && attribute === 'content') return { refused: 'nothing can be printed into the content of meta' };
  if (attribute === 'style') return slotInStyle(value);
  if (!addressAttributes.has(attribute)) return { kind: 'attribute' };
  return { kind: /[?#]|&.*=/s.test(value) ? 'query' : 'address' };
}

function slotInStyle(value: string): { kind: SlotKind } | { refused: string } {
  const inside = /url\(\s*(?:["']|&quot;|&#39;)?([^)"']*)$/i.exec(value);
  if (inside === null) return { kind: 'css' };
  if (inside[1] === '') return { kind: 'css-address' };
  if (/^https?:\/\//i.test(inside[1]!)) return { kind: 'css-address' };
  return { refused: 'in url(…) the slot must hold the whole address, or come after https://' };
}

/** The place after a slot. */
export function afterSlot(place: Place): Place {
  return place.state === 'value' ? { ...place, value: `${place.value}\0` } : place;
}

/** Two branches may meet only at places where every later slot would be written alike. */
export function placeKey(place: Place): string {
  const { state, pending, tag, attribute, quote } = place;
  if (state === 'text') return state;
  const slot = state === 'value' ? JSON.stringify(slotAt(place)) : '';
  return [state, pending, tag, attribute, quote, slot].join('\0');
}
