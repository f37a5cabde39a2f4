import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import {
  Beckon,
  type Person,
  type PricedLine,
  type SaidOfPerson,
  ShopError,
  type ShopServerOptions,
} from './beckon.ts';
import { catalogue, categories, type ShopItem, sizesOf } from './catalogue.ts';
import { clearSession, readSession, sealWith, writeSession } from './session.ts';

interface Line {
  id: string;
  /** Of clothes; left out or empty for things without sizes. */
  size?: string;
  quantity: number;
}

const ecid = { type: 'string', pattern: '^[0-9]{38}$' } as const;
const email = {
  type: 'string',
  maxLength: 254,
  pattern: '^\\s*[^\\s@<>"(),]+@[^\\s@<>"(),]+\\.[^\\s@<>"(),]+\\s*$',
} as const;
const language = { type: 'string', enum: ['en', 'sv', 'de'] } as const;
const zone = { type: 'string', maxLength: 60, pattern: '^[A-Za-z0-9_+/-]+$' } as const;
const line = {
  type: 'object',
  required: ['id', 'quantity'],
  properties: {
    id: { type: 'string', maxLength: 60 },
    size: { type: 'string', maxLength: 4 },
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
    const seal = sealWith(options.key);
    const prices = new Map(catalogue('/shop').map((item) => [item.id, item]));
    const signedIn = (request: FastifyRequest): Person => {
      const session = readSession(request, seal);
      if (!session) throw new ShopError(401, 'Nobody is signed in', 'Sign in first');
      return session;
    };

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
    get('orders', async (request) => ({ orders: await beckon.ordersOf(signedIn(request).email) }));

    post<SignIn>('sign-in', signInBody, async (said, request, reply) => {
      const session = sessionOf(said);
      await beckon.assertProfile(session, said);
      writeSession(reply, request, { session, seal });
      return { person: session };
    });

    // Signed in before the banner was answered: now the device has a number, and meets the person.
    post<{ ecid: string }>('device', deviceBody, async ({ ecid }, request) => {
      await beckon.assertProfile(signedIn(request), { ecid, consent: false });
      return { linked: true };
    });

    post<SignIn>('newsletter', signInBody, async (said, request) => {
      if (!said.consent) throw new ShopError(400, 'The box for consent is not ticked', 'Tick it to get the newsletter');
      return { signedUp: true, state: await beckon.signUp(sessionOf(said), said, request) };
    });

    post<{ emailMarketing: 'in' | 'out' }>('consent', consentBody, async ({ emailMarketing }, request) => {
      await beckon.assertConsent(signedIn(request).email, emailMarketing);
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

interface SignIn extends SaidOfPerson {
  email: string;
  firstName?: string;
}

function sessionOf(said: SignIn): Person {
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
    language,
  },
} as const;

const deviceBody = { type: 'object', required: ['ecid'], properties: { ecid } } as const;

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

/** Prices come from the shop's own catalogue, never from the page. Sizes of one item become one line: Beckon knows items. */
function priceLines(lines: Line[], prices: Map<string, ShopItem>): PricedLine[] {
  const priced = new Map<string, PricedLine>();
  const seen = new Set<string>();
  for (const { id, size = '', quantity } of lines) {
    const item = prices.get(id);
    if (!item) throw new ShopError(400, `"${id}" is not an item of this shop`, 'Take it out of the cart');
    if (item.stock === 0) throw new ShopError(409, `${item.name} is sold out`, 'Take it out of the cart');
    if (seen.has(`${id} ${size}`))
      throw new ShopError(400, `${item.name} is in the list twice`, 'Add the quantities up');
    seen.add(`${id} ${size}`);
    const before = priced.get(id)?.quantity ?? 0;
    const left = Math.min(item.stock - before, size === '' ? item.stock : stockOf(item, size));
    if (left < quantity)
      throw new ShopError(409, `Only ${left} of ${item.name} are left, not ${quantity}`, 'Order fewer of it');
    priced.set(id, { id, quantity: before + quantity, price: item.price });
  }
  return [...priced.values()];
}

function stockOf(item: ShopItem, wanted: string): number {
  const found = sizesOf(item).find(({ size }) => size === wanted);
  if (!found) throw new ShopError(400, `${item.name} has no size "${wanted}"`, 'Choose one of its sizes');
  return found.stock;
}

/** An address in somebody else's page must not sign people in or out here. */
function refuseOtherSites(request: FastifyRequest): void {
  const { origin } = request.headers;
  if (request.method === 'GET' || origin === undefined) return;
  if (URL.canParse(origin) && new URL(origin).host === request.host) return;
  throw new ShopError(403, `A page of ${origin} may not call the shop`, 'Call it from the shop itself');
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
