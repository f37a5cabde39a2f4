import { isBot } from './bot.ts';

/**
 * Who followed a link or loaded a picture of a mail: kept with what they did, never a reason to drop it (trust §1.9).
 * `reader` may be one; `proxy` loads for a reader who looks; `prefetch` and `scanner` are machines that nobody's looking
 * has called. Nothing hangs on an opening; a click is a person's once the shop's own page tells of it.
 */
export type SeenBy = 'reader' | 'proxy' | 'prefetch' | 'unknown' | 'scanner';

/** What a request says of its sender. */
export interface Asking {
  method: string;
  userAgent: string | undefined;
  /** `Sec-Purpose` or `Purpose`. */
  purpose: string;
  acceptLanguage: string | undefined;
}

const proxies = /GoogleImageProxy|YahooMailProxy|ImageProxy|via ggpht\.com/i;

/** Who loads the picture of a mail. A bare "Mozilla/5.0" is Apple's, which loads whether anybody reads or not. Pure. */
export function openedBy({ method, userAgent, purpose }: Asking): SeenBy {
  const agent = userAgent?.trim() ?? '';
  if (method !== 'GET' || agent === '') return 'scanner';
  if (purpose.includes('prefetch') || agent === 'Mozilla/5.0') return 'prefetch';
  if (proxies.test(agent)) return 'proxy';
  return isBot(agent) ? 'scanner' : 'reader';
}

/** One click, as far as it tells a machine from a reader. Times are ms of one clock. */
export interface ClickFacts extends Asking {
  message: string;
  link: number;
  /** Real time. */
  at: number;
  /** Since the next hop took the mail, business time; null when that is not known. */
  afterAccepted: number | null;
  /** Network of the sender, of IPv4 a /24. */
  network: string;
}

const quickMs = 10_000;
const burstMs = 2000;
const crowdMs = 60_000;
const kept = 5000;

/**
 * Judges clicks by what came before them, in this process and in memory only. Certain signs make a scanner at once; of
 * the others two are needed (trust §1.9): sooner than anybody reads, three links of one mail within two seconds, one network
 * on five mails within a minute, no language.
 */
export class ClickJudge {
  readonly #links = new Map<string, { link: number; at: number }[]>();
  readonly #networks = new Map<string, { message: string; at: number }[]>();

  judge(facts: ClickFacts): { by: SeenBy; signs: string[] } {
    const { message, link, network, at } = facts;
    const links = recent(this.#links, message, { link, at }, burstMs);
    const mails = recent(this.#networks, network, { message, at }, crowdMs);
    if (facts.method !== 'GET') return { by: 'scanner', signs: [`asked by ${facts.method}`] };
    if (facts.purpose.includes('prefetch')) return { by: 'prefetch', signs: ['loaded ahead'] };
    if (facts.userAgent === undefined || isBot(facts.userAgent))
      return { by: 'scanner', signs: ['names itself a machine'] };
    const signs = [
      facts.afterAccepted !== null && facts.afterAccepted < quickMs ? 'sooner than anybody reads' : '',
      new Set(links.map((one) => one.link)).size >= 3 ? 'three links within two seconds' : '',
      new Set(mails.map((one) => one.message)).size >= 5 ? 'one network on five mails within a minute' : '',
      facts.acceptLanguage === undefined ? 'no language' : '',
    ].filter((sign) => sign !== '');
    return { by: signs.length >= 2 ? 'scanner' : signs.length === 1 ? 'unknown' : 'reader', signs };
  }
}

/** Adds to what is known under a name, and gives what is not older than `ms`; the least recently used is forgotten. */
function recent<T extends { at: number }>(known: Map<string, T[]>, name: string, one: T, ms: number): T[] {
  const found = [...(known.get(name) ?? []).filter(({ at }) => one.at - at <= ms), one].slice(-50);
  known.delete(name);
  known.set(name, found);
  if (known.size > kept) known.delete(known.keys().next().value!);
  return found;
}
