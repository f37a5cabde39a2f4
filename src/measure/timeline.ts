import { currencyDigits, said, toMajor, type Said } from '../base/index.ts';
import { is, type ShopEvent } from '../event/index.ts';
import type { ClickLine } from './table-report.ts';
import { because, capital, told, uncapital, type Told, type Values } from './timeline-words.ts';
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
  /** The same sentence to be told in another language; null for what is told as it came. */
  said: Said | null;
  /** Judged to be a machine. */
  bot?: boolean;
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
  const values = { items: listed(items), amount: amount(order) };
  return {
    ms: order.at,
    kind: 'ordered',
    ...(order.credit
      ? told('ordered.credited', { ...values, journey: nameOf(order.credit.journey) })
      : told('ordered', values)),
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
    ...told(entered ? 'audience.entered' : 'audience.left', { audience: name }),
    detail: { audience: key },
  };
}

function clickLine(click: ClickLine, look: LookItem): Line {
  const item = click.item === null ? null : named(click.item, look);
  const sure = click.human ? 'clicked' : 'clicked.unsure';
  return {
    ms: click.at,
    kind: 'clicked',
    ...(item ? told(sure, { items: item.name }) : told(`${sure}.link`)),
    journey: click.journey,
    messageId: click.messageId,
    ...(item ? { items: [item] } : {}),
    detail: { human: click.human },
  };
}

const messageKinds: Record<string, TimelineKind> = {
  accepted: 'sent',
  in_doubt: 'sent',
  abandoned: 'sent',
  held: 'held',
  deferred: 'held',
  skipped: 'refused',
  expired: 'refused',
  cancelled: 'refused',
  rejected: 'refused',
  render_failed: 'refused',
  quarantined: 'held',
};

function messageLine(message: MessageLine): Line {
  const shared = {
    journey: message.journey,
    activity: message.activity,
    messageId: message.id,
    ...(message.reason === null ? {} : { reason: message.reason }),
  };
  if (message.arm === 'control') {
    return {
      ms: message.changedAt,
      kind: 'heldOut',
      ...told('mail.heldOut'),
      ...shared,
      reason: message.reason ?? 'held out',
    };
  }
  const kind = messageKinds[message.state] ?? 'planned';
  const until = message.state === 'held' ? { detail: { until: new Date(message.due).toISOString() } } : {};
  const ms = message.acceptedAt ?? message.changedAt;
  if (message.state === 'accepted' && message.subject)
    return { ms, kind, ...told('mail.accepted.subject', { subject: message.subject }), ...shared };
  const code = kind === 'planned' ? 'mail.planned' : `mail.${message.state}`;
  return { ms, kind, ...because(code, {}, kind === 'sent' ? null : message.reason), ...shared, ...until };
}

const stepKinds: Record<string, TimelineKind> = {
  entered: 'entered',
  restarted: 'waiting',
  waiting: 'waiting',
  heard: 'passed',
  updated: 'passed',
  jumped: 'passed',
  moved: 'passed',
  passed: 'passed',
  action: 'action',
  planned: 'planned',
  carried: 'waiting',
  refused: 'refused',
  exited: 'exited',
  ended: 'ended',
};

/** Steps whose reason belongs to the sentence. */
const reasoned = new Set(['heard', 'moved', 'carried', 'refused', 'exited', 'ended']);

function stepWords(step: StepLine, journey: string): Told {
  const { kind, reason, detail } = step;
  if (kind === 'action') {
    const code = reason === null ? 'step.answered' : 'step.unanswered';
    const action = detail?.['action'];
    return typeof action === 'string' ? because(code, { action }, reason) : because(`${code}.service`, {}, reason);
  }
  if (kind === 'passed') return told(reason === null ? 'step.passed.otherwise' : 'step.passed', { path: reason ?? '' });
  if (stepKinds[kind] === undefined) return { text: kind, said: null };
  return because(`step.${kind}`, { journey }, reasoned.has(kind) ? reason : null);
}

/** Null for what the message itself tells. */
function stepLine(step: StepLine, nameOf: NameJourney): Line | null {
  if (step.kind === 'messaged') return null;
  return {
    ms: step.at,
    kind: stepKinds[step.kind] ?? 'event',
    ...stepWords(step, nameOf(step.journey)),
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
  const { kind, ...words } = sentence(event, listed(items));
  return {
    ms: event.happenedAt,
    kind,
    ...words,
    ...(event.bot ? { text: `${words.text} (judged to be a machine)`, bot: true } : {}),
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

type Deed = { kind: TimelineKind } & Told;

const did: [string, (event: ShopEvent, items: string) => Deed][] = [
  ['message.opened', openedSentence],
  ['message.bounced', () => ({ kind: 'refused', ...told('did.cameBack') })],
  ['message.complained', () => acted('complained')],
  ['message.replied', () => acted('replied')],
  ['message.unsubscribed', () => ({ kind: 'consent', ...told('did.unsubscribed') })],
  ['profile.signedOut', () => ({ kind: 'identified', ...told('did.signedOut') })],
  ['profile.consent', consentSentence],
  ['profile.asserted', assertedSentence],
  ['commerce.purchases', (_, items) => acted('claimedPurchase', { items })],
  ['commerce.refunds', (event) => acted('refunded', orderOf(event))],
  ['commerce.orderCancellations', (event) => acted('cancelled', orderOf(event))],
  ['commerce.orderUpdates', (event) => acted('changedOrder', orderOf(event))],
  ['commerce.checkouts', () => acted('checkout')],
  ['commerce.productListAdds', (_, items) => acted('addedToCart', { items })],
  ['commerce.productListRemovals', (_, items) => acted('tookFromCart', { items })],
  ['commerce.productViews', (_, items) => acted('viewed', { items })],
  ['commerce.productListViews', () => acted('viewedCart')],
  ['commerce.productListOpens', () => acted('beganCart')],
  ['commerce.productListReopens', () => acted('reopenedCart')],
  ['commerce.saveForLaters', (_, items) => acted('savedForLater', { items })],
  [
    'decisioning.propositionInteract',
    (event, items) => {
      const place = event.recommendation?.position;
      return place === undefined ? acted('clickedSome') : acted('clickedPlace', { items, place });
    },
  ],
  ['decisioning.propositionDisplay', () => acted('wasShown')],
  ['web.siteSearches', () => acted('searched')],
  [
    'web.categoryViews',
    ({ page }) => (page?.section ? acted('browsed', { section: page.section }) : acted('browsedSome')),
  ],
  ['web.webinteraction.linkClicks', () => acted('clickedLink')],
  [
    'web.webpagedetails.pageViews',
    ({ page }) => {
      const name = page?.name ?? page?.url;
      return name === undefined ? acted('openedSome') : acted('opened', { page: name });
    },
  ],
];

function openedSentence({ message }: ShopEvent): Deed {
  if (message?.by === 'proxy') return acted('openedByProxy');
  return acted(message?.by === 'reader' ? 'openedMail' : 'wasOpened');
}

function acted(code: string, values: Values = {}): Deed {
  return { kind: 'event', ...told(`did.${code}`, values) };
}

const orderOf = ({ order }: ShopEvent) => ({ order: order?.id ?? '–' });

function sentence(event: ShopEvent, items: string): Deed {
  const found = did.find(([type]) => event.types.includes(type));
  if (found) return found[1](event, items);
  const [type] = event.types;
  return type === undefined ? acted('something') : { kind: 'event', text: type, said: null };
}

/** One purpose is told by its state; of several the English text says each, and the studio the first and how many more. */
function consentSentence({ consent = {} }: ShopEvent): Deed {
  const parts = Object.entries(consent).map(([purpose, state]) => told(`consent.${state}`, { purpose }));
  const [first, ...more] = parts;
  if (!first) return { kind: 'consent', ...told('consent.something') };
  const text = capital(parts.map((part) => uncapital(part.text)).join(' and '));
  const values = { ...first.said!.values, more: more.length };
  return { kind: 'consent', text, said: more.length === 0 ? first.said : said(`${first.said!.code}.more`, values) };
}

function assertedSentence(event: ShopEvent): Deed {
  const email = event.identities.find(({ namespace }) => namespace === 'email');
  if (event.consent && Object.keys(event.consent).length > 0) {
    const words = consentSentence(event);
    return email ? { ...words, text: `${words.text} as ${email.id}` } : words;
  }
  const words = email ? told('did.identified', { email: email.id }) : told('did.told');
  return { kind: 'identified', ...words };
}
