import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { BeckonError, sha256 } from '../base/index.ts';
import { errors } from './error.ts';
import { as, canEnter, serverAccount, type Account } from './launch-account.ts';
import { makeLinks, oldestMajor, program, type Binaries } from './launch-binary.ts';

/** Where a cluster lies and as whom its server runs. */
export interface Place {
  /** PostgreSQL's data folder. */
  cluster: string;
  /** The folder around it, with the password and the server's log. */
  home: string;
  account: Account | null;
  /** Why the cluster is not in the data folder; null when it is. */
  moved: string | null;
}

/** Where things of the machine are kept when PostgreSQL's user cannot reach the data folder; replaced in tests. */
export const machineFolder = '/var/lib/beckon';

/**
 * Decides where the cluster of `dataDir` lies. A cluster that exists stays where it is and runs as its owner; a new one
 * goes into the data folder, or below `machine` when PostgreSQL's user cannot get into it (root below a closed home).
 *
 * @throws STORE_FOLDER_CLOSED when the folder cannot be made or belongs to somebody else
 */
export function choosePlace(dataDir: string, machine: string = machineFolder): Place {
  const root = process.getuid?.() === 0;
  makeFolder(dataDir, root ? 0o711 : 0o700);
  const inside = join(dataDir, 'postgres');
  if (hasCluster(inside)) return { cluster: inside, home: dataDir, account: ownerOf(inside, root), moved: null };
  const account = serverAccount();
  const outside = join(machine, sha256(realpathSync(dataDir)).slice(0, 16));
  if (!root || (canEnter(account, dataDir) && !hasCluster(join(outside, 'postgres')))) {
    return { cluster: inside, home: dataDir, account, moved: null };
  }
  makeFolder(machine, 0o755);
  makeFolder(outside, 0o711);
  const moved = `PostgreSQL runs as user ${account!.name}, who cannot get into ${dataDir}; its data is in ${outside}`;
  return { cluster: join(outside, 'postgres'), home: outside, account, moved };
}

/** The major version that a cluster belongs to, from its PG_VERSION; null when there is no cluster yet. */
export function clusterMajor(cluster: string): number | null {
  return hasCluster(cluster) ? Number.parseInt(readFileSync(join(cluster, 'PG_VERSION'), 'utf8'), 10) : null;
}

/**
 * The first of `candidates` that fits the cluster and runs on this machine, made ready: links made, copied to a place
 * that PostgreSQL's user can reach when it must be.
 *
 * @throws STORE_NO_BINARIES, STORE_WRONG_VERSION
 */
export function chooseBinaries(
  candidates: readonly Binaries[],
  place: Place,
  machine: string = machineFolder,
): Binaries {
  const pinned = clusterMajor(place.cluster);
  const fitting = candidates.filter((one) => pinned === null || one.major === pinned);
  for (const one of fitting) {
    const ready = makeReady(one, place, machine);
    if (ready) return ready;
  }
  const found = candidates.map((one) => `${one.version} (${one.source})`).join(', ') || 'none';
  if (pinned !== null && fitting.length === 0) {
    throw new BeckonError(
      errors.STORE_WRONG_VERSION,
      `${place.cluster} was made by PostgreSQL ${pinned}, and only these were found: ${found}`,
    );
  }
  throw new BeckonError(
    errors.STORE_NO_BINARIES,
    `No PostgreSQL of version ${oldestMajor} or later starts on this machine; found: ${found}`,
  );
}

function makeReady(binaries: Binaries, place: Place, machine: string): Binaries | null {
  const { account } = place;
  if (makeLinks(binaries.folder) && runs(binaries, account)) return binaries;
  if (binaries.source !== 'npm' || !existsSync(program(binaries, 'postgres'))) return null;
  const copy = { ...binaries, folder: join(account ? machine : place.home, 'postgresql', binaries.version, 'native') };
  if (!existsSync(copy.folder)) copyBinaries(binaries.folder, copy.folder);
  return makeLinks(copy.folder) && runs(copy, account) ? copy : null;
}

/** Copies beside the target and renames, so that a half copy is never taken for a whole one. */
function copyBinaries(from: string, to: string): void {
  const version = join(to, '..');
  makeFolder(join(version, '..'), 0o755);
  const draft = `${version}.${process.pid}`;
  cpSync(from, join(draft, 'native'), { recursive: true, filter: (path) => !path.endsWith('.a') });
  for (const folder of [draft, join(draft, 'native')]) chmodSync(folder, 0o755);
  try {
    renameSync(draft, version);
  } catch {
    rmSync(draft, { recursive: true, force: true }); // another process was quicker
  }
}

function runs(binaries: Binaries, account: Account | null): boolean {
  return (
    spawnSync(program(binaries, 'initdb'), ['--version'], { ...as(account), cwd: '/' }).status === 0 &&
    spawnSync(program(binaries, 'postgres'), ['--version'], { ...as(account), cwd: '/' }).status === 0
  );
}

function hasCluster(cluster: string): boolean {
  return existsSync(join(cluster, 'PG_VERSION'));
}

function ownerOf(cluster: string, root: boolean): Account | null {
  const { uid, gid } = statSync(cluster);
  if (root) return uid === 0 ? serverAccount() : { name: String(uid), uid, gid };
  if (process.getuid === undefined || uid === process.getuid()) return null;
  throw new BeckonError(
    errors.STORE_FOLDER_CLOSED,
    `${cluster} belongs to user ${uid}, and Beckon runs as user ${process.getuid()}`,
  );
}

/** Makes a folder with `mode`; one that exists is left as it is. */
function makeFolder(path: string, mode: number): void {
  if (existsSync(path)) return;
  try {
    mkdirSync(path, { recursive: true });
    chmodSync(path, mode);
  } catch (cause) {
    throw new BeckonError(
      errors.STORE_FOLDER_CLOSED,
      `The folder ${path} cannot be made: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}

/** Gives `path` to the account that PostgreSQL runs as. */
export function giveTo(account: Account | null, path: string): void {
  if (account) chownSync(path, account.uid, account.gid);
}
