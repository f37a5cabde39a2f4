/**
 * What a mail host's refusal says of the recipient, by the table of trust §1.5. Codes decide; words only where a host
 * gives no code, and to keep a refusal of us from being taken for one of the person.
 */
export type BounceClass =
  /** There is no such mailbox or domain: nothing goes there any more. */
  | 'hard'
  /** Said in words only, or the name server knows no such domain: hard when it is said of two mails within a week. */
  | 'hinted'
  /** The mailbox is full or away; counted. */
  | 'soft'
  /** No way to the host; hard when it is said of three mails within a week. */
  | 'routing'
  /** We are refused, or what we do: our matter, never the person's. */
  | 'policy'
  /** The mail itself is refused: too large, or not to be converted. */
  | 'content'
  /** The address needs SMTPUTF8, which a host on the way does not speak. */
  | 'eai'
  /** Refused for a reason nobody named; counted. */
  | 'unknown';

/** What a host said. */
export interface Refusal {
  /** SMTP code, such as 550. */
  code?: number | undefined;
  /** RFC 3463 code, such as `5.1.1`. */
  status?: string | undefined;
  text: string;
}

const hard = new Set(['1.0', '1.1', '1.2', '1.3', '1.6', '1.10', '2.1']);

/** We, or what we sent, are refused. Narrow, so that "user is blocked from receiving" is no policy. */
const policyWords =
  /spamhaus|\bdns[bw]l\b|\brbl\b|black ?list|block(?:ed)? ?list|denylist|\bdmarc\b|\bdkim\b|\bspf\b|reputation|(?:identified|classified|detected|rejected|considered|looks?|marked)\s+(?:as\s+|like\s+)?(?:\w+\s+)?spam|spam (?:content|message|detected)|unsolicited|(?:ip|host|server|client|sender|domain)[^.\n]{0,60}(?:is |was |been |has been )?(?:blocked|banned|listed|rejected|denied)|policy|not authori[sz]ed|access denied|too many (?:connections|messages|errors)|rate limit/i;
const unknownWords =
  /(?:user|mailbox|recipient|account|address|alias)[^.\n]{0,60}(?:unknown|not found|does ?n[o']t exist|doesn't have|no longer (?:valid|exists|available)|invalid|inactive|disabled|unavailable|not exist|rejected)|(?:unknown|no such|invalid|non-?existent)\s+(?:local )?(?:user|mailbox|recipient|account|address|person)|not (?:a valid|our customer|listed in)|no mailbox here|(?:host|domain)(?: name)?[^.\n]{0,40}(?:not found|unknown|does not exist)|unrouteable address|name service error|NXDOMAIN/i;
const fullWords =
  /(?:mailbox|inbox|quota|storage|disk)[^.\n]{0,50}(?:full|exceed|exceeded|limit)|over ?quota|out of (?:disk|storage)/i;
/** The name server has answered that there is no such domain; one that had no answer says to try again (trust row 48). */
const noDomainWords =
  /^(?!.*try again)(?=.*(?:NXDOMAIN|(?:host|domain)[^.\n]{0,40}(?:not found|does not exist|unknown)))/is;
const largeWords = /(?:message|mail)[^.\n]{0,40}(?:too large|too big|exceeds[^.\n]{0,40}size|size limit)/i;
const routeWords =
  /connection (?:timed out|refused)|no route to host|host unreachable|unable to connect|loops? back to myself|too many hops/i;

/** The class of a final refusal. Total: whatever was said has a class. Pure. */
export function classifyBounce(refusal: Refusal): BounceClass {
  const { code, text } = refusal;
  const status = refusal.status ?? statusIn(text);
  const [, subject, detail] = /^[245]\.(\d{1,3})\.(\d{1,3})$/.exec(status ?? '') ?? [];
  if (subject === undefined || (subject === '0' && detail === '0')) return byWords(refusal);
  const point = `${subject}.${detail}`;
  if (subject === '7') return 'policy';
  // Some hosts say 5.1.1 for "your server is on a list": better one mail more than a customer lost (trust §1.5).
  if (hard.has(point)) return policyWords.test(text) && !unknownWords.test(text) ? 'policy' : 'hard';
  if (point === '2.2') return 'soft';
  if (point === '2.3' || point === '3.4') return 'content';
  if (point === '6.7' || point === '6.8' || point === '6.9') return 'eai';
  if (subject === '6') return 'content';
  if (point === '4.7') return 'soft'; // it waited in the queue until its time was over
  if (subject === '4') return noDomainWords.test(text) ? 'hinted' : 'routing';
  if (code === 552 && point !== '2.2') return 'soft';
  return policyWords.test(text) ? 'policy' : byRest(point);
}

function byRest(point: string): BounceClass {
  return point.startsWith('2.') || point.startsWith('3.') ? 'soft' : 'unknown';
}

function byWords({ code, text }: Refusal): BounceClass {
  if (policyWords.test(text) && !/user unknown/i.test(text)) return 'policy';
  if (fullWords.test(text) || code === 552 || code === 452) return 'soft';
  if (largeWords.test(text)) return 'content';
  if (unknownWords.test(text)) return 'hinted';
  if (routeWords.test(text)) return 'routing';
  return 'unknown';
}

/** The first RFC 3463 code in a text; a bare `5.1.1` of an IP address or a version is none. */
export function statusIn(text: string): string | undefined {
  return /(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)/.exec(text)?.[1];
}

/** The SMTP code that a reply or a diagnostic begins with, or names. */
export function codeIn(text: string): number | undefined {
  const found = /(?:^|[\s(:;])([45][0-5]\d)(?=[\s-])/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** What is known of one address: what became of the mails to it, one entry a mail. Times are UTC ms. */
export interface Trail {
  bounces: readonly { at: number; class: BounceClass }[];
  /** Mails that arrived: told by a provider, or accepted long ago and never returned. */
  arrivals: readonly number[];
}

const dayMs = 86_400_000;
export const bounceRules = {
  soft: 5,
  restMs: dayMs,
  coolMs: 180 * dayMs,
  weekMs: 7 * dayMs,
  hinted: 2,
  routing: 3,
  /** Said of two mails at the same moment it is said once. */
  apartMs: 3_600_000,
};

/** What follows for the address: `bounced` ends all mail to it, `cooling` all mail until a time. */
export type AddressVerdict = { suppress: 'bounced' } | { suppress: 'cooling'; until: number } | null;

/**
 * Judges an address by its whole trail, so that reports which come twice, late or in another order end in the same
 * (invariant I16): hard at once; hinted twice, or no route three times, within a week; five counted bounces that are a
 * day apart, with no mail arriving in between, rest it for 180 days (trust §1.5; journeys G2). Pure.
 */
export function judgeTrail({ bounces, arrivals }: Trail, rules = bounceRules): AddressVerdict {
  const sorted = [...bounces].sort((a, b) => a.at - b.at);
  if (sorted.some((one) => one.class === 'hard')) return { suppress: 'bounced' };
  const within = (kind: BounceClass, least: number) => {
    const all = sorted.filter((one) => one.class === kind).map((one) => one.at);
    const at = all.reduce<number[]>(
      (kept, one) => (one - (kept.at(-1) ?? -Infinity) >= rules.apartMs ? [...kept, one] : kept),
      [],
    );
    return at.some((from, place) => (at[place + least - 1] ?? Infinity) - from <= rules.weekMs);
  };
  if (within('hinted', rules.hinted) || within('routing', rules.routing)) return { suppress: 'bounced' };
  let [count, last, until] = [0, -Infinity, -Infinity];
  for (const { at, class: kind } of sorted) {
    if (kind === 'policy' || kind === 'content' || kind === 'eai' || at < until) continue;
    if (arrivals.some((arrived) => arrived > last && arrived < at)) count = 0;
    if (count > 0 && at - last < rules.restMs) continue;
    [count, last] = [count + 1, at];
    // Whoever has rested begins anew.
    if (count >= rules.soft) [count, until] = [0, at + rules.coolMs];
  }
  return until > -Infinity ? { suppress: 'cooling', until } : null;
}
