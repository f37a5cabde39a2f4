import { BeckonError, defineErrors, nearest } from './base/index.ts';
import {
  readDkim,
  readDomain,
  readListen,
  readWays,
  wayProtocols,
  type DkimFile,
  type Given,
} from './settings-mail.ts';
import { readService } from './settings-service.ts';
import { readRoles } from './settings-role.ts';
import { allRoles, type Role } from './role.ts';
import type { ServiceSettings } from './team/index.ts';

export const errors = defineErrors({
  SETTINGS_UNKNOWN_COMMAND: { status: 400, mend: 'See the commands with: beckon help' },
  SETTINGS_UNKNOWN_FLAG: { status: 400, mend: 'See the flags with: beckon help' },
  SETTINGS_BAD_VALUE: { status: 400, mend: 'Correct the value; see: beckon help' },
  SETTINGS_SENDER_MISSING: {
    status: 400,
    mend: 'Set both: the sender as Name <address>, and the postal address that the law wants in every marketing mail',
  },
  SETTINGS_CLASH: { status: 400, mend: 'Leave one of the two out' },
  SERVER_PORT_IN_USE: { status: 500, mend: 'Stop what listens there, or choose another port with --port' },
  SERVER_PORT_CLOSED: {
    status: 500,
    mend: 'Choose a port above 1023 with --port, or an address of this machine with --host',
  },
});

/** Everything that is set from outside, read once at the start. */
export interface Settings {
  port: number;
  /** The address to listen on. */
  host: string;
  /** Folder for the database and the secret. */
  dataDir: string;
  /** Somebody's own PostgreSQL; null: Beckon starts one in the data folder. */
  databaseUrl: string | null;
  /** Where mail goes; null: into the built-in mailbox, and nowhere else. */
  smtpUrl: string | null;
  /** Further ways out for mail, by the names that senders choose them by. */
  ways?: Readonly<Record<string, string>>;
  /** Business time: the machine's, or one that can be moved (in the demo, and where no mail leaves the mailbox). */
  clock: 'system' | 'virtual';
  /** The demo shop with its history. */
  demo: boolean;
  /** Under which address browsers and mail readers reach Beckon; no slash at the end. */
  publicUrl: string;
  /** Believe X-Forwarded-* of a proxy before us. */
  trustProxy: boolean;
  /** At least 32 bytes of text: links and sealed columns hang on it. */
  secret: string;
  /** Sender of mail: `Name <address>`; null: none set, so no mail can go out. */
  from: string | null;
  replyTo: string | null;
  /** Printed in every marketing mail. */
  postalAddress: string | null;
  /** Where the shop is, without a slash at the end: mails link there. */
  shopUrl: string;
  /** Further hosts that links in mails may lead to, such as that of pictures or of another shop. */
  linkHosts: string[];
  /** Who signs members in besides Beckon itself. */
  oidc: ServiceSettings | null;
  /** Domain at which bounces and other answers of machines are read; absent: nobody reads them. */
  returnDomain?: string | null;
  /** Where returned mail is listened for by SMTP; null: nowhere. */
  inboundSmtp?: { host: string; port: number } | null;
  /** A mailbox that is read for returned mail; null: none. */
  inboundImap?: string | null;
  /** The name of this installation: a database that belongs to another one sends nothing; absent: it has none. */
  instance?: string | null;
  /** Keys that sign each mail (settings-mail.ts). */
  dkim?: readonly DkimFile[];
  /** A secret key with all rights, chosen by the operator; null: one is made in the demo. */
  adminKey: string | null;
  /** IANA time zone of the shop. */
  zone: string;
  /** How many invented visitors the demo's history has; few make a test quick. */
  demoVisitors: number;
  /** What one sender may do, as far as it was set (api/limit.ts has the rest). */
  rates: { address?: number; key?: number; newVisitors?: number; pace?: number; loopback?: boolean };
  /** Hosts of one's own network, `name` or `name:port`, that feeds and custom actions may call. */
  allowedHosts: string[];
  /** Real time that claimed work may take before another worker takes it up, ms. */
  leaseMs: number;
  /** Real time that a mail in doubt waits for an answer before the policy decides, ms. */
  recoveryMs: number;
  /** Threads that make mails beside the process; absent: none. */
  mailThreads?: number;
  /** Share of everybody who gets no marketing mail for a quarter of a year, 0–0.5; absent: 0. */
  globalHoldout?: number;
  /** What this process does; absent: everything. */
  roles?: readonly Role[];
  /** Where processes answer that have the role `recommend`, for those without it; absent: at the public address. */
  recommendUrl?: string | null;
  /** Real time from a stop on, ms, in which `/readyz` refuses and the doors are still open; absent: none. */
  drainMs?: number;
  /** Least severity of log lines on standard error. */
  logLevel: 'info' | 'warn' | 'error';
}

/** Settings before the secret is found or made. */
export type GivenSettings = Omit<Settings, 'secret'> & { secret: string | null };

interface Option {
  name: keyof Settings;
  flag?: string;
  env?: string;
  /** What the flag takes; a flag without it is a switch. */
  takes?: string;
  text: string;
}

const options: readonly Option[] = [
  { name: 'port', flag: '--port', env: 'BECKON_PORT', takes: 'NUMBER', text: 'port to listen on (8080)' },
  { name: 'host', flag: '--host', env: 'BECKON_HOST', takes: 'ADDRESS', text: 'address to listen on (127.0.0.1)' },
  { name: 'dataDir', flag: '--data', env: 'BECKON_DATA', takes: 'FOLDER', text: 'data folder (./data)' },
  {
    name: 'databaseUrl',
    env: 'DATABASE_URL',
    text: 'your own PostgreSQL 15 or later, instead of the one in the data folder',
  },
  {
    name: 'smtpUrl',
    flag: '--smtp',
    env: 'BECKON_SMTP_URL',
    takes: 'URL',
    text: 'smtp://user:password@host:port for mail, or ses://, postmark://, sendgrid://, mailgun://, resend://KEY@host (the built-in mailbox)',
  },
  {
    name: 'ways',
    env: 'BECKON_WAYS',
    text: 'further ways out that senders choose from, name=address with commas between (none)',
  },
  {
    name: 'clock',
    flag: '--clock',
    env: 'BECKON_CLOCK',
    takes: 'system|virtual',
    text: 'business time; virtual may be moved (virtual in the demo, else system)',
  },
  { name: 'demo', flag: '--no-demo', env: 'BECKON_DEMO', text: 'leave the demo shop and its history out' },
  {
    name: 'publicUrl',
    flag: '--public-url',
    env: 'BECKON_PUBLIC_URL',
    takes: 'URL',
    text: 'address in links of mails (http://localhost:PORT)',
  },
  {
    name: 'trustProxy',
    flag: '--trust-proxy',
    env: 'BECKON_TRUST_PROXY',
    text: 'believe the X-Forwarded headers of a proxy before Beckon',
  },
  {
    name: 'zone',
    flag: '--zone',
    env: 'BECKON_ZONE',
    takes: 'ZONE',
    text: 'time zone of the shop (Europe/Stockholm in the demo, else of this machine)',
  },
  { name: 'demoVisitors', env: 'BECKON_DEMO_VISITORS', text: 'invented visitors of the demo (2000)' },
  {
    name: 'rates',
    env: 'BECKON_RATES',
    text: 'limits of one sender, 0 for none (address=200,key=2000,visitors=20000,pace=1,loopback=off)',
  },
  {
    name: 'allowedHosts',
    env: 'BECKON_ALLOWED_HOSTS',
    text: 'hosts of your own network that feeds and actions may call, name or name:port, with commas between (none)',
  },
  { name: 'leaseMs', env: 'BECKON_LEASE_MS', text: 'milliseconds until unfinished work is taken up again (60000)' },
  {
    name: 'recoveryMs',
    env: 'BECKON_RECOVERY_MS',
    text: 'milliseconds that a mail in doubt waits for an answer (900000)',
  },
  {
    name: 'roles',
    flag: '--role',
    env: 'BECKON_ROLE',
    takes: 'ROLES',
    text: 'what this process does: collect, recommend, journey, send, studio, with commas between (all)',
  },
  {
    name: 'recommendUrl',
    env: 'BECKON_RECOMMEND_URL',
    text: 'where processes with the role recommend answer, for those without it (the public address)',
  },
  {
    name: 'drainMs',
    env: 'BECKON_DRAIN_MS',
    text: 'milliseconds from a stop on in which requests are still taken (0)',
  },
  {
    name: 'mailThreads',
    env: 'BECKON_MAIL_THREADS',
    text: 'threads that render and sign mails beside the process, 0 for none (1)',
  },
  {
    name: 'logLevel',
    flag: '--log',
    env: 'BECKON_LOG',
    takes: 'info|warn|error',
    text: 'least severity of log lines on standard error (warn)',
  },
  {
    name: 'secret',
    env: 'BECKON_SECRET',
    text: '32 bytes or more that links and sealed values hang on (made at the first start, kept in the data folder)',
  },
  { name: 'adminKey', env: 'BECKON_ADMIN_KEY', text: 'a secret key with all rights' },
  { name: 'from', env: 'BECKON_FROM', text: 'sender of mail: Name <address>' },
  { name: 'replyTo', env: 'BECKON_REPLY_TO', text: 'where answers to mail go' },
  {
    name: 'inboundSmtp',
    env: 'BECKON_INBOUND_SMTP',
    text: 'ADDRESS:PORT to listen on for returned mail, such as 0.0.0.0:2525 (off)',
  },
  {
    name: 'inboundImap',
    env: 'BECKON_INBOUND_IMAP',
    text: 'imaps://user:password@host/INBOX, a mailbox to read for returned mail (none)',
  },
  { name: 'returnDomain', env: 'BECKON_RETURN_DOMAIN', text: 'domain at which bounces are read (nobody reads them)' },
  {
    name: 'instance',
    env: 'BECKON_INSTANCE',
    text: 'name of this installation; a database of another one sends nothing',
  },
  {
    name: 'dkim',
    env: 'BECKON_DKIM',
    text: 'keys that sign mail, selector:file.pem or selector@domain:file.pem, with commas between (the mail host signs)',
  },
  {
    name: 'shopUrl',
    flag: '--shop-url',
    env: 'BECKON_SHOP_URL',
    takes: 'URL',
    text: 'address of the shop, to which mails link (the demo shop, else that of Beckon)',
  },
  {
    name: 'linkHosts',
    env: 'BECKON_LINK_HOSTS',
    text: 'further hosts that links in mails may lead to, with commas between (none)',
  },
  {
    name: 'oidc',
    env: 'BECKON_OIDC',
    text: 'who signs members in by OpenID Connect: https://CLIENT_ID:CLIENT_SECRET@issuer (nobody else)',
  },
  {
    name: 'globalHoldout',
    env: 'BECKON_GLOBAL_HOLDOUT',
    text: 'share of everybody who gets no marketing mail for a quarter of a year, to see what all of it causes: 0.05 (0)',
  },
  { name: 'postalAddress', env: 'BECKON_POSTAL_ADDRESS', text: 'postal address of the shop, for the foot of mails' },
];

/** What the commands are and do; the help page and the check of names come from here. */
export const commands = {
  serve: 'start everything: database, shop, studio, mailbox (the default)',
  demo: 'the same with the demo shop; demo --remove takes the demo data out',
  migrate: 'bring the database up to date and end',
  backtest: 'replay the shop’s own history: which criterion would have shown what came next',
  journeys: 'journeys in files: check them, tell their stories, pull from and push to a running Beckon',
  simulate: 'run journeys over recorded history or invented people, on a clock that is moved; nothing is sent',
  export: 'everything an installation holds into one file, while it runs: for backups and moves',
  import: 'an export into an empty database, or the whole of a data folder',
  team: 'who may work in the studio: list them, a new password for one, the audit log verified',
  evaluate: 'measure the recommender on your own data: history and queries in, ranked lists out',
  doctor: 'look whether this machine has what Beckon needs; exit code 1 when something fails',
  help: 'print this',
} as const;
export type Command = keyof typeof commands;

/** A command line, taken apart. */
export interface CommandLine {
  command: Command;
  /** What follows the command. */
  flags: string[];
  help: boolean;
}

/** `["demo", "--port", "1"]` → the command and its flags; without a command it is `serve`. @throws SETTINGS_UNKNOWN_COMMAND */
export function readCommand(argv: readonly string[]): CommandLine {
  const named = argv[0] !== undefined && !argv[0].startsWith('-') ? argv[0] : undefined;
  if (named !== undefined && !Object.hasOwn(commands, named)) {
    throw new BeckonError(
      errors.SETTINGS_UNKNOWN_COMMAND,
      `There is no command "${named}"${meant(named, Object.keys(commands))}`,
    );
  }
  const flags = named === undefined ? [...argv] : argv.slice(1);
  const help = named === 'help' || flags.includes('--help') || flags.includes('-h');
  return { command: (named ?? 'serve') as Command, flags, help };
}

/**
 * Settings from the flags of a command line and the environment; a flag wins. Pure but for the default of the machine's
 * zone, which can be handed in.
 *
 * @throws SETTINGS_UNKNOWN_FLAG, SETTINGS_BAD_VALUE, SETTINGS_CLASH
 */
export function readSettings(
  flags: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  machineZone: string = new Intl.DateTimeFormat().resolvedOptions().timeZone,
): GivenSettings {
  const given = { ...fromEnvironment(env), ...fromFlags(flags) };
  const text = (name: keyof Settings) => given[name]?.value ?? null;
  const roles = readRoles(given.roles, bad);
  const isPart = roles.length < allRoles.length;
  const demo = given.demo === undefined ? !isPart : readSwitch(given.demo);
  const port = given.port === undefined ? 8080 : readPort(given.port);
  const publicUrl = readUrl(given.publicUrl, ['http:', 'https:'])?.replace(/\/+$/, '') ?? `http://localhost:${port}`;
  const settings: GivenSettings = {
    port,
    host: text('host') ?? '127.0.0.1',
    dataDir: text('dataDir') ?? './data',
    databaseUrl: readUrl(given.databaseUrl, ['postgres:', 'postgresql:']),
    smtpUrl: readUrl(given.smtpUrl, wayProtocols),
    ways: given.ways === undefined ? {} : readWays(given.ways, bad),
    clock: readChoice(given.clock, ['system', 'virtual']) ?? (demo ? 'virtual' : 'system'),
    demo,
    publicUrl,
    trustProxy: given.trustProxy !== undefined && readSwitch(given.trustProxy),
    secret: readSecretText(given.secret),
    from: readMailbox(given.from) ?? (demo ? '"Lumen & Loom" <hello@lumen-loom.example>' : null),
    replyTo: readMailbox(given.replyTo),
    postalAddress: text('postalAddress') ?? (demo ? "Weaver's Yard 3, 111 22 Stockholm, Sweden" : null),
    shopUrl:
      readUrl(given.shopUrl, ['http:', 'https:'])?.replace(/\/+$/, '') ?? (demo ? `${publicUrl}/shop` : publicUrl),
    linkHosts: given.linkHosts === undefined ? [] : readHosts(given.linkHosts),
    oidc: given.oidc === undefined ? null : readService(given.oidc, bad),
    inboundSmtp: given.inboundSmtp === undefined ? null : readListen(given.inboundSmtp, bad),
    inboundImap: readUrl(given.inboundImap, ['imaps:', 'imap:']),
    returnDomain: given.returnDomain === undefined ? null : readDomain(given.returnDomain, bad),
    instance: text('instance'),
    dkim: given.dkim === undefined ? [] : readDkim(given.dkim, bad),
    adminKey: text('adminKey'),
    zone: readZone(given.zone) ?? (demo ? 'Europe/Stockholm' : machineZone),
    demoVisitors: given.demoVisitors === undefined ? 2000 : readCount(given.demoVisitors),
    rates: given.rates === undefined ? {} : readRates(given.rates),
    allowedHosts: given.allowedHosts === undefined ? [] : readHosts(given.allowedHosts),
    leaseMs: given.leaseMs === undefined ? 60_000 : readCount(given.leaseMs),
    recoveryMs: given.recoveryMs === undefined ? 900_000 : readCount(given.recoveryMs),
    mailThreads: given.mailThreads === undefined ? 1 : Math.min(readCount(given.mailThreads), 16),
    globalHoldout: given.globalHoldout === undefined ? 0 : readShare(given.globalHoldout),
    roles,
    recommendUrl: readUrl(given.recommendUrl, ['http:', 'https:'])?.replace(/\/+$/, '') ?? null,
    drainMs: given.drainMs === undefined ? 0 : readCount(given.drainMs),
    logLevel: readChoice(given.logLevel, ['info', 'warn', 'error']) ?? 'warn',
  };
  const mailLeaves = settings.smtpUrl !== null || Object.keys(settings.ways ?? {}).length > 0;
  if (settings.clock === 'virtual' && !demo && mailLeaves) {
    throw new BeckonError(
      errors.SETTINGS_CLASH,
      'A virtual clock and mail that leaves: real mail must follow real time',
    );
  }
  if (isPart) requireShared(settings);
  requireSender(settings);
  return settings;
}

/** Mail that leaves the house needs a sender and a postal address; better said at the start than at the first mail. */
function requireSender({ smtpUrl, from, postalAddress }: GivenSettings): void {
  if (smtpUrl === null) return;
  const missing = [from === null ? 'BECKON_FROM' : '', postalAddress === null ? 'BECKON_POSTAL_ADDRESS' : ''].filter(
    Boolean,
  );
  if (missing.length === 0) return;
  throw new BeckonError(
    errors.SETTINGS_SENDER_MISSING,
    `Mail is to leave by ${new URL(smtpUrl).host}, but ${missing.join(' and ')} is not set`,
  );
}

/** Who shares the work out needs a database that others reach, and a time that nobody moves. */
function requireShared({ databaseUrl, demo, clock }: GivenSettings): void {
  const clash = demo ? 'the demo' : clock === 'virtual' ? 'a virtual clock' : databaseUrl === null && 'no DATABASE_URL';
  if (clash === false) return;
  throw new BeckonError(errors.SETTINGS_CLASH, `Some roles only, and ${clash}`, {
    mend: 'Run all roles, or set DATABASE_URL to the PostgreSQL that the processes share, without the demo',
  });
}

/** Flags of `backtest` besides the settings; backtesting.ts reads them. */
const backtestRows: readonly (readonly [string, string])[] = [
  ['--questions NUMBER', 'questions at most, evenly spread over the days asked about (4000)'],
  ['--share NUMBER', 'newest share of the history that is asked about (0.5)'],
  ['--criteria A,B', 'only these built-in ways and criteria of the shop (all built-in ways)'],
  ['--json', 'print the result as JSON'],
];

/** The help page. Of a command when one is named. */
export function helpText(command?: Command): string {
  const list = (rows: (readonly [string, string])[]) => rows.map(([a, b]) => `  ${a.padEnd(30)} ${b}`).join('\n');
  if (command === 'doctor') {
    const rows = [
      ['--mail', 'look at SPF, DKIM, DMARC, where bounces go, and the mail host as well'] as const,
      ['--probe ADDRESS', 'the same, and send a mail there'] as const,
      ...flagRows(),
    ];
    return page('beckon doctor [flags]', commands.doctor, list(rows));
  }
  if (command === 'demo') {
    const rows = [['--remove', 'take the demo shop, its people and its history out, and end'] as const, ...flagRows()];
    return page('beckon demo [flags]', commands.demo, list(rows));
  }
  if (command === 'backtest') {
    return page('beckon backtest [flags]', commands.backtest, list([...backtestRows, ...flagRows()]));
  }
  if (command === 'serve' || command === 'migrate') {
    return page(`beckon ${command} [flags]`, commands[command], list(flagRows()));
  }
  return `Usage: beckon [command] [flags]\n\nCommands:\n${list(Object.entries(commands))}\n\nFlags:\n${list(flagRows())}\n\nEnvironment only:\n${list(envRows())}\n`;
}

function fromEnvironment(env: Readonly<Record<string, string | undefined>>): Partial<Record<keyof Settings, Given>> {
  const found: Partial<Record<keyof Settings, Given>> = {};
  for (const { name, env: as } of options) {
    const value = as === undefined ? undefined : env[as];
    if (as !== undefined && value !== undefined && value !== '') found[name] = { value, as };
  }
  return found;
}

function fromFlags(flags: readonly string[]): Partial<Record<keyof Settings, Given>> {
  const found: Partial<Record<keyof Settings, Given>> = {};
  for (let i = 0; i < flags.length; i++) {
    const [as, inline] = splitFlag(flags[i]!);
    const option = options.find(({ flag }) => flag === as);
    if (!option) throw unknownFlag(as);
    if (option.takes === undefined) {
      found[option.name] = { value: option.name === 'demo' ? 'false' : (inline ?? 'true'), as };
      continue;
    }
    const value = inline ?? flags[++i];
    if (value === undefined || value === '') throw bad(as, '', `needs a value: ${as} ${option.takes}`);
    found[option.name] = { value, as };
  }
  return found;
}

function splitFlag(text: string): [string, string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function unknownFlag(name: string): BeckonError {
  const names = options.flatMap(({ flag }) => (flag === undefined ? [] : [flag]));
  return new BeckonError(errors.SETTINGS_UNKNOWN_FLAG, `There is no flag "${name}"${meant(name, names)}`);
}

function meant(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

function readCount(given: Given): number {
  if (!/^\d{1,6}$/.test(given.value)) throw bad(given.as, given.value, 'is not a whole number');
  return Number(given.value);
}

function readShare(given: Given): number {
  const share = Number(given.value);
  if (!(share >= 0 && share <= 0.5)) throw bad(given.as, given.value, 'is no share from 0 to 0.5');
  return share;
}

/** `address=200,key=2000,visitors=20000,pace=1,loopback=on`: any of them, as `Rates` of the doors has them. */
function readRates(given: Given): Settings['rates'] {
  const rates: Settings['rates'] = {};
  for (const pair of given.value.split(',')) {
    const [name, value = ''] = pair.split('=').map((part) => part.trim());
    const one = { ...given, value };
    if (name === 'address' || name === 'key' || name === 'pace') rates[name] = readCount(one);
    else if (name === 'visitors') rates.newVisitors = readCount(one);
    else if (name === 'loopback') rates.loopback = readSwitch(one);
    else throw bad(given.as, given.value, 'names no limit: address, key, visitors, pace, loopback');
  }
  return rates;
}

/** `files.internal,10.0.0.5:8443`: each as it stands in an address. */
function readHosts(given: Given): string[] {
  return given.value.split(',').map((part) => {
    const host = part.trim().toLowerCase();
    if (
      host === '' ||
      !URL.canParse(`https://${host}/`) ||
      new URL(`https://${host}/`).host !== host.replace(/:443$/, '')
    ) {
      throw bad(given.as, given.value, 'names no hosts: files.internal,10.0.0.5:8443');
    }
    return host;
  });
}

function readPort(given: Given): number {
  if (!/^\d{1,5}$/.test(given.value) || Number(given.value) > 65_535)
    throw bad(given.as, given.value, 'is not a port (0 to 65535)');
  return Number(given.value);
}

function readSwitch(given: Given): boolean {
  if (['1', 'true', 'yes', 'on'].includes(given.value.toLowerCase())) return true;
  if (['0', 'false', 'no', 'off'].includes(given.value.toLowerCase())) return false;
  throw bad(given.as, given.value, 'is neither true nor false');
}

function readChoice<T extends string>(given: Given | undefined, choices: readonly T[]): T | null {
  if (given === undefined) return null;
  const found = choices.find((choice) => choice === given.value);
  if (found === undefined) throw bad(given.as, given.value, `is not one of: ${choices.join(', ')}`);
  return found;
}

function readUrl(given: Given | undefined, protocols: readonly string[]): string | null {
  if (given === undefined) return null;
  const url = URL.canParse(given.value) ? new URL(given.value) : null;
  if (url && protocols.includes(url.protocol) && url.hostname !== '') return given.value;
  // The value may hold a password, so it is not repeated.
  throw new BeckonError(errors.SETTINGS_BAD_VALUE, `${given.as} is not an address that begins with ${protocols[0]}//`);
}

function readSecretText(given: Given | undefined): string | null {
  if (given === undefined) return null;
  const bytes = Buffer.byteLength(given.value);
  if (bytes >= 32) return given.value;
  throw new BeckonError(errors.SETTINGS_BAD_VALUE, `${given.as} has ${bytes} bytes and needs at least 32`, {
    mend: 'Make one with: openssl rand -base64 32',
  });
}

function readMailbox(given: Given | undefined): string | null {
  if (given === undefined) return null;
  if (/^[^\r\n]*[^\s<>@]+@[^\s<>@]+>?$/.test(given.value)) return given.value;
  throw bad(given.as, given.value, 'is not a mail address: Name <name@shop.example>');
}

function readZone(given: Given | undefined): string | null {
  if (given === undefined) return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: given.value }).resolvedOptions().timeZone;
  } catch {
    throw bad(given.as, given.value, 'is not a time zone such as Europe/Stockholm');
  }
}

function bad(as: string, value: string, why: string): BeckonError {
  return new BeckonError(errors.SETTINGS_BAD_VALUE, `${as} ${value === '' ? '' : `"${value}" `}${why}`, { where: as });
}

function page(usage: string, what: string, flags: string): string {
  return `Usage: ${usage}\n\n${what}\n\nFlags:\n${flags}\n`;
}

function flagRows(): (readonly [string, string])[] {
  const rows = options.filter(({ flag }) => flag !== undefined);
  return rows.map(({ flag, takes, env, text }) => [
    `${flag}${takes ? ` ${takes}` : ''}`,
    `${text}${env ? ` · ${env}` : ''}`,
  ]);
}

function envRows(): (readonly [string, string])[] {
  return options.filter(({ flag }) => flag === undefined).map(({ env, text }) => [env!, text]);
}
