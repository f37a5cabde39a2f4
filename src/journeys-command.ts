import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BeckonError } from './base/index.ts';
import {
  messagesOf,
  problemsOf,
  recipeFolder,
  storiesEnd,
  storyOf,
  type JourneyDefinition,
  type Story,
} from './journey/index.ts';
import { errors } from './settings.ts';
import type { Simulator } from './simulating.ts';

/** `beckon journeys`: journeys as files, checked and told their stories. */

/** A journey's file, and the stories beside it. */
export interface JourneyFile {
  path: string;
  definition: JourneyDefinition;
  stories: Story[];
}

/** What was asked for on the command line. */
export interface JourneysCommand {
  what: 'check' | 'test';
  paths: string[];
  json: boolean;
  /** Flags that are not of this command. */
  rest: string[];
}

export const journeysHelp = `Usage: beckon journeys check|test [FILE or FOLDER …] [--json]

  check   say what is wrong with journeys in files
  test    tell the stories beside them (NAME${storiesEnd}) to the production engine, on a clock that is
          moved, in a database of their own; exit code 1 when one ends otherwise than it expects

  Without a file or folder: the journeys that come with Beckon.
  --json  print what happened to whom as JSON
`;

/** @throws SETTINGS_UNKNOWN_COMMAND */
export function readJourneysFlags(flags: readonly string[]): JourneysCommand {
  const [what, ...others] = flags;
  if (what !== 'check' && what !== 'test')
    throw new BeckonError(
      errors.SETTINGS_UNKNOWN_COMMAND,
      `"beckon journeys" goes on with check or test, not "${what ?? ''}"`,
    );
  const made: JourneysCommand = { what, paths: [], json: false, rest: [] };
  for (let i = 0; i < others.length; i++) {
    const one = others[i]!;
    if (one === '--json') made.json = true;
    else if (!one.startsWith('-')) made.paths.push(one);
    else {
      made.rest.push(one);
      const isPair = !one.includes('=') && others[i + 1] !== undefined && !others[i + 1]!.startsWith('-');
      if (isPair) made.rest.push(others[++i]!);
    }
  }
  return made;
}

/** Journeys in these files and folders, each with its stories; without any, those that come with Beckon. */
export function journeyFiles(paths: readonly string[]): JourneyFile[] {
  const asked = paths.length > 0 ? paths : [fileURLToPath(recipeFolder)];
  const files = asked.flatMap((path) => {
    if (!existsSync(path)) throw new BeckonError(errors.SETTINGS_BAD_VALUE, `There is no file or folder "${path}"`);
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path)
      .filter((name) => name.endsWith('.json') && !name.endsWith(storiesEnd))
      .sort()
      .map((name) => join(path, name));
  });
  return files.map((path) => {
    const beside = join(dirname(path), `${basename(path, '.json')}${storiesEnd}`);
    const told = existsSync(beside) ? read(beside) : [];
    return {
      path,
      definition: read(path) as JourneyDefinition,
      stories: (Array.isArray(told) ? told : [told]).map(storyOf),
    };
  });
}

function read(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new BeckonError(errors.SETTINGS_BAD_VALUE, `${path} is not JSON: ${(error as Error).message}`);
  }
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
