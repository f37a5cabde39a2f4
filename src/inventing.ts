import {
  drawByShare,
  drawOne,
  inventVisitor,
  seededChance,
  type Chance,
  type InventedVisitor,
} from '../shop/people.ts';
import type { ShopEvent } from './event/index.ts';

/** What is sold, as far as inventing people needs to know. */
export interface SoldItem {
  id: string;
  categories: readonly string[];
  priceMinor: number;
  currency: string;
  url: string;
}

export interface InventOptions {
  seed: number;
  people: number;
  /** UTC ms; what is invented lies at or after `from` and before `to`. */
  from: number;
  to: number;
  items: readonly SoldItem[];
}

/** A mail as its reader has it. */
export interface MailInHand {
  /** How many this person has read before; makes what follows repeatable. */
  no: number;
  at: number;
  /** Its links, with the item that each shows, if it shows one. */
  links: { item?: string }[];
}

/** What a reader does about a mail: the link that is followed, when, and what comes after. */
export interface Reaction {
  link: number;
  at: number;
  after: ShopEvent[];
}

const minute = 60_000;
const day = 86_400_000;

/** People differ in how often they come: visits a day, drawn between these, most of them rare. */
const rates = { least: 0.02, most: 0.3 };
/** Most that a category is looked at by one sort of person. */
const likedCategories = 3;

/**
 * Invents people and what they do in a shop: visits in the evening, looks within what they like, carts left behind, orders,
 * sign-ups with consent, and now and then its withdrawal. Pure: the same options give the same people and events.
 */
export class Invention {
  readonly people: InventedVisitor[] = [];
  /** In time order. */
  readonly events: ShopEvent[] = [];
  readonly #shelf: Shelf;
  readonly #options: InventOptions;

  constructor(options: InventOptions) {
    this.#options = options;
    this.#shelf = new Shelf(options.items);
    for (let index = 0; index < options.people; index++) {
      const chance = seededChance(options.seed * 1_000_003 + index);
      const visitor = inventVisitor(index, chance);
      this.people.push(visitor);
      this.events.push(...new Life(visitor, chance, this.#shelf).live(options));
    }
    this.events.sort((a, b) => a.receivedAt - b.receivedAt);
  }

  /** Null when the mail is left alone. */
  react(person: InventedVisitor, { no, at, links }: MailInHand): Reaction | null {
    const chance = seededChance(this.#options.seed * 7_919 + person.index * 1_009 + no);
    const shown = links.flatMap(({ item }, link) => (item === undefined ? [] : [{ item, link }]));
    if (shown.length === 0 || chance.next() > person.curiosity) return null;
    const { item, link } = drawOne(shown, chance);
    const clickedAt = at + Math.round((5 + chance.next() ** 3 * 1400) * minute);
    if (clickedAt >= this.#options.to) return null;
    const life = new Life(person, chance, this.#shelf, `mail-${no}`);
    return { link, at: clickedAt, after: life.comeBack(item, clickedAt + 2000) };
  }
}

/** The catalogue by category, where what is popular is drawn more often. */
class Shelf {
  readonly categories: string[];
  readonly #items = new Map<string, SoldItem[]>();
  readonly #byId: Map<string, SoldItem>;

  constructor(items: readonly SoldItem[]) {
    this.#byId = new Map(items.map((item) => [item.id, item]));
    for (const item of items) {
      const category = item.categories[0] ?? '';
      this.#items.set(category, [...(this.#items.get(category) ?? []), item]);
    }
    this.categories = [...this.#items.keys()].sort();
  }

  get(id: string): SoldItem | undefined {
    return this.#byId.get(id);
  }

  /** The first few of a category are taken far more often than the rest. */
  draw(category: string, chance: Chance): SoldItem | undefined {
    const items = this.#items.get(category) ?? [];
    return items[Math.floor(chance.next() ** 2 * items.length)];
  }
}

/** What one person does, from their first visit on. */
class Life {
  readonly #who: InventedVisitor;
  readonly #chance: Chance;
  readonly #shelf: Shelf;
  readonly #name: string;
  readonly #likes: (readonly [string, number])[];
  readonly events: ShopEvent[] = [];
  #cart: SoldItem[] = [];
  #carts = 0;
  #known = false;
  #at = 0;

  constructor(who: InventedVisitor, chance: Chance, shelf: Shelf, name = 'life') {
    this.#who = who;
    this.#chance = chance;
    this.#shelf = shelf;
    this.#name = `${who.index}-${name}`;
    this.#likes = Array.from({ length: likedCategories }, (_, place) => [drawOne(shelf.categories, chance), 3 - place]);
  }

  live({ from, to }: InventOptions): ShopEvent[] {
    if (this.#shelf.categories.length === 0) return [];
    const rate = rates.least + (rates.most - rates.least) * this.#chance.next() ** 3;
    for (let next = from; ;) {
      next += (-Math.log(1 - this.#chance.next()) / rate) * day;
      if (next >= to) break;
      this.#at = Math.max(from, this.#at + 40 * minute, this.#evening(next));
      this.#visit();
    }
    return this.events.filter(({ receivedAt }) => receivedAt < to);
  }

  /** Comes back by a mail, to an item of it. */
  comeBack(item: string, at: number): ShopEvent[] {
    this.#at = at;
    this.#known = true;
    const shown = this.#shelf.get(item);
    this.#page('from a mail', shown?.url ?? '');
    if (!shown) return this.events;
    this.#look(shown);
    if (this.#chance.next() < 0.12) {
      this.#put(shown);
      this.#buy();
    }
    return this.events;
  }

  #visit(): void {
    const turn = this.#chance.next();
    if (this.#who.taste.name === 'wanderer' || turn < 0.1) return this.#wander();
    if (this.#cart.length > 0 && turn < 0.3) return this.#buy();
    if (this.#cart.length > 0 && turn < 0.35) return this.#emptyCart();
    this.#page('home', '');
    this.#perhapsSignUp();
    const category = drawByShare(this.#likes, ([, weight]) => weight, this.#chance)[0];
    this.#page(category, category);
    const looks = 1 + Math.floor(this.#chance.next() ** 1.5 * 6);
    const seen = Array.from({ length: looks }, () => this.#shelf.draw(category, this.#chance));
    for (const item of seen) if (item) this.#look(item);
    const last = seen.at(-1);
    if (turn < 0.62 || !last) return;
    this.#put(last);
    if (turn > 0.92) this.#buy();
  }

  #wander(): void {
    this.#page('home', '');
    this.#perhapsSignUp();
    this.#page('blog', 'blog');
    if (this.#chance.next() < 0.5) this.#page(drawOne(this.#shelf.categories, this.#chance), 'category');
  }

  #look(item: SoldItem): void {
    this.#happen(['commerce.productViews'], {
      items: [lineOf(item)],
      page: { url: item.url, section: item.categories[0] ?? '' },
    });
  }

  #put(item: SoldItem): void {
    if (this.#cart.length === 0) this.#carts++;
    this.#cart.push(item);
    this.#happen(['commerce.productListAdds'], { items: [lineOf(item)], cartId: this.#cartId() });
  }

  #emptyCart(): void {
    const items = this.#cart.map(lineOf);
    this.#cart = [];
    this.#happen(['commerce.productListRemovals'], { items, cartId: this.#cartId() });
  }

  /** An order, which the shop's server tells. */
  #buy(): void {
    const items = this.#cart.map(lineOf);
    const totalMinor = items.reduce((sum, { priceMinor }) => sum + priceMinor, 0);
    const order = { id: `${this.#name}-order-${this.events.length}`, totalMinor, currency: items[0]!.currency };
    this.#cart = [];
    this.#happen(['commerce.purchases'], { items, order, cartId: this.#cartId() }, true);
  }

  /** The quarter that has an address tells it on one of the first visits; a few take their consent back later. */
  #perhapsSignUp(): void {
    const { email, firstName, timeZone } = this.#who;
    if (email === null) return;
    if (this.#known) {
      if (this.#chance.next() < 0.02)
        this.#happen(['profile.consent'], { consent: { 'email-marketing': 'out' } }, true);
    } else if (this.#chance.next() < 0.85) {
      this.#known = true;
      const attributes = { firstName: firstName ?? '', timeZone };
      this.#happen(['profile.asserted', 'profile.consent'], { attributes, consent: { 'email-marketing': 'in' } }, true);
    }
  }

  #page(section: string, url: string): void {
    this.#happen(['web.webpagedetails.pageViews'], { page: { url, name: section, section } });
  }

  /** By the browser, or by the shop's server, which knows who it is. */
  #happen(types: string[], what: Partial<ShopEvent>, byServer = false): void {
    const { ecid, email, timeZone } = this.#who;
    const known = byServer && this.#known && email !== null ? [{ namespace: 'email', id: email }] : [];
    this.events.push({
      id: `${this.#name}-${this.events.length}`,
      source: byServer ? 'server' : 'edge:simulation',
      types,
      happenedAt: this.#at,
      receivedAt: this.#at,
      level: byServer ? 3 : 0,
      visitor: `ecid:${ecid}`,
      identities: [...known, { namespace: 'ecid', id: ecid }],
      timeZone,
      ...what,
    });
    this.#at += Math.round(6000 + this.#chance.next() ** 2 * 110_000);
  }

  #cartId(): string {
    return `${this.#name}-cart-${this.#carts}`;
  }

  /** The same day, at an hour when people of that zone are up; evenings are busiest. */
  #evening(at: number): number {
    const midnight = Math.floor((at + this.#who.zoneOffset) / day) * day - this.#who.zoneOffset;
    const hour = this.#chance.next() < 0.55 ? 17 + 5.5 * this.#chance.next() : 7.5 + 9.5 * this.#chance.next();
    return Math.round(midnight + hour * 60 * minute);
  }
}

function lineOf({ id, priceMinor, currency }: SoldItem) {
  return { id, quantity: 1, priceMinor, currency };
}
