import { row } from './function.ts';
import type { LanguageFunction } from './function.ts';
import { matches } from './match.ts';
import type { Run } from './run.ts';

/** The row of a match. Making it anew each time costs by what it is given, and is charged for so. */
function match(
  [signature, doc]: [signature: string, doc: string],
  example: [source: string, result: boolean],
): LanguageFunction {
  const make = matches[signature.slice(0, signature.indexOf('('))]!;
  return row([signature, doc], example, (run, [value, ...given]) => {
    charge(run, value, given[0]);
    return make(given)(value ?? null);
  });
}

function charge(run: Run, value: unknown, wanted: unknown): void {
  const [here, there] = [value, wanted].map((side) => (Array.isArray(side) ? side.length : 1));
  run.charge(here! * Math.min(there!, 64) + there!);
}

/** The parts of a text between commas; a list is one already. */
function listed(run: Run, value: unknown): unknown {
  if (typeof value !== 'string') return Array.isArray(value) || value === null ? value : [value];
  run.charge(value.length >> 4);
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/**
 * Questions to a value or to any value of a list, as rules over items ask them (recommendations §1.5). `not` before one
 * says that none passes.
 */
export const matchFunctions: LanguageFunction[] = [
  match(
    [
      'anyEqual(values: any, wanted: any): truth',
      'Is a value, or one of a list, the same as what is wanted, or as one of a list? A number and a text that reads as it are the same; capitals count.',
    ],
    ['anyEqual(["ab", "bc"], ["bc", "cd"])', true],
  ),
  match(
    ['anyContain(values: any, parts: any): truth', 'Is one of the parts inside one of the values?'],
    ['anyContain(["abcde", "de"], "abc")', true],
  ),
  match(
    ['anyStartWith(values: any, parts: any): truth', 'Does one of the values begin with one of the parts?'],
    ['anyStartWith(["womens:coats", "sale"], "womens:")', true],
  ),
  match(
    ['anyEndWith(values: any, parts: any): truth', 'Does one of the values end with one of the parts?'],
    ['anyEndWith("size-xl", ["-l", "-xl"])', true],
  ),
  match(
    [
      'anyAtLeast(values: any, bounds: any): truth',
      'Is one of the values as large as one of the bounds? Texts are read as numbers, and passed over when they are none.',
    ],
    ['anyAtLeast(["9.50", "none"], 9.5)', true],
  ),
  match(
    ['anyAtMost(values: any, bounds: any): truth', 'Is one of the values as small as one of the bounds?'],
    ['anyAtMost(20, [10, 15])', false],
  ),
  match(
    ['anyAbove(values: any, bounds: any): truth', 'Is one of the values larger than one of the bounds?'],
    ['anyAbove(0, 0)', false],
  ),
  match(
    ['anyBelow(values: any, bounds: any): truth', 'Is one of the values smaller than one of the bounds?'],
    ['anyBelow(["5", "50"], 10)', true],
  ),
  match(
    [
      'anyBetween(values: any, reference: any, low: any, high?: any): truth',
      'Is one of the values between two percentages of the reference, both ends among them? Without the second there is no upper end.',
    ],
    ['anyBetween(["101", "200"], 100, 80, 120)', true],
  ),
  match(
    ['hasAll(values: any, wanted: any): truth', 'Is each of the wanted among the values?'],
    ['hasAll(["a", "b", "c"], ["a", "c"])', true],
  ),
  row(
    ['listed(value: any): any', 'The parts of a text between commas, without the space around them; a list stays one.'],
    ['listed("a, b")', ['a', 'b']],
    (run, [value]) => listed(run, value ?? null),
  ),
];
