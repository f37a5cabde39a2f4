import { deviceNamespaces, is, type ConsentWord, type ShopEvent } from '../event/index.ts';
import { categoriesHalved, categoryLiked, itemsHalved, itemViewed } from './affinity.ts';
import { cartsAfter } from './cart.ts';
import { assertion, withOrigin } from './assertion.ts';
import { isToldAgain, ordersAfter } from './order.ts';
import { traitsAfter, type Trait } from './trait.ts';
import { typeFacts } from './type-fact.ts';
import {
  visitSilenceMs,
  type Fact,
  type Lesson,
  type ProfileOrder,
  type ProfileState,
  type Purpose,
  type Visit,
} from './profile.ts';
import { occasionOf } from './occasion.ts';
import { taughtOf, type Taught } from './taught.ts';
import { inFront, viewedAfter } from './viewed.ts';

/** What one event did to a profile. */
export interface Folded {
  state: ProfileState;
  facts: Fact[];
  lessons: Lesson[];
}

/** Values from outside that a fold needs: whose profile, and new ids. */
export interface FoldHands extends Taught {
  profileId: string;
  mintId: () => string;
  /** Computed traits as defined now. */
  traits?: readonly Trait[];
  /** Does anybody listen to events of this type? */
  listens?: (type: string) => boolean;
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

/** An event of a device that a signed token lets speak for its person counts as the shop's own word (design §7). */
export function believed(state: ProfileState, event: ShopEvent): ShopEvent {
  if (event.level >= 3 || !state.trusted) return event;
  const device = event.identities.find(({ namespace }) => namespace === 'ecid')?.id;
  const until = device === undefined || !Object.hasOwn(state.trusted, device) ? 0 : state.trusted[device]!;
  return event.receivedAt < until ? { ...event, level: 3 } : event;
}

/** How long a purchase that only a browser claims holds reminders back (trust.md §3.5), milliseconds. */
const claimedPurchaseMs = 24 * 60 * 60 * 1000;

/**
 * Folds one event into a profile's state. Pure: the given state is not changed.
 *
 * Bears events that come late or swapped, because browsers produce them: times only move forward, an order known by
 * its id is not taken again, an add older than its order is ignored.
 */
export function fold(before: ProfileState, given: ShopEvent, hands: FoldHands): Folded {
  const event = believed(before, given);
  if (before.consent.collect?.state === 'out' && event.level < 2 && !event.consent)
    return { state: before, facts: [], lessons: [] };
  const folded: Folded = { state: { ...before }, facts: [], lessons: [] };
  const made = new Fold(folded, event, hands);
  made.seen();
  made.asserted();
  made.consent();
  made.viewed();
  made.liked();
  made.cart();
  made.traits();
  made.orders();
  made.messages();
  made.told();
  made.types();
  return folded;
}

/** The running visit ends when `now` is half an hour after its last sign; null when it has not ended. Pure. */
export function endVisit(before: ProfileState, now: number, profileId: string): Folded | null {
  const { visit } = before;
  if (!before.visiting || !visit || visit.lastAt + visitSilenceMs > now) return null;
  const state = scored({ ...before, visiting: false });
  delete state.moves;
  return { state, facts: [visitEnded(before, visit, profileId)], lessons: [] };
}

/** The end of a visit halves the scores, once. */
function scored(state: ProfileState): ProfileState {
  const { visit, itemScores, categoryScores } = state;
  if (!visit || visit.scored) return state;
  return {
    ...state,
    visit: { ...visit, scored: true },
    ...(itemScores ? { itemScores: itemsHalved(itemScores) } : {}),
    ...(categoryScores ? { categoryScores: categoriesHalved(categoryScores) } : {}),
  };
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

/** Money that goes back and orders that are worked on are the shop's doing, whichever device they are told under. */
const shopsDoing = /^commerce\.(?:refunds|order(?:Updates|Cancellations)|backoffice)/;

function isSignOfVisit(type: string): boolean {
  return type.startsWith('web.') || (type.startsWith('commerce.') && !shopsDoing.test(type));
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

  /** @param more `occasion`: what counts as one occasion; that of the moment, when it is left out. `event`: the type of one */
  #learn(
    item: string,
    kind: Lesson['k'],
    { occasion, event }: { occasion?: string | undefined; event?: string } = {},
  ): void {
    if (this.#event.bot || this.#state.consent.personalize?.state === 'out') return;
    const lesson: Lesson = {
      p: this.#hands.profileId,
      s: occasion ?? occasionOf(this.#state, this.#event),
      i: item,
      k: kind,
      t: this.#event.happenedAt,
    };
    if (event !== undefined) lesson.e = event;
    const about = taughtOf(this.#state, this.#hands.taught ?? []);
    this.#made.lessons.push(about === null ? lesson : { ...lesson, a: about });
  }

  /** Only what a person does on the site is a sign of a visit; what we or the shop's server say is not. */
  seen(): void {
    const event = this.#event;
    const state = this.#state;
    if (!event.types.some(isSignOfVisit)) return;
    if (event.source === 'server' || !deviceNamespaces.has(event.visitor.split(':', 1)[0]!)) return;
    state.lastSeenAt = Math.max(state.lastSeenAt, event.happenedAt);
    state.firstSeenAt = Math.min(state.firstSeenAt, event.happenedAt);
    this.#claimed('timeZone', event.timeZone);
    this.#claimed('language', event.language);
    const running = state.visit;
    if (running && event.happenedAt <= running.lastAt + visitSilenceMs) {
      if (event.happenedAt < running.startedAt - visitSilenceMs) return; // late, of a visit that is over
      const resumed = state.visiting || event.happenedAt > running.lastAt;
      state.visit = this.#touched(running);
      state.visiting = resumed;
      return;
    }
    if (running && state.visiting) this.#made.facts.push(visitEnded(state, running, this.#hands.profileId));
    Object.assign(state, scored(state));
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
      ...(this.#event.device === undefined ? {} : { device: this.#event.device }),
      lastAt: Math.max(visit.lastAt, this.#event.happenedAt),
      pages: visit.pages + (is(this.#event, 'web.webpagedetails.pageViews') ? 1 : 0),
    };
  }

  /** The browser's word on zone and language holds until the shop's server says otherwise (level ≤ 1, overridden by 3). */
  #claimed(name: 'timeZone' | 'language', value: string | undefined): void {
    const state = this.#state;
    const { happenedAt, source, level } = this.#event;
    if (value === undefined || value === '') return;
    const known = state.origins?.[name];
    if (known ? known[2] >= 3 || known[1] > happenedAt : state.attributes[name] !== undefined) return;
    if (state[name] === value && known) return;
    state[name] = value;
    state.origins = withOrigin(state.origins, name, [source, happenedAt, Math.min(level, 1)]);
  }

  /** What the shop's server asserts (level 3): address, attributes, time zone; and the trust a signed token gives. */
  asserted(): void {
    const event = this.#event;
    const state = this.#state;
    if (is(event, 'message.clicked') && event.level >= 2 && !event.bot)
      state.mailboxProvenAt = Math.max(state.mailboxProvenAt ?? 0, event.happenedAt);
    // A mailbox that has proven itself may say what it said when it signed up, and nobody else's device comes with it.
    if (event.level < 3 && !(event.level === 2 && is(event, 'profile.asserted'))) return;
    if (event.level === 2) state.mailboxProvenAt = Math.max(state.mailboxProvenAt ?? 0, event.happenedAt);
    const device = event.identities.find(({ namespace }) => namespace === 'ecid')?.id;
    if (event.linkedUntil !== undefined && device !== undefined)
      state.trusted = { ...state.trusted, [device]: event.linkedUntil };
    const { identified, ...changed } = assertion(state, event);
    Object.assign(state, changed);
    if (identified) this.#fact('identified', { email: state.email });
  }

  /**
   * Consent for mail is believed only from a proven mailbox or the shop's server (trust.md §3.5);
   * a device may speak for its own collecting and personalising.
   */
  consent(): void {
    const { consent, level, happenedAt, source } = this.#event;
    if (!consent) return;
    for (const [purpose, state] of Object.entries(consent) as [Purpose, ConsentWord][]) {
      if (purpose === 'email-marketing' ? level < 2 : state === 'pending') continue;
      const known = this.#state.consent[purpose];
      if (known && known.at > happenedAt) continue;
      if (known?.state === 'in' && state === 'pending') continue; // asked again, what was confirmed stays in force
      this.#state.consent = { ...this.#state.consent, [purpose]: { state, at: happenedAt, source } };
      if (known?.state !== state && purpose !== 'personalize') this.#fact(consentFacts[state], { purpose, source });
    }
  }

  viewed(): void {
    const event = this.#event;
    if (!is(event, 'commerce.productViews')) return;
    for (const { id } of event.items ?? []) {
      if (id === '') continue;
      this.#state.viewed = viewedAfter(this.#state.viewed, id, event.happenedAt);
      const visit = this.#state.visit;
      if (!event.bot)
        this.#state.itemScores = itemViewed(this.#state.itemScores ?? [], id, !visit || visit.views.length === 0);
      if (visit)
        this.#state.visit = {
          ...visit,
          views: inFront(visit.views, id),
        };
      this.#learn(id, 'view');
    }
  }

  /** Interest in categories, as the shop's pages tell it (BEH-6). */
  liked(): void {
    if (this.#event.bot) return;
    for (const category of this.#event.categories ?? [])
      this.#state.categoryScores = categoryLiked(this.#state.categoryScores ?? [], category);
  }

  /** Before the order is known, so that an order told again is no second sample. */
  traits(): void {
    const { traits = [] } = this.#hands;
    if (traits.length === 0) return;
    const after = traitsAfter(this.#state.traits, this.#event, {
      traits,
      counted: !isToldAgain(this.#state, this.#event),
    });
    if (after) this.#state.traits = after;
  }

  cart(): void {
    const before = this.#state.cart;
    const event = this.#event;
    const { cart: after, parked, moves, opened } = cartsAfter(this.#state, event, this.#hands.mintId);
    if (parked.length > 0 || this.#state.parked) this.#state.parked = parked;
    if (moves.length > 0 || this.#state.moves) this.#state.moves = moves;
    if (opened === undefined) delete this.#state.openedCart;
    else this.#state.openedCart = opened;
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
  orders(): void {
    const event = this.#event;
    const state = this.#state;
    if (is(event, 'commerce.purchases') && event.level < 3) {
      state.claimedPurchaseUntil = Math.max(state.claimedPurchaseUntil ?? 0, event.happenedAt + claimedPurchaseMs);
      return;
    }
    const { facts, bought, ...changed } = ordersAfter(state, event);
    Object.assign(state, changed);
    if (bought) this.#bought(bought);
    for (const { name, data } of facts) this.#fact(name, data);
  }

  #bought(order: ProfileOrder): void {
    const state = this.#state;
    state.claimedPurchaseUntil = null;
    if (state.visit && state.visiting) state.visit = { ...state.visit, orders: state.visit.orders + 1 };
    // After the visit an order is an occasion of its own: two orders by telephone are not one.
    const occasion = state.visiting ? undefined : `order:${order.id}`;
    for (const { id } of order.items) this.#learn(id, 'purchase', { occasion });
  }

  /** An event of a type that lists ask for teaches which items it was about, each once. */
  told(): void {
    const { taughtEvents } = this.#hands;
    if (taughtEvents === undefined || taughtEvents.size === 0) return;
    const { types, items = [] } = this.#event;
    for (const event of new Set(types)) {
      if (!taughtEvents.has(event)) continue;
      for (const id of new Set(items.map((item) => item.id))) if (id !== '') this.#learn(id, 'event', { event });
    }
  }

  /** An event is a fact by each of its types that somebody listens to. */
  types(): void {
    const { listens } = this.#hands;
    if (listens) for (const { name, data } of typeFacts(this.#event, listens)) this.#fact(name, data);
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

const consentFacts: Record<ConsentWord, Fact['name']> = {
  in: 'consent.given',
  out: 'consent.lost',
  pending: 'consent.pending',
};
