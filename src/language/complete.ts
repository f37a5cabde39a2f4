import { BeckonError } from '../base/index.ts';
import { blockWords } from './block.ts';
import { Checker } from './check.ts';
import type { Source } from './error.ts';
import { word } from './format.ts';
import { signatureOf } from './function.ts';
import type { LanguageFunction } from './function.ts';
import { functionGroups, functionNamed } from './functions.ts';
import { lex } from './lex.ts';
import type { Token } from './lex.ts';
import { Parser } from './parse.ts';
import type { Fragment } from './render.ts';
import { Sight } from './sight.ts';
import { split } from './split.ts';
import type { Piece } from './split.ts';
import { any, describeType, elementOf, fieldNames, fieldOf, kindsOf, openSchema } from './type.ts';
import type { Field, Schema, Type } from './type.ts';

/** What an editor knows of the text it shows. */
export interface EditorContext {
  schema?: Schema;
  /** Is the text an expression by itself, or a template with tags in it? */
  mode: 'expression' | 'template';
  fragments?: Record<string, Fragment>;
}

/** A word that may stand at a place. */
export interface Completion {
  /** What is shown. */
  label: string;
  /** What is written in place of the text from `from` to `to`. */
  insert: string;
  kind: 'field' | 'function' | 'word' | 'block' | 'fragment' | 'parameter' | 'value';
  /** Its type, or the signature of a function. */
  detail: string;
  /** One sentence, or empty. */
  doc: string;
}

/** The words for the text from `from` to `to`, both offsets of the source; the likeliest first. */
export interface Completions {
  from: number;
  to: number;
  items: Completion[];
}

/** What is known of the word at a place. */
export interface Hover {
  from: number;
  to: number;
  title: string;
  doc: string;
}

const words = ['and', 'or', 'not', 'in', 'is null', 'is not null', 'is empty', 'true', 'false', 'null'];

/** What may be written at `offset` of a source that need not be whole. Pure; throws nothing. */
export function completionsAt(source: string, offset: number, context: EditorContext): Completions {
  const place = placeAt(source, offset, context);
  const none = { from: offset, to: offset, items: [] };
  if (place === null) return none;
  const { tokens, sight } = place;
  const last = tokens.at(-1);
  const typing = last !== undefined && last.end === offset && last.kind === 'name';
  const before = typing ? tokens.slice(0, -1) : tokens;
  const [from, typed] = typing ? [last.at, last.text] : [offset, ''];
  const items = itemsAfter(before, { sight, context, place });
  const fitting = items.filter(({ label }) => label.toLowerCase().startsWith(typed.toLowerCase()));
  return { from, to: offset, items: fitting };
}

/** The type of the path, or the row of the function, that the word at `offset` belongs to; null where there is none. */
export function hoverAt(source: string, offset: number, context: EditorContext): Hover | null {
  const end = /^[^\s!"#%&'()*+,./:;<=>?@[\\\]^`{|}~-]*/u.exec(source.slice(offset))![0].length + offset;
  const place = placeAt(source, end, context);
  const token = place?.tokens.at(-1);
  if (!place || token === undefined || token.kind !== 'name' || token.end < offset) return null;
  const at = { from: token.at, to: token.end };
  const fn = /^\s*\(/.test(source.slice(token.end)) ? functionNamed(token.text) : undefined;
  if (fn !== undefined) return { ...at, title: typedSignature(fn), doc: `${fn.doc} Example: ${fn.example}` };
  const owner = ownerOf(place.tokens.slice(0, -1), place.sight);
  const field = owner === null ? place.sight.root(token.text) : fieldOf(owner, token.text);
  if (field === null) return null;
  return { ...at, title: `${token.text}: ${described(field)}`, doc: field.doc ?? '' };
}

interface Place {
  tokens: Token[];
  sight: Sight;
  piece: Piece | null;
}

/** The words of the expression before the offset, and what names mean there; null in plain text. */
function placeAt(source: string, offset: number, context: EditorContext): Place | null {
  const sight = new Sight(context.schema ?? openSchema);
  const text = source.slice(0, offset);
  if (context.mode === 'expression') return { tokens: wordsOf(text, 0), sight, piece: null };
  const open = openTag(text);
  if (open === null) return null;
  const around = sightBefore(source.slice(0, open.at), sight);
  return { tokens: wordsOf(text, open.from), sight: around, piece: open };
}

/** The tag that is begun and not ended at the end of a text. */
function openTag(text: string): Piece | null {
  for (const close of ['}}', '%}', '}}}', '`%}', '"%}', "'%}"]) {
    const pieces = attempt(() => split({ text: text + close, name: '' }));
    const last = pieces?.findLast(({ kind }) => kind !== 'text');
    if (last !== undefined && last.end > text.length && last.kind !== 'comment') return last;
  }
  return null;
}

/** The words of an expression; an open text or another fault at the end leaves it out. */
function wordsOf(text: string, from: number): Token[] {
  const source: Source = { text, name: '' };
  const tokens =
    attempt(() => lex(source, from, text.length)) ?? attempt(() => lex(source, from, lastWhole(text, from)));
  return (tokens ?? []).filter(({ kind }) => kind !== 'end');
}

function lastWhole(text: string, from: number): number {
  return Math.max(from, text.search(/["'`][^"'`]*$/));
}

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof BeckonError) return null;
    throw error;
  }
}

/** What the blocks and variables before a place bring into sight. */
function sightBefore(text: string, sight: Sight): Sight {
  const source: Source = { text, name: '' };
  const outer: Sight[] = [];
  let here = sight;
  for (const piece of attempt(() => split(source)) ?? []) {
    const parser = attempt(() => new Parser(source, piece.from, piece.to));
    if (piece.kind === 'open') outer.push(here);
    if (piece.kind === 'close') here = outer.pop() ?? sight;
    if (parser === null) continue;
    if (piece.kind === 'open') here = attempt(() => opened(parser, source, here)) ?? here;
    if (piece.kind === 'statement') here = attempt(() => withLet(parser, source, here)) ?? here;
  }
  return here;
}

function opened(parser: Parser, source: Source, sight: Sight): Sight {
  const { text: block } = parser.take();
  if (block !== 'each' && block !== 'with') return sight;
  const type = new Checker(source, sight).type(parser.expression());
  const alias = parser.takeWord('as') && parser.takeSign('|') ? parser.take().text : null;
  return sight.inside(block === 'each' ? elementOf(type) : type, alias, block === 'each');
}

function withLet(parser: Parser, source: Source, sight: Sight): Sight {
  if (!parser.takeWord('let')) return sight;
  const { text: name } = parser.take();
  parser.needSign('=');
  return sight.setting({ [name]: new Checker(source, sight).type(parser.whole()) });
}

interface Around {
  sight: Sight;
  context: EditorContext;
  place: Place;
}

function itemsAfter(before: Token[], { sight, context, place }: Around): Completion[] {
  const last = before.at(-1);
  if (place.piece?.kind === 'open' && before.length === 0)
    return blockWords.map((name) => plain(name, 'block', `{{#${name} …}}`));
  if (before[0]?.text === 'fragment' && place.piece?.kind === 'print') return ofFragment(before, context);
  if (last?.kind === 'sign' && last.text === '.') return steps(ownerOf(before, sight));
  const value = comparedValues(before, sight);
  const begins = last === undefined || (last.kind === 'sign' && last.text !== ')' && last.text !== ']');
  const afterWord =
    last?.kind === 'name' && ['and', 'or', 'not', 'in', 'let', 'if', 'each', 'with', 'unless'].includes(last.text);
  if (!begins && !afterWord) return words.slice(0, 7).map((name) => plain(name, 'word', ''));
  return [
    ...value,
    ...roots(sight),
    ...functions(),
    ...words
      .slice(7)
      .concat('not')
      .map((name) => plain(name, 'word', '')),
  ];
}

function plain(label: string, kind: Completion['kind'], detail: string): Completion {
  return { label, insert: label, kind, detail, doc: '' };
}

function roots(sight: Sight): Completion[] {
  return sight
    .names()
    .map((name) => ({ ...fieldItem(name, sight.root(name)!), insert: name.startsWith('@') ? name : word(name) }));
}

function fieldItem(name: string, field: Field): Completion {
  return { label: name, insert: word(name), kind: 'field', detail: described(field), doc: field.doc ?? '' };
}

function described({ type, maybe }: Field): string {
  return `${describeType(type)}${maybe === true && type.kind !== 'any' ? ', may be missing' : ''}`;
}

/** Fields of what stands before the dot, then what can be asked of it. */
function steps(owner: Type | null): Completion[] {
  const type = owner ?? any;
  const fields = fieldNames(type).map((name) => fieldItem(name, fieldOf(type, name)!));
  if (!kindsOf(type).some(({ kind }) => kind === 'list' || kind === 'any')) return fields;
  const picks = [
    ['all', 'The items for which a condition holds: .all(this.price > 5)'],
    ['first', 'The first item for which a condition holds.'],
    ['last', 'The last item for which a condition holds.'],
    ['at', 'The item at a place, from 0.'],
    ['count', 'How many items.'],
  ] as const;
  return [
    ...fields,
    ...picks.map(([label, doc]) => ({ label, insert: `${label}(`, kind: 'function' as const, detail: '', doc })),
  ];
}

let made: Completion[] | null = null;

function functions(): Completion[] {
  made ??= functionGroups.flatMap((group) =>
    group.functions.map((fn) => ({
      label: fn.name,
      insert: `${fn.name}(`,
      kind: 'function' as const,
      detail: typedSignature(fn),
      doc: fn.doc,
    })),
  );
  return made;
}

/** `limit(list: list<T>, n: number): list<T>`. */
function typedSignature(fn: LanguageFunction): string {
  const parameters = fn.parameters.map((name, i) => `${name.replace(':field', '')}: ${fn.types?.[i] ?? 'any'}`);
  const [head] = signatureOf(fn).split('(');
  return `${head}(${parameters.join(', ')}): ${fn.gives ?? 'any'}`;
}

/** After `event.kind = ` the texts that the schema lists. */
function comparedValues(before: Token[], sight: Sight): Completion[] {
  const last = before.at(-1);
  if (last?.kind !== 'sign' || !['=', '==', '!='].includes(last.text)) return [];
  const type = pathType(before.slice(0, -1), sight);
  const values = type?.kind === 'text' ? (type.values ?? []) : [];
  return values.map((value) => plain(JSON.stringify(value), 'value', 'text'));
}

/** The type of what stands before the last dot; null when nothing does. */
function ownerOf(before: Token[], sight: Sight): Type | null {
  const last = before.at(-1);
  if (last?.kind !== 'sign' || last.text !== '.') return null;
  return pathType(before.slice(0, -1), sight) ?? any;
}

/** The type of the longest expression that ends these words. */
function pathType(tokens: Token[], sight: Sight): Type | null {
  let start = tokens.length;
  for (let depth = 0; start > 0; start--) {
    const { kind, text } = tokens[start - 1]!;
    if (kind === 'sign' && (text === ')' || text === ']')) depth++;
    else if (kind === 'sign' && (text === '(' || text === '[')) depth--;
    else if (depth === 0 && kind === 'sign' && text !== '.') break;
    else if (depth === 0 && kind === 'name' && start < tokens.length && isValue(tokens[start]!)) break;
    if (depth < 0) break;
  }
  const first = tokens[start];
  const end = tokens.at(-1)?.end;
  if (first === undefined || end === undefined) return null;
  const text = tokens
    .slice(start)
    .map((token) => ' '.repeat(token.space ? 1 : 0) + writtenBy(token))
    .join('');
  const source: Source = { text, name: '' };
  return attempt(() => new Checker(source, sight).type(new Parser(source, 0, text.length).whole()));
}

function isValue({ kind }: Token): boolean {
  return kind === 'name' || kind === 'quoted' || kind === 'text' || kind === 'number';
}

function writtenBy({ kind, text }: Token): string {
  return kind === 'quoted' ? `\`${text}\`` : text;
}

/** In `{{fragment …`: ids in quotes, then the parameters that are not given yet. */
function ofFragment(before: Token[], { fragments = {} }: EditorContext): Completion[] {
  const id = before.findIndex(({ text }) => text === 'id');
  const given = id < 0 ? undefined : before[id + 2]?.value;
  if (id >= 0 && given === undefined) {
    return Object.entries(fragments).map(([name, { parameters }]) =>
      plain(JSON.stringify(name), 'fragment', parameters.join(', ')),
    );
  }
  if (id < 0) return [plain('id=', 'parameter', 'text')];
  const known = typeof given === 'string' && Object.hasOwn(fragments, given) ? fragments[given]!.parameters : [];
  const used = new Set(before.map(({ text }) => text));
  return known.filter((name) => !used.has(name)).map((name) => plain(`${name}=`, 'parameter', ''));
}
