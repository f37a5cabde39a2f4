import { randomUUID } from 'node:crypto';

/** The form in Beckon that the newsletter's sign-ups belong to. */
export const newsletterForm = 'newsletter';
/** The words that stand beside its box, kept with each consent as what was agreed to. A test holds them and the page equal. */
export const newsletterWording = {
  en: 'Yes, send me mail about products. I can stop it with one click.',
  sv: 'Ja, skicka mig mejl om varor. Jag kan sluta med ett klick.',
  de: 'Ja, schicken Sie mir Mails über Produkte. Ich kann sie mit einem Klick abbestellen.',
} as const;

/** Sends one HTTP request and resolves with what came back; rejects when nothing came back. */
export type Call = (request: {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body: string | null;
}) => Promise<{ status: number; body: string }>;

export interface ShopServerOptions {
  /** Where Beckon answers, without a slash at the end: `http://localhost:8080`. */
  beckonUrl: string;
  /** A secret key of Beckon. It never leaves the shop's server. */
  key: string;
  call: Call;
  /** The time of what happens here, UTC milliseconds. Left out: Beckon takes the time of arrival. */
  now?: () => number;
  /** Makes ids of events. */
  newId?: () => string;
}

/** Somebody whom the shop knows. */
export interface Person {
  email: string;
  firstName: string | null;
}

/** What the page knows of somebody besides the address. */
export interface SaidOfPerson {
  consent: boolean;
  ecid?: string;
  timeZone?: string;
  language?: keyof typeof newsletterWording;
}

/** The calls to Beckon's public API. This class is the whole server side of an integration. */
export class Beckon {
  readonly #options: ShopServerOptions;
  constructor(options: ShopServerOptions) {
    this.#options = options;
  }

  /** Somebody signed in or signed up: this device (ECID) and this address are the same person. */
  async assertProfile(person: Person, said: SaidOfPerson): Promise<void> {
    await this.#post('/v1/profiles', {
      identities: { email: person.email, ...(said.ecid ? { ECID: said.ecid } : {}) },
      attributes: {
        ...(person.firstName ? { firstName: person.firstName } : {}),
        ...(said.timeZone ? { timeZone: said.timeZone } : {}),
        // Mails come in the language in which the shop was read.
        ...(said.language ? { language: said.language } : {}),
      },
      // A box left unticked says nothing: consent given earlier stays.
      ...(said.consent ? { consent: { 'email-marketing': 'in' } } : {}),
    });
  }

  /**
   * Somebody wants the newsletter. With double opt-in, a setting of the form in Beckon, the answer is `pending`: the
   * address gets a mail that asks, and until its button is pressed nothing holds.
   */
  async signUp(
    person: Person,
    said: Omit<SaidOfPerson, 'consent'>,
    request: { ip: string; headers: { referer?: string | undefined } },
  ): Promise<'pending' | 'confirmed'> {
    const answer = await this.#post(`/v1/forms/${newsletterForm}/sign-ups`, {
      email: person.email,
      ...(person.firstName ? { firstName: person.firstName } : {}),
      ...(said.ecid ? { ecid: said.ecid } : {}),
      ...(said.timeZone ? { timeZone: said.timeZone } : {}),
      ...(request.headers.referer ? { page: request.headers.referer.slice(0, 2048) } : {}),
      ...(said.language ? { language: said.language } : {}),
      wording: newsletterWording[said.language ?? 'en'],
      ip: request.ip,
    });
    return (answer as { state?: string }).state === 'pending' ? 'pending' : 'confirmed';
  }

  async assertConsent(address: string, state: 'in' | 'out'): Promise<void> {
    await this.#post('/v1/profiles', { identities: { email: address }, consent: { 'email-marketing': state } });
  }

  /** The order is paid. Its id makes the event unique, so that a repeated call counts once. */
  async assertPurchase(bought: {
    email: string;
    ecid: string | undefined;
    lines: PricedLine[];
    order: { id: string; total: number; currency: string };
  }): Promise<void> {
    await this.#post('/v1/events', [
      {
        id: `order-${bought.order.id}`,
        ...this.#at(),
        type: 'commerce.purchases',
        identities: { email: bought.email, ...(bought.ecid ? { ECID: bought.ecid } : {}) },
        items: bought.lines,
        order: bought.order,
      },
    ]);
  }

  /** From now on this device is not that person any more. */
  async assertSignedOut(device: string): Promise<void> {
    const id = (this.#options.newId ?? randomUUID)();
    await this.#post('/v1/events', [
      { id: `sign-out-${id}`, ...this.#at(), type: 'profile.signedOut', identities: { ECID: device } },
    ]);
  }

  /**
   * What somebody ordered here, newest first. A shop of its own reads its own table of orders; the demo keeps none, and
   * asks Beckon for what it told Beckon.
   */
  async ordersOf(address: string): Promise<object[]> {
    const answer = await this.#send('GET', `/v1/profiles/email:${encodeURIComponent(address)}`);
    if (answer.status === 404) return [];
    const { orders = [] } = this.#read(answer, 'your orders') as { orders?: KnownOrder[] };
    const known = orders.map(({ id, at, total, cancelled, items }) => ({ id, at, total, cancelled, items }));
    const ours = known.filter(({ id }) => id.startsWith('LL-')).sort((a, b) => (a.at < b.at ? 1 : -1));
    return ours.map(({ total, ...order }) => ({ ...order, total: total.amount }));
  }

  #at(): { at?: string } {
    return this.#options.now ? { at: new Date(this.#options.now()).toISOString() } : {};
  }

  async #post(path: string, body: unknown): Promise<unknown> {
    return this.#read(await this.#send('POST', path, JSON.stringify(body)), path);
  }

  #send(method: 'GET' | 'POST', path: string, body: string | null = null): ReturnType<Call> {
    const { beckonUrl, key, call } = this.#options;
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    return call({ method, url: beckonUrl + path, headers, body });
  }

  #read({ status, body }: { status: number; body: string }, path: string): unknown {
    if (status >= 300)
      throw new ShopError(
        502,
        `Beckon answered ${status} to ${path}: ${reasonOf(body)}`,
        'Try again in a moment; nothing was ordered or changed',
      );
    return JSON.parse(body) as unknown;
  }
}

/** An order as Beckon tells it: which items, not how many of each. */
interface KnownOrder {
  id: string;
  /** ISO 8601. */
  at: string;
  total: { amount: number };
  cancelled: boolean;
  items: string[];
}

/** A line of an order with the price of one piece. */
export interface PricedLine {
  id: string;
  quantity: number;
  price: number;
}

/** Why the shop does not do what was asked, and what helps. */
export class ShopError extends Error {
  readonly statusCode: number;
  readonly mend: string;
  constructor(statusCode: number, message: string, mend: string) {
    super(message);
    this.statusCode = statusCode;
    this.mend = mend;
  }
}

/** The sentence of an `application/problem+json` answer, or nothing that could be a page of HTML. */
function reasonOf(body: string): string {
  try {
    const { detail } = JSON.parse(body) as { detail?: unknown };
    return typeof detail === 'string' ? detail : 'without a reason';
  } catch {
    return 'without a reason';
  }
}
