import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { BeckonError, SystemClock, elapsed, jsonLog, type Log } from './base/index.ts';
import { examine, findingLines, readDoctorFlags, tryPort } from './doctor.ts';
import { helpText, readCommand, type CommandLine } from './settings-help.ts';
import { errors, readSettings, type GivenSettings, type Settings } from './settings.ts';
import { allRoles } from './role.ts';
import { startTracing, wantsTraces } from './tracing.ts';
import {
  checkSecret,
  findSecret,
  holderOf,
  launch,
  migrate,
  openStore,
  requireWhole,
  type Migration,
  type Store,
} from './store/index.ts';

/** Reads settings, starts, stops. Everything printed for a person goes to standard output, log lines to standard error. */
const say = (line: string) => void process.stdout.write(`${line}\n`);

/** What has been started, last first: the order of stopping. */
type Undo = (() => Promise<void>)[];

/** A database that is up to date, and what goes with it. */
interface Ground {
  settings: Settings;
  parts: { store: Store; databaseUrl: string; say: (line: string) => void; log: Log };
}

async function main(argv: readonly string[]): Promise<number> {
  const line = readCommand(argv);
  if (line.command === 'evaluate') return evaluation(line);
  if (line.command === 'journeys') return journeys(line);
  if (line.command === 'messages') return messages(line);
  if (line.command === 'simulate') return simulation(line);
  if (line.command === 'team') return team(line);
  if (line.command === 'export' || line.command === 'import') return moving(line);
  if (line.help) {
    process.stdout.write(helpText(line.command === 'help' || argv[0] !== line.command ? undefined : line.command));
    return 0;
  }
  if (line.command === 'backtest') return backtest(line.flags);
  if (line.command === 'doctor') return doctor(line.flags);
  const remove = line.command === 'demo' && line.flags.includes('--remove');
  const settings = settingsOf(line);
  const undo: Undo = [];
  const stopping = stopOnSignal();
  try {
    say(`Beckon ${version()}`);
    if (line.command === 'migrate') await prepare(settings, undo);
    else if (remove) await removeDemoData(settings, undo);
    else {
      // A stop while it still starts does not wait for the rest, such as thirty invented days.
      const start = serve(settings, undo);
      await Promise.race([start, stopping.asked]);
      await stopping.asked;
      start.catch(() => {}); // what still runs fails when its ground is taken away
      process.on('unhandledRejection', () => {});
      say('Stopping …');
    }
  } finally {
    await runBackwards(undo);
  }
  return 0;
}

/** Needs neither settings nor a database, so it comes before both. What it says on the way is not its result. */
async function evaluation({ flags, help }: CommandLine): Promise<number> {
  const { evaluate, evaluateHelp } = await import('./evaluating.ts');
  if (!help) return evaluate(flags, (text) => void process.stderr.write(`${text}\n`));
  process.stdout.write(evaluateHelp);
  return 0;
}

/** Journeys in files. Stories get a database in a folder of their own, which is taken away again; no shop is touched. */
async function journeys({ flags, help }: CommandLine): Promise<number> {
  const command = await import('./journeys-command.ts');
  if (help || flags.length === 0) {
    process.stdout.write(command.journeysHelp);
    return 0;
  }
  const asked = command.readJourneysFlags(flags);
  const { what, paths, rest } = asked;
  // The folder of a first pull need not be there.
  const isNew = what === 'pull' && !existsSync(asked.folder);
  const files = isNew ? [] : await (await import('./journeys-files.ts')).journeyFiles(paths);
  if (what === 'check') return command.checkJourneys(files, say);
  if (what !== 'test') return command.syncJourneys(asked, files, { env: process.env, ask: fetch, say });
  const undo: Undo = [];
  try {
    const tell = (text: string) => void process.stderr.write(`${text}\n`);
    const { settings, parts } = await prepare(passing(readSettings(rest, process.env), undo), undo, tell);
    const { Simulator } = await import('./simulating.ts');
    const simulator = new Simulator({ settings, databaseUrl: parts.databaseUrl, log: parts.log });
    return await command.testJourneys(files, simulator, { say, json: asked.switches.has('json') });
  } finally {
    await runBackwards(undo);
  }
}

/** Messages, components and themes in files. */
async function messages({ flags, help }: CommandLine): Promise<number> {
  const command = await import('./messages-command.ts');
  if (help || flags.length === 0) {
    process.stdout.write(command.messagesHelp);
    return 0;
  }
  const asked = command.readMessagesFlags(flags);
  const { messageFiles } = await import('./messages-shelf.ts');
  const files = messageFiles(asked.what === 'pull' && !existsSync(asked.folder) ? [] : asked.paths);
  if (asked.what === 'check') return command.checkMessages(files, { now: new SystemClock().now(), say });
  return command.syncMessages(asked, files, { env: process.env, ask: fetch, say });
}

/** The same settings in a data folder that is taken away again. */
function passing(settings: GivenSettings, undo: Undo): GivenSettings {
  const dataDir = mkdtempSync(join(tmpdir(), 'beckon-stories-'));
  // PostgreSQL's own user must get into it, where root starts it as somebody else.
  chmodSync(dataDir, 0o755);
  undo.push(async () => rmSync(dataDir, { recursive: true, force: true }));
  return { ...settings, dataDir };
}

/** Journeys over many people. The installation's own database is needed only where its journeys or its history are. */
async function simulation({ flags, help }: CommandLine): Promise<number> {
  const command = await import('./simulate-command.ts');
  if (help) {
    process.stdout.write(command.simulateHelp);
    return 0;
  }
  const asked = command.readSimulateFlags(flags);
  const own = command.needsShop(asked);
  const undo: Undo = [];
  const stopping = stopOnSignal();
  let cancelled = false;
  void stopping.asked.then(() => (cancelled = true));
  try {
    const tell = (text: string) => void process.stderr.write(`${text}\n`);
    const given = readSettings(asked.rest, process.env);
    const documents = await command.documentsOf(asked);
    const request = command.requestOf(asked, documents);
    const { settings, parts } = await prepare(own ? given : passing(given, undo), undo, tell);
    const { Simulator, journeysOf } = await import('./simulating.ts');
    const simulator = new Simulator({ settings, databaseUrl: parts.databaseUrl, log: parts.log });
    const shop = own ? await (await import('./app.ts')).joinRooms(settings, parts) : null;
    if (shop) undo.push(() => shop.transport.close());
    const hands = { journeys: journeysOf(request, shop), ...(shop ? { shop } : {}) };
    return await command.simulate(asked, { simulator, request, hands }, { say, tell, isCancelled: () => cancelled });
  } finally {
    await runBackwards(undo);
  }
}

/** The result goes to standard output, so that it can be piped; what is said on the way does not. */
async function backtest(flags: readonly string[]): Promise<number> {
  const { backtestHistory, readBacktestFlags } = await import('./backtesting.ts');
  const command = readBacktestFlags(flags);
  const undo: Undo = [];
  const tell = (text: string) => void process.stderr.write(`${text}\n`);
  try {
    const settings = readSettings(command.rest, process.env);
    const { parts } = await prepare(settings, undo, tell);
    return await backtestHistory(command, { ...parts, zone: settings.zone }, { say, tell });
  } finally {
    await runBackwards(undo);
  }
}

/** Who may work in the studio, for who may run commands on the machine. */
async function team({ flags, help }: CommandLine): Promise<number> {
  const command = await import('./team-command.ts');
  if (help) {
    process.stdout.write(command.teamHelp);
    return 0;
  }
  const asked = command.readTeamFlags(flags);
  const undo: Undo = [];
  try {
    const tell = (text: string) => void process.stderr.write(`${text}\n`);
    const { settings, parts } = await prepare(readSettings(asked.rest, process.env), undo, tell);
    const { openTeam } = await import('./ground.ts');
    const { publicUrl } = settings;
    return await command.tellTeam(asked, openTeam(settings, parts), { say, publicUrl });
  } finally {
    await runBackwards(undo);
  }
}

/** A whole installation into a file, and back. */
async function moving({ command, flags, help }: CommandLine): Promise<number> {
  const { exportHelp, exportTo, importFrom, importHelp, readMovingFlags } = await import('./moving.ts');
  const isExport = command === 'export';
  if (help) {
    process.stdout.write(isExport ? exportHelp : importHelp);
    return 0;
  }
  const asked = readMovingFlags(flags);
  const settings = readSettings(asked.rest, { BECKON_DEMO: 'off', ...process.env });
  await (isExport ? exportTo : importFrom)(asked, { settings, log: logOf(settings), say });
  return 0;
}

function settingsOf({ command, flags }: CommandLine): GivenSettings {
  const settings = readSettings(command === 'demo' ? flags.filter((flag) => flag !== '--remove') : flags, process.env);
  if (command === 'demo' && !settings.demo) {
    throw new BeckonError(errors.SETTINGS_CLASH, 'The command demo and --no-demo', {
      mend: 'Use: beckon serve --no-demo',
    });
  }
  return settings;
}

/** Starts the database, finds the secret and brings the schema up to date. */
async function prepare(given: GivenSettings, undo: Undo, tell = say): Promise<Ground> {
  const log = logOf(given);
  const dataDir = resolve(given.dataDir);
  const database = await launch({ dataDir, databaseUrl: given.databaseUrl, log, say: tell });
  undo.push(() => database.stop());
  const { secret, made } = findSecret(given.secret, dataDir);
  if (made) tell(`Made a secret, ${resolve(dataDir, 'secret')}; links and sealed values hang on it, so keep a copy`);
  const store = await openStore(database.url, { connections: 20 });
  undo.push(() => store.close());
  await requireWhole(store);
  await checkSecret(store, secret);
  const seconds = stopwatch();
  const done = await migrate(store, await allMigrations());
  if (done.length > 0) tell(`Brought the database up to date, ${done.length} steps … ${seconds()}`);
  return { settings: { ...given, dataDir, secret }, parts: { store, databaseUrl: database.url, say, log } };
}

async function serve(given: GivenSettings, undo: Undo): Promise<void> {
  // Where processors are few, threads that collect young objects together wait for one another more than they help.
  if (availableParallelism() <= 2) setFlagsFromString('--no-parallel-scavenge');
  // Of a folder that another Beckon holds the number of its process says more than the port, which is then its own.
  if (given.databaseUrl !== null || holderOf(resolve(given.dataDir)) === null) await requirePort(given);
  if (wantsTraces(process.env)) {
    const about = { version: version(), roles: given.roles ?? allRoles, log: logOf(given) };
    undo.push(await startTracing(process.env, about));
  }
  const ground = await prepare(given, undo);
  const seconds = stopwatch();
  const { startApp } = await import('./running.ts');
  const app = await startApp(ground.settings, ground.parts).catch((error: unknown) => {
    throw portError(given, (error as { code?: string }).code) ?? error;
  });
  undo.push(() => app.stop());
  say(`Started Beckon … ${seconds()}\n`);
  const width = Math.max(...app.addresses.map(({ name }) => name.length));
  for (const { name, url } of app.addresses) say(`  ${name.padEnd(width)}  ${url}`);
  const key = app.key ?? (app.keyless ? 'none yet; start with BECKON_ADMIN_KEY to set one' : null);
  if (key !== null) say(`  ${'key'.padEnd(width)}  ${key}`);
  say('\nControl-C stops it.');
}

async function removeDemoData(given: GivenSettings, undo: Undo): Promise<void> {
  const ground = await prepare(given, undo);
  const { removeDemo } = await import('./demo.ts');
  await removeDemo(ground.settings, ground.parts);
  say('The demo data is gone.');
}

/** With `--mail` it looks at how mail leaves, too, and with `--probe ADDRESS` sends one there. */
async function doctor(flags: readonly string[]): Promise<number> {
  const { mail, probe, rest } = readDoctorFlags(flags);
  const settings = readSettings(rest, process.env);
  const findings = await examine(settings);
  if (mail) {
    const { examineMail, realWorld } = await import('./doctor-mail.ts');
    const { sendProbe } = await import('./mailing.ts');
    const world = realWorld((to) => sendProbe(settings, to));
    findings.push(...(await examineMail(settings, world, probe)));
    const { examineStored } = await import('./doctor-senders.ts');
    findings.push(...(await examineStored(settings, world)));
  }
  for (const line of findingLines(findings)) say(line);
  return findings.some(({ level }) => level === 'fail') ? 1 : 0;
}

/** Loaded late, so that help and doctor work without the rooms. */
async function allMigrations(): Promise<readonly Migration[]> {
  return (await import('./schema.ts')).migrations;
}

/** Says that the port is taken before anything is made. */
async function requirePort(settings: GivenSettings): Promise<void> {
  const code = await tryPort(settings.host, settings.port);
  const error = portError(settings, code ?? undefined);
  if (error) throw error;
}

function portError({ host, port }: GivenSettings, code: string | undefined): BeckonError | undefined {
  if (code === 'EADDRINUSE') {
    const mend = `Stop what listens there, or start with --port ${port < 65_535 ? port + 1 : 8080}`;
    return new BeckonError(errors.SERVER_PORT_IN_USE, `Port ${port} on ${host} is in use`, { mend });
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new BeckonError(errors.SERVER_PORT_CLOSED, `Beckon may not listen on port ${port} of ${host}: ${code}`);
  }
  return undefined;
}

/**
 * The first signal asks for a clean stop; a second one ends the process at once (the database is taken over later). npm passes on a signal that the terminal has sent already, so one that follows
 * within a second counts as the same.
 */
function stopOnSignal(): { asked: Promise<void> } {
  let first: number | null = null;
  const asked = new Promise<void>((stop) => {
    const onSignal = () => {
      if (first !== null && elapsed() - first > 1000) process.exit(130);
      first ??= elapsed();
      stop();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
  return { asked };
}

async function runBackwards(undo: Undo): Promise<void> {
  for (let work = undo.pop(); work !== undefined; work = undo.pop()) {
    await work().catch((error: unknown) => process.stderr.write(`While stopping: ${String(error)}\n`));
  }
}

function logOf({ logLevel }: GivenSettings): Log {
  const clock = new SystemClock();
  const log = jsonLog(() => clock.now());
  const quiet = () => {};
  return {
    info: logLevel === 'info' ? log.info : quiet,
    warn: logLevel === 'error' ? quiet : log.warn,
    error: log.error,
  };
}

/** From package.json, which is one folder up from src and two from dist/src. */
function version(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const text = readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
      return (JSON.parse(text) as { version: string }).version;
    } catch {
      // the other place
    }
  }
  return '';
}

function stopwatch(): () => string {
  const began = elapsed();
  return () => `${((elapsed() - began) / 1000).toFixed(1)} s`;
}

/** One error for a person: what, how to mend it, and the code to look up. */
function complain(error: unknown): number {
  if (!(error instanceof BeckonError)) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
  process.stderr.write(`\n${error.message}\n${error.mend}\n(${error.code}, see docs/error/${error.code}.md)\n`);
  return error.code.startsWith('SETTINGS_') || error.code === 'SIMULATION_INVALID' ? 2 : 1;
}

process.exitCode = await main(process.argv.slice(2)).catch(complain);
// Whatever still ticks must not keep a stopped program alive.
process.exit();
