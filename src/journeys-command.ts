import { filesFlagsHelp, readFilesFlags, shopOf, syncFiles, type FilesCommand, type Reach } from './files-command.ts';
import { messagesOf, problemsOf, storiesEnd } from './journey/index.ts';
import type { JourneyFile } from './journeys-files.ts';
import { journeyShelf, keptJourney } from './journeys-shelf.ts';
import type { Simulator } from './simulating.ts';

/** `beckon journeys`: journeys as files, checked and told their stories. */

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
  --test       push: tell the stories beside them first, and push only what passes
${filesFlagsHelp}`;

const remote = ['dry-run', 'force'];

/** @throws SETTINGS_UNKNOWN_COMMAND, SETTINGS_UNKNOWN_FLAG, SETTINGS_BAD_VALUE */
export function readJourneysFlags(flags: readonly string[]): FilesCommand {
  return readFilesFlags(flags, {
    command: 'journeys',
    switches: { check: ['json'], test: ['json'], pull: remote, push: [...remote, 'publish', 'test'], diff: [] },
  });
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
  command: FilesCommand,
  files: readonly JourneyFile[],
  reach: Reach,
): Promise<number> {
  const shop = shopOf(command, reach);
  const kept = files.map(keptJourney);
  return syncFiles(command, { shop, say: reach.say }, [{ shelf: journeyShelf(shop, files, reach.say), files: kept }]);
}
