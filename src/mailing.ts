import {
  CapturingTransport,
  composeMail,
  dkimKey,
  domainOf,
  readMailbox,
  type DkimKey,
  type Deliver,
  type SendResult,
  signMail,
  openMailboxServer,
  openWay,
  SmtpTransport,
  type MailboxStore,
  type Messages,
  type Transport,
} from './message/index.ts';
import { BeckonError, SystemClock, type Clock, type Log } from './base/index.ts';
import { errors, type GivenSettings, type Settings } from './settings.ts';
import { Resolver } from 'node:dns/promises';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The way out for mail: the one that is set, or the built-in mailbox; and a switch to catch everything. */
export async function openTransport(settings: Settings, mailbox: MailboxStore, clock: Clock) {
  const server = settings.smtpUrl === null ? await openMailboxServer(mailbox) : null;
  const way = server
    ? new SmtpTransport({ url: server.url, width: 10, perConnection: 1000 })
    : openNamed(settings.smtpUrl!, clock);
  const named = Object.entries(settings.ways ?? {}).map(
    ([name, url]) => [name, openNamed(url, clock, '--ways')] as const,
  );
  let caught: Transport | null = null;
  // While all is caught nothing leaves by any of them.
  const behind = (own: Transport, name?: string): Transport => {
    const current = () => caught ?? own;
    return {
      get name() {
        return name === undefined ? current().name : `${name}/${current().name}`;
      },
      get width() {
        return current().width;
      },
      get utf8() {
        return current().utf8 === undefined ? false : current().utf8;
      },
      get rawOnly() {
        return current().rawOnly ?? false;
      },
      get keyWindowMs() {
        return current().keyWindowMs ?? 0;
      },
      takesUtf8: async () => (await current().takesUtf8?.()) ?? false,
      send: (mail) => current().send(mail),
      close: () => own.close(),
    };
  };
  const out = behind(way);
  /** Further ways out, by the names that senders choose them by. */
  const ways = new Map(named.map(([name, own]) => [name, behind(own, name)]));
  return {
    out,
    /** What the message room sends by. */
    parts: { transport: out, ways, ...(settings.smtpUrl === null ? {} : { mxOf }) },
    isMailbox: server !== null,
    /** Hands every mail to `deliver` instead of sending it, until `release`. */
    catchAll(deliver: Deliver) {
      caught = new CapturingTransport(deliver);
    },
    release() {
      caught = null;
    },
    async close() {
      await way.close();
      for (const [, own] of named) await own.close();
      await server?.close();
    },
  };
}

const dns = new Resolver({ timeout: 2000, tries: 2 });

/** The hosts that take mail for a domain; none when the name server says so. */
async function mxOf(domain: string): Promise<string[]> {
  try {
    return (await dns.resolveMx(domain)).sort((a, b) => a.priority - b.priority).map(({ exchange }) => exchange);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
    throw error;
  }
}

/** The ways out, and the switch to catch everything. */
export type Post = Awaited<ReturnType<typeof openTransport>>;

function openNamed(address: string, clock: Clock, where = '--smtp'): Transport {
  try {
    return openWay(address, clock);
  } catch (cause) {
    // The address holds a password, so it is not repeated.
    throw new BeckonError(errors.SETTINGS_BAD_VALUE, `${where}: ${(cause as Error).message}`, { where });
  }
}

/** The shop's name is the one its mails come from. */
export function shopNameOf(from: string | null): string {
  return /^\s*"?([^"<]+?)"?\s*</.exec(from ?? '')?.[1] ?? 'Beckon';
}

/** What the message room is told of the settings. @throws SETTINGS_BAD_VALUE */
export function mailSettings(settings: Settings) {
  const {
    publicUrl,
    shopUrl,
    linkHosts,
    zone,
    from,
    replyTo,
    postalAddress,
    returnDomain,
    leaseMs,
    recoveryMs,
    globalHoldout = 0,
    onlyTo = [],
    mailThreads = 0,
  } = settings;
  return {
    secret: new TextEncoder().encode(settings.secret),
    publicUrl,
    shop: { name: shopNameOf(from), url: shopUrl, zone },
    linkHosts,
    from: from ?? 'Beckon <beckon@localhost.invalid>',
    replyTo,
    returnDomain: returnDomain ?? null,
    dkim: openDkim(settings),
    // Only the built-in mailbox may do without (settings.ts); it shows what is still missing.
    postalAddress: postalAddress ?? 'No postal address yet: set BECKON_POSTAL_ADDRESS',
    globalHoldout,
    ...(onlyTo.length > 0 ? { onlyTo: new Set(onlyTo) } : {}),
    makerThreads: mailThreads,
    settings: { leaseMs, recoveryMs },
  };
}

/** The keys that sign each mail, read once. @throws SETTINGS_BAD_VALUE */
export function openDkim({ dkim = [], from }: Pick<Settings, 'dkim' | 'from'>): DkimKey[] {
  return dkim.map(({ selector, domain, path }) => {
    try {
      const owner = domain ?? domainOf(readMailbox(from ?? '').address);
      return dkimKey({ selector, domain: owner, pem: readFileSync(path, 'utf8') });
    } catch (cause) {
      const why = (cause as Error).message;
      throw new BeckonError(errors.SETTINGS_BAD_VALUE, `BECKON_DKIM: ${path}: ${why}`, { where: 'BECKON_DKIM' });
    }
  });
}

/**
 * At a start: is this the database that sent last, as far as this folder remembers? A copy or an old one is frozen, and
 * says so. A folder that cannot be written remembers nothing; then only the database's own fingerprint speaks.
 */
export async function arrive(
  { dataDir, instance }: Pick<Settings, 'dataDir' | 'instance'>,
  rooms: { messages: Pick<Messages, 'sending'>; log: Log },
  say: (line: string) => void,
): Promise<void> {
  const path = join(dataDir, 'starts');
  const { epoch } = await rooms.messages.sending.arrive({ epoch: rememberedAt(path), instance: instance ?? null });
  try {
    writeFileSync(path, `${epoch}\n`);
  } catch {
    rooms.log.info('sending.not-remembered', { path });
  }
  const { frozen, reason } = await rooms.messages.sending.state();
  if (!frozen) return;
  rooms.log.warn('sending.frozen', { reason });
  say(`Sending is frozen: ${reason}. See docs/reliability.md, and POST /v1/sending/thaw`);
}

function rememberedAt(path: string): number | null {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return /^\d{1,15}$/.test(text) ? Number(text) : null;
  } catch {
    return null;
  }
}

/** A mail that says nothing but that it arrived, signed and sent as all others are, by the way that is set. */
export async function sendProbe(settings: GivenSettings, to: string): Promise<SendResult> {
  const clock = new SystemClock();
  const from = readMailbox(settings.from ?? '');
  const path = `bounce@${settings.returnDomain ?? domainOf(from.address)}`;
  const says = {
    subject: 'A probe by Beckon',
    html: '<p>This mail arrived.</p>',
    text: 'This mail arrived.',
    links: [],
  };
  const key = `probe/${clock.now()}`;
  const made = composeMail({
    ...says,
    from,
    replyTo: null,
    to,
    at: clock.now(),
    message: { key, journey: 'probe', class: 'transactional' },
    unsubscribeUrl: null,
    stream: { name: '', domain: domainOf(from.address), sender: 'default' },
    returns: { path, unsubscribe: null, feedback: null, tag: 'probe' },
    secret: new TextEncoder().encode(key),
  });
  const mail = { ...made, ...(await signMail(made, openDkim(settings), clock.now())), key, says };
  if (settings.smtpUrl === null) return { kind: 'lost', bodyEnded: false, why: 'no mail host is set: --smtp' };
  const way = openNamed(settings.smtpUrl, clock);
  try {
    return await way.send(mail);
  } finally {
    await way.close();
  }
}
