import { BeckonError, nearest } from './base/index.ts';
import type { Given } from './settings-mail.ts';
import { bad, errors } from './settings-value.ts';
import type { Settings } from './settings.ts';

/** A setting, as flag, variable or both. */
export interface Option {
  name: keyof Settings;
  flag?: string;
  env?: string;
  /** What the flag takes; a flag without it is a switch. */
  takes?: string;
  text: string;
}

/** All settings; help, flags and environment are read from this table. */
export const options: readonly Option[] = [
  { name: 'port', flag: '--port', env: 'BECKON_PORT', takes: 'NUMBER', text: 'port to listen on (8080)' },
  { name: 'host', flag: '--host', env: 'BECKON_HOST', takes: 'ADDRESS', text: 'address to listen on (127.0.0.1)' },
  { name: 'dataDir', flag: '--data', env: 'BECKON_DATA', takes: 'FOLDER', text: 'data folder (./data)' },
  {
    name: 'databaseUrl',
    env: 'DATABASE_URL',
    text: 'your own PostgreSQL 15 or later, instead of the one in the data folder',
  },
  {
    name: 'front',
    flag: '--log-url',
    env: 'BECKON_LOG_URL',
    takes: 'URL',
    text: 'nats://host:port,host:port of a JetStream that takes events before the database does (none)',
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
    name: 'onlyTo',
    env: 'BECKON_ONLY_TO',
    text: 'addresses and domains that alone get mail, with commas between: ada@shop.example,staging.example (all get it)',
  },
  {
    name: 'globalHoldout',
    env: 'BECKON_GLOBAL_HOLDOUT',
    text: 'share of everybody who gets no marketing mail for a quarter of a year, to see what all of it causes: 0.05 (0)',
  },
  { name: 'postalAddress', env: 'BECKON_POSTAL_ADDRESS', text: 'postal address of the shop, for the foot of mails' },
];

/** What the environment gives. */
export function fromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Partial<Record<keyof Settings, Given>> {
  const found: Partial<Record<keyof Settings, Given>> = {};
  for (const { name, env: as } of options) {
    const value = as === undefined ? undefined : env[as];
    if (as !== undefined && value !== undefined && value !== '') found[name] = { value, as };
  }
  return found;
}

/** What the flags give. @throws SETTINGS_UNKNOWN_FLAG, SETTINGS_BAD_VALUE */
export function fromFlags(flags: readonly string[]): Partial<Record<keyof Settings, Given>> {
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

/** What was probably meant, as the end of a sentence; nothing when nothing is near. */
export function meant(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}
