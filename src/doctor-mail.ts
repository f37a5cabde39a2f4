import { Resolver } from 'node:dns/promises';
import type { Finding } from './doctor.ts';
import {
  dkimRecord,
  domainOf,
  inspectSmtp,
  readMailbox,
  type Brand,
  type DkimKey,
  type SendResult,
  type SmtpFacts,
} from './message/index.ts';
import { openDkim } from './mailing.ts';
import type { GivenSettings } from './settings.ts';

/** What `beckon doctor --mail` asks of the world; handed in by tests. */
export interface MailWorld {
  /** As `node:dns/promises` has them; they reject with a code such as ENOTFOUND. */
  dns: {
    resolveTxt(name: string): Promise<string[][]>;
    resolveMx(name: string): Promise<{ exchange: string; priority: number }[]>;
    resolve4(name: string): Promise<string[]>;
    resolve6(name: string): Promise<string[]>;
    reverse(address: string): Promise<string[]>;
  };
  inspect(url: string): Promise<SmtpFacts>;
  /** Sends a mail that says nothing but that it arrived. */
  probe(to: string): Promise<SendResult>;
}

/** The world itself. @param probe how a mail is sent there */
export function realWorld(probe: MailWorld['probe']): MailWorld {
  return { dns: new Resolver({ timeout: 4000, tries: 2 }), inspect: inspectSmtp, probe };
}

/** Looks whether mail from here will be believed: SPF, DKIM, DMARC, where bounces go, the mail host, and a probe if asked for. */
export async function examineMail(
  settings: GivenSettings,
  world: MailWorld,
  probeTo: string | null,
): Promise<Finding[]> {
  if (settings.from === null) return [fail('No sender is set', 'Set BECKON_FROM to Name <address>')];
  const domain = domainOf(readMailbox(settings.from).address);
  const returns = settings.returnDomain ?? domain;
  const reads = settings.returnDomain !== null && settings.returnDomain !== undefined;
  return [
    ...answers(readMailbox(settings.replyTo ?? settings.from).address),
    ...(await examineDomain({ domain, returns, reads, keys: keysIn(settings) }, world)),
    ...(await host(world, settings.smtpUrl)),
    ...(probeTo === null ? [] : [await probed(world, probeTo)]),
  ];
}

/** Looks whether mail of one sender will be believed, and whether its links lead anywhere. @param way address of its way out */
export async function examineSender(brand: Brand, world: MailWorld, way: string | null): Promise<Finding[]> {
  const { from, returns, reads, dkim, render } = brand;
  const domain = domainOf(from.address);
  return [
    ...answers((brand.reply ?? from).address),
    ...(await examineDomain({ domain, returns, reads, keys: [...dkim] }, world)),
    await linkHost(world.dns, new URL(render.publicUrl).hostname),
    ...(await host(world, way)),
  ];
}

/** Who answers a mail wants to be heard; a name that says nobody reads it costs trust, and complaints (trust row 37). */
function answers(address: string): Finding[] {
  if (!/^(?:do-?not|no)[-_.]?reply\b/i.test(address)) return [];
  const mend = 'Name a mailbox that somebody reads: BECKON_REPLY_TO, or the reply address of the sender';
  return [warn(`Answers go to ${address}, which says that nobody reads them`, mend)];
}

interface Domains {
  domain: string;
  returns: string;
  /** Does somebody read what comes back there? */
  reads: boolean;
  /** Or what is wrong with them. */
  keys: readonly DkimKey[] | Finding;
}

async function examineDomain({ domain, returns, reads, keys }: Domains, { dns }: MailWorld): Promise<Finding[]> {
  return [
    await spf(dns, returns),
    ...('level' in keys ? [keys] : await dkim(dns, keys, domain)),
    await dmarc(dns, domain),
    await mx(dns, returns, reads),
  ];
}

function keysIn(settings: GivenSettings): readonly DkimKey[] | Finding {
  try {
    return openDkim(settings);
  } catch (error) {
    return fail((error as Error).message, 'Correct BECKON_DKIM, or the file it names');
  }
}

/** Readers follow links there, those to unsubscribe among them; a name of this machine is asked of nobody. */
async function linkHost(dns: Dns, name: string): Promise<Finding> {
  if (name === 'localhost' || /^[\d.]+$|:/.test(name)) return ok(`Links lead to ${name}`);
  const found = [...((await asked(dns.resolve4(name))) ?? []), ...((await asked(dns.resolve6(name))) ?? [])];
  if (found.length > 0) return ok(`Links: ${name} is ${found[0]!}`);
  return fail(
    `Links: ${name} has no address, so nobody can unsubscribe there`,
    `Put a CNAME or A record at ${name} that leads to Beckon`,
  );
}

type Dns = MailWorld['dns'];
const ok = (what: string): Finding => ({ level: 'ok', what });
const warn = (what: string, mend: string): Finding => ({ level: 'warn', what, mend });
const fail = (what: string, mend: string): Finding => ({ level: 'fail', what, mend });

/** All of a name's answers, empty when it has none; null when DNS did not answer. */
async function asked<T>(answer: Promise<T[]>): Promise<T[] | null> {
  try {
    return await answer;
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    return ['ENOTFOUND', 'ENODATA', 'NXDOMAIN'].includes(code) ? [] : null;
  }
}

async function texts(dns: Dns, name: string): Promise<string[] | null> {
  return (await asked(dns.resolveTxt(name)))?.map((pieces) => pieces.join('')) ?? null;
}

const silent = (name: string) =>
  warn(`DNS did not answer for ${name}`, 'Try again; if it stays so, look at the name servers');

/** RFC 7208: one record, at most ten look-ups, and not everybody. */
async function spf(dns: Dns, domain: string): Promise<Finding> {
  const all = await texts(dns, domain);
  if (all === null) return silent(domain);
  const records = all.filter((text) => /^v=spf1( |$)/i.test(text));
  if (records.length === 0)
    return fail(`SPF: ${domain} has no record`, `Put a TXT record at ${domain}: v=spf1 include:<your mail host> -all`);
  if (records.length > 1)
    return fail(`SPF: ${domain} has ${records.length} records, so none counts`, 'Join them to one');
  const record = records[0]!;
  const looks =
    record.match(/(?:^| )[+?~-]?(?:include:|a(?=[ :/]|$)|mx(?=[ :/]|$)|ptr|exists:|redirect=)/gi)?.length ?? 0;
  if (/(?:^| )\+?all(?: |$)/i.test(record))
    return fail(`SPF: ${domain} lets everybody send`, 'End the record with -all');
  if (looks > 10) return fail(`SPF: ${domain} asks for ${looks} look-ups; more than 10 make it void`, 'Take some out');
  return ok(`SPF: ${domain} says ${record.slice(0, 120)}`);
}

async function dkim(dns: Dns, keys: readonly DkimKey[], domain: string): Promise<Finding[]> {
  if (keys.length === 0) {
    const mend =
      'Set BECKON_DKIM, or make sure that the mail host signs, List-Unsubscribe and List-Unsubscribe-Post included';
    return [warn('DKIM: Beckon does not sign', mend)];
  }
  return Promise.all(keys.map((key) => dkimOf(dns, key, domain)));
}

async function dkimOf(dns: Dns, key: DkimKey, from: string): Promise<Finding> {
  const name = `${key.selector}._domainkey.${key.domain}`;
  const all = await texts(dns, name);
  if (all === null) return silent(name);
  const needed = dkimRecord(key);
  const published = (text: string) => /(?:^|;)\s*p=([^;]*)/.exec(text)?.[1]?.replace(/\s/g, '');
  if (all.length === 0) return fail(`DKIM: ${name} has no record`, `Put a TXT record at ${name}: ${needed}`);
  if (!all.some((text) => published(text) === published(needed)))
    return fail(`DKIM: ${name} has another key than ${key.selector} signs with`, `Put this there instead: ${needed}`);
  if (!aligned(key.domain, from))
    return fail(`DKIM: ${key.domain} does not stand for ${from}, so DMARC does not count it`, `Sign for ${from}`);
  return ok(`DKIM: ${name} has the key that mails are signed with`);
}

/** One is the other or lies under it: DMARC's relaxed alignment, without the list of public suffixes. */
function aligned(a: string, b: string): boolean {
  return a === b || a.endsWith(`.${b}`) || b.endsWith(`.${a}`);
}

async function dmarc(dns: Dns, domain: string): Promise<Finding> {
  const labels = domain.split('.');
  for (let n = 0; n < labels.length - 1; n++) {
    const name = `_dmarc.${labels.slice(n).join('.')}`;
    const all = await texts(dns, name);
    if (all === null) return silent(name);
    const record = all.find((text) => /^v=DMARC1\s*(;|$)/i.test(text));
    if (record === undefined) continue;
    if (!/(?:^|;)\s*p=(none|quarantine|reject)\b/i.test(record))
      return fail(`DMARC: ${name} says no p=`, 'Say p=none, p=quarantine or p=reject in it');
    if (!/(?:^|;)\s*rua=/i.test(record))
      return warn(`DMARC: ${name} asks for no reports`, 'Add rua=mailto:… to hear who sends in your name');
    return ok(`DMARC: ${name} says ${record.slice(0, 120)}`);
  }
  const mend = `Put a TXT record at _dmarc.${domain}: v=DMARC1; p=none; rua=mailto:you@${domain}`;
  return fail(`DMARC: ${domain} has no record; the large mailbox providers refuse bulk mail without`, mend);
}

async function mx(dns: Dns, domain: string, reads: boolean): Promise<Finding> {
  const all = await asked(dns.resolveMx(domain));
  if (all === null) return silent(domain);
  const mend = `Put an MX record at ${domain} that leads to who reads bounces`;
  if (all.length === 1 && (all[0]!.exchange === '' || all[0]!.exchange === '.'))
    return fail(`MX: ${domain} says that it takes no mail, so bounces come to nobody`, mend);
  const hosts = all.map(({ exchange }) => exchange).join(', ');
  if (all.length > 0) return ok(`MX: what comes back to ${domain} goes to ${hosts}`);
  const what = `MX: ${domain} has none, so bounces come to nobody`;
  return reads ? fail(what, mend) : warn(what, mend);
}

async function host(world: MailWorld, url: string | null): Promise<Finding[]> {
  if (url === null) return [ok('Mail stays in the built-in mailbox')];
  const { protocol, hostname } = new URL(url);
  if (!protocol.startsWith('smtp'))
    return [ok(`Mail leaves by ${protocol.slice(0, -1)}, which looks after its own hosts`)];
  const facts = await world.inspect(url);
  if ('failed' in facts)
    return [fail(`Mail host ${hostname}: ${facts.failed}`, 'Check --smtp, its user and password, and its certificate')];
  const can =
    facts.offers.filter((name) => ['SMTPUTF8', 'DSN', 'PIPELINING'].includes(name)).join(', ') ||
    'none of DSN, SMTPUTF8';
  const spoken = ok(`Mail host ${hostname} takes us, and offers ${can}`);
  const sealed = facts.tls
    ? ok(`TLS: ${facts.tls} with ${hostname}`)
    : warn(
        `TLS: mail goes to ${hostname} in the clear`,
        'Use ?tls=required or smtps://, unless it is this very machine',
      );
  return [spoken, sealed, await named(world.dns, facts.address)];
}

/** A host that sends to others must have a name that leads back to it (FCrDNS). */
async function named(dns: Dns, address: string): Promise<Finding> {
  if (/^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|::1$|f[cd])/.test(address))
    return ok(`PTR: ${address} is in your own network; what its way out is called is for its operator to look at`);
  const names = await asked(dns.reverse(address));
  if (names === null) return silent(address);
  const mend = `Have whoever gives you ${address} set its name, and that name lead to it`;
  if (names.length === 0) return warn(`PTR: ${address} has no name`, mend);
  for (const name of names) {
    const back = [...((await asked(dns.resolve4(name))) ?? []), ...((await asked(dns.resolve6(name))) ?? [])];
    if (back.includes(address)) return ok(`PTR: ${address} is ${name}, and ${name} is ${address}`);
  }
  return warn(`PTR: ${address} is ${names[0]!}, which does not lead back to it`, mend);
}

async function probed(world: MailWorld, to: string): Promise<Finding> {
  const result = await world.probe(to);
  if (result.kind === 'accepted')
    return ok(`A probe to ${to} was taken; look there whether it arrived, and at its Authentication-Results`);
  const why = result.kind === 'lost' ? result.why : result.response;
  return fail(`A probe to ${to} was not taken: ${why}`, 'What the host says stands there; see docs/guide/mails.md');
}
