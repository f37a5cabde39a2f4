import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { BeckonError } from '../base/index.ts';
import { feedErrors } from './feed-error.ts';
import { feedLimits } from './feed-limit.ts';
import type { SourceRow } from './feed-row.ts';

/** Elements that are one item each, in the feeds that are met with; RSS, Atom, and shops' own. */
const rowElements = new Set(['item', 'entry', 'product', 'offer', 'row']);
/** UTF-16 units without anything that ends: a text, a tag or a comment is cut off there. */
const unbroken = 128 * 1024;
const slice = 16 * 1024;

/** Named characters of HTML that feeds use without declaring them, as XML would want. */
export const htmlNames: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'nbsp=\u00a0 iexcl=¡ cent=¢ pound=£ yen=¥ sect=§ copy=© laquo=« reg=® deg=° plusmn=± sup2=² sup3=³ micro=µ para=¶ ' +
    'middot=· raquo=» frac14=¼ frac12=½ frac34=¾ iquest=¿ Agrave=À Aacute=Á Acirc=Â Atilde=Ã Auml=Ä Aring=Å AElig=Æ ' +
    'Ccedil=Ç Egrave=È Eacute=É Ecirc=Ê Euml=Ë Iacute=Í Ntilde=Ñ Oacute=Ó Ocirc=Ô Otilde=Õ Ouml=Ö times=× Oslash=Ø ' +
    'Uacute=Ú Uuml=Ü szlig=ß agrave=à aacute=á acirc=â atilde=ã auml=ä aring=å aelig=æ ccedil=ç egrave=è eacute=é ' +
    'ecirc=ê euml=ë iacute=í icirc=î iuml=ï ntilde=ñ ograve=ò oacute=ó ocirc=ô otilde=õ ouml=ö divide=÷ oslash=ø ' +
    'ugrave=ù uacute=ú ucirc=û uuml=ü yacute=ý ndash=– mdash=— lsquo=‘ rsquo=’ sbquo=‚ ldquo=“ rdquo=” bdquo=„ bull=• ' +
    'hellip=… prime=′ Prime=″ euro=€ trade=™ shy=\u00ad'
  )
    .split(' ')
    .map((pair) => pair.split('=') as [string, string]),
);

/** An element that is being read. */
interface Open {
  name: string;
  /** Its name stood in a namespace of shop feeds (`g:`), which goes before the same name without. */
  strong: boolean;
  text: string;
  parts: Record<string, unknown> | null;
  attributes: Readonly<Record<string, string>>;
}

/**
 * Reads XML while it comes and gives one row for each item. No DOCTYPE and no entity declaration is ever parsed; depth,
 * text, and the number of parts are bounded (trust.md §3.7, row 97). Fields go by their local names; what comes twice is
 * a list; what has parts is an object.
 *
 * @throws FEED_FILE_REFUSED, FEED_FILE_BROKEN
 */
export class XmlStream {
  readonly #parser = new SaxesParser({ xmlns: false, position: false });
  readonly #isRow: (name: string) => boolean;
  #prolog: string | null = '';
  /** Elements around the row, or around nothing yet. */
  #depth = 0;
  #row: Open | null = null;
  #inside: Open[] = [];
  #strong = new Set<string>();
  #parts = 0;
  #fault: string | null = null;
  #count = 0;
  #fed = 0;
  #lastEnd = 0;
  #made: SourceRow[] = [];

  /** @param element the name of the element that is one item; null: the usual ones */
  constructor(element: string | null) {
    this.#isRow = element === null ? (name) => rowElements.has(name) : (name) => name === element;
    Object.assign(this.#parser.ENTITIES, htmlNames);
    this.#parser.on('doctype', () => refuse('a DOCTYPE'));
    this.#parser.on('error', (error) => {
      const why = error.message.replace(/^\S*:\s*/, '').slice(0, 200);
      throw new BeckonError(feedErrors.FEED_FILE_BROKEN, `The XML is not well formed after row ${this.#count}: ${why}`);
    });
    this.#parser.on('opentag', (tag) => this.#opened(tag));
    this.#parser.on('closetag', () => this.#closed());
    const took = (text: string) => this.#text(text);
    this.#parser.on('text', took);
    this.#parser.on('cdata', took);
    this.#parser.on('comment', () => this.#ended());
    this.#parser.on('processinginstruction', () => this.#ended());
  }

  push(text: string): SourceRow[] {
    const ready = this.#prolog === null ? text : this.#beyondProlog(text);
    for (let at = 0; at < ready.length; at += slice) {
      const part = ready.slice(at, at + slice);
      this.#fed += part.length;
      this.#parser.write(part);
      if (this.#fed - this.#lastEnd > unbroken) refuse(`a text or tag of more than ${unbroken} characters`);
    }
    return this.#take();
  }

  end(): SourceRow[] {
    if (this.#prolog !== null) {
      throw new BeckonError(feedErrors.FEED_FILE_BROKEN, 'The XML has no element');
    }
    this.#parser.close();
    return this.#take();
  }

  /** Holds what stands before the first element until it is known to hold no declarations. */
  #beyondProlog(text: string): string {
    const prolog = this.#prolog! + text;
    const start = /<[A-Za-z_]/.exec(prolog);
    const before = start ? prolog.slice(0, start.index) : prolog;
    const found = /<!\s*(DOCTYPE|ENTITY|ELEMENT|ATTLIST)/i.exec(before);
    if (found) refuse(found[1]!.toUpperCase() === 'DOCTYPE' ? 'a DOCTYPE' : 'declarations of a document type');
    if (before.length > feedLimits.head) refuse(`more than ${feedLimits.head} characters before its first element`);
    this.#prolog = start ? null : prolog;
    return start ? prolog : '';
  }

  #take(): SourceRow[] {
    const made = this.#made;
    this.#made = [];
    return made;
  }

  #ended(): void {
    this.#lastEnd = this.#fed;
  }

  #opened(tag: SaxesTagPlain): void {
    this.#ended();
    if (++this.#depth > feedLimits.depth) refuse(`elements within elements, ${feedLimits.depth} deep`);
    const colon = tag.name.indexOf(':');
    const name = colon === -1 ? tag.name : tag.name.slice(colon + 1);
    const open: Open = { name, strong: colon !== -1, text: '', parts: null, attributes: tag.attributes };
    if (this.#row !== null) {
      if (++this.#parts > feedLimits.parts) this.#fault ??= `it has more than ${feedLimits.parts} elements`;
      this.#inside.push(open);
    } else if (this.#isRow(name)) {
      this.#row = open;
      this.#row.parts = fieldsOf(tag.attributes);
    }
  }

  #text(text: string): void {
    this.#ended();
    const open = this.#inside.at(-1);
    if (!open) return;
    if (open.text.length + text.length <= feedLimits.cell) open.text += text;
    else this.#fault ??= `${open.name} is longer than ${feedLimits.cell} characters`;
  }

  #closed(): void {
    this.#ended();
    this.#depth--;
    const open = this.#inside.pop();
    if (!open) {
      if (this.#row !== null) this.#endRow(this.#row);
      return;
    }
    if (this.#fault !== null) return;
    const parent = this.#inside.at(-1) ?? this.#row!;
    parent.parts ??= {};
    const top = this.#inside.length === 0;
    put(parent.parts, open, top ? this.#strong : null);
  }

  #endRow(row: Open): void {
    this.#count++;
    this.#made.push({ row: this.#count, values: row.parts ?? {}, fault: this.#fault });
    this.#row = null;
    this.#parts = 0;
    this.#fault = null;
    this.#strong.clear();
  }
}

function refuse(what: string): never {
  throw new BeckonError(feedErrors.FEED_FILE_REFUSED, `The XML holds ${what}`);
}

function fieldsOf(attributes: Readonly<Record<string, string>>): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (!name.startsWith('xmlns') && name !== '__proto__') found[name.slice(name.indexOf(':') + 1)] = value;
  }
  return found;
}

/** What an element says: its parts, its text, or where it leads to. */
function valueOf({ parts, text, attributes }: Open): unknown {
  if (parts !== null) return parts;
  if (text.trim() !== '') return text.trim();
  return attributes['href'] ?? attributes['url'] ?? '';
}

/** Puts a value beside what has come under that name; a name of `g:` goes before the same without. */
function put(parts: Record<string, unknown>, open: Open, strong: Set<string> | null): void {
  const { name } = open;
  if (name === '__proto__') return;
  const value = valueOf(open);
  const isFirst = !Object.hasOwn(parts, name);
  if (strong && open.strong && !strong.has(name)) {
    strong.add(name);
    parts[name] = value;
  } else if (strong?.has(name) && !open.strong) return;
  else if (isFirst || parts[name] === '') parts[name] = value;
  else if (Array.isArray(parts[name])) (parts[name] as unknown[]).push(value);
  else if (value !== '' && !isOtherLink(open)) parts[name] = [parts[name], value];
}

/** Atom has links to other forms of the entry beside the one to its page. */
function isOtherLink({ name, attributes }: Open): boolean {
  return name === 'link' && attributes['rel'] !== undefined && attributes['rel'] !== 'alternate';
}
