import { dirname } from 'node:path';
import { BeckonError } from './base/index.ts';
import { openShop, shopKey, type Ask, type Shop } from './files-shop.ts';
import { diffFiles, outcomes, pullFiles, pushFiles, type Kept, type Shelf } from './files-sync.ts';
import { errors } from './settings.ts';

/** What `beckon journeys` and `beckon messages` have in common: documents as files, and the same in a running Beckon. */

/** What was asked for on the command line. */
export interface FilesCommand {
  what: string;
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

/** The world outside, handed in for tests. */
export interface Reach {
  env: Readonly<Record<string, string | undefined>>;
  ask: Ask;
  say: (line: string) => void;
}

export const filesFlagsHelp = `  --url URL    the running Beckon (BECKON_URL, or http://localhost:8080); its secret key is taken from BECKON_KEY
  --only KEY   only this one; may be given several times
  --dry-run    say what would be done, and do nothing
  --publish    push: make the drafts live
  --force      let the files win in a push, the server in a pull

Exit codes: 0 all is well; 1 something differs, fails or was refused; 2 the command cannot be read; 3 both sides have changed.
`;

/** Those that ask a running Beckon. */
const remote = ['pull', 'push', 'diff'];

/**
 * @param of the command, and switches by the word that follows it
 * @throws SETTINGS_UNKNOWN_COMMAND, SETTINGS_UNKNOWN_FLAG, SETTINGS_BAD_VALUE
 */
export function readFilesFlags(
  flags: readonly string[],
  of: { command: string; switches: Readonly<Record<string, readonly string[]>> },
): FilesCommand {
  const what = flags[0] ?? '';
  const switches = Object.hasOwn(of.switches, what) ? of.switches[what] : undefined;
  if (switches === undefined)
    throw new BeckonError(
      errors.SETTINGS_UNKNOWN_COMMAND,
      `"beckon ${of.command}" goes on with ${Object.keys(of.switches).join(', ')}, not "${what}"`,
    );
  const isRemote = remote.includes(what);
  const made: FilesCommand = {
    what,
    paths: [],
    switches: new Set(),
    url: null,
    only: [],
    folder: of.command,
    rest: [],
  };
  const others = flags.slice(1).flatMap((one) => (/^--[^=]+=/.test(one) ? splitAtEquals(one) : [one]));
  for (let at = 0; at < others.length; at++) {
    const one = others[at]!;
    const name = one.slice(2);
    const value = others[at + 1];
    if (!one.startsWith('-')) made.paths.push(one);
    else if (switches.includes(name)) made.switches.add(name);
    else if (isRemote && (name === 'url' || name === 'only')) {
      if (value === undefined || value.startsWith('-'))
        throw new BeckonError(errors.SETTINGS_BAD_VALUE, `${one} wants a value`);
      if (name === 'url') made.url = value;
      else made.only.push(value);
      at++;
    } else if (isRemote)
      throw new BeckonError(errors.SETTINGS_UNKNOWN_FLAG, `beckon ${of.command} ${what} has no flag "${one}"`);
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

/** The running Beckon that is meant. @throws SHOP_KEY_MISSING */
export function shopOf(command: FilesCommand, { env, ask }: Reach): Shop {
  const url = (command.url ?? env['BECKON_URL'] ?? 'http://localhost:8080').replace(/\/+$/, '');
  return openShop({ url, key: shopKey(env, url), ask });
}

/** Carries out what asks a running Beckon, one kind after the other. @returns the exit code */
export async function syncFiles(
  { what, switches: given, only, folder }: FilesCommand,
  { shop, say }: { shop: Shop; say: (line: string) => void },
  kinds: readonly { shelf: Shelf; files: readonly Kept[] }[],
): Promise<number> {
  const codes: number[] = [];
  for (const kind of kinds) {
    const hands = { ...kind, shop, folder, say, only, dry: given.has('dry-run'), force: given.has('force') };
    if (what === 'diff') codes.push(await diffFiles(hands));
    else if (what === 'pull') codes.push(await pullFiles(hands));
    else codes.push(await pushFiles({ ...hands, publish: given.has('publish'), test: given.has('test') }));
  }
  const code = Math.max(...codes);
  if (what === 'diff' && code === outcomes.well) say('Nothing differs.');
  return code;
}
