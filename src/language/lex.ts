import { errorAt, errors } from './error.ts';
import type { Source } from './error.ts';

/** A word of an expression. `space` tells whether white space stood before it. */
export interface Token {
  kind: 'name' | 'quoted' | 'text' | 'number' | 'sign' | 'special' | 'end';
  text: string;
  value: string | number | null;
  at: number;
  end: number;
  space: boolean;
}

const signs = ['==', '!=', '>=', '<=', '&&', '||', '?:', '..', ...'=><!+-*/%()[],.|:{}#'];
// Any character but white space and the signs of the language (journeys.md §2.2), so names may be in any script.
const nameStart = /[^\s!"#%&'()*+,./:;<=>?@[\\\]^`{|}~\-0-9]/u;
const namePattern = /[^\s!"#%&'()*+,./:;<=>?@[\\\]^`{|}~-]+/uy;
const numberPattern = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const specialPattern = /@[A-Za-z]+/y;
const entityPattern = /&(?:gt|lt|amp|quot|#39|apos|nbsp);/y;
const entities: Record<string, string> = {
  gt: '>',
  lt: '<',
  amp: '&',
  quot: '"',
  '#39': "'",
  apos: "'",
  nbsp: 'a space',
};
const escapes: Record<string, string> = { '\\': '\\', '"': '"', "'": "'", n: '\n', t: '\t', r: '\r' };

function sticky(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** Cuts `source.text` from `from` to `to` into words; the last one is the end. */
export function lex(source: Source, from: number, to: number): Token[] {
  const tokens: Token[] = [];
  let at = from;
  for (;;) {
    const start = at;
    while (at < to && /\s/u.test(source.text[at]!)) at++;
    const token = at >= to ? made('end', '', to, to) : next(source, at, to);
    token.space = at > start;
    checkHyphen(source, tokens, token);
    tokens.push(token);
    if (token.kind === 'end') return tokens;
    at = token.end;
  }
}

function made(kind: Token['kind'], text: string, at: number, end: number): Token {
  return { kind, text, value: null, at, end, space: false };
}

function next(source: Source, at: number, to: number): Token {
  const char = source.text[at]!;
  if (char === '"' || char === "'") return string(source, at, to);
  if (char === '`') return backTicked(source, at, to);
  const number = char >= '0' && char <= '9' ? sticky(numberPattern, source.text, at) : null;
  if (number !== null) return numeric(source, number, at);
  const special = char === '@' ? sticky(specialPattern, source.text, at) : null;
  if (special !== null) return made('special', special, at, at + special.length);
  if (nameStart.test(String.fromCodePoint(source.text.codePointAt(at)!))) {
    const name = sticky(namePattern, source.text, at)!;
    return made('name', name, at, Math.min(at + name.length, to));
  }
  return sign(source, at);
}

function numeric(source: Source, digits: string, at: number): Token {
  const token = made('number', digits, at, at + digits.length);
  // `56L`, the long of Journey Optimizer.
  if (source.text[token.end] === 'L') token.end++;
  token.value = Number(digits);
  if (!Number.isFinite(token.value)) {
    throw errorAt(errors.LANGUAGE_SYNTAX, { source, at }, `the number ${digits} is too large`);
  }
  return token;
}

function sign(source: Source, at: number): Token {
  const found = signs.find((sign) => source.text.startsWith(sign, at));
  const entity = sticky(entityPattern, source.text, at);
  if (found === undefined || entity !== null) {
    const plain = entity === null ? null : entities[entity.slice(1, -1)];
    const char = entity ?? String.fromCodePoint(source.text.codePointAt(at)!);
    const hint = plain === null ? 'a value, a name or an operator was expected' : `write ${plain} itself`;
    throw errorAt(errors.LANGUAGE_SYNTAX, { source, at }, `found ${char}; ${hint}`);
  }
  return made('sign', found, at, at + found.length);
}

function string(source: Source, at: number, to: number): Token {
  const quote = source.text[at]!;
  let value = '';
  for (let i = at + 1; i < to; i++) {
    const char = source.text[i]!;
    if (char === quote) return { ...made('text', source.text.slice(at, i + 1), at, i + 1), value };
    if (char !== '\\') value += char;
    else value += escaped(source, ++i);
  }
  throw errorAt(errors.LANGUAGE_SYNTAX, { source, at }, `the text that begins with ${quote} has no closing ${quote}`);
}

function escaped(source: Source, at: number): string {
  const char = source.text[at] ?? '';
  if (Object.hasOwn(escapes, char)) return escapes[char]!;
  throw errorAt(
    errors.LANGUAGE_SYNTAX,
    { source, at: at - 1 },
    `found \\${char} in a text; write \\\\ for a backslash`,
  );
}

function backTicked(source: Source, at: number, to: number): Token {
  const close = source.text.indexOf('`', at + 1);
  if (close < 0 || close >= to || close === at + 1) {
    throw errorAt(errors.LANGUAGE_SYNTAX, { source, at }, 'a name in back-ticks was expected, as in `order-total`');
  }
  return { ...made('quoted', source.text.slice(at + 1, close), at, close + 1) };
}

/** `order-total` may mean a name or a subtraction; guessing wrong would be silent, so it is refused. */
function checkHyphen(source: Source, before: Token[], token: Token): void {
  const [left, minus] = before.slice(-2);
  if (minus?.text !== '-' || minus.kind !== 'sign' || left === undefined) return;
  if (token.space || minus.space || token.kind !== 'name' || left.kind !== 'name') return;
  const word = `${left.text}-${token.text}`;
  const sentence = `found ${word}; write \`${word}\` in back-ticks for the name, or ${left.text} - ${token.text} to subtract`;
  throw errorAt(errors.LANGUAGE_SYNTAX, { source, at: left.at }, sentence);
}
