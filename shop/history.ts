import type { ShopItem } from './catalogue.ts';
import { drawByShare, drawOne, inventVisitor, seededChance } from './people.ts';
import type { Chance, InventedVisitor } from './people.ts';

export type { Chance, InventedVisitor } from './people.ts';

/** What happened, in the form of Beckon's log: every one of these can be given to `event/receive`. Times are UTC ms. */
export interface HistoryEvent {
  id: string;
  source: 'demo';
  types: string[];
  happenedAt: number;
  receivedAt: number;
  level: 3;
  visitor: string;
  identities: { namespace: string; id: string }[];
  items?: { id: string; quantity: number; priceMinor: number; currency: string }[];
  order?: { id: string; totalMinor: number; currency: string };
  cartId?: string;
  page?: { url: string; name: string; section: string; referrer?: string };
  attributes?: Record<string, string>;
  consent?: Record<string, 'in' | 'out'>;
  timeZone: string;
}

export interface Invented {
  visitors: InventedVisitor[];
  /** In time order, all within `from` and `to`. */
  events: Iterable<HistoryEvent>;
}

export interface HistoryOptions {
  seed: number;
  /** UTC milliseconds; what is invented lies at or after `from` and before `to`. */
  from: number;
  to: number;
  visitors: number;
  /** The catalogue; addresses in the events are taken from the items'. */
  items: readonly ShopItem[];
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * Invents visitors and their visits: tastes that go together, carts left behind, orders, readers who look at no item.
 * Pure: the same options give the same history.
 */
export function history(options: HistoryOptions): Invented {
  const visitors: InventedVisitor[] = [];
  const events: HistoryEvent[] = [];
  for (let index = 0; index < options.visitors; index++) {
    const chance = seededChance(options.seed * 1_000_003 + index);
    const visitor = inventVisitor(index, chance);
    visitors.push(visitor);
    events.push(...new Life(visitor, { chance, items: options.items, name: `${options.seed}-${index}` }).live(options));
  }
  return { visitors, events: events.sort((a, b) => a.happenedAt - b.happenedAt) };
}

/** A mail as its reader has it. */
export interface MailSeen {
  /** The message's id; makes the ids of what follows unique. */
  id: string;
  /** The key of the journey that sent it. */
  journey: string;
  /** When it arrived. */
  at: number;
  /** Its links, with the item that each shows, if it shows one. */
  links: { index: number; item: string | null }[];
  /** What the mail says lies in the cart. */
  cart: { id: string; quantity: number }[];
}

export interface Reaction {
  /** Which link the reader follows, and when; null when none. */
  click: { link: number; at: number } | null;
  /** What the reader then does in the shop, in time order, all after the click. */
  events: HistoryEvent[];
}

/** How a journey's mail is answered: the factor on the reader's curiosity, and how many of those who click go on to buy. */
const answers: Record<string, { interest: number; buys: number }> = {
  'abandoned-cart': { interest: 1.5, buys: 0.35 },
  'viewed-not-bought': { interest: 1, buys: 0.2 },
  'only-wandered': { interest: 0.6, buys: 0.08 },
};

/**
 * What an invented person does on receiving a mail: perhaps follows a link some hours later, perhaps buys.
 * Somebody held out gets no mail and so does nothing of this, which is the difference that the reports must find.
 */
export function react(
  person: InventedVisitor,
  mail: MailSeen,
  { chance, items }: { chance: Chance; items: readonly ShopItem[] },
): Reaction {
  const { interest, buys } = answers[mail.journey] ?? { interest: 1, buys: 0.1 };
  if (mail.links.length === 0 || chance.next() > person.curiosity * interest) return { click: null, events: [] };
  const link = drawByShare(mail.links, ({ index }) => 1 / (index + 1), chance);
  const at = Math.round(mail.at + 10 * minute + 18 * hour * chance.next() ** 2.5);
  const life = new Life(person, { chance, items, name: `mail-${mail.id}`, at: at + 5000 });
  life.comeBack(link.item, { cart: mail.cart, buys: chance.next() < buys });
  return { click: { link: link.index, at }, events: life.events };
}

/** One visitor's days, told event by event. */
class Life {
  readonly events: HistoryEvent[] = [];
  readonly #visitor: InventedVisitor;
  readonly #chance: Chance;
  readonly #name: string;
  readonly #shopUrl: string;
  readonly #items: readonly ShopItem[];
  #at: number;
  #known = false;
  #carts = 0;
  #cart: { item: ShopItem; quantity: number }[] = [];

  constructor(
    visitor: InventedVisitor,
    life: { chance: Chance; items: readonly ShopItem[]; name: string; at?: number },
  ) {
    this.#visitor = visitor;
    this.#chance = life.chance;
    this.#name = life.name;
    this.#items = life.items;
    this.#shopUrl = (life.items[0]?.url ?? '').replace(/\/p\/[^/]*$/, '');
    this.#at = life.at ?? 0;
  }

  live({ from, to }: HistoryOptions): HistoryEvent[] {
    let start = this.#dayTime(from + this.#chance.next() * (to - from));
    for (let visit = 0; visit < 7 && start < to; visit++) {
      this.#at = start;
      if (start >= from) this.#visit();
      if (this.#chance.next() > 0.58) break;
      start = this.#dayTime(this.#at + day / 4 - 5 * day * Math.log(1 - this.#chance.next()));
    }
    return this.events.filter(({ happenedAt }) => happenedAt < to);
  }

  /** A visit that began with a link in a mail. */
  comeBack(item: string | null, { cart, buys }: { cart: MailSeen['cart']; buys: boolean }): void {
    this.#known = true;
    this.#cart = cart.flatMap(({ id, quantity }) => {
      const found = this.#find(id);
      return found ? [{ item: found, quantity }] : [];
    });
    const shown = item === null ? undefined : this.#find(item);
    if (shown) this.#look(shown);
    if (buys && this.#cart.length === 0 && shown && shown.stock > 0) this.#put(shown);
    if (this.#cart.length > 0) this.#page('cart', 'cart');
    if (buys && this.#cart.length > 0) this.#buy();
  }

  #visit(): void {
    const { taste } = this.#visitor;
    const turn = this.#chance.next();
    if (taste.name === 'wanderer') this.#read();
    else if (this.#cart.length > 0 && turn < 0.2) this.#buy();
    else if (this.#cart.length > 0 && turn < 0.26) this.#emptyCart();
    else if (turn < 0.12) this.#read();
    else this.#shop(turn);
  }

  /** Looks around, perhaps fills a cart, perhaps buys. */
  #shop(turn: number): void {
    if (this.#chance.next() < 0.6) this.#page('home', '');
    this.#perhapsSignUp();
    const likes = Object.entries(this.#visitor.taste.likes);
    const [category] = drawByShare(likes, ([, weight]) => weight, this.#chance);
    this.#page(category, `c/${category}`);
    const looks = 1 + Math.floor(this.#chance.next() ** 1.4 * 7);
    const seen = Array.from({ length: looks }, (_, at) => this.#choose(at < looks / 2 ? category : null));
    for (const item of seen) this.#look(item);
    if (turn < 0.58) return;
    for (const item of seen.filter(({ stock }) => stock > 0).slice(-1 - Math.floor(this.#chance.next() * 2.6)))
      this.#put(item);
    if (this.#chance.next() < 0.5) this.#open();
    if (turn > 0.91 && this.#cart.length > 0) this.#buy();
  }

  /** Reads the journal and passes by the categories. */
  #read(): void {
    if (this.#chance.next() < 0.5) this.#page('home', '');
    const posts = ['caring-for-wool', 'light-in-november', 'choosing-a-strap'];
    for (let post = 0; post <= this.#chance.next() * 2; post++)
      this.#page('blog', `blog/${drawOne(posts, this.#chance)}`);
    this.#perhapsSignUp();
    const slug = drawOne(this.#items, this.#chance).categories[0] ?? '';
    if (this.#chance.next() < 0.6) this.#page(slug, `c/${slug}`);
  }

  #choose(category: string | null): ShopItem {
    const { likes } = this.#visitor.taste;
    const weight = (item: ShopItem, place: number) => {
      const [slug = ''] = item.categories;
      const liked = category === null ? (likes[slug] ?? 0) : slug === category ? 1 : 0;
      const colour = this.#visitor.colours.includes(item.attributes.colour) ? 6 : 1;
      return (liked * colour) / (3 + ((place * 7) % 25));
    };
    const weights = this.#items.map(weight);
    const place = drawByShare([...weights.keys()], (at) => weights[at]!, this.#chance);
    return this.#items[place]!;
  }

  #look(item: ShopItem): void {
    this.#happen(['commerce.productViews', 'web.webpagedetails.pageViews'], {
      items: [lineOf(item, 1)],
      page: { url: item.url, name: `product: ${item.id}`, section: item.categories[0] ?? '' },
    });
  }

  #put(item: ShopItem): void {
    if (this.#cart.length === 0) this.#carts++;
    const quantity = this.#chance.next() < 0.14 ? 2 : 1;
    const line = this.#cart.find((line) => line.item.id === item.id);
    if (line) line.quantity += quantity;
    else this.#cart.push({ item, quantity });
    this.#happen(['commerce.productListAdds'], { items: [lineOf(item, quantity)], cartId: this.#cartId() });
  }

  #open(): void {
    this.#happen(['commerce.productListOpens'], { items: this.#lines(), cartId: this.#cartId() });
  }

  #emptyCart(): void {
    this.#open();
    for (const { item, quantity } of this.#cart)
      this.#happen(['commerce.productListRemovals'], { items: [lineOf(item, quantity)], cartId: this.#cartId() });
    this.#cart = [];
  }

  #buy(): void {
    this.#open();
    const [items, cartId] = [this.#lines(), this.#cartId()];
    this.#happen(['commerce.checkouts'], { items, cartId });
    const totalMinor = items.reduce((sum, { priceMinor, quantity }) => sum + priceMinor * quantity, 0);
    const order = { id: `LL-${this.#name}-${this.events.length}`, totalMinor, currency: 'EUR' };
    this.#happen(['commerce.purchases'], { items, cartId, order });
    this.#cart = [];
  }

  /** The quarter that has an address tells it on one of the first visits; a few take their consent back later. */
  #perhapsSignUp(): void {
    const { email, firstName, timeZone } = this.#visitor;
    if (email === null) return;
    if (this.#known) {
      if (this.#chance.next() < 0.02) this.#happen(['profile.consent'], { consent: { 'email-marketing': 'out' } });
    } else if (this.#chance.next() < 0.85) {
      this.#known = true;
      this.#happen(['profile.asserted', 'profile.consent'], {
        attributes: { firstName: firstName ?? '', timeZone },
        consent: { 'email-marketing': 'in' },
      });
    }
  }

  #page(section: string, path: string): void {
    const name = path === '' ? 'home' : path.replace(/^c\//, 'category: ').replace('/', ': ');
    const url = path === '' ? this.#shopUrl : `${this.#shopUrl}/${path}`;
    this.#happen(['web.webpagedetails.pageViews'], { page: { url, name, section } });
  }

  #happen(types: string[], what: Partial<HistoryEvent>): void {
    const { ecid, email, timeZone } = this.#visitor;
    const identities = [{ namespace: 'ecid', id: ecid }];
    // The shop's server names the person where it knows: at sign-up and in an order. The device is linked from then on.
    const named = types[0]!.startsWith('profile.') || what.order !== undefined;
    if (named && this.#known && email !== null) identities.push({ namespace: 'email', id: email });
    this.events.push({
      id: `${this.#name}-${this.events.length}`,
      source: 'demo',
      types,
      happenedAt: this.#at,
      receivedAt: this.#at,
      level: 3,
      visitor: `ecid:${ecid}`,
      identities,
      timeZone,
      ...what,
    });
    this.#at += Math.round(6000 + this.#chance.next() ** 2 * 110_000);
  }

  #lines() {
    return this.#cart.map(({ item, quantity }) => lineOf(item, quantity));
  }

  #cartId(): string {
    return `${this.#name}-cart-${this.#carts}`;
  }

  #find(id: string): ShopItem | undefined {
    return this.#items.find((item) => item.id === id);
  }

  /** The same day, at an hour when people of that zone are up; evenings are busiest. Never earlier than 4.8 h before `at`. */
  #dayTime(at: number): number {
    const midnight = Math.floor((at + this.#visitor.zoneOffset) / day) * day - this.#visitor.zoneOffset;
    const late = this.#chance.next() < 0.55;
    const local = late ? 17 + 5.5 * this.#chance.next() : 7.5 + 9.5 * this.#chance.next();
    return Math.max(Math.round(midnight + local * hour), Math.round(at - day / 5));
  }
}

function lineOf(item: ShopItem, quantity: number) {
  return { id: item.id, quantity, priceMinor: Math.round(item.price * 100), currency: item.currency };
}
