import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { inSeconds, root, run } from './run.mjs';

/**
 * What the tests use of the machine besides npm: a browser, an older PostgreSQL, a NATS server. What is missing is got from Debian where we
 * may, and nothing of it is started or stays running.
 */
const env = { DEBIAN_FRONTEND: 'noninteractive' };
const mayInstall = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
const folders = () => [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];

let lists;
/** The lists of packages, brought up to date once. */
function apt(...args) {
  lists ??= run('apt-get', ['update', '-qq'], { quiet: true, env });
  return lists.then(() => run('apt-get', args, { quiet: true, env }));
}

async function install(name, title) {
  console.log(`Installing ${title} (apt-get install ${name}) …`);
  const { code, text, seconds } = await apt('install', '-y', '-qq', '--no-install-recommends', name);
  console.log(code === 0 ? `Installed ${title} … ${inSeconds(seconds)}` : text);
}

/** Path of a Chromium; null, after saying how to get one. */
export async function ensureChromium() {
  if (!findChromium() && mayInstall()) await install('chromium', 'Chromium');
  const found = findChromium();
  if (!found)
    console.log('FAIL  walk: no Chromium. Install one (apt-get install chromium), or name one in BECKON_CHROMIUM.');
  return found;
}

function findChromium() {
  const given = process.env.BECKON_CHROMIUM;
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const mac = [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ];
  const places = folders().flatMap((folder) => names.map((name) => join(folder, name)));
  return [...(given ? [given] : []), ...places, ...mac].find((path) => existsSync(path)) ?? null;
}

/** Is there a PostgreSQL 15? Its package would make a cluster and start it, and is told not to. */
export async function ensurePostgres15() {
  const isThere = () => existsSync('/usr/lib/postgresql/15/bin/postgres');
  if (isThere() || !mayInstall()) return isThere();
  const taken = [
    noCluster('/etc/postgresql-common/createcluster.d/beckon-tests.conf', 'create_main_cluster = false\n'),
    noCluster('/usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n'),
  ];
  await install('postgresql-15', 'PostgreSQL 15');
  for (const path of taken) if (path) rmSync(path);
  return isThere();
}

/** Writes a file for as long as a package is being installed, unless somebody has one there. @returns its path, if it is ours */
function noCluster(path, text) {
  if (existsSync(path)) return null;
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text, { mode: 0o755 });
  return path;
}

/** Is there a nats-server? Its package would set up a service, so only the program is taken out of it, into node_modules/.cache. */
export async function ensureNats() {
  const cache = join(root, 'node_modules/.cache/beckon');
  const places = [...folders(), join(cache, 'usr/sbin')].map((folder) => join(folder, 'nats-server'));
  const isThere = () => Boolean(process.env.BECKON_NATS_SERVER) || places.some((path) => existsSync(path));
  if (isThere() || !mayInstall()) return isThere();
  console.log('Getting nats-server (apt-get download nats-server) …');
  mkdirSync(cache, { recursive: true });
  const { code, text, seconds } = await apt('download', '-qq', 'nats-server');
  const file = readdirSync(root).find((name) => /^nats-server_.*\.deb$/.test(name));
  if (file) await run('dpkg-deb', ['-x', file, cache], { quiet: true });
  if (file) rmSync(join(root, file));
  console.log(isThere() ? `Got nats-server … ${inSeconds(seconds)}` : `${text} (${code})`);
  return isThere();
}
