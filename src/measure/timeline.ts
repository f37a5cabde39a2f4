import { currencyDigits, toMajor } from '../base/index.ts';
import { is, type ShopEvent } from '../event/index.ts';
import type { ClickLine } from './table-report.ts';
import type { CreditedOrder } from './table.ts';

export type TimelineKind =
  | 'event'
  | 'entered'
  | 'waiting'
  | 'passed'
  | 'action'
  | 'planned'
  | 'held'
  | 'heldOut'
  | 'sent'
  | 'clicked'
  | 'ordered'
  | 'refused'
  | 'exited'
  | 'ended'
  | 'consent'
  | 'identified';

/** An item named in an entry. */
export interface ItemLine {
  id: string;
  name: string;
  imageUrl: string | null;
  quantity?: number;
}

/** One line of a person's story; the shape of `api/contract.ts`. */
export interface TimelineEntry {
  at: string;
  kind: TimelineKind;
  text: string;
  journey?: string;
  journeyName?: string;
  activity?: string;
  reason?: string;
  items?: ItemLine[];
  messageId?: string;
  detail?: Record<string, unknown>;
}

/** A step of a run, as the journey room tells it (slot `journeys.stepsOf`). Times are UTC ms. */
export interface StepLine {
  at: number;
  journey: string;
  activity: string | null;
  /** `entered`, `waiting`, `restarted`, `passed`, `action`, `planned`, `messaged`, `exited`, `ended`, `refused`. */
  kind: string;
  reason: string | null;
  detail?: Record<string, unknown> | null;
}

/** A message, as the message room tells it (slot `messages.ofProfile`). */
export interface MessageLine {
  id: string;
  journey: string;
  activity: string;
  state: string;
  reason: string | null;
  arm: 'treated' | 'control' | null;
  subject: string | null;
  plannedAt: number;
  acceptedAt: number | null;
  changedAt: number;
  due: number;
}

/** That somebody came into an audience or left it, as the profile room tells it. `at` is UTC ms. */
export interface AudienceLine {
  at: number;
  key: string;
  name: string;
  entered: boolean;
}

/** Finds name and picture of an item; undefined when the catalogue does not have it. */
export type LookItem = (id: string) => { name: string; imageUrl: string | null } | undefined;

/** The name a journey goes by; the key itself when there is no such journey any more. */
export type NameJourney = (key: string) => string;

/** Everything a person's story is told from. */
export interface Story {
  events: readonly ShopEvent[];
  steps: readonly StepLine[];
  messages: readonly MessageLine[];
  clicks: readonly ClickLine[];
  orders: readonly CreditedOrder[];
  audiences?: readonly AudienceLine[];
}

/** Tells the story newest first, at most `limit` entries older than `before` (UTC ms, exclusive). Pure. */
export function tellStory(
  story: Story,
  { look, nameOf }: { look: LookItem; nameOf: NameJourney },
  { before = Infinity, limit }: { before?: number; limit: number },
): TimelineEntry[] {
  const confirmed = new Set(story.orders.map(({ orderId }) => orderId));
  const lines = [
    ...story.orders.map((order) => orderLine(order, look, nameOf)),
    ...story.clicks.map((click) => clickLine(click, look)),
    ...story.messages.map(messageLine),
    ...story.steps.map((step) => stepLine(step, nameOf)),
    ...story.events.map((event) => eventLine(event, look, confirmed)),
    ...(story.audiences ?? []).map(audienceLine),
  ].filter((line): line is Line => line !== null);
  return lines
    .filter(({ ms }) => ms < before)
    .map((line, place) => ({ line, place }))
    .sort((a, b) => b.line.ms - a.line.ms || lastness(a.line) - lastness(b.line) || a.place - b.place)
    .slice(0, limit)
    .map(({ line: { ms, ...entry } }) => ({
      at: new Date(ms).toISOString(),
      ...entry,
      ...(entry.journey === undefined ? {} : { journeyName: nameOf(entry.journey) }),
    }));
}

/** At the same moment, what ends a run came after what it did. */
function lastness({ kind }: Line): number {
  return kind === 'ended' || kind === 'exited' ? 0 : 1;
}

type Line = Omit<TimelineEntry, 'at'> & { ms: number };

function named(id: string, look: LookItem, quantity?: number): ItemLine {
  const item = look(id);
  return {
    id,
    name: item?.name ?? id,
    imageUrl: item?.imageUrl ?? null,
    ...(quantity === undefined ? {} : { quantity }),
  };
}

/** "2 × Winter coat and Sweatshirt" */
function listed(items: readonly ItemLine[]): string {
  const names = items.map(({ name, quantity }) =>
    quantity !== undefined && quantity > 1 ? `${quantity} × ${name}` : name,
  );
  if (names.length > 4) return `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
  return names.length < 2 ? (names[0] ?? 'nothing') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function orderLine(order: CreditedOrder, look: LookItem, nameOf: NameJourney): Line {
  const items = order.items.map(({ id, quantity }) => named(id, look, quantity));
  const credit = order.credit ? `, credited to a mail of “${nameOf(order.credit.journey)}”` : '';
  return {
    ms: order.at,
    kind: 'ordered',
    text: `Ordered ${listed(items)} for ${amount(order)}${credit}`,
    items,
    ...(order.credit ? { journey: order.credit.journey, messageId: order.credit.messageId } : {}),
    detail: { orderId: order.orderId, ...(order.credit ? { rule: order.credit.rule } : {}) },
  };
}

/** "258 EUR", "575.60 EUR". */
function amount({ minor, currency }: CreditedOrder): string {
  const major = toMajor(minor, currency);
  return `${Number.isInteger(major) ? major : major.toFixed(currencyDigits(currency))} ${currency}`;
}

function audienceLine({ at, key, name, entered }: AudienceLine): Line {
  return {
    ms: at,
    kind: entered ? 'entered' : 'exited',
    text: `${entered ? 'Came into' : 'Left'} the audience “${name}”`,
    detail: { audience: key },
  };
}

function clickLine(click: ClickLine, look: LookItem): Line {
  const item = click.item === null ? null : named(click.item, look);
  const what = item ? item.name : 'a link';
  return {
    ms: click.at,
    kind: 'clicked',
    text: click.human
      ? `Clicked ${what} in the mail and came to the shop`
      : `${what} was clicked in the mail; no page of the shop has confirmed a person yet`,
    journey: click.journey,
    messageId: click.messageId,
    ...(item ? { items: [item] } : {}),
    detail: { human: click.human },
  };
}

const messageSentences: Record<string, (message: MessageLine) => { kind: TimelineKind; text: string }> = {
  accepted: ({ subject }) => ({ kind: 'sent', text: `The mail ${subject ? `“${subject}” ` : ''}was sent` }),
  in_doubt: () => ({ kind: 'sent', text: 'A mail may have been sent; the mail host gave no answer' }),
  abandoned: () => ({
    kind: 'sent',
    text: 'A mail may have been sent; it is not tried again, so that nobody gets two',
  }),
  held: () => ({ kind: 'held', text: 'A mail is held' }),
  deferred: () => ({ kind: 'held', text: 'The mail host asked to try the mail again later' }),
  skipped: () => ({ kind: 'refused', text: 'No mail was sent' }),
  expired: () => ({ kind: 'refused', text: 'No mail was sent; its time had passed' }),
  cancelled: () => ({ kind: 'refused', text: 'The mail was called off' }),
  rejected: () => ({ kind: 'refused', text: 'The mail host refused the mail' }),
  render_failed: () => ({ kind: 'refused', text: 'No mail was sent; it could not be written' }),
  quarantined: () => ({ kind: 'held', text: 'A mail was put aside after repeated crashes' }),
};

function messageLine(message: MessageLine): Line {
  const shared = {
    journey: message.journey,
    activity: message.activity,
    messageId: message.id,
    ...(message.reason === null ? {} : { reason: message.reason }),
  };
  if (message.arm === 'control') {
    const text = 'Held out: no mail was sent, so that what the mails cause can be measured';
    return { ms: message.changedAt, kind: 'heldOut', text, ...shared, reason: message.reason ?? 'held out' };
  }
  const said = messageSentences[message.state]?.(message) ?? { kind: 'planned' as const, text: 'A mail is planned' };
  const why = message.reason !== null && said.kind !== 'sent' ? `: ${message.reason}` : '';
  const until = message.state === 'held' ? { detail: { until: new Date(message.due).toISOString() } } : {};
  return {
    ms: message.acceptedAt ?? message.changedAt,
    kind: said.kind,
    text: `${said.text}${why}`,
    ...shared,
    ...until,
  };
}

type StepSentence = { kind: TimelineKind; text: (step: StepLine) => string };

const stepSentences: Record<string, StepSentence> = {
  entered: { kind: 'entered', text: ({ journey }) => `Entered the journey “${journey}”` },
  restarted: { kind: 'waiting', text: ({ journey }) => `Began anew in “${journey}”, because it happened again` },
  waiting: { kind: 'waiting', text: ({ journey }) => `Waits in “${journey}”` },
  heard: { kind: 'passed', text: ({ journey, reason }) => because(`“${journey}” heard what it waited for`, reason) },
  updated: { kind: 'passed', text: ({ journey }) => `“${journey}” wrote to the profile` },
  jumped: { kind: 'passed', text: ({ journey }) => `“${journey}” let them into another journey` },
  moved: { kind: 'passed', text: ({ journey, reason }) => because(`Was moved on in “${journey}”`, reason) },
  passed: { kind: 'passed', text: ({ reason }) => `Took the path “${reason ?? 'Otherwise'}”` },
  action: { kind: 'action', text: actionSentence },
  planned: { kind: 'planned', text: () => 'A mail was planned' },
  carried: { kind: 'waiting', text: ({ journey, reason }) => because(`Stays in “${journey}”`, reason) },
  refused: { kind: 'refused', text: ({ journey, reason }) => because(`Was not let into “${journey}”`, reason) },
  exited: { kind: 'exited', text: ({ journey, reason }) => because(`Left the journey “${journey}”`, reason) },
  ended: { kind: 'ended', text: ({ journey, reason }) => because(`Came to the end of “${journey}”`, reason) },
};

function actionSentence({ detail, reason }: StepLine): string {
  const name = typeof detail?.['action'] === 'string' ? `“${detail['action']}”` : 'A service';
  return reason === null ? `${name} was asked and answered` : because(`${name} was asked and gave no answer`, reason);
}

function because(text: string, reason: string | null): string {
  return reason === null ? text : `${text}: ${reason}`;
}

/** Null for what the message itself tells. */
function stepLine(step: StepLine, nameOf: NameJourney): Line | null {
  if (step.kind === 'messaged') return null;
  const known: StepSentence = stepSentences[step.kind] ?? { kind: 'event', text: () => step.kind };
  return {
    ms: step.at,
    kind: known.kind,
    text: known.text({ ...step, journey: nameOf(step.journey) }),
    journey: step.journey,
    ...(step.activity === null ? {} : { activity: step.activity }),
    ...(step.reason === null ? {} : { reason: step.reason }),
    ...(step.detail ? { detail: detailOf(step.detail) } : {}),
  };
}

/** Moments in it as ISO text, as everywhere at the doors. */
function detailOf(detail: Record<string, unknown>): Record<string, unknown> {
  const due = detail['until'];
  return typeof due === 'number' ? { ...detail, until: new Date(due).toISOString() } : detail;
}

/** What somebody did; null for what is told from elsewhere (messages, clicks, orders that the shop confirmed). */
function eventLine(event: ShopEvent, look: LookItem, confirmed: ReadonlySet<string>): Line | null {
  if (event.source === 'journey' || toldElsewhere.some((type) => event.types.includes(type))) return null;
  if (is(event, 'commerce.purchases') && (event.level >= 3 || confirmed.has(event.order?.id ?? ''))) return null;
  const items = (event.items ?? []).map(({ id, quantity }) => named(id, look, quantity));
  const said = sentence(event, listed(items));
  return {
    ms: event.happenedAt,
    kind: said.kind,
    text: event.bot ? `${said.text} (judged to be a machine)` : said.text,
    ...(event.message ? { journey: event.message.journey, messageId: event.message.id } : {}),
    ...(items.length === 0 ? {} : { items }),
    detail: {
      types: event.types,
      source: event.source,
      ...(event.recommendation ? { recommendation: event.recommendation } : {}),
    },
  };
}

const toldElsewhere = ['message.accepted', 'message.heldOut', 'message.clicked'];

type Said = { kind: TimelineKind; text: string };

const did: [string, (event: ShopEvent, items: string) => Said][] = [
  ['message.opened', openedSentence],
  ['message.bounced', () => ({ kind: 'refused', text: 'The mail came back' })],
  ['message.complained', () => acted('Called the mail unwanted')],
  ['message.replied', () => acted('Answered the mail')],
  ['message.unsubscribed', () => ({ kind: 'consent', text: 'Unsubscribed by the link in a mail' })],
  ['profile.signedOut', () => ({ kind: 'identified', text: 'Signed out' })],
  ['profile.consent', consentSentence],
  ['profile.asserted', assertedSentence],
  ['commerce.purchases', (_, items) => acted(`The browser says ${items} was bought; the shop has not confirmed it`)],
  ['commerce.refunds', (event) => acted(`Money went back for order ${event.order?.id ?? ''}`.trim())],
  ['commerce.orderCancellations', (event) => acted(`Order ${event.order?.id ?? ''} was cancelled`)],
  ['commerce.orderUpdates', (event) => acted(`Order ${event.order?.id ?? ''} was changed`)],
  ['commerce.checkouts', () => acted('Went to the checkout')],
  ['commerce.productListAdds', (_, items) => acted(`Put ${items} in the cart`)],
  ['commerce.productListRemovals', (_, items) => acted(`Took ${items} out of the cart`)],
  ['commerce.productViews', (_, items) => acted(`Looked at ${items}`)],
  ['commerce.productListViews', () => acted('Looked at the cart')],
  ['commerce.productListOpens', () => acted('Began a cart')],
  ['commerce.productListReopens', () => acted('Came back to the cart')],
  ['commerce.saveForLaters', (_, items) => acted(`Saved ${items} for later`)],
  [
    'decisioning.propositionInteract',
    (event, items) => {
      const place = event.recommendation?.position;
      return acted(
        place === undefined ? 'Clicked a recommendation' : `Clicked ${items}, place ${place} of the recommendations`,
      );
    },
  ],
  ['decisioning.propositionDisplay', () => acted('Was shown recommendations')],
  ['web.siteSearches', () => acted('Searched the shop')],
  ['web.categoryViews', (event) => acted(`Looked through ${event.page?.section ?? 'a category'}`)],
  ['web.webinteraction.linkClicks', () => acted('Clicked a link in the shop')],
  ['web.webpagedetails.pageViews', (event) => acted(`Opened ${event.page?.name ?? event.page?.url ?? 'a page'}`)],
];

/** Opens are no evidence of a reader: mail programs load pictures whether anybody looks or not. */
function openedSentence({ message }: ShopEvent): Said {
  if (message?.by === 'proxy') return acted('A mail program loaded the pictures of the mail');
  return acted(message?.by === 'reader' ? 'Opened the mail' : 'The mail was opened');
}

function acted(text: string): Said {
  return { kind: 'event', text };
}

function sentence(event: ShopEvent, items: string): Said {
  const found = did.find(([type]) => event.types.includes(type));
  return found ? found[1](event, items) : acted(event.types[0] ?? 'Did something');
}

const consentVerbs = { in: 'gave', out: 'withdrew', pending: 'has still to confirm' };

function consentSentence({ consent = {} }: ShopEvent): Said {
  const parts = Object.entries(consent).map(([purpose, state]) => `${consentVerbs[state]} consent to ${purpose}`);
  return { kind: 'consent', text: capital(parts.join(' and ') || 'Said something about consent') };
}

function assertedSentence(event: ShopEvent): Said {
  const email = event.identities.find(({ namespace }) => namespace === 'email');
  if (event.consent && Object.keys(event.consent).length > 0) {
    const { text } = consentSentence(event);
    return { kind: 'consent', text: email ? `${text} as ${email.id}` : text };
  }
  return {
    kind: 'identified',
    text: email ? `The shop says this is ${email.id}` : 'The shop told something about this person',
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
