import { errorAt, errors } from './error.ts';
import type { Source } from './error.ts';

/** A piece of a template: text as it is, or a tag. `from` and `to` bound what stands between the tag's brackets. */
export interface Piece {
  kind: 'text' | 'print' | 'raw' | 'expression' | 'statement' | 'open' | 'close' | 'else' | 'comment';
  at: number;
  end: number;
  from: number;
  to: number;
}

const opening = /\{\{\{|\{\{|\{%/g;
/** Tags that print nothing: alone on a line they take the line with them, as in Handlebars. */
const silent = new Set<Piece['kind']>(['statement', 'open', 'close', 'else', 'comment']);

/** Cuts a template into text and tags. Quotes are respected: `{%= "}}" %}` is one tag. */
export function split(source: Source): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (;;) {
    opening.lastIndex = at;
    const found = opening.exec(source.text);
    const end = found?.index ?? source.text.length;
    if (end > at) pieces.push({ kind: 'text', at, end, from: at, to: end });
    if (found === null) return dropLines(source.text, pieces);
    const piece = tag(source, found[0], end);
    pieces.push(piece);
    at = piece.end;
  }
}

function tag(source: Source, open: string, at: number): Piece {
  if (source.text.startsWith('{{!', at)) return comment(source, at);
  const close = open === '{{{' ? '}}}' : open === '{{' ? '}}' : '%}';
  const inside = at + open.length;
  const end = findClose(source, { at, inside, close });
  const piece: Piece = { kind: 'print', at, end: end + close.length, from: inside, to: end };
  if (open === '{{{') return { ...piece, kind: 'raw' };
  const first = source.text.slice(inside, end).search(/\S/);
  const word = inside + Math.max(first, 0);
  const sign = first < 0 ? '' : source.text[word]!;
  if (sign === '#') return { ...piece, kind: 'open', from: word + 1 };
  if (sign === '/') return { ...piece, kind: 'close', from: word + 1 };
  if (/^else(?=\s|$)/.test(source.text.slice(word, end))) return { ...piece, kind: 'else', from: word + 4 };
  if (open === '{{') return piece;
  return sign === '=' ? { ...piece, kind: 'expression', from: word + 1 } : { ...piece, kind: 'statement', from: word };
}

function comment(source: Source, at: number): Piece {
  const long = source.text.startsWith('{{!--', at);
  const close = long ? '--}}' : '}}';
  const end = source.text.indexOf(close, at + (long ? 5 : 3));
  if (end < 0) throw unclosed(source, at, close);
  return { kind: 'comment', at, end: end + close.length, from: at, to: at };
}

/** The end of a tag, not counting what stands in quotes, back-ticks or the braces of a map. */
function findClose(source: Source, tag: { at: number; inside: number; close: string }): number {
  const { text } = source;
  let quote = '';
  let braces = 0;
  for (let i = tag.inside; i < text.length; i++) {
    const char = text[i]!;
    if (quote !== '') {
      if (char === '\\' && quote !== '`') i++;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'" || char === '`') quote = char;
    else if (char === '{') braces++;
    else if (char === '}' && braces > 0) braces--;
    else if (char === tag.close[0] && text.startsWith(tag.close, i)) return i;
  }
  throw unclosed(source, tag.at, tag.close);
}

function unclosed(source: Source, at: number, close: string): Error {
  const sentence = `the tag ${source.text.slice(at, at + 20).split('\n')[0]} has no closing ${close}`;
  return errorAt(errors.LANGUAGE_SYNTAX, { source, at }, sentence);
}

/** Shortens the texts around silent tags that stand alone on their line. */
function dropLines(text: string, pieces: Piece[]): Piece[] {
  const cuts = pieces.map((piece, i) => (silent.has(piece.kind) ? lineAround(text, pieces, i) : null));
  cuts.forEach((cut, i) => {
    if (cut === null) return;
    const [before, after] = [pieces[i - 1], pieces[i + 1]];
    if (before !== undefined) before.end = Math.max(cut.from, before.at);
    if (after !== undefined) after.at = Math.min(cut.to, after.end);
  });
  return pieces.filter((piece) => piece.kind !== 'text' || piece.end > piece.at);
}

/** From the beginning of a tag's line to the beginning of the next, if nothing else stands on it. */
function lineAround(text: string, pieces: Piece[], i: number): { from: number; to: number } | null {
  const [before, after] = [pieces[i - 1], pieces[i + 1]];
  const [head, tail] = [before ?? emptyAt(0), after ?? emptyAt(text.length)];
  if (head.kind !== 'text' || tail.kind !== 'text') return null;
  const [left, right] = [text.slice(head.at, head.end), text.slice(tail.at, tail.end)];
  const [start, next] = [left.lastIndexOf('\n'), right.indexOf('\n')];
  // Without a line break the line reaches beyond the text: only at the ends of the template is nothing there.
  if ((start < 0 && i > 1) || (next < 0 && i < pieces.length - 2)) return null;
  const end = next < 0 ? right.length : next + 1;
  if (left.slice(start + 1).trim() !== '' || right.slice(0, end).trim() !== '') return null;
  return { from: head.at + start + 1, to: tail.at + end };
}

function emptyAt(at: number): Piece {
  return { kind: 'text', at, end: at, from: at, to: at };
}
