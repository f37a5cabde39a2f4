import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BeckonError, sha256, stableJson } from './base/index.ts';
import { differencesOf, standingOf, type Standing } from './journey/index.ts';
import type { Shop } from './files-shop.ts';

/** Documents that lie in files and in a running Beckon: brought over, and compared. Nothing is ever taken away by it. */

/** A document in a file. */
export interface Kept {
  path: string;
  /** Without what is in front of the keys of its shelf. */
  key: string;
  /** Without what only the file is about. */
  document: object;
  /** The form that the file names for editors; a pull keeps it. */
  schema: string | undefined;
}

/** The same in a running Beckon. */
export interface Remote {
  document: object;
  /** For the next call that writes. */
  revision: string;
  /** Which version is live, where nothing newer waits; null: what there is waits to be published. */
  live: number | null;
  /** In a word, where somebody has ended it, so that a new version does not begin by itself. */
  halted: string | null;
}

/** One kind of document in a running Beckon. */
export interface Shelf {
  /** Names the kind before each key, and the folder of its files, where several kinds lie in one: `themes/`. */
  prefix: string;
  keys(): Promise<string[]>;
  get(key: string): Promise<Remote | null>;
  put(key: string, document: object, revision: string): Promise<Remote>;
  /** Absent where what is saved holds at once. Gives the version that is live then. */
  publish?(key: string, revision: string): Promise<number>;
  /** Does what stands beside the file hold? Says why not. */
  holds?(file: Kept): Promise<boolean>;
  /** A document with its names in the order people read them. */
  readable(document: object): object;
}

/** What a command is given. */
export interface SyncHands {
  shop: Pick<Shop, 'url'>;
  shelf: Shelf;
  files: readonly Kept[];
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
  file: Kept | null;
  there: Remote | null;
  standing: Standing;
}

/** Says how each document here stands to the one there, and what differs. @returns the exit code */
export async function diffFiles(hands: SyncHands): Promise<number> {
  let differs = false;
  for (const { key, file, there, standing } of await pairsOf(hands)) {
    if (standing === 'same') continue;
    differs = true;
    line(hands, standing, key);
    if (!file || !there) continue;
    const changes = differencesOf(there.document, file.document);
    for (const { where, before, after } of changes)
      hands.say(`      ${where}: ${told(before)} there, ${told(after)} here`);
  }
  return differs ? outcomes.differs : outcomes.well;
}

/** Writes what is there into files. What was changed here too stays as it is, unless it is forced. @returns the exit code */
export async function pullFiles(hands: SyncHands): Promise<number> {
  let code: number = outcomes.well;
  const notes = new Notes(hands);
  for (const { key, file, there, standing } of await pairsOf(hands)) {
    if (there && standing === 'same') notes.keep(key, markOf(there.document));
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
    if (!hands.dry) write(hands, key, { there, file });
    notes.keep(key, markOf(there.document));
    line(hands, hands.dry ? 'would pull' : 'pulled', key);
  }
  notes.save();
  return code;
}

/**
 * Saves files as drafts, and publishes them where that is asked. What was changed there too is left alone, unless it is
 * forced; what is the same already is not touched. @returns the exit code
 */
export async function pushFiles(hands: PushHands): Promise<number> {
  const notes = new Notes(hands);
  const found: number[] = [];
  const pairs = await pairsOf(hands);
  let left = pairs.flatMap(({ file, ...pair }) => (file ? [{ ...pair, file }] : []));
  while (left.length > 0) {
    const refused: { pair: (typeof left)[number]; why: BeckonError }[] = [];
    for (const pair of left) {
      try {
        found.push(await push(pair, hands, notes));
      } catch (error) {
        // One that is refused does not hold up the others.
        if (!(error instanceof BeckonError) || error.code.startsWith('SHOP_') || error.code.startsWith('API_KEY'))
          throw error;
        refused.push({ pair, why: error });
      }
    }
    // What was refused may only have come before what it uses.
    const again = refused.length < left.length;
    left = again ? refused.map(({ pair }) => pair) : [];
    for (const { pair, why } of again ? [] : refused) {
      const isConflict = why.code.endsWith('_CHANGED');
      line(hands, isConflict ? 'conflict' : 'refused', `${pair.key}: ${why.message}`);
      found.push(isConflict ? outcomes.conflict : outcomes.differs);
    }
  }
  for (const { key } of pairs.filter(({ file }) => !file)) line(hands, 'only there', key);
  notes.save();
  return Math.max(outcomes.well, ...found);
}

/** What a push is given beside that. */
export interface PushHands extends SyncHands {
  publish: boolean;
  /** Push only what holds to what stands beside it. */
  test: boolean;
}

async function push(pair: Pair & { file: Kept }, hands: PushHands, notes: Notes): Promise<number> {
  const { key, file, standing } = pair;
  const { shelf, dry } = hands;
  let { there } = pair;
  if (!hands.force && (standing === 'changed there' || standing === 'changed in both')) {
    line(hands, standing === 'changed there' ? 'changed there' : 'conflict', `${key}: pull it first, or --force`);
    return outcomes.conflict;
  }
  if (hands.test && !((await shelf.holds?.(file)) ?? true)) return outcomes.differs;
  if (standing !== 'same') {
    if (dry) line(hands, 'would push', key);
    else {
      there = await shelf.put(key, file.document, there?.revision ?? 'none');
      line(hands, 'pushed', key);
    }
  }
  if (there && !dry) notes.keep(key, markOf(there.document));
  if (hands.publish && shelf.publish) return publish(key, there, hands);
  if (standing === 'same') line(hands, 'same', key);
  return outcomes.well;
}

/** Publishes a draft that is not live yet. What somebody has paused, closed or stopped does not begin again by it. */
async function publish(key: string, there: Remote | null, hands: SyncHands): Promise<number> {
  if (there && there.live !== null) {
    line(hands, 'live', `${key}: version ${there.live}`);
    return outcomes.well;
  }
  if (there && there.halted !== null && !hands.force) {
    line(hands, 'not live', `${key}: it is ${there.halted}, so the draft waits; --force publishes it all the same`);
    return outcomes.differs;
  }
  if (hands.dry || !there) {
    line(hands, 'would publish', key);
    return outcomes.well;
  }
  line(hands, 'published', `${key}: version ${await hands.shelf.publish!(key, there.revision)}`);
  return outcomes.well;
}

async function pairsOf(hands: SyncHands): Promise<Pair[]> {
  const { shop, shelf, files, only, folder } = hands;
  const here = new Map(files.map((file) => [file.key, file]));
  const keys = [...new Set([...here.keys(), ...(await shelf.keys())])].sort();
  const notes = readNotes(folder)[shop.url] ?? {};
  const pairs: Pair[] = [];
  for (const key of keys.filter((one) => only.length === 0 || only.includes(`${shelf.prefix}${one}`))) {
    const [file, there] = [here.get(key) ?? null, await shelf.get(key)];
    const standing = standingOf({
      here: file && markOf(file.document),
      there: there && markOf(there.document),
      base: notes[`${shelf.prefix}${key}`] ?? null,
    });
    pairs.push({ key, file, there, standing });
  }
  return pairs;
}

/** The same text for documents that say the same, whatever the order of their names. */
function markOf(document: object): string {
  return sha256(stableJson(document)).slice(0, 20);
}

/** A file keeps the address of the schema that it names. */
function write({ shelf, folder }: SyncHands, key: string, { there, file }: { there: Remote; file: Kept | null }): void {
  const path = file?.path ?? join(folder, shelf.prefix, `${key}.json`);
  const schema = file?.schema === undefined ? {} : { $schema: file.schema };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify({ ...schema, ...shelf.readable(there.document) }, null, 2)}\n`);
}

/** By address of a server and key of a document: a mark of what both sides last had. Kept beside the files. */
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

  keep(key: string, mark: string): void {
    (this.#known[this.#hands.shop.url] ??= {})[`${this.#hands.shelf.prefix}${key}`] = mark;
  }

  save(): void {
    if (this.#hands.dry || JSON.stringify(this.#known) === this.#before) return;
    mkdirSync(this.#hands.folder, { recursive: true });
    writeFileSync(join(this.#hands.folder, notesFile), `${JSON.stringify(this.#known, null, 2)}\n`);
  }
}

function line({ say, shelf }: SyncHands, what: string, about: string): void {
  say(`${what.padEnd(15)} ${shelf.prefix}${about}`);
}

function told(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
