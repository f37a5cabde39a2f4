import { asNumber, asText, finite, row } from './function.ts';
import type { LanguageFunction } from './function.ts';
import type { Run } from './run.ts';
import { isEmpty, lookInto, toText } from './value.ts';

function parsed(run: Run, value: unknown): number | null {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'string') return asNumber(run, value);
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*$/.test(value) ? finite(Number(value)) : null;
}

const truths: Readonly<Record<string, boolean>> = { true: true, false: false, 1: true, 0: false, yes: true, no: false };

function toBool(_: Run, [value]: unknown[]): boolean | null {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  const word = typeof value === 'string' && value.length < 20 ? value.trim().toLowerCase() : '';
  return Object.hasOwn(truths, word) ? truths[word]! : null;
}

/** Two-valued: who has no list of audiences is in none. */
function inAudience(run: Run, [name]: unknown[]): boolean {
  const [key, audiences] = [asText(run, name), lookInto(lookInto(run.scope, 'profile'), 'audiences')];
  if (key === null || !Array.isArray(audiences)) return false;
  run.chargeFor(audiences);
  return audiences.includes(key);
}

/** Functions of any value. */
export const valueFunctions: LanguageFunction[] = [
  row(
    ['isEmpty(value: any): truth', 'True for nothing, the empty text and the empty list.'],
    ['isEmpty("")', true],
    (_, [value]) => isEmpty(value),
  ),
  row(
    ['isNotEmpty(value: any): truth', 'True for anything but nothing, the empty text and the empty list.'],
    ['isNotEmpty([1])', true],
    (_, [value]) => !isEmpty(value),
  ),
  row(['isNull(value: any): truth', 'Is it missing?'], ['isNull(unknown.path)', true], (_, [value]) => value === null),
  row(['isNotNull(value: any): truth', 'Is it there?'], ['isNotNull("")', true], (_, [value]) => value !== null),
  row(
    ['coalesce(first: any, ...more: any): any', 'The first value that is there.'],
    ['coalesce(null, "b", "c")', 'b'],
    (_, args) => args.find((value) => value !== null) ?? null,
  ),
  row(
    ['toString(value: any): text', 'A number, truth value or moment as text.'],
    ['toString(7)', '7'],
    (run, [value]) => toText(run, value),
  ),
  row(
    [
      'toInt|toInteger|string_to_integer(value: any): number',
      'A whole number out of a text or number, cut towards zero; nothing if it is none.',
    ],
    ['toInt("12")', 12],
    (run, [value]) => {
      const number = parsed(run, value);
      return number === null ? null : Math.trunc(number);
    },
  ),
  row(
    ['toNumber|stringToNumber|toDecimal(value: any): number', 'A number out of a text; nothing if it is none.'],
    ['toNumber("12.5")', 12.5],
    (run, [value]) => parsed(run, value),
  ),
  row(
    [
      'toBool(value: any): truth',
      'True or false out of "true", "yes", "1", "false", "no", "0", or a number, of which 0 is false; nothing if it is none.',
    ],
    ['toBool("Yes")', true],
    toBool,
  ),
  {
    ...row(
      [
        'inAudience(key: text): truth',
        'Is the profile in the audience? It reads profile.audiences; who has no such list is in none.',
      ],
      ['inAudience("winter")', false],
      inAudience,
    ),
    reads: ['profile.audiences'],
  },
];
