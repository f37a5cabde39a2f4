import { dirname } from 'node:path';
import { BeckonError } from './base/index.ts';
import { messagesOf, problemsOf, storiesEnd } from './journey/index.ts';
import type { JourneyFile } from './journeys-files.ts';
import { openShop, shopKey, type Ask } from './journeys-shop.ts';
import { diffJourneys, pullJourneys, pushJourneys, type SyncHands } from './journeys-sync.ts';
import { errors } from './settings.ts';
import type { Simulator } from './simulating.ts';

/** `beckon journeys`: journeys as files, checked and told their stories. */

const whats = ['check', 'test', 'pull', 'push', 'diff'] as const;

/** What was asked for on the command line. */
export interface JourneysCommand {
  what: (typeof whats)[number];
  paths: string[];
  /** Switches that were given: json, dry-run, force, publish, test. */
  switches: Set<string>;
  /** Address of the running Beckon, where one is asked. */
  url: string | null;
  /** Keys that are meant; empty: all. */
  only: string[];
  /** Where new files of a pull come to lie. */
  folder: string;
  /** Flags that are not of this command. */
  rest: string[];
}

export const journeysHelp = `Usage: beckon journeys check|test|pull|push|diff [FILE or FOLDER …]

  check   say what is wrong with journeys in files
  test    tell the stories beside them (NAME${storiesEnd}) to the production engine, on a clock that is
          moved, in a database of their own; exit code 1 when one ends otherwise than it expects
  diff    say how the files differ from a running Beckon; exit code 1 when they do
  pull    write what a running Beckon has into files, one a journey
  push    save the files there as drafts

  Of check and test without a file or folder: the journeys that come with Beckon. Of the others: ./journeys.
  Nothing is ever taken away: what lies on one side only is named and stays. What was changed on both sides is left alone.

Flags:
  --json       check, test: print what happened to whom as JSON
  --url URL    the running Beckon (BECKON_URL, or http://localhost:8080); its secret key is taken from BECKON_KEY
  --only KEY   only this journey; may be given several times
  --dry-run    say what would be done, and do nothing
  --publish    push: make the drafts live
  --test       push: tell the stories beside them first, and push only what passes
  --force      let the files win in a push, the server in a pull

Exit codes: 0 all is well; 1 something differs, fails or was refused; 2 the command cannot be read; 3 both sides have changed.
`;

/** Switches, by the command they belong to. */
const switches: Record<JourneysCommand['what'], readonly string[]> = {
  check: ['json'],
  test: ['json'],
  diff: [],
  pull: ['dry-run', 'force'],
  push: ['dry-run', 'force', 'publish', 'test'],
};

/** @throws SETTINGS_UNKNOWN_COMMAND, SETTINGS_UNKNOWN_FLAG, SETTINGS_BAD_VALUE */
export function readJourneysFlags(flags: readonly string[]): JourneysCommand {
  const what = whats.find((one) => one === flags[0]);
  if (what === undefined)
    throw new BeckonError(
      errors.SETTINGS_UNKNOWN_COMMAND,
      `"beckon journeys" goes on with ${whats.join(', ')}, not "${flags[0] ?? ''}"`,
    );
  const isRemote = what !== 'check' && what !== 'test';
  const made: JourneysCommand = {
    what,
    paths: [],
    switches: new Set(),
    url: null,
    only: [],
    folder: 'journeys',
    rest: [],
  };
  const others = flags.slice(1).flatMap((one) => (/^--[^=]+=/.test(one) ? splitAtEquals(one) : [one]));
  for (let at = 0; at < others.length; at++) {
    const one = others[at]!;
    const name = one.slice(2);
    const value = others[at + 1];
    if (!one.startsWith('-')) made.paths.push(one);
    else if (switches[what].includes(name)) made.switches.add(name);
    else if (isRemote && (name === 'url' || name === 'only')) {
      if (value === undefined || value.startsWith('-'))
        throw new BeckonError(errors.SETTINGS_BAD_VALUE, `${one} wants a value`);
      if (name === 'url') made.url = value;
      else made.only.push(value);
      at++;
    } else if (isRemote)
      throw new BeckonError(errors.SETTINGS_UNKNOWN_FLAG, `beckon journeys ${what} has no flag "${one}"`);
    else {
      made.rest.push(one);
      if (value !== undefined && !value.startsWith('-')) made.rest.push(others[++at]!);
    }
  }
  if (isRemote && made.paths.length === 0) made.paths.push(made.folder);
  made.folder = isRemote ? folderOf(made.paths[0]!) : made.folder;
  return made;
}

/** Of a file the folder that it lies in. */
function folderOf(path: string): string {
  return /\.(json|[mc]?[jt]s)$/.test(path) ? dirname(path) : path;
}

function splitAtEquals(flag: string): string[] {
  const at = flag.indexOf('=');
  return [flag.slice(0, at), flag.slice(at + 1)];
}

/** Says what is wrong with each. @returns the exit code */
export function checkJourneys(files: readonly JourneyFile[], say: (line: string) => void): number {
  let wrong = 0;
  for (const { path, definition } of files) {
    // Which messages a shop has only its server knows; here those are taken to be there that the journey names.
    const problems = problemsOf(definition, messagesOf(definition));
    wrong += problems.length;
    say(`${problems.length === 0 ? 'ok  ' : 'FAIL'}  ${path}`);
    for (const { where, what } of problems) say(`      ${where}: ${what}`);
  }
  return wrong === 0 ? 0 : 1;
}

/** Tells every story, and says how each ended. @returns the exit code */
export async function testJourneys(
  files: readonly JourneyFile[],
  simulator: Simulator,
  { say, json }: { say: (line: string) => void; json: boolean },
): Promise<number> {
  const results: unknown[] = [];
  let [passed, failed] = [0, 0];
  for (const { path, definition, stories } of files) {
    if (stories.length === 0 && !json) say(`none  ${path} has no stories`);
    for (const story of stories) {
      const running = story.journeys ?? [definition.key];
      const journeys = files.map((file) => file.definition).filter(({ key }) => running.includes(key));
      const result = await simulator.tell(story, journeys);
      results.push({ journey: definition.key, ...result });
      if (result.misses.length === 0) passed++;
      else failed++;
      if (json) continue;
      say(`${result.misses.length === 0 ? 'ok  ' : 'FAIL'}  ${definition.key}: ${story.name}`);
      for (const miss of result.misses) say(`      ${miss}`);
    }
  }
  say(json ? JSON.stringify(results, null, 2) : `\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** Carries out what asks a running Beckon. @returns the exit code */
export async function syncJourneys(
  command: JourneysCommand,
  files: readonly JourneyFile[],
  { env, ask, say }: { env: Readonly<Record<string, string | undefined>>; ask: Ask; say: (line: string) => void },
): Promise<number> {
  const url = (command.url ?? env['BECKON_URL'] ?? 'http://localhost:8080').replace(/\/+$/, '');
  const { switches: given, only, folder } = command;
  const shop = openShop({ url, key: shopKey(env, url), ask });
  const hands: SyncHands = { shop, files, folder, say, only, dry: given.has('dry-run'), force: given.has('force') };
  if (command.what === 'diff') return diffJourneys(hands);
  if (command.what === 'pull') return pullJourneys(hands);
  return pushJourneys({ ...hands, publish: given.has('publish'), test: given.has('test') });
}
