import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { BeckonError } from './base/index.ts';
import { recipes, simulationOf, type JourneyDefinition, type SimulationRequest } from './journey/index.ts';
import { errors } from './settings.ts';
import { resultLines, tableLines } from './simulate-lines.ts';
import type { SimulationCancelled, SimulationHands, Simulator } from './simulating.ts';

/** `beckon simulate`: journeys run over recorded history, invented people or a written story. */

export const simulateHelp = `Usage: beckon simulate [FILE or FOLDER …] [flags]

Runs journeys with the production engine and a clock that is moved, over many people at once, in a database of its own. Nothing
is sent, nobody outside is called, and the shop's own data is only read.

  Which journeys: files; or with --journey those of the installation (its drafts). Without either: three that come with Beckon.
  Over whom: invented people, unless --history or --story says otherwise.

Flags:
  --journey KEY        a journey of the installation; may be given several times
  --live               take its published version in place of the draft
  --people N           invented people (1000)
  --days N             days they are watched (30)
  --begins DAY         the first of these days (today), such as 2026-11-24
  --no-reactions       invented people leave their mails alone
  --history FROM..TO   tell these recorded days of the installation again
  --person ID          of the history only this profile; may be given several times
  --learn DAYS         days before FROM from which people and the crowd are learned (30)
  --story FILE         one written story
  --answers FILE       JSON: by activity, a list of answers of its calls, {"status":200,"body":{}} or "no answer"
  --stub FILE          JSON: one such answer for every call that has none of its own; absent, our own service is asked
  --seed N             of everything that is left to chance (1)
  --step DURATION      steps of the clock, such as PT5M, or exact (exact for little, PT15M or PT1H for much)
  --out FILE           write everything: a line of JSON for the summary, each person and each mail
  --json               print the summary as JSON

Flags of the database, such as --data, are those of serve. Progress goes to standard error.
Exit codes: 0 done; 1 a story ended otherwise than it expects, or it failed; 2 the command cannot be read; 130 cancelled.
`;

/** What was asked for on the command line. */
export interface SimulateCommand {
  paths: string[];
  journeys: string[];
  live: boolean;
  over: { people: string; days: string; begins: string | null; react: boolean };
  history: string | null;
  persons: string[];
  learn: string | null;
  story: string | null;
  answers: string | null;
  stub: string | null;
  seed: string;
  step: string | null;
  out: string | null;
  json: boolean;
  /** Flags that are not of this command. */
  rest: string[];
}

/** Flags with a value, and where it goes. */
const takes: Record<string, (made: SimulateCommand, value: string) => unknown> = {
  '--journey': (made, value) => made.journeys.push(value),
  '--people': (made, value) => (made.over.people = value),
  '--days': (made, value) => (made.over.days = value),
  '--begins': (made, value) => (made.over.begins = value),
  '--history': (made, value) => (made.history = value),
  '--person': (made, value) => made.persons.push(value),
  '--learn': (made, value) => (made.learn = value),
  '--story': (made, value) => (made.story = value),
  '--answers': (made, value) => (made.answers = value),
  '--stub': (made, value) => (made.stub = value),
  '--seed': (made, value) => (made.seed = value),
  '--step': (made, value) => (made.step = value),
  '--out': (made, value) => (made.out = value),
};

const switches: Record<string, (made: SimulateCommand) => unknown> = {
  '--live': (made) => (made.live = true),
  '--no-reactions': (made) => (made.over.react = false),
  '--json': (made) => (made.json = true),
};

/** @throws SETTINGS_BAD_VALUE */
export function readSimulateFlags(flags: readonly string[]): SimulateCommand {
  const made: SimulateCommand = {
    paths: [],
    journeys: [],
    live: false,
    history: null,
    persons: [],
    learn: null,
    story: null,
    answers: null,
    stub: null,
    seed: '1',
    step: null,
    out: null,
    json: false,
    rest: [],
    over: { people: '1000', days: '30', begins: null, react: true },
  };
  for (let i = 0; i < flags.length; i++) {
    const equals = flags[i]!.indexOf('=');
    const flag = equals < 0 ? flags[i]! : flags[i]!.slice(0, equals);
    const next = flags[i + 1];
    if (switches[flag]) switches[flag](made);
    else if (takes[flag]) {
      const value = equals < 0 ? next : flags[i]!.slice(equals + 1);
      if (value === undefined || value === '')
        throw new BeckonError(errors.SETTINGS_BAD_VALUE, `${flag} wants a value`);
      takes[flag](made, value);
      if (equals < 0) i++;
    } else if (!flag.startsWith('-')) made.paths.push(flag);
    else {
      made.rest.push(flags[i]!);
      if (equals < 0 && next !== undefined && !next.startsWith('-')) made.rest.push(flags[++i]!);
    }
  }
  return made;
}

/** Does it need the installation's own database? Otherwise it gets one that is taken away again. */
export function needsShop({ journeys, history }: SimulateCommand): boolean {
  return journeys.length > 0 || history !== null;
}

/** Journeys of its files; where none are named at all, those that the demo runs. */
export async function documentsOf(command: SimulateCommand): Promise<JourneyDefinition[]> {
  if (command.paths.length > 0) {
    const { journeyFiles } = await import('./journeys-files.ts');
    return (await journeyFiles(command.paths)).map(({ definition }) => definition);
  }
  if (command.journeys.length > 0) return [];
  const { walked } = await import('./demo.ts');
  return recipes().filter(({ key }) => walked.has(key));
}

/** The request in the form of the door. @throws SIMULATION_INVALID, SETTINGS_BAD_VALUE */
export function requestOf(command: SimulateCommand, documents: readonly JourneyDefinition[]): SimulationRequest {
  const { journeys, live, answers, stub, seed, step } = command;
  return simulationOf({
    journeys: journeys.map((key) => ({ key, version: live ? 'live' : 'draft' })),
    documents,
    over: overOf(command),
    ...(answers === null ? {} : { answers: readJson(answers) }),
    ...(stub === null ? {} : { actions: readJson(stub) }),
    seed: Number(seed),
    ...(step === null ? {} : { step }),
  });
}

function overOf({ over, history, persons, learn, story }: SimulateCommand): Record<string, unknown> {
  if (story !== null) return { kind: 'story', story: readJson(story) };
  if (history === null) {
    const { people, days, begins, react } = over;
    const counts = { people: Number(people), days: Number(days) };
    return { kind: 'invented', ...counts, react, ...(begins === null ? {} : { begins }) };
  }
  const [from, to] = history.split('..');
  const some = persons.length > 0 ? { people: persons } : {};
  return { kind: 'history', from, to: to ?? from, ...some, ...(learn === null ? {} : { learnDays: Number(learn) }) };
}

function readJson(path: string): unknown {
  if (!existsSync(path)) throw new BeckonError(errors.SETTINGS_BAD_VALUE, `There is no file "${path}"`);
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new BeckonError(errors.SETTINGS_BAD_VALUE, `${path} is not JSON: ${(error as Error).message}`);
  }
}

/** Runs it and says what came of it. @returns the exit code */
export async function simulate(
  command: SimulateCommand,
  { simulator, request, hands }: { simulator: Simulator; request: SimulationRequest; hands: SimulationHands },
  { say, tell, isCancelled }: { say: (line: string) => void; tell: (line: string) => void; isCancelled: () => boolean },
): Promise<number> {
  let told = 0;
  const onProgress = (done: number, of: number) => {
    const tenth = Math.floor((10 * done) / of);
    if (tenth > told) tell(`${(told = tenth) * 10} %`);
    return !isCancelled();
  };
  try {
    const result = await simulator.run(request, { ...hands, onProgress });
    if (command.out !== null) await write(command.out, resultLines(result));
    const { frames: _frames, ...summary } = result.summary;
    if (command.json) say(JSON.stringify(summary, null, 2));
    else for (const line of tableLines(result)) say(line);
    return summary.misses.length === 0 ? 0 : 1;
  } catch (error) {
    if ((error as SimulationCancelled).name !== 'SimulationCancelled') throw error;
    tell('Cancelled; nothing was kept.');
    return 130;
  }
}

async function write(path: string, lines: Iterable<string>): Promise<void> {
  const file = createWriteStream(path);
  for (const line of lines) file.write(`${line}\n`);
  file.end();
  await finished(file);
}
