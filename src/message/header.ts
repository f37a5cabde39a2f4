import { BeckonError } from '../base/index.ts';
import { requireHeaderText, type Mailbox } from './address.ts';
import { errors } from './error.ts';

/**
 * Header fields as they stand on the wire: one line of visible text each (trust M10), non-ASCII as encoded words
 * (RFC 2047, M3), folded at 76 columns where that is allowed, never over 998 octets (M1). Pure. Each gives the field with
 * its last CRLF, and throws MESSAGE_HEADER_REFUSED for what cannot be one.
 */

/** Columns of a line before it is folded; 78 is what RFC 5322 asks for, 76 what encoded words may fill. */
const columns = 76;
const longestLine = 998;
/** Octets that one encoded word carries: 60 letters of base64, with `=?UTF-8?B?` and `?=` 72 of 75 allowed. */
const wordOctets = 45;

/** Free text: Subject and the like. */
export function textField(name: string, text: string): string {
  requireHeaderText(name, text);
  const space = columns - name.length - 2;
  if (isPlain(text) && text.length <= space) return field(name, text);
  if (isPlain(text) && !/^ | {2}| $/.test(text)) {
    const words = text.split(' ');
    if (words.every((word) => word.length < space)) return field(name, folded(name, words));
  }
  return field(name, encodedWords(text, name.length + 2));
}

/** A mailbox: `"Lumen & Loom" <news@shop.example>`, or the address alone. */
export function mailboxField(name: string, { name: phrase, address }: Mailbox): string {
  requireHeaderText(name, address);
  return phrase === '' ? field(name, address) : namedField(name, phrase, `<${address}>`);
}

/** A name before what it names: quoted if it is plain ASCII, otherwise encoded words, never both (M3). */
export function namedField(name: string, phrase: string, token: string): string {
  requireHeaderText(name, phrase);
  const quoted = isPlain(phrase) && phrase.length <= 60;
  const words = quoted
    ? [`"${phrase.replace(/["\\]/g, '\\$&')}"`]
    : encodedWords(phrase, name.length + 2).split('\r\n ');
  return field(name, folded(name, [...words, token]));
}

/** Machine-readable pieces, none of which may be broken: `<https://…>,` `<mailto:…>`; folded between them only. */
export function tokenField(name: string, tokens: readonly string[]): string {
  for (const token of tokens) {
    requireHeaderText(name, token);
    if (!/^[\u0021-\u007e]+$/.test(token)) throw refused(name, 'holds spaces or letters beyond ASCII');
  }
  return field(name, folded(name, tokens));
}

/** ASCII that no reader takes for an encoded word (row 3). */
function isPlain(text: string): boolean {
  return /^[\u0020-\u007e]*$/.test(text) && !text.includes('=?');
}

/** Encoded words, split between code points, a line each. @param used columns of the first line that are taken */
function encodedWords(text: string, used: number): string {
  const words: string[] = [];
  let [piece, octets, most] = ['', 0, Math.min(wordOctets, Math.floor((columns - used - 12) / 4) * 3)];
  for (const letter of text) {
    const size = Buffer.byteLength(letter);
    if (octets + size > most && piece !== '') {
      words.push(piece);
      [piece, octets, most] = ['', 0, wordOctets];
    }
    piece += letter;
    octets += size;
  }
  words.push(piece);
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word, 'utf8').toString('base64')}?=`).join('\r\n ');
}

/** Pieces with a space between, on as many lines as they need. */
function folded(name: string, pieces: readonly string[]): string {
  let [text, column] = ['', name.length + 2];
  for (const [n, piece] of pieces.entries()) {
    const breaks = n > 0 && column + 1 + piece.length > columns;
    text += n === 0 ? piece : breaks ? `\r\n ${piece}` : ` ${piece}`;
    column = breaks ? 1 + piece.length : column + (n === 0 ? 0 : 1) + piece.length;
  }
  return text;
}

function field(name: string, value: string): string {
  const text = `${name}: ${value}\r\n`;
  for (const line of text.split('\r\n')) {
    if (Buffer.byteLength(line) > longestLine) throw refused(name, `has a line over ${longestLine} octets`);
  }
  return text;
}

function refused(name: string, why: string): BeckonError {
  return new BeckonError(errors.MESSAGE_HEADER_REFUSED, `${name} ${why}`);
}

/** The fields of a finished mail with their values unfolded, and the encoded words that we make decoded. */
export function fieldsOf(raw: Buffer): [string, string][] {
  const header = raw.toString('utf8', 0, raw.indexOf('\r\n\r\n'));
  return header.split(/\r\n(?![ \t])/).map((line) => {
    const colon = line.indexOf(':');
    const value = line.slice(colon + 1).replace(/\r\n(?=[ \t])/g, '');
    return [line.slice(0, colon), decoded(value.trim())];
  });
}

function decoded(value: string): string {
  return value
    .replace(/\?=\s+=\?UTF-8\?B\?/g, '?==?UTF-8?B?')
    .replace(/=\?UTF-8\?B\?([A-Za-z0-9+/=]*)\?=/g, (_all, words: string) =>
      Buffer.from(words, 'base64').toString('utf8'),
    );
}
