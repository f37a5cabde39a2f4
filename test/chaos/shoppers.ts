import type { Random } from '../../src/base/index.ts';
import type { Member } from './fleet.ts';
import { planted } from './planted.ts';

/** What is sent for somebody, and whether it was ever answered with success. */
export interface Sent {
  kind: 'profile' | 'cart' | 'order' | 'receipt';
  no: number;
  acknowledged: boolean;
  tries: number;
}

export const ecidOf = (no: number) => `5${String(no).padStart(37, '0')}`;
export const emailOf = (no: number) => `p${no}@${planted.domain}`;
export const lines = [
  { SKU: 'coat', quantity: 2 },
  { SKU: 'scarf', quantity: 1 },
];

/** Who takes what: events, questions for lists, and the rest. */
export interface Doors {
  events: readonly Member[];
  lists: readonly Member[];
  rest: readonly Member[];
}

interface Letter {
  path: string;
  body: unknown;
}

/**
 * People who come to the shop: each is made known by the shop's server, puts two things into a cart in a browser, and
 * some order and get a receipt. Whoever gets no answer asks again, of any process, with the same ids, as the Web SDK and
 * the shop's server would.
 */
export class Shoppers {
  readonly sent: Sent[] = [];
  /** How often a list was asked for, and how often one came. */
  readonly lists = { asked: 0, answered: 0 };
  readonly #doors: Doors;
  readonly #chance: Random;
  readonly #key: string;
  #running = true;
  #no = 0;
  readonly #walks = new Set<Promise<void>>();

  constructor(doors: Doors, chance: Random, key: string) {
    this.#doors = doors;
    this.#chance = chance;
    this.#key = key;
  }

  get people(): number {
    return this.#no;
  }

  /** So many come a second until `stop`; no more than `most` are under way. */
  async come(perSecond: number, most: number): Promise<void> {
    while (this.#running) {
      if (this.#walks.size < most) {
        const walk: Promise<void> = this.#walk(++this.#no).finally(() => this.#walks.delete(walk));
        this.#walks.add(walk);
      }
      await pause((1000 / perSecond) * (0.5 + this.#chance.next()));
    }
  }

  /** Nobody else comes; those who are under way go on until each was answered, or `ms` have passed. */
  async stop(ms: number): Promise<void> {
    this.#running = false;
    await Promise.race([Promise.all(this.#walks), pause(ms)]);
  }

  async #walk(no: number): Promise<void> {
    const orders = this.#chance.next() < 0.4;
    await this.#tell('profile', no);
    await this.#tell('cart', no);
    await this.#look();
    if (!orders) return;
    await this.#tell('order', no);
    await this.#tell('receipt', no);
  }

  /** A list that does not come is done without, as a page would. */
  async #look(): Promise<void> {
    this.lists.asked++;
    const body = { criterion: 'popular', limit: 3 };
    const status = await this.#post(this.#one(this.#doors.lists), { path: '/v1/recommendations', body });
    if (status === 200) this.lists.answered++;
    else if (status >= 400 && status < 500) throw new Error(`A list was refused with ${status}`);
  }

  #one(doors: readonly Member[]): string {
    return doors[Math.floor(this.#chance.next() * doors.length)]!.url;
  }

  async #tell(kind: Sent['kind'], no: number): Promise<void> {
    const sent: Sent = { kind, no, acknowledged: false, tries: 0 };
    this.sent.push(sent);
    const letter = letterOf(kind, no);
    while (!sent.acknowledged && sent.tries < 200) {
      sent.tries++;
      const door = this.#one(kind === 'receipt' ? this.#doors.rest : this.#doors.events);
      const status = await this.#post(door, letter);
      if (status >= 200 && status < 300) sent.acknowledged = true;
      else if (status >= 400 && status < 500 && status !== 429)
        throw new Error(`${letter.path} was refused with ${status}`);
      else await pause(200 + this.#chance.next() * 800);
    }
  }

  /** @returns the status, 0 when no answer came */
  async #post(url: string, { path, body }: Letter): Promise<number> {
    try {
      const answer = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#key}` },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(8000),
      });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return 0;
    }
  }
}

/** What one of them says; said again, it is the same to the letter. */
function letterOf(kind: Sent['kind'], no: number): Letter {
  const identities = { email: emailOf(no), ecid: ecidOf(no) };
  if (kind === 'profile') {
    const consent = { 'email-marketing': 'in' };
    const { firstName, lastName, phone, street } = planted;
    const attributes = { firstName, lastName, phone, street };
    return {
      path: '/v1/profiles',
      body: { id: `profile-${no}`, identities, consent, attributes },
    };
  }
  if (kind === 'cart') {
    const events = lines.map((line) => ({
      xdm: {
        eventType: 'commerce.productListAdds',
        identityMap: { ECID: [{ id: ecidOf(no) }] },
        productListItems: [line],
      },
    }));
    const state = { domain: 'shop.example', cookiesEnabled: true, entries: [] };
    return { path: `/ee/v1/interact?configId=default&requestId=cart-${no}`, body: { events, meta: { state } } };
  }
  if (kind === 'order') {
    const order = { id: `order-${no}`, total: 120, currency: 'EUR' };
    const body = { id: order.id, type: 'commerce.purchases', identities, order, items: [{ id: 'coat', quantity: 2 }] };
    return { path: '/v1/events', body };
  }
  const words = { subject: `Your order ${no}`, paragraphs: ['Thank you for your order.'] };
  return { path: '/v1/messages', body: { key: `receipt-${no}`, to: emailOf(no), ...words } };
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
