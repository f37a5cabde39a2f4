import { accessSync, constants, existsSync, readFileSync, statfsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { BeckonError, quietLog } from './base/index.ts';
import { errors, type GivenSettings } from './settings.ts';
import { findPostgres, launch } from './store/index.ts';

/** One thing that was looked at. */
export interface Finding {
  level: 'ok' | 'warn' | 'fail';
  what: string;
  mend?: string;
}

/** Looks at everything Beckon needs, changing nothing. Order: as they are met at a start. */
export async function examine(settings: GivenSettings): Promise<Finding[]> {
  return [
    nodeVersion(process.versions.node),
    dataFolder(settings.dataDir),
    freeDisk(settings.dataDir),
    await postgres(settings),
    await port(settings),
    await smtp(settings.smtpUrl),
    ...(await front(settings)),
    secret(settings),
    chromium(),
  ];
}

/** The flags of the doctor's own, and those that are settings. @throws SETTINGS_BAD_VALUE */
export function readDoctorFlags(flags: readonly string[]): { mail: boolean; probe: string | null; rest: string[] } {
  const rest: string[] = [];
  let [mail, probe] = [false, null as string | null];
  for (let n = 0; n < flags.length; n++) {
    const flag = flags[n]!;
    if (flag === '--mail') mail = true;
    else if (flag === '--probe' || flag.startsWith('--probe=')) {
      const given = flag === '--probe' ? flags[++n] : flag.slice('--probe='.length);
      if (!given || !/^[^\s@]+@[^\s@]+$/.test(given))
        throw new BeckonError(errors.SETTINGS_BAD_VALUE, '--probe needs a mail address', { where: '--probe' });
      [mail, probe] = [true, given];
    } else rest.push(flag);
  }
  return { mail, probe, rest };
}

/** The findings as lines for a person. */
export function findingLines(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ level, what, mend }) => [
    `${level.padEnd(4)}  ${what}`,
    ...(mend === undefined ? [] : [`      ${mend}`]),
  ]);
}

/** Node ≥ 20.19, as package.json says. */
export function nodeVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return { level: 'ok', what: `Node ${version}` };
  return { level: 'fail', what: `Node ${version} is too old`, mend: 'Install Node 20.19 or later' };
}

function dataFolder(dataDir: string): Finding {
  const path = resolve(dataDir);
  const mend = 'Name another folder with --data, or make this one yours';
  try {
    accessSync(existingParent(path), constants.W_OK | constants.X_OK);
    return { level: 'ok', what: `Data folder ${path}${existsSync(path) ? '' : ' (will be made)'}` };
  } catch {
    return { level: 'fail', what: `Data folder ${path} cannot be written`, mend };
  }
}

/** Space where the data folder is: less than 200 MB fails, less than 1 GB warns. */
function freeDisk(dataDir: string): Finding {
  const { bavail, bsize } = statfsSync(existingParent(resolve(dataDir)));
  const megabytes = Math.floor((bavail * bsize) / 1e6);
  const what = `${megabytes.toLocaleString('en')} MB free on its disk`;
  if (megabytes < 200) return { level: 'fail', what, mend: 'Free some space: a new database needs 60 MB and grows' };
  if (megabytes < 1000) return { level: 'warn', what, mend: 'Free some space soon' };
  return { level: 'ok', what };
}

async function postgres(settings: GivenSettings): Promise<Finding> {
  if (settings.databaseUrl === null) {
    const found = findPostgres(resolve(settings.dataDir));
    if (found.fits) return { level: 'ok', what: found.text };
    return { level: 'fail', what: found.text, mend: 'Run npm ci, install PostgreSQL 15 or later, or set DATABASE_URL' };
  }
  let what = '';
  try {
    const { dataDir, databaseUrl } = settings;
    await launch({ dataDir, databaseUrl, log: quietLog, say: (line) => (what = line) });
    return { level: 'ok', what };
  } catch (error) {
    if (!(error instanceof BeckonError)) throw error;
    return { level: 'fail', what: error.message, mend: error.mend };
  }
}

/** The log before the table, where one is set. Opening it makes its stream if that is not there. */
async function front({ front: at = null }: GivenSettings): Promise<Finding[]> {
  if (at === null) return [];
  try {
    const { openFront } = await import('./event/index.ts');
    const opened = await openFront(at);
    const waiting = await opened.holds();
    await opened.close();
    return [{ level: 'ok', what: `${opened.name} answers; ${waiting} events wait in its stream ${at.stream}` }];
  } catch (error) {
    if (!(error instanceof BeckonError)) throw error;
    const mend = 'Start its servers with JetStream on (nats-server -js), or correct BECKON_LOG_URL';
    return [{ level: 'fail', what: error.message, mend }];
  }
}

async function port({ host, port: number }: GivenSettings): Promise<Finding> {
  const code = await tryPort(host, number);
  if (code === null) return { level: 'ok', what: `Port ${number} on ${host} is free` };
  const what = `Port ${number} on ${host} cannot be used: ${code}`;
  return { level: 'fail', what, mend: 'Stop what listens there (it may be Beckon itself), or use --port' };
}

/** Tries to listen; null when that works, else the system's code, such as EADDRINUSE. */
export function tryPort(host: string, number: number): Promise<string | null> {
  const probe = createServer();
  return new Promise((done) => {
    probe.once('error', (error: { code?: string; message: string }) => done(error.code ?? error.message));
    probe.listen(number, host, () => probe.close(() => done(null)));
  });
}

async function smtp(url: string | null): Promise<Finding> {
  if (url === null) return { level: 'ok', what: 'Mail stays in the built-in mailbox' };
  const { hostname: given, port: named, protocol } = new URL(url);
  const hostname = protocol === 'ses:' && !given.includes('.') ? `email.${given}.amazonaws.com` : given;
  const number = Number(named) || (protocol === 'smtps:' ? 465 : protocol === 'smtp:' ? 587 : 443);
  const why = await tryConnection(hostname, number);
  if (why === null) return { level: 'ok', what: `Mail server ${hostname}:${number} answers` };
  const what = `Mail server ${hostname}:${number} does not answer: ${why}`;
  return { level: 'fail', what, mend: 'Check --smtp and the network; mails would wait meanwhile' };
}

function tryConnection(host: string, number: number): Promise<string | null> {
  return new Promise((done) => {
    const socket = connect({ host, port: number, timeout: 5000 });
    const end = (why: string | null) => {
      socket.destroy();
      done(why);
    };
    socket.once('connect', () => end(null));
    socket.once('timeout', () => end('no answer in 5 s'));
    socket.once('error', (error: { code?: string; message: string }) => end(error.code ?? error.message));
  });
}

function secret({ secret: given, databaseUrl, dataDir }: GivenSettings): Finding {
  if (given !== null) return { level: 'ok', what: 'BECKON_SECRET is set' };
  const path = join(resolve(dataDir), 'secret');
  const kept = existsSync(path) && readFileSync(path, 'utf8').trim().length >= 32;
  const what = kept ? `The secret is in ${path}; keep a copy` : 'The secret will be made at the first start';
  if (databaseUrl === null) return { level: 'ok', what };
  return { level: 'warn', what, mend: 'Several Beckons on one database need the same secret: set BECKON_SECRET' };
}

function chromium(): Finding {
  const folders = (process.env['PATH'] ?? '').split(':');
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
  if (found) return { level: 'ok', what: `Chromium for the tests: ${found}` };
  return { level: 'warn', what: 'No Chromium; only npm test needs it', mend: 'apt-get install chromium' };
}

function existingParent(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : existingParent(dirname(path));
}
