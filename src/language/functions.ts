import type { LanguageFunction } from './function.ts';
import { addressFunctions } from './function-address.ts';
import { calendarFunctions } from './function-calendar.ts';
import { dateFunctions } from './function-date.ts';
import { listFunctions } from './function-list.ts';
import { matchFunctions } from './function-match.ts';
import { numberFunctions } from './function-number.ts';
import { questionFunctions } from './function-question.ts';
import { setFunctions } from './function-set.ts';
import { textFunctions } from './function-text.ts';
import { valueFunctions } from './function-value.ts';

/** The function table: groups with their titles, as the guide lists them. */
export const functionGroups: readonly { title: string; functions: readonly LanguageFunction[] }[] = [
  { title: 'Texts', functions: textFunctions },
  { title: 'Questions about texts', functions: questionFunctions },
  { title: 'Addresses and codes', functions: addressFunctions },
  { title: 'Lists and maps', functions: listFunctions },
  { title: 'Sets and sums', functions: setFunctions },
  { title: 'Matches', functions: matchFunctions },
  { title: 'Numbers and money', functions: numberFunctions },
  { title: 'Any value', functions: valueFunctions },
  { title: 'Moments', functions: dateFunctions },
  { title: 'Calendar and clock', functions: calendarFunctions },
];

const byName = new Map<string, LanguageFunction>();
for (const fn of functionGroups.flatMap(({ functions }) => functions)) {
  for (const name of [fn.name, ...(fn.aliases ?? [])]) {
    if (byName.has(name)) throw new Error(`The language has two functions named ${name}`);
    byName.set(name, fn);
  }
}

/** A function by its name or one of its aliases. */
export function functionNamed(name: string): LanguageFunction | undefined {
  return byName.get(name);
}

/** Every name a function may be called by. */
export function functionNames(): Iterable<string> {
  return byName.keys();
}
