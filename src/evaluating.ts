import { BeckonError, nearest } from './base/index.ts';
import { evaluateCriteria, runEvaluation, type EvaluateFiles } from './recommend/index.ts';
import { errors } from './settings.ts';

/** `beckon evaluate`: flags to files, and what is said on the way. No database, no settings. */

const takes = { '--events': 'events', '--queries': 'queries', '--out': 'out', '--items': 'items' } as const;
const switches = { '--learn': 'learn', '--tune': 'tune' } as const;
const names = [...Object.keys(takes), ...Object.keys(switches)];

export const evaluateHelp = `Usage: beckon evaluate --events FILE --queries FILE --out FILE [--items FILE] [--learn] [--tune]

Measures the recommender on your own data: history and queries in, ranked lists out, by the engine and the settings that
every shop begins with. Needs no database. Files are lines of JSON; they may be gzipped.

Flags:
  --events FILE    what visitors did, oldest first:
                   {"visitor":"v1","session":"s1","item":"A","kind":"view|cart|purchase","at":1396000000000}
  --queries FILE   lists to make; all but id and criterion may be left out:
                   {"id":"q1","criterion":"session","visitor":"v1","session":[{"item":"A","at":1}],"cart":["A"],
                    "at":1,"limit":100,"repeats":true}
  --out FILE       answers, in the order of the queries: {"id":"q1","items":["B","C"]}
  --items FILE     what items are: {"item":"A","name":"","categories":[],"attributes":{}}
  --learn          learn while serving: events as their time comes, and the visits that queries tell of
  --tune           tune on the last days of the events first

Criteria: ${evaluateCriteria.join(', ')}
Times are UTC milliseconds. repeats lets items of the visit come back. A list is filled with popular items.
The formats in full: docs/recommend/evaluate.md

Exit codes: 0 all queries answered; 1 a file or a line is wrong, and nothing was written; 2 the command line is wrong
`;

/** @throws SETTINGS_UNKNOWN_FLAG, SETTINGS_BAD_VALUE */
export function readEvaluateFlags(flags: readonly string[]): EvaluateFiles {
  const files: Partial<EvaluateFiles> = {};
  for (let i = 0; i < flags.length; i++) {
    const at = flags[i]!.indexOf('=');
    const [flag, inline] = at < 0 ? [flags[i]!, undefined] : [flags[i]!.slice(0, at), flags[i]!.slice(at + 1)];
    if (Object.hasOwn(switches, flag)) files[switches[flag as keyof typeof switches]] = true;
    else if (Object.hasOwn(takes, flag)) {
      const value = inline ?? flags[++i];
      if (value === undefined || value === '') {
        throw new BeckonError(errors.SETTINGS_BAD_VALUE, `${flag} needs a value: ${flag} FILE`);
      }
      files[takes[flag as keyof typeof takes]] = value;
    } else {
      const near = nearest(flag, names);
      const meant = near === undefined ? '' : `; did you mean "${near}"?`;
      throw new BeckonError(errors.SETTINGS_UNKNOWN_FLAG, `There is no flag "${flag}" of evaluate${meant}`, {
        mend: 'See the flags with: beckon evaluate --help',
      });
    }
  }
  const missing = (['events', 'queries', 'out'] as const).filter((name) => files[name] === undefined);
  if (missing.length > 0) {
    throw new BeckonError(
      errors.SETTINGS_BAD_VALUE,
      `evaluate needs ${missing.map((name) => `--${name} FILE`).join(' and ')}`,
      {
        mend: 'See the flags with: beckon evaluate --help',
      },
    );
  }
  return files as EvaluateFiles;
}

export async function evaluate(flags: readonly string[], say: (line: string) => void): Promise<number> {
  const files = readEvaluateFlags(flags);
  const done = await runEvaluation(files, say);
  if (done.late > 0) {
    say(`${done.late} of ${done.events} events stand below later ones; they were learned in the order of the file`);
  }
  if (done.unused > 0) say(`${done.unused} events happened after the last query and were not learned`);
  if (done.empty > 0) say(`${done.empty} of ${done.queries} queries got no item`);
  say(`Wrote ${files.out}`);
  return 0;
}
