import { execFileSync, spawnSync } from 'node:child_process';
import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';

/** Whom PostgreSQL runs as: PostgreSQL refuses to be root, so root hands it to a system user. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/**
 * The account for PostgreSQL's processes: null when this process is not root (then it runs as we do). For root it is
 * the system user `postgres`, else `beckon`, which is made when it is missing.
 *
 * @throws STORE_NO_ACCOUNT when we are root and no such user can be made
 */
export function serverAccount(): Account | null {
  if (process.getuid?.() !== 0) return null;
  const known = lookUp('postgres') ?? lookUp('beckon');
  if (known) return known;
  try {
    const more = ['--system', '--user-group', '--no-create-home', '--home-dir', '/var/lib/beckon'];
    execFileSync('useradd', [...more, '--shell', '/usr/sbin/nologin', 'beckon'], { stdio: 'pipe' });
  } catch (cause) {
    const made = lookUp('beckon'); // another Beckon may have been quicker
    if (made) return made;
    throw new BeckonError(
      errors.STORE_NO_ACCOUNT,
      `PostgreSQL must not run as root, and the system user "beckon" could not be made: ${(cause as Error).message}`,
      { cause },
    );
  }
  return lookUp('beckon')!;
}

/** Can `account` enter `folder` (all its parents too)? Asked of the system itself, so ACLs and mounts count. */
export function canEnter(account: Account | null, folder: string): boolean {
  return spawnSync('test', ['-x', folder], { ...as(account), cwd: '/' }).status === 0;
}

/** The spawn options that make a child run as `account`. */
export function as(account: Account | null): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {};
}

function lookUp(name: string): Account | undefined {
  const ask = (flag: string) => spawnSync('id', [flag, name], { encoding: 'utf8' });
  const [uid, gid] = [ask('-u'), ask('-g')];
  if (uid.status !== 0 || gid.status !== 0) return undefined;
  return { name, uid: Number(uid.stdout), gid: Number(gid.stdout) };
}
