import { joinRooms, migrations, type Rooms } from '../../src/app.ts';
import { quietLog, SeededRandom, UuidIds, VirtualClock } from '../../src/base/index.ts';
import { openDoors, type Doors } from '../../src/doors.ts';
import type { ShopEvent } from '../../src/event/index.ts';
import type { JourneyDefinition } from '../../src/journey/index.ts';
import { readSettings } from '../../src/settings.ts';
import type { Store } from '../../src/store/index.ts';
import { freshStore } from './database.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Monday, 10:00 in Berlin. */
const monday = Date.UTC(2026, 10, 23, 9);
/** People taken in at once. */
const block = 2000;

/** What a person is like, drawn before anybody knows who gets a mail; each in 0–1, and an order in minor units. */
export interface Nature {
  email: string;
  ecid: string;
  whim: number;
  curiosity: number;
  spends: number;
}

/** How the people of a campaign behave: who buys, and who clicks a mail they got. */
export interface Manners {
  buys(nature: Nature, mailed: boolean): boolean;
  clicks(nature: Nature, buys: boolean): boolean;
}

/** What somebody's campaign comes to, counted outside the system. */
export interface Truth {
  mailed: number;
  clicked: number;
  buyers: { mailed: number; others: number };
  spent: number;
}

/**
 * The whole of Beckon, in one process on a database of its own, with a transport that catches the mails: people come in
 * through the log, leave a cart, get a mail or are held out, click its link, land on the shop, and order. How they do that is said by
 * whoever tests, so that the truth about the mail's effect is known.
 */
export class Campaign {
  readonly rooms: Rooms;
  readonly doors: Doors;
  readonly #clock: VirtualClock;
  readonly #seed: number;
  readonly #links = new Map<string, string[]>();
  #made = 0;
  #people = 0;

  private constructor(parts: { rooms: Rooms; doors: Doors; clock: VirtualClock; seed: number }) {
    this.rooms = parts.rooms;
    this.doors = parts.doors;
    this.#clock = parts.clock;
    this.#seed = parts.seed;
  }

  static async open(seed: number, { globalHoldout = 0 } = {}): Promise<Campaign> {
    const store = await freshStore(migrations);
    await unhurried(store);
    const clock = new VirtualClock();
    clock.freeze(monday);
    const random = new SeededRandom(seed);
    const ids = new UuidIds({ now: () => clock.now(), real: () => clock.now() }, random);
    const settings = {
      ...readSettings([], {}),
      secret: 's'.repeat(40),
      demo: false,
      globalHoldout,
      databaseUrl: store.url,
    };
    const rooms = await joinRooms(settings, { store, log: quietLog, clock, random, ids });
    const doors = await openDoors(rooms);
    rooms.slots.callOwn = doors.callAsJourney;
    const made = new Campaign({ rooms, doors, clock, seed });
    rooms.transport.catchAll(async (_raw, to, mail) => {
      made.#links.set(
        to,
        [...mail.says!.html.matchAll(/\/c\/(v1\.[\w.-]+)/g)].map(([, token]) => token!),
      );
    });
    await made.#template();
    return made;
  }

  async close(): Promise<void> {
    await this.doors.close();
    await this.rooms.transport.close();
  }

  /** Asks one of our own doors. */
  async ask<T>(url: string, method: 'GET' | 'PUT' | 'POST' = 'GET', body?: unknown): Promise<T> {
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const text = body === undefined ? null : JSON.stringify(body);
    const answer = await this.doors.callOwn({ method, url, headers, body: text, timeoutMs: 60_000 });
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${answer.text}`);
    return (url.includes('format=') ? answer.text : JSON.parse(answer.text)) as T;
  }

  /** Somebody new, with an address and a device. */
  person(name: string): Nature {
    return natureOf(name, ++this.#people, new SeededRandom(this.#seed));
  }

  /** Moves business time, and does what falls due on the way. */
  async advance(ms: number): Promise<void> {
    await this.rooms.pulse.advance(this.#clock, ms);
  }

  /** A link in the last mail to an address, from the first on. */
  linkTo(email: string, no = 0): string | undefined {
    return this.#links.get(email)?.[no];
  }

  /** A journey of one mail, as it is published; `more` changes it. */
  async publish(key: string, more: Partial<JourneyDefinition> = {}): Promise<void> {
    const journey = {
      key,
      name: key,
      entry: { kind: 'event', event: `left.${key}` },
      start: 'mail',
      activities: {
        mail: { kind: 'message', message: 'reminder', next: 'done' },
        done: { kind: 'end', label: 'Done' },
      },
      ...more,
    };
    await this.ask(`/v1/journeys/${key}`, 'PUT', journey);
    await this.ask(`/v1/journeys/${key}/publish`, 'POST');
  }

  /** Lets so many people leave a cart, click and buy as their manners are, and a fortnight pass. */
  async run(key: string, people: number, manners: Manners): Promise<Truth> {
    const { rooms } = this;
    const chance = new SeededRandom(this.#seed * 7919 + key.length);
    const truth: Truth = { mailed: 0, clicked: 0, buyers: { mailed: 0, others: 0 }, spent: 0 };
    for (let from = 0; from < people; from += block) {
      const natures = Array.from({ length: Math.min(block, people - from) }, (_, i) =>
        natureOf(`${key}-${from + i}`, ++this.#people, chance),
      );
      this.#links.clear();
      await this.happen(natures.map((one) => this.introduced(one)));
      await this.happen(natures.map((one) => this.event(one, { types: [`left.${key}`], items: [{ id: 'coat' }] })));
      this.#clock.freeze(this.#clock.now() + hour);
      await this.happen(await this.#clicksOf(natures, manners, truth));
      this.#clock.freeze(this.#clock.now() + hour);
      await this.happen(this.#ordersOf(natures, manners, truth));
      this.#clock.freeze(this.#clock.now() + minute);
      if (Math.log2(1 + from / block) % 1 === 0) await rooms.store.run({ text: 'analyze' });
      // The hours of the night would hold the mails of the next block.
      const inDay = (this.#clock.now() - monday) % day;
      if (inDay > 8 * hour) this.#clock.freeze(this.#clock.now() - inDay + day);
    }
    this.#clock.freeze(this.#clock.now() + 8 * day);
    await rooms.pulse.settle();
    return truth;
  }

  /** These come in and take effect, with what they let begin at once. */
  async happen(events: readonly ShopEvent[]): Promise<void> {
    const { rooms } = this;
    if (events.length > 0) await rooms.events.receive(events);
    await rooms.folder.drain();
    for (const name of ['waking runs', 'sending mail']) {
      const duty = rooms.duties.find((one) => one.name === name)!;
      while ((await duty.work()) > 0);
    }
    await rooms.folder.drain();
  }

  async #clicksOf(natures: readonly Nature[], manners: Manners, truth: Truth): Promise<ShopEvent[]> {
    const events: ShopEvent[] = [];
    for (const one of natures) {
      const link = this.linkTo(one.email);
      if (link === undefined) continue;
      truth.mailed++;
      if (!manners.clicks(one, manners.buys(one, true))) continue;
      truth.clicked++;
      const target = (await this.rooms.messages.click(link))!;
      events.push(target.event);
      events.push(this.event(one, { types: ['web.webpagedetails.pageViews'], page: { url: target.location } }));
    }
    return events;
  }

  #ordersOf(natures: readonly Nature[], manners: Manners, truth: Truth): ShopEvent[] {
    return natures.flatMap((one) => {
      const mailed = this.#links.has(one.email);
      if (!manners.buys(one, mailed)) return [];
      truth.buyers[mailed ? 'mailed' : 'others']++;
      truth.spent += one.spends;
      const order = { id: `order-${one.email}`, totalMinor: one.spends, currency: 'EUR' };
      const known = { level: 3, source: 'server', identities: namesOf(one) } as const;
      return [
        this.event(one, { types: ['commerce.purchases'], ...known, items: [{ id: 'coat', quantity: 1 }], order }),
      ];
    });
  }

  /** The shop’s server says who somebody is, and that mail may go there. */
  introduced(one: Nature): ShopEvent {
    const consent = { 'email-marketing': 'in' } as const;
    return this.event(one, {
      types: ['profile.asserted'],
      level: 3,
      source: 'server',
      identities: namesOf(one),
      consent,
    });
  }

  /** Something that somebody does now. */
  event(one: Nature, more: Partial<ShopEvent> & Pick<ShopEvent, 'types'>): ShopEvent {
    const at = this.#clock.now();
    return {
      id: `e${++this.#made}`,
      source: 'edge:default',
      happenedAt: at,
      receivedAt: at,
      level: 0,
      visitor: `ecid:${one.ecid}`,
      identities: [{ namespace: 'ecid', id: one.ecid }],
      ...more,
    };
  }

  async #template(): Promise<void> {
    const { templates } = this.rooms.messages;
    const blocks = [
      { kind: 'text', words: 'You left something in your cart' },
      { kind: 'button', words: 'Back to your cart', href: '{{shop.url}}/cart' },
      { kind: 'footer' },
    ];
    const preheader = 'Your cart is still here, with everything that you put in it.';
    for (const key of ['reminder', 'reminder-warm']) {
      await templates.put(key, { name: key, subject: 'Your cart', preheader, blocks });
      await templates.publish(key);
    }
  }
}

const namesOf = ({ email, ecid }: Nature) => [
  { namespace: 'email', id: email },
  { namespace: 'ecid', id: ecid },
];

function natureOf(name: string, no: number, chance: SeededRandom): Nature {
  const [whim, curiosity] = [chance.next(), chance.next()];
  // Orders are lognormal about 60 EUR.
  const bell = Math.sqrt(-2 * Math.log(1 - chance.next())) * Math.cos(2 * Math.PI * chance.next());
  const spends = Math.round(6000 * Math.exp(0.9 * bell - 0.405));
  return { email: `${name}@people.example`, ecid: `3${String(no).padStart(37, '0')}`, whim, curiosity, spends };
}

/** Nothing of it outlives the test, so nothing waits for the disk. */
async function unhurried(store: Store): Promise<void> {
  const name = new URL(store.url).pathname.slice(1);
  await store.run({ text: `alter database ${name} set synchronous_commit = off` });
}
