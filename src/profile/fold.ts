import { toMajor } from '../base/index.ts';
import { deviceNamespaces, is, type ShopEvent } from '../event/index.ts';
import { cartAfter } from './cart.ts';
import {
  viewedLimit,
  visitSilenceMs,
  type Fact,
  type Lesson,
  type ProfileState,
  type Purpose,
  type Visit,
} from './profile.ts';

/** What one event did to a profile. */
export interface Folded {
  state: ProfileState;
  facts: Fact[];
  lessons: Lesson[];
}

/** Values from outside that a fold needs: whose profile, and new ids. */
export interface FoldHands {
  profileId: string;
  mintId: () => string;
}

/** A profile nothing is known of yet. */
export function blankState(at: number): ProfileState {
  return {
    identities: [],
    email: null,
    attributes: {},
    timeZone: null,
    language: null,
    consent: {},
    cart: null,
    viewed: [],
    orders: [],
    firstSeenAt: at,
    lastSeenAt: at,
    visit: null,
    visiting: false,
    visits: 0,
    claimedPurchaseUntil: null,
    mailed: {},
    test: false,
  };
}

/** How long a purchase that only a browser claims holds reminders back (trust.md §3.5), milliseconds. */
const claimedPurchaseMs = 24 * 60 * 60 * 1000;
const orderLimit = 200;

/**
 * Folds one event into a profile's state. Pure: the given state is not changed.
 *
 * Bears events that come late or swapped, because browsers produce them: times only move forward, an order known by
 * its id is not taken again, an add older than its order is ignored.
 */
export function fold(before: ProfileState, event: ShopEvent, hands: FoldHands): Folded {
  if (before.consent.collect?.state === 'out' && event.level < 2 && !event.consent)
    return { state: before, facts: [], lessons: [] };
  const folded: Folded = { state: { ...before }, facts: [], lessons: [] };
  const made = new Fold(folded, event, hands);
  made.seen();
  made.asserted();
  made.consent();
  made.viewed();
  made.cart();
  made.purchase();
  made.messages();
  return folded;
}

/** The running visit ends when `now` is half an hour after its last sign; null when it has not ended. Pure. */
export function endVisit(before: ProfileState, now: number, profileId: string): Folded | null {
  const { visit } = before;
  if (!before.visiting || !visit || visit.lastAt + visitSilenceMs > now) return null;
  return { state: { ...before, visiting: false }, facts: [visitEnded(before, visit, profileId)], lessons: [] };
}

function visitEnded(state: ProfileState, visit: Visit, profileId: string): Fact {
  const at = visit.lastAt + visitSilenceMs;
  return {
    name: 'visit.ended',
    profileId,
    at,
    id: `visit:${visit.id}`,
    bot: false,
    data: {
      visitId: visit.id,
      ecid: visit.ecid,
      startedAt: visit.startedAt,
      endedAt: visit.lastAt,
      views: visit.views,
      pages: visit.pages,
      orders: visit.orders,
      cart: state.cart?.lines.map(({ item, quantity }) => ({ item, quantity })) ?? [],
    },
  };
}

/** The steps of one fold, over one draft. */
class Fold {
  readonly #made: Folded;
  readonly #event: ShopEvent;
  readonly #hands: FoldHands;

  constructor(made: Folded, event: ShopEvent, hands: FoldHands) {
    this.#made = made;
    this.#event = event;
    this.#hands = hands;
  }

  get #state(): ProfileState {
    return this.#made.state;
  }

  #fact(name: Fact['name'], data: Record<string, unknown>): void {
    const { happenedAt, source, id, bot } = this.#event;
    const place = this.#made.facts.length;
    this.#made.facts.push({
      name,
      profileId: this.#hands.profileId,
      at: happenedAt,
      id: `${source}:${id}:${place}`,
      data,
      bot: bot ?? false,
    });
  }

  /** @param occasion what counts as one occasion; the visit, when it is left out */
  #learn(item: string, kind: Lesson['k'], occasion?: string): void {
    if (this.#event.bot || this.#state.consent.personalize?.state === 'out') return;
    const visit = occasion ?? this.#state.visit?.id ?? this.#event.id;
    this.#made.lessons.push({ p: this.#hands.profileId, s: visit, i: item, k: kind, t: this.#event.happenedAt });
  }

  /** Only what a person does on the site is a sign of a visit; what we or the shop's server say is not. */
  seen(): void {
    const event = this.#event;
    const state = this.#state;
    if (!event.types.some((type) => type.startsWith('web.') || type.startsWith('commerce.'))) return;
    if (event.source === 'server' || !deviceNamespaces.has(event.visitor.split(':', 1)[0]!)) return;
    state.lastSeenAt = Math.max(state.lastSeenAt, event.happenedAt);
    state.firstSeenAt = Math.min(state.firstSeenAt, event.happenedAt);
    if (event.timeZone && !state.attributes['timeZone']) state.timeZone = event.timeZone;
    const running = state.visit;
    if (running && event.happenedAt <= running.lastAt + visitSilenceMs) {
      if (event.happenedAt < running.startedAt - visitSilenceMs) return; // late, of a visit that is over
      const resumed = state.visiting || event.happenedAt > running.lastAt;
      state.visit = this.#touched(running);
      state.visiting = resumed;
      return;
    }
    if (running && state.visiting) this.#made.facts.push(visitEnded(state, running, this.#hands.profileId));
    state.visit = this.#touched({
      id: this.#hands.mintId(),
      ecid: null,
      startedAt: event.happenedAt,
      lastAt: event.happenedAt,
      views: [],
      pages: 0,
      orders: 0,
    });
    state.visiting = true;
    state.visits++;
  }

  #touched(visit: Visit): Visit {
    const ecid = this.#event.identities.find(({ namespace }) => namespace === 'ecid')?.id;
    return {
      ...visit,
      ecid: ecid ?? visit.ecid,
      lastAt: Math.max(visit.lastAt, this.#event.happenedAt),
      pages: visit.pages + (is(this.#event, 'web.webpagedetails.pageViews') ? 1 : 0),
    };
  }

  /** What the shop's server asserts (level 3): address, attributes, time zone. null clears. */
  asserted(): void {
    const event = this.#event;
    const state = this.#state;
    if (event.level < 3) return;
    const email = event.identities.find(({ namespace }) => namespace === 'email')?.id;
    if (email && state.email?.toLowerCase() !== email) {
      state.email = typeof event.attributes?.['email'] === 'string' ? event.attributes['email'] : email;
      this.#fact('identified', { email: state.email });
    }
    if (!event.attributes) return;
    const attributes = { ...state.attributes };
    for (const [name, value] of Object.entries(event.attributes)) {
      if (name === 'email') continue;
      if (value === null) delete attributes[name];
      else attributes[name] = value;
    }
    state.attributes = attributes;
    if (event.attributes['timeZone'] !== undefined) state.timeZone = textOrNull(event.attributes['timeZone']);
    if (event.attributes['language'] !== undefined) state.language = textOrNull(event.attributes['language']);
    if (event.attributes['test'] !== undefined) state.test = event.attributes['test'] === true;
  }

  /**
   * Consent for mail is believed only from a proven mailbox or the shop's server (trust.md §3.5);
   * a device may speak for its own collecting and personalising.
   */
  consent(): void {
    const { consent, level, happenedAt, source } = this.#event;
    if (!consent) return;
    for (const [purpose, state] of Object.entries(consent) as [Purpose, 'in' | 'out'][]) {
      if (purpose === 'email-marketing' && level < 2) continue;
      const known = this.#state.consent[purpose];
      if (known && known.at > happenedAt) continue;
      this.#state.consent = { ...this.#state.consent, [purpose]: { state, at: happenedAt, source } };
      if (known?.state !== state && purpose !== 'personalize')
        this.#fact(state === 'out' ? 'consent.lost' : 'consent.given', { purpose, source });
    }
  }

  viewed(): void {
    const event = this.#event;
    if (!is(event, 'commerce.productViews')) return;
    for (const { id } of event.items ?? []) {
      if (id === '') continue;
      this.#state.viewed = [{ item: id, at: event.happenedAt }, ...this.#state.viewed.filter(({ item }) => item !== id)]
        .sort((a, b) => b.at - a.at)
        .slice(0, viewedLimit);
      const visit = this.#state.visit;
      if (visit)
        this.#state.visit = {
          ...visit,
          views: [id, ...visit.views.filter((item) => item !== id)].slice(0, viewedLimit),
        };
      this.#learn(id, 'view');
    }
  }

  cart(): void {
    const before = this.#state.cart;
    const event = this.#event;
    const after = cartAfter(this.#state, event, this.#hands.mintId);
    if (is(event, 'commerce.productListAdds'))
      for (const { id } of event.items ?? []) if (id !== '') this.#learn(id, 'cart');
    if (after === before) return;
    this.#state.cart = after;
    const bought = is(event, 'commerce.purchases') && event.level >= 3;
    if (bought) return; // the order itself is the fact
    if (before && after && before.id !== after.id) this.#fact('cart.replaced', { cartId: before.id, by: after.id });
    if (after)
      this.#fact('cart.changed', {
        cartId: after.id,
        lines: after.lines.map(({ item, quantity }) => ({ item, quantity })),
        ecid: this.#state.visit?.ecid ?? null,
      });
    else this.#fact('cart.emptied', { cartId: before?.id ?? null });
  }

  /** An order counts when the shop's server says so; a browser's claim only holds reminders back for a day. */
  purchase(): void {
    const event = this.#event;
    const state = this.#state;
    if (!is(event, 'commerce.purchases')) return;
    if (event.level < 3) {
      state.claimedPurchaseUntil = Math.max(state.claimedPurchaseUntil ?? 0, event.happenedAt + claimedPurchaseMs);
      return;
    }
    const { order } = event;
    if (!order || state.orders.some(({ id }) => id === order.id)) return;
    const items = (event.items ?? []).map(({ id, quantity }) => ({ id, quantity: quantity ?? 1 }));
    state.orders = [
      ...state.orders,
      { id: order.id, at: event.happenedAt, totalMinor: order.totalMinor, currency: order.currency, items },
    ]
      .sort((a, b) => a.at - b.at)
      .slice(-orderLimit);
    state.claimedPurchaseUntil = null;
    if (state.visit && state.visiting) state.visit = { ...state.visit, orders: state.visit.orders + 1 };
    // After the visit an order is an occasion of its own: two orders by telephone are not one.
    const occasion = state.visiting ? undefined : `order:${order.id}`;
    for (const { id } of items) this.#learn(id, 'purchase', occasion);
    this.#fact('ordered', {
      orderId: order.id,
      total: toMajor(order.totalMinor, order.currency),
      totalMinor: order.totalMinor,
      currency: order.currency,
      items,
    });
  }

  /** What we sent is remembered per journey, for those held out alike, so that both arms meet the same rules. */
  messages(): void {
    const { message, happenedAt } = this.#event;
    if (!message || !(is(this.#event, 'message.accepted') || is(this.#event, 'message.heldOut'))) return;
    this.#state.mailed = {
      ...this.#state.mailed,
      [message.journey]: Math.max(happenedAt, this.#state.mailed[message.journey] ?? 0),
    };
  }
}

function textOrNull(value: string | number | boolean | null): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
