import { headerOf, partsOf, readHeaders, type MailPart } from './mail-read.ts';
import { classifyBounce, codeIn, statusIn, type BounceClass } from './bounce.ts';

/** What a mail that came to one of our addresses is. Only what is surely from a person is a `reply`. */
export type Inbound =
  | { kind: 'report'; deliveries: Delivery[] }
  | { kind: 'complaint'; feedback: 'abuse' | 'fraud' }
  /** Somebody said of a mail of ours that it is no spam, or another thing that asks for nothing. */
  | { kind: 'feedback'; feedback: string }
  | { kind: 'auto'; why: string }
  | { kind: 'reply' };

/** What a host says became of a mail for one recipient. */
export interface Delivery {
  action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';
  recipient: string | null;
  status: string | null;
  class: BounceClass | null;
  text: string;
}

/**
 * Reads what a mail is: a delivery report (RFC 3464), a complaint (RFC 5965), a host's own words about a mail that came
 * back, an answer by a machine (RFC 3834), or somebody's answer. `sender` is the envelope's, empty for `<>`; null when
 * it is not known. Pure, and total.
 */
export function readInbound(mail: MailPart, sender: string | null): Inbound {
  const parts = partsOf(mail);
  const feedback = parts.find(({ type }) => type === 'message/feedback-report');
  if (feedback) return readFeedback(feedback);
  const status = parts.find(
    ({ type }) => type === 'message/delivery-status' || type === 'message/global-delivery-status',
  );
  if (status) {
    const deliveries = readStatus(status.text, wordsOf(parts));
    if (deliveries.length > 0) return { kind: 'report', deliveries };
  }
  if (parts.some(({ type }) => type === 'message/disposition-notification'))
    return { kind: 'auto', why: 'a receipt of having been read' };
  const returned = readReturned(mail, parts, sender);
  if (returned) return { kind: 'report', deliveries: [returned] };
  const why = autoReason(mail, sender);
  return why === null ? { kind: 'reply' } : { kind: 'auto', why };
}

function readFeedback(part: MailPart): Inbound {
  const fields = readHeaders(part.text);
  const kind = (fields.get('feedback-type')?.[0] ?? 'other').split(';', 1)[0]!.trim().toLowerCase();
  if (kind === 'abuse' || kind === 'fraud') return { kind: 'complaint', feedback: kind };
  return { kind: 'feedback', feedback: kind.slice(0, 40) };
}

const actions = ['failed', 'delayed', 'delivered', 'relayed', 'expanded'] as const;

/** The groups of fields after the first, one a recipient. Some hosts leave the empty line between them out. */
function readStatus(text: string, words: string): Delivery[] {
  const groups = text.split(/\n[ \t]*\n/).flatMap((group) => group.split(/\n(?=(?:Original|Final)-Recipient:)/i));
  const made = new Map<string, Delivery>();
  for (const group of groups) {
    const fields = readHeaders(group.trim());
    const action = actions.find((one) => one === (fields.get('action')?.[0] ?? '').split(/\s/, 1)[0]!.toLowerCase());
    if (!action) continue;
    const delivery = deliveryOf(action, fields, words);
    made.set(`${delivery.recipient}`, delivery);
  }
  return [...made.values()];
}

function deliveryOf(action: Delivery['action'], fields: Map<string, string[]>, words: string): Delivery {
  const recipient = addressIn(fields.get('original-recipient')?.[0] ?? fields.get('final-recipient')?.[0] ?? '');
  const told = (fields.get('diagnostic-code')?.[0] ?? '').replace(/^[\w-]+;\s*/, '');
  const own = statusIn(fields.get('status')?.[0] ?? '');
  // The remote host's own code says more than the relay's, which is often only 5.0.0.
  const status = (own && !/^[45]\.0\.0$/.test(own) ? own : statusIn(told)) ?? own ?? null;
  const text = told === '' ? words : told;
  const failed = action === 'failed';
  return {
    action,
    recipient,
    status,
    class: failed ? classifyBounce({ code: codeIn(told), status: status ?? undefined, text }) : null,
    text: text.slice(0, 500),
  };
}

function addressIn(field: string): string | null {
  const address = field
    .replace(/^[\w-]+;\s*/, '')
    .replace(/^<|>$/g, '')
    .trim();
  return address.includes('@') ? address : null;
}

/** What the readable part says, up to the copy of our own mail. */
function wordsOf(parts: readonly MailPart[]): string {
  const plain = parts.find(({ type }) => type === 'text/plain');
  const html = parts.find(({ type }) => type === 'text/html');
  const text = plain?.text ?? html?.text.replace(/<style[\s\S]*?<\/style>|<[^>]*>/gi, ' ') ?? '';
  return text
    .split(
      /\n[-_ >]*(?:Below this line is|This is a copy of|Original message|Forwarded message|Undelivered message|Unsent message|The header of the original)/i,
    )[0]!
    .slice(0, 8000);
}

const daemons = /^(?:mailer-daemon|postmaster|mail-daemon|mdaemon|mail\.?delivery|maildelivery|bounce)/i;
const returnedSubject =
  /undeliver|delivery (?:status notification|failure|failed|report|problem|error)|mail delivery failed|returned mail|failure notice|could not be delivered|unzustellbar|nicht zugestellt|kunde inte levereras|olevererbart|non remis|no se ha podido entregar/i;
const delayWords =
  /(?:delayed|not yet been delivered|still (?:being|trying)|will (?:keep trying|be retried|retry|continue to)|no action is required|warning: could not send|temporarily|verzögert|försenad)/i;
const givenUp =
  /permanent|giving up|gave up|final|fatal|has been (?:removed|returned)|will not (?:try|be)|retry time ?out exceeded|did not reach|failed/i;

/** A mail that came back with words alone: qmail, Exim, old Sendmail and Exchange, and many of their own making. */
function readReturned(mail: MailPart, parts: readonly MailPart[], sender: string | null): Delivery | null {
  const failed = headerOf(mail, 'x-failed-recipients');
  const from = mailboxIn(headerOf(mail, 'from') ?? '');
  const subject = headerOf(mail, 'subject') ?? '';
  const isDaemon = daemons.test(from) || (sender === '' && returnedSubject.test(subject));
  if (failed === undefined && !isDaemon) return null;
  const words = wordsOf(parts);
  const tells = returnedSubject.test(subject) || delayWords.test(subject) || statusIn(words) !== undefined;
  if (failed === undefined && !tells) return null;
  const text = diagnosticIn(words);
  const isDelay =
    delayWords.test(`${subject}\n${words}`) && !givenUp.test(words) && !(statusIn(text) ?? '').startsWith('5');
  const recipient = failed?.split(',', 1)[0]!.trim() ?? /<([^<>\s]+@[^<>\s]+)>/.exec(words)?.[1] ?? null;
  const status = statusIn(text) ?? null;
  if (isDelay) return { action: 'delayed', recipient, status, class: null, text };
  const kind = classifyBounce({ code: codeIn(text), status: status ?? undefined, text });
  return { action: 'failed', recipient, status, class: kind, text };
}

/** The sentence with the code in it, with a line before and two after; all of it if there is none. */
function diagnosticIn(words: string): string {
  const lines = words.split('\n').map((line) => line.trim());
  const at = lines.findIndex(
    (line) => statusIn(line) !== undefined || /^(?:.*\b(?:said|error).*)?\b5[05]\d[ -]/.test(line),
  );
  const near = at < 0 ? lines : lines.slice(Math.max(0, at - 1), at + 4);
  return near.join(' ').replace(/\s+/g, ' ').trim().slice(0, 500);
}

const autoSubject =
  /^\s*(?:(?:re|aw|sv)\s*:\s*)?(?:auto(?:matic|matisk|matische|matisches)?[ -]?(?:re(?:ply|sponse)|svar|antwort)|out of (?:the )?office|abwesen|frånvaro|jag är inte|ich bin nicht|réponse automatique|risposta automatica|respuesta automática|vacation)/i;

/** Why a mail is no person's answer; null when it may be one. RFC 3834, and what is done in its place. */
function autoReason(mail: MailPart, sender: string | null): string | null {
  const value = (name: string) => (headerOf(mail, name) ?? '').toLowerCase();
  const submitted = value('auto-submitted').split(';', 1)[0]!.trim();
  if (submitted !== '' && submitted !== 'no') return `Auto-Submitted: ${submitted}`;
  if (/^(?:bulk|junk|list|auto_reply)$/.test(value('precedence').trim())) return `Precedence: ${value('precedence')}`;
  const telling = [
    'x-autoreply',
    'x-autorespond',
    'x-autoresponse',
    'x-autogenerated',
    'x-auto-response-suppress',
    'x-mail-autoreply',
    'x-vacation',
    'x-loop',
    'list-id',
    'list-unsubscribe',
    'feedback-id',
  ].find((name) => mail.headers.has(name) && value(name) !== 'no');
  if (telling) return `${telling} is set`;
  if (sender === '') return 'it has no return path';
  const from = mailboxIn(value('from'));
  if (daemons.test(from) || /^(?:no-?reply|do-?not-?reply)/.test(from)) return `it is from ${from.split('@', 1)[0]}`;
  if (autoSubject.test(headerOf(mail, 'subject') ?? '')) return 'its subject says so';
  return null;
}

function mailboxIn(field: string): string {
  return /<([^<>]*)>/.exec(field)?.[1] ?? field.trim();
}

/** Headers of the copy of our mail that a report brings along; empty when it brings none. */
export function returnedHeaders(mail: MailPart): ReadonlyMap<string, readonly string[]> {
  const parts = partsOf(mail).slice(1);
  const copy = parts.find(({ type }) =>
    /^(?:message\/(?:rfc822|global)|text\/rfc822-headers|message\/global-headers)$/.test(type),
  );
  if (!copy) return new Map();
  return copy.parts[0]?.headers ?? readHeaders(copy.text);
}
