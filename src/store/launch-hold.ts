import { execFileSync } from 'node:child_process';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';

/** Who holds a data folder. A process is its number and when it began, because numbers are given again. */
export interface Holder {
  pid: number;
  /** When the process began, in the system's own words; null where the system does not say (Windows). */
  began: string | null;
}

/** Name of the file in the data folder that says who holds it. */
export const holdFile = 'beckon.lock';

/**
 * Takes the data folder for this process. One that a dead process left is taken over, also when its number has been
 * given to another process since.
 *
 * @returns a function that gives it back
 * @throws STORE_HELD with the holder's process number
 */
export function hold(dataDir: string): () => void {
  const path = join(dataDir, holdFile);
  const mine = JSON.stringify({ pid: process.pid, began: processBegan(process.pid) } satisfies Holder);
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, mine, { mode: 0o644 });
  try {
    while (!tryLink(draft, path)) {
      const text = readText(path);
      const holder = readHolder(text);
      if (holder && isAlive(holder)) {
        throw new BeckonError(errors.STORE_HELD, `The data folder ${dataDir} is in use by process ${holder.pid}`);
      }
      clearStale(path, text);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return () => {
    if (readText(path) === mine) rmSync(path, { force: true });
  };
}

/** The live process that holds the folder, or null. */
export function holderOf(dataDir: string): number | null {
  const holder = readHolder(readText(join(dataDir, holdFile)));
  return holder !== null && isAlive(holder) ? holder.pid : null;
}

/** Does this very process still run? */
export function isAlive(holder: Holder): boolean {
  if (!hasProcess(holder.pid)) return false;
  return holder.began === null || holder.began === processBegan(holder.pid);
}

/** Is there a process with this number? */
export function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

/** When a process began: ticks since the start of this machine on Linux, a date elsewhere; null when unknown. */
export function processBegan(pid: number): string | null {
  try {
    if (process.platform === 'linux') {
      const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!;
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      return `${boot}/${afterName.split(' ')[19]}`;
    }
    if (process.platform === 'win32') return null;
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves the stale file away; when somebody else took the folder between our look and our move, gives it back to them. */
function clearStale(path: string, seen: string | null): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return; // already cleared by somebody else
  }
  if (readText(aside) !== seen) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function readHolder(text: string | null): Holder | null {
  try {
    const value = JSON.parse(text ?? '') as Partial<Holder>;
    return Number.isInteger(value.pid) ? { pid: value.pid!, began: value.began ?? null } : null;
  } catch {
    return null;
  }
}
