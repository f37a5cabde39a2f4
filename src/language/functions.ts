import type { LanguageFunction } from './function.ts';
import { dateFunctions } from './function-date.ts';
import { listFunctions } from './function-list.ts';
import { textFunctions } from './function-text.ts';
import { valueFunctions } from './function-value.ts';

/** The function table: groups with their titles, as the guide lists them. */
export const functionGroups: readonly { title: string; functions: readonly LanguageFunction[] }[] = [
  { title: 'Texts and addresses', functions: textFunctions },
  { title: 'Lists and maps', functions: listFunctions },
  { title: 'Numbers, money and any value', functions: valueFunctions },
  { title: 'Moments', functions: dateFunctions },
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
