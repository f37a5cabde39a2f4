import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BeckonError } from './base/index.ts';
import {
  differencesOf,
  plainJourney,
  readableJourney,
  revisionOf,
  standingOf,
  type JourneyDefinition,
  type Standing,
} from './journey/index.ts';
import type { JourneyFile } from './journeys-files.ts';
import type { JourneyShop, RemoteJourney } from './journeys-shop.ts';

/** Journeys that lie in files and in a running Beckon: brought over, and compared. Nothing is ever taken away by it. */

/** What a command is given. */
export interface SyncHands {
  shop: JourneyShop;
  files: readonly JourneyFile[];
  /** Where new files come to lie, and the note of what was brought over last. */
  folder: string;
  say: (line: string) => void;
  /** Keys that are meant; empty: all. */
  only: readonly string[];
  dry: boolean;
  /** Let the side that is read win where both have changed. */
  force: boolean;
}

/** Exit codes: all is well, something differs or was refused, both sides have changed. */
export const outcomes = { well: 0, differs: 1, conflict: 3 } as const;

interface Pair {
  key: string;
  file: JourneyFile | null;
  there: RemoteJourney | null;
  standing: Standing;
}

/** Says how each journey here stands to the one there, and what differs. @returns the exit code */
export async function diffJourneys(hands: SyncHands): Promise<number> {
  let differs = false;
  for (const { key, file, there, standing } of await pairsOf(hands)) {
    if (standing === 'same') continue;
    differs = true;
    line(hands, standing, key);
    if (!file || !there) continue;
    const changes = differencesOf(draftOf(there), plainJourney(file.definition));
    for (const { where, before, after } of changes)
      hands.say(`      ${where}: ${told(before)} there, ${told(after)} here`);
  }
  if (!differs) hands.say('Nothing differs.');
  return differs ? outcomes.differs : outcomes.well;
}

/** Writes what is there into files. What was changed here too stays as it is, unless it is forced. @returns the exit code */
export async function pullJourneys(hands: SyncHands): Promise<number> {
  let code: number = outcomes.well;
  const notes = new Notes(hands);
  for (const { key, file, there, standing } of await pairsOf(hands)) {
    if (there && standing === 'same') notes.keep(key, there.revision);
    const takes = standing === 'only there' || standing === 'changed there' || hands.force;
    if (!there || standing === 'same' || !takes) {
      line(hands, standing === 'changed in both' ? 'conflict' : standing, key);
      if (standing === 'changed in both') code = outcomes.conflict;
      continue;
    }
    if (file && !file.path.endsWith('.json')) {
      line(hands, 'conflict', `${key}: it is made by ${file.path}, which a pull does not write`);
      code = outcomes.conflict;
      continue;
    }
    if (!hands.dry) write(file?.path ?? join(hands.folder, `${key}.json`), there, file);
    notes.keep(key, there.revision);
    line(hands, hands.dry ? 'would pull' : 'pulled', key);
  }
  notes.save();
  return code;
}

/**
 * Saves files as drafts, and publishes them where that is asked. What was changed there too is left alone, unless it is
 * forced; what is the same already is not touched. @returns the exit code
 */
export async function pushJourneys(hands: SyncHands & { publish: boolean; test: boolean }): Promise<number> {
  const notes = new Notes(hands);
  const found: number[] = [];
  for (const pair of await pairsOf(hands)) {
    const { key, file } = pair;
    if (!file) {
      line(hands, 'only there', key);
      continue;
    }
    try {
      found.push(await push({ ...pair, file }, hands, notes));
    } catch (error) {
      // One that is refused does not hold up the others.
      if (!(error instanceof BeckonError) || error.code.startsWith('SHOP_') || error.code.startsWith('API_KEY'))
        throw error;
      const isConflict = error.code === 'JOURNEY_CHANGED';
      line(hands, isConflict ? 'conflict' : 'refused', `${key}: ${error.message}`);
      found.push(isConflict ? outcomes.conflict : outcomes.differs);
    }
  }
  notes.save();
  return Math.max(outcomes.well, ...found);
}

async function push(
  pair: Pair & { file: JourneyFile },
  hands: SyncHands & { publish: boolean; test: boolean },
  notes: Notes,
): Promise<number> {
  const { key, file, standing } = pair;
  const { shop, dry } = hands;
  let { there } = pair;
  if (!hands.force && (standing === 'changed there' || standing === 'changed in both')) {
    line(hands, standing === 'changed there' ? 'changed there' : 'conflict', `${key}: pull it first, or --force`);
    return outcomes.conflict;
  }
  if (hands.test && !(await storiesHold(file, hands))) return outcomes.differs;
  if (standing !== 'same') {
    if (dry) line(hands, 'would push', key);
    else {
      there = await shop.put(plainJourney(file.definition), there?.revision ?? 'none');
      line(hands, 'pushed', key);
    }
  }
  if (there && !dry) notes.keep(key, there.revision);
  if (hands.publish) return publish(key, there, hands);
  if (standing === 'same') line(hands, 'same', key);
  return outcomes.well;
}

/** Publishes a draft that is not live yet. What somebody has paused, closed or stopped does not begin again by it. */
async function publish(key: string, there: RemoteJourney | null, hands: SyncHands): Promise<number> {
  const isHalted = there !== null && ['paused', 'closed', 'stopped'].includes(there.status);
  if (there?.status === 'live' && there.draft === null) {
    line(hands, 'live', `${key}: version ${there.version}`);
    return outcomes.well;
  }
  if (isHalted && !hands.force) {
    line(hands, 'not live', `${key}: it is ${there.status}, so the draft waits; --force publishes it all the same`);
    return outcomes.differs;
  }
  if (hands.dry || !there) {
    line(hands, 'would publish', key);
    return outcomes.well;
  }
  const { version } = await hands.shop.publish(key, there.revision);
  line(hands, 'published', `${key}: version ${version}`);
  return outcomes.well;
}

/** Tells the stories beside a journey to the server before it is pushed. */
async function storiesHold(file: JourneyFile, { shop, files, say }: SyncHands): Promise<boolean> {
  let holds = true;
  for (const story of file.stories) {
    const running = story.journeys ?? [file.definition.key];
    const misses = await shop.tell(
      story,
      files.flatMap(({ definition }) => (running.includes(definition.key) ? [plainJourney(definition)] : [])),
    );
    if (misses.length === 0) continue;
    holds = false;
    say(`FAIL          ${file.definition.key}: ${story.name}`);
    for (const miss of misses) say(`      ${miss}`);
  }
  return holds;
}

async function pairsOf(hands: SyncHands): Promise<Pair[]> {
  const { shop, files, only, folder } = hands;
  const here = new Map(files.map((file) => [file.definition.key, file]));
  const keys = [...new Set([...here.keys(), ...(await shop.keys())])].sort();
  const notes = readNotes(folder)[shop.url] ?? {};
  const pairs: Pair[] = [];
  for (const key of keys.filter((one) => only.length === 0 || only.includes(one))) {
    const [file, there] = [here.get(key) ?? null, await shop.get(key)];
    const standing = standingOf({
      here: file && revisionOf(file.definition),
      there: there?.revision ?? null,
      base: notes[key] ?? null,
    });
    pairs.push({ key, file, there, standing });
  }
  return pairs;
}

function draftOf({ draft, definition }: RemoteJourney): JourneyDefinition {
  return draft ?? definition;
}

/** A file keeps the address of the schema that it names. */
function write(path: string, there: RemoteJourney, file: JourneyFile | null): void {
  const { $schema } = file?.definition ?? {};
  const definition = readableJourney({ ...($schema === undefined ? {} : { $schema }), ...draftOf(there) });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(definition, null, 2)}\n`);
}

/** By address of a server and key of a journey: the revision that both sides last had. Kept beside the files. */
type Known = Record<string, Record<string, string>>;

const notesFile = '.beckon.json';

function readNotes(folder: string): Known {
  const path = join(folder, notesFile);
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Known;
  } catch {
    return {}; // damaged, as by a merge: then it only is not known who has changed what
  }
}

class Notes {
  readonly #hands: SyncHands;
  readonly #known: Known;
  readonly #before: string;

  constructor(hands: SyncHands) {
    this.#hands = hands;
    this.#known = readNotes(hands.folder);
    this.#before = JSON.stringify(this.#known);
  }

  keep(key: string, revision: string): void {
    (this.#known[this.#hands.shop.url] ??= {})[key] = revision;
  }

  save(): void {
    if (this.#hands.dry || JSON.stringify(this.#known) === this.#before) return;
    mkdirSync(this.#hands.folder, { recursive: true });
    writeFileSync(join(this.#hands.folder, notesFile), `${JSON.stringify(this.#known, null, 2)}\n`);
  }
}

function line({ say }: SyncHands, what: string, about: string): void {
  say(`${what.padEnd(15)} ${about}`);
}

function told(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
