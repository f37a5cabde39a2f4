import { BeckonError } from './base/index.ts';
import { allRoles, type Role } from './role.ts';
import { readFront } from './settings-front.ts';
import { readDkim, readDomain, readListen, readWays, wayProtocols, type DkimFile } from './settings-mail.ts';
import { fromEnvironment, fromFlags } from './settings-option.ts';
import { readRoles } from './settings-role.ts';
import { readService } from './settings-service.ts';
import {
  bad,
  errors,
  readChoice,
  readCount,
  readHosts,
  readMailbox,
  readPort,
  readRates,
  readSecretText,
  readRecipients,
  readShare,
  readSwitch,
  readUrl,
  readZone,
} from './settings-value.ts';
import type { ServiceSettings } from './team/index.ts';
import type { NatsPlace } from './event/index.ts';

export { errors };

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
  /** Addresses and domains that alone get mail; empty: all do. */
  onlyTo?: string[];
  /** What this process does; absent: everything. */
  roles?: readonly Role[];
  /** Where processes answer that have the role `recommend`, for those without it; absent: at the public address. */
  recommendUrl?: string | null;
  /** Real time from a stop on, ms, in which `/readyz` refuses and the doors are still open; absent: none. */
  drainMs?: number;
  /** A log that stands before the table and takes what the doors receive; null or absent: there is none. */
  front?: NatsPlace | null;
  /** Least severity of log lines on standard error. */
  logLevel: 'info' | 'warn' | 'error';
}

/** Settings before the secret is found or made. */
export type GivenSettings = Omit<Settings, 'secret'> & { secret: string | null };

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
    onlyTo: given.onlyTo === undefined ? [] : readRecipients(given.onlyTo),
    roles,
    recommendUrl: readUrl(given.recommendUrl, ['http:', 'https:'])?.replace(/\/+$/, '') ?? null,
    drainMs: given.drainMs === undefined ? 0 : readCount(given.drainMs),
    front: given.front === undefined ? null : readFront(given.front, bad),
    logLevel: readChoice(given.logLevel, ['info', 'warn', 'error']) ?? 'warn',
  };
  const mailLeaves = settings.smtpUrl !== null || Object.keys(settings.ways ?? {}).length > 0;
  if (settings.clock === 'virtual' && !demo && mailLeaves) {
    throw new BeckonError(
      errors.SETTINGS_CLASH,
      'A virtual clock and mail that leaves: real mail must follow real time',
    );
  }
  if (settings.front !== null && demo) {
    // Its history is written and read before anybody carries.
    const mend = 'Start with --no-demo, or without a log before the database';
    throw new BeckonError(errors.SETTINGS_CLASH, 'The demo and a log before the database', { mend });
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
