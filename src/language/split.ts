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

/** The end of a tag, not counting what stands in quotes or back-ticks. */
function findClose(source: Source, tag: { at: number; inside: number; close: string }): number {
  const { text } = source;
  let quote = '';
  for (let i = tag.inside; i < text.length; i++) {
    const char = text[i]!;
    if (quote !== '') {
      if (char === '\\' && quote !== '`') i++;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'" || char === '`') quote = char;
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
  const alone = pieces.filter((piece, i) => silent.has(piece.kind) && isAlone(text, { piece, i, pieces }));
  for (const piece of alone) {
    const i = pieces.indexOf(piece);
    const [before, after] = [pieces[i - 1], pieces[i + 1]];
    if (before?.kind === 'text') before.end = before.to = lineStart(text, before, piece.at);
    if (after?.kind === 'text') after.at = after.from = Math.min(lineEnd(text, piece.end), after.end);
  }
  return pieces.filter((piece) => piece.kind !== 'text' || piece.end > piece.at);
}

function isAlone(text: string, { piece, i, pieces }: { piece: Piece; i: number; pieces: Piece[] }): boolean {
  const start = text.lastIndexOf('\n', piece.at - 1) + 1;
  const newline = text.indexOf('\n', piece.end);
  const end = newline < 0 ? text.length : newline;
  const [before, after] = [pieces[i - 1], pieces[i + 1]];
  if (piece.at > 0 && start < piece.at && (before?.kind !== 'text' || before.at > start)) return false;
  if (end > piece.end && (after?.kind !== 'text' || after.end < end)) return false;
  return text.slice(start, piece.at).trim() === '' && text.slice(piece.end, end).trim() === '';
}

function lineStart(text: string, before: Piece, at: number): number {
  return Math.max(text.lastIndexOf('\n', at - 1) + 1, before.at);
}

function lineEnd(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline + 1;
}
