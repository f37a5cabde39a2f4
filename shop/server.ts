import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { catalogue, categories } from './catalogue.ts';
import type { ShopItem } from './catalogue.ts';

/** The form in Beckon that the newsletter's sign-ups belong to, and the words that stand beside its box. */
export const newsletterForm = 'newsletter';
export const newsletterWording = 'Yes, send me mail about products. I can stop it with one click.';

/** Sends one HTTP request and resolves with what came back; rejects when nothing came back. */
export type Call = (request: {
  method: 'POST';
  url: string;
  headers: Record<string, string>;
  body: string;
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

/** Who is signed in, as the cookie says. */
interface Session {
  email: string;
  firstName: string | null;
}

interface Line {
  id: string;
  quantity: number;
}

const ecid = { type: 'string', pattern: '^[0-9]{38}$' } as const;
const email = {
  type: 'string',
  maxLength: 254,
  pattern: '^\\s*[^\\s@<>"(),]+@[^\\s@<>"(),]+\\.[^\\s@<>"(),]+\\s*$',
} as const;
const zone = { type: 'string', maxLength: 60, pattern: '^[A-Za-z0-9_+/-]+$' } as const;
const line = {
  type: 'object',
  required: ['id', 'quantity'],
  properties: {
    id: { type: 'string', maxLength: 60 },
    quantity: { type: 'integer', minimum: 1, maximum: 99 },
  },
} as const;

/**
 * The shop's own server, under `/shop/api`. What it says about people and orders counts for Beckon, because it says it
 * with a secret key; what a browser says does not. A shop of your own makes the same four calls from its back end.
 */
export function shopServer(options: ShopServerOptions): FastifyPluginAsync {
  return async (server) => {
    const beckon = new Beckon(options);
    const seal = (text: string) => createHmac('sha256', options.key).update(`shop session ${text}`).digest('base64url');
    const prices = new Map(catalogue('/shop').map((item) => [item.id, item]));

    server.setErrorHandler(answerError);
    server.addHook('preHandler', async (request) => refuseOtherSites(request));
    const get = (url: string, handler: (request: FastifyRequest) => Promise<unknown>) =>
      server.route({ method: 'GET', url: `/shop/api/${url}`, schema: inside, handler });
    const post = <Body>(url: string, body: object, handler: PostHandler<Body>) =>
      server.route({
        method: 'POST',
        url: `/shop/api/${url}`,
        schema: { ...inside, body },
        handler: (request, reply) => handler(request.body as Body, request, reply),
      });

    get('items', async () => ({ categories, items: [...prices.values()] }));
    get('session', async (request) => ({ person: readSession(request, seal) }));

    post<SignIn>('sign-in', signInBody, async (said, request, reply) => {
      const session = sessionOf(said);
      await beckon.assertProfile(session, said);
      writeSession(reply, request, { session, seal });
      return { person: session };
    });

    post<SignIn>('newsletter', signInBody, async (said, request) => {
      if (!said.consent) throw new ShopError(400, 'The box for consent is not ticked', 'Tick it to get the newsletter');
      return { signedUp: true, state: await beckon.signUp(sessionOf(said), said, request) };
    });

    post<{ emailMarketing: 'in' | 'out' }>('consent', consentBody, async ({ emailMarketing }, request) => {
      const session = readSession(request, seal);
      if (!session) throw new ShopError(401, 'Nobody is signed in', 'Sign in first');
      await beckon.assertConsent(session.email, emailMarketing);
      return { emailMarketing };
    });

    post<Checkout>('checkout', checkoutBody, async ({ items, orderId, email, ecid }) => {
      const lines = priceLines(items, prices);
      const cents = lines.reduce((sum, line) => sum + Math.round(line.price * 100) * line.quantity, 0);
      const order = { id: orderId ?? `LL-${randomUUID()}`, total: cents / 100, currency: 'EUR' };
      await beckon.assertPurchase({ email: email.trim(), ecid, lines, order });
      return { order, items: lines };
    });

    post<{ ecid?: string }>('sign-out', signOutBody, async ({ ecid }, _request, reply) => {
      clearSession(reply);
      if (ecid) await beckon.assertSignedOut(ecid);
      return { person: null };
    });
  };
}

/** These routes are the shop's own: they stay out of Beckon's OpenAPI. */
const inside: FastifySchema & { hide: boolean } = { hide: true };

type PostHandler<Body> = (body: Body, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

interface SignIn {
  email: string;
  firstName?: string;
  consent: boolean;
  ecid?: string;
  timeZone?: string;
}

function sessionOf(said: SignIn): Session {
  return { email: said.email.trim(), firstName: said.firstName?.trim() || null };
}

const signInBody = {
  type: 'object',
  required: ['email', 'consent'],
  properties: {
    email,
    firstName: { type: 'string', maxLength: 60 },
    consent: { type: 'boolean' },
    ecid,
    timeZone: zone,
  },
} as const;

const consentBody = {
  type: 'object',
  required: ['emailMarketing'],
  properties: { emailMarketing: { type: 'string', enum: ['in', 'out'] } },
} as const;

interface Checkout {
  email: string;
  ecid?: string;
  items: Line[];
  orderId?: string;
}

const checkoutBody = {
  type: 'object',
  required: ['email', 'items'],
  properties: {
    email,
    ecid,
    items: { type: 'array', minItems: 1, maxItems: 60, items: line },
    orderId: { type: 'string', pattern: '^LL-[0-9a-f-]{36}$' },
  },
} as const;

const signOutBody = { type: 'object', properties: { ecid } } as const;

/** The calls to Beckon's public API. This class is the whole server side of an integration. */
class Beckon {
  readonly #options: ShopServerOptions;
  constructor(options: ShopServerOptions) {
    this.#options = options;
  }

  /** Somebody signed in or signed up: this device (ECID) and this address are the same person. */
  async assertProfile(person: Session, said: { ecid?: string; consent: boolean; timeZone?: string }): Promise<void> {
    await this.#post('/v1/profiles', {
      identities: { email: person.email, ...(said.ecid ? { ECID: said.ecid } : {}) },
      attributes: {
        ...(person.firstName ? { firstName: person.firstName } : {}),
        ...(said.timeZone ? { timeZone: said.timeZone } : {}),
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
    person: Session,
    said: { ecid?: string; timeZone?: string },
    request: { ip: string; headers: { referer?: string | undefined } },
  ): Promise<'pending' | 'confirmed'> {
    const answer = await this.#post(`/v1/forms/${newsletterForm}/sign-ups`, {
      email: person.email,
      ...(person.firstName ? { firstName: person.firstName } : {}),
      ...(said.ecid ? { ecid: said.ecid } : {}),
      ...(said.timeZone ? { timeZone: said.timeZone } : {}),
      ...(request.headers.referer ? { page: request.headers.referer.slice(0, 2048) } : {}),
      wording: newsletterWording,
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
    lines: (Line & { price: number })[];
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

  #at(): { at?: string } {
    return this.#options.now ? { at: new Date(this.#options.now()).toISOString() } : {};
  }

  async #post(path: string, body: unknown): Promise<unknown> {
    const { beckonUrl, key, call } = this.#options;
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    const answer = await call({ method: 'POST', url: beckonUrl + path, headers, body: JSON.stringify(body) });
    if (answer.status >= 300)
      throw new ShopError(
        502,
        `Beckon answered ${answer.status} to ${path}: ${reasonOf(answer.body)}`,
        'Try again in a moment; nothing was ordered or changed',
      );
    return JSON.parse(answer.body) as unknown;
  }
}

/** Prices come from the shop's own catalogue, never from the page. */
function priceLines(lines: Line[], prices: Map<string, ShopItem>): (Line & { price: number })[] {
  const seen = new Set<string>();
  return lines.map(({ id, quantity }) => {
    const item = prices.get(id);
    if (!item) throw new ShopError(400, `"${id}" is not an item of this shop`, 'Take it out of the cart');
    if (item.stock === 0) throw new ShopError(409, `${item.name} is sold out`, 'Take it out of the cart');
    if (item.stock < quantity)
      throw new ShopError(409, `Only ${item.stock} of ${item.name} are left, not ${quantity}`, 'Order fewer of it');
    if (seen.has(id)) throw new ShopError(400, `${item.name} is in the list twice`, 'Add the quantities up');
    seen.add(id);
    return { id, quantity, price: item.price };
  });
}

const cookieName = 'lumen_loom_session';

function writeSession(
  reply: FastifyReply,
  request: FastifyRequest,
  { session, seal }: { session: Session; seal: (text: string) => string },
): void {
  const text = Buffer.from(JSON.stringify(session)).toString('base64url');
  const secure = request.protocol === 'https' ? '; Secure' : '';
  reply.header(
    'set-cookie',
    `${cookieName}=${text}.${seal(text)}; Path=/shop; HttpOnly; SameSite=Lax; Max-Age=2592000${secure}`,
  );
}

function clearSession(reply: FastifyReply): void {
  reply.header('set-cookie', `${cookieName}=; Path=/shop; HttpOnly; SameSite=Lax; Max-Age=0`);
}

function readSession(request: FastifyRequest, seal: (text: string) => string): Session | null {
  const found = new RegExp(`(?:^|; *)${cookieName}=([\\w-]+)\\.([\\w-]+)`).exec(request.headers.cookie ?? '');
  if (!found) return null;
  const [, text = '', mac = ''] = found;
  const expected = Buffer.from(seal(text));
  const given = Buffer.from(mac);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  return JSON.parse(Buffer.from(text, 'base64url').toString()) as Session;
}

/** An address in somebody else's page must not sign people in or out here. */
function refuseOtherSites(request: FastifyRequest): void {
  const { origin } = request.headers;
  if (request.method === 'GET' || origin === undefined) return;
  if (URL.canParse(origin) && new URL(origin).host === request.host) return;
  throw new ShopError(403, `A page of ${origin} may not call the shop`, 'Call it from the shop itself');
}

class ShopError extends Error {
  readonly statusCode: number;
  readonly mend: string;
  constructor(statusCode: number, message: string, mend: string) {
    super(message);
    this.statusCode = statusCode;
    this.mend = mend;
  }
}

function answerError(
  error: Error & { statusCode?: number; validation?: unknown },
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const status = error.validation ? 400 : (error.statusCode ?? 500);
  if (status >= 500) request.log.error(error);
  const detail = status === 500 ? 'The shop could not do that' : error.message;
  const mend = error instanceof ShopError ? error.mend : 'Check what was entered';
  return reply.code(status).type('application/problem+json').send({ status, title: 'The shop refused', detail, mend });
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
