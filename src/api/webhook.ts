import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BeckonError } from '../base/index.ts';
import type { ShopEvent } from '../event/index.ts';
import { errors } from './error.ts';
import { openToAll } from './guard.ts';
import type { House } from './house.ts';
import { adminLimits, asText, dig, parseJson } from './json.ts';
import { asBeckonError, assertNotBusy, sendProblem } from './problem.ts';
import { readShopify } from './shopify.ts';
import { isPing, readWooCommerce } from './woocommerce.ts';
import type { PlatformContext, Taken } from './webhook-platform.ts';
import { verify, type Headers } from './webhook-signature.ts';
import type { OpenWebhook } from './webhooks.ts';

const mebibyte = 1024 * 1024;

/** Headers that a mapping has no business with. */
const kept = (name: string) => !['authorization', 'cookie', 'proxy-authorization'].includes(name);

/** What became of a delivery, as its sender is told. */
interface Report {
  kept: number;
  repeated: number;
  items: number;
  refused: { id: string | null; why: string }[];
  /** Why nothing was done with it. */
  ignored?: string;
}

/** `POST /hooks/{key}`: shop platforms and any other sender that signs what it says. */
export async function webhookRoutes(app: FastifyInstance, { house }: { house: House }): Promise<void> {
  openToAll(app, 'each call is signed');
  app.removeAllContentTypeParsers();
  // The raw bytes are what is signed; the same JSON written anew would not pass (trust row 28).
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: mebibyte }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, _request, reply) => {
    const known = asBeckonError(error);
    if (known.status >= 500) house.log.error('webhook.failed', { code: known.code, error });
    return sendProblem(reply, known, house.settings.publicUrl);
  });
  app.route({
    method: 'POST',
    url: '/hooks/:key',
    bodyLimit: mebibyte,
    schema: { hide: true },
    handler: (request, reply) => take(request, reply, house),
  });
}

async function take(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const key = asText(dig(request.params, 'key'), 64) ?? '';
  const hook = await house.webhooks.open(key);
  if (!hook) throw new BeckonError(errors.API_NOT_FOUND, `There is no webhook "${key}"`);
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  if (hook.kind === 'woocommerce' && isPing(body)) return send(reply, nothing('The test call of WooCommerce'));
  const headers = headersOf(request);
  await assertSigned(hook, { headers, body }, house);
  const digest = createHash('sha256').update(body).digest('hex');
  if (await house.webhooks.isRepeated(key, digest)) {
    await house.webhooks.taken(key, digest, { tally: { repeated: 1 } });
    return send(reply, { ...nothing('This body was taken before'), repeated: 1 });
  }
  assertNotBusy(house.events.waiting, house.settings.queueLimit ?? 20_000);
  const taken = read(hook, { headers, body }, house);
  const report = await apply(hook, taken, house);
  // What came to nothing may come again: the order that a refund belongs to may be told later.
  const effective = report.kept + report.repeated + report.items > 0 || taken.request !== undefined;
  const asked = taken.request && (await met(taken.request, house));
  await house.webhooks.taken(key, effective ? digest : null, { tally: tallyOf(report), request: asked });
  return send(reply, report);
}

/**
 * Begins to forget whom a platform wants forgotten. The request counts as met: the erasures are durable from here on, and
 * somebody nobody knows has nothing to be forgotten.
 */
async function met(
  { topic, body, erase }: NonNullable<Taken['request']>,
  house: House,
): Promise<{ topic: string; body: unknown; done: boolean }> {
  if (!erase) return { topic, body, done: false };
  const found = await Promise.all(erase.map((identity) => house.profiles.find(identity, 'folded')));
  const known = new Map(
    found.flatMap((profile) => (profile && profile.id !== '' ? [[profile.id, profile] as const] : [])),
  );
  const erasures: string[] = [];
  for (const profile of known.values()) erasures.push((await house.privacy.erase(profile)).id);
  return { topic, body: { ...(body as object), erasures }, done: true };
}

async function assertSigned(
  hook: OpenWebhook,
  delivery: { headers: Headers; body: Buffer },
  house: House,
): Promise<void> {
  try {
    verify(hook.signature, delivery, { secrets: hook.secrets, now: house.clock.real() });
  } catch (error) {
    const known = asBeckonError(error);
    await house.webhooks.turnedAway(hook.key, known.message);
    house.intake?.refused(`webhook:${hook.key}`, [{ row: 1, id: null, code: known.code, why: known.message }]);
    throw error;
  }
}

function headersOf(request: FastifyRequest): Headers {
  const pairs = Object.entries(request.headers).flatMap(([name, value]) => {
    const text = Array.isArray(value) ? value[0] : value;
    return text === undefined || !kept(name) ? [] : [[name, text.slice(0, 4096)] as const];
  });
  return Object.fromEntries(pairs);
}

/** What the body means; by the kind's own words, or by the mapping. */
function read(hook: OpenWebhook, { headers, body }: { headers: Headers; body: Buffer }, house: House): Taken {
  const value = parseJson(body.toString('utf8'), adminLimits);
  const source = `webhook:${hook.key}`;
  const now = house.clock.now();
  if (hook.kind === 'generic') {
    const mapped = hook.mapper!({ body: value, headers }, { now, source, mintId: () => house.ids.next() });
    const refused = mapped.refused.map(({ place, why }) => ({ id: null, why: `mapping[${place - 1}]: ${why}` }));
    // A sender that is told learns of its mistake; with nothing taken nothing is lost by that.
    if (refused.length > 0 && mapped.events.length === 0) {
      house.intake?.refused(
        source,
        refused.map(({ why }) => ({ row: 1, id: null, code: 'WEBHOOK_MAPPING_FAULT', why })),
      );
      throw new BeckonError(errors.WEBHOOK_MAPPING_FAULT, refused[0]!.why);
    }
    const none = mapped.events.length === 0 ? { ignored: 'No mapping holds for this body' } : {};
    return { events: mapped.events, refused, ...none };
  }
  const { settings } = hook;
  const context: PlatformContext = { source, settings, currency: house.settings.currency, now, headers };
  if (hook.kind === 'shopify') return readShopify((headers['x-shopify-topic'] ?? '').toLowerCase(), value, context);
  return readWooCommerce((headers['x-wc-webhook-topic'] ?? '').toLowerCase(), value, context);
}

/** Does what a body means. Each effect is harmless a second time, because a crash may come before it is noted. */
async function apply(hook: OpenWebhook, taken: Taken, house: House): Promise<Report> {
  const report: Report = { kept: 0, repeated: 0, items: 0, refused: [...taken.refused] };
  if (taken.ignored !== undefined) report.ignored = taken.ignored;
  const events = await settled(hook.key, taken.events, { house, report });
  if (events.length > 0) {
    const { kept: fresh, repeated } = await house.events.receive(events);
    report.kept += fresh;
    report.repeated += repeated;
  }
  if (taken.subject && (await house.webhooks.isOlder(hook.key, taken.subject))) {
    report.ignored = `Something newer is known of ${taken.subject.id}`;
  } else {
    await applyItems(taken, { house, report });
  }
  const rows = report.refused.map(({ id, why }) => ({ row: 1, id, code: 'API_INPUT_INVALID', why }));
  if (rows.length > 0) house.intake?.refused(`webhook:${hook.key}`, rows);
  return report;
}

async function applyItems(taken: Taken, { house, report }: { house: House; report: Report }): Promise<void> {
  if (taken.items && taken.items.length > 0) {
    const { kept: written, refused } = await house.items.write(taken.items);
    report.items += written;
    report.refused.push(...refused.map(({ id, why }) => ({ id, why })));
  }
  if (taken.gone && taken.gone.length > 0) {
    await house.items.remove(taken.gone);
    report.items += taken.gone.length;
  }
}

/**
 * Events about an order keep the visitor that the order was first told under, so that one told again is known again even
 * when the customer's address has changed; and one that names nobody is whose the order is.
 */
async function settled(
  key: string,
  events: readonly ShopEvent[],
  { house, report }: { house: House; report: Report },
): Promise<ShopEvent[]> {
  const made: ShopEvent[] = [];
  for (const event of events) {
    const { order } = event;
    if (!order || !event.types.some((type) => type.startsWith('commerce.'))) {
      made.push(event);
      continue;
    }
    const isOrder = event.types.includes('commerce.purchases');
    const visitor = await house.webhooks.orderVisitor(key, { id: order.id, visitor: isOrder ? event.visitor : null });
    if (visitor === null) report.ignored = `Order ${order.id} is not known here`;
    else made.push(event.identities.length > 0 ? { ...event, visitor } : { ...event, visitor, ...named(visitor) });
  }
  return made;
}

function named(visitor: string): Pick<ShopEvent, 'identities'> {
  const at = visitor.indexOf(':');
  return { identities: [{ namespace: visitor.slice(0, at), id: visitor.slice(at + 1) }] };
}

function tallyOf(report: Report): { taken?: number; ignored?: number; refused?: number; refusal?: string } {
  const [first] = report.refused;
  if (first) return { refused: 1, refusal: first.why, ...(report.kept + report.items > 0 ? { taken: 1 } : {}) };
  return report.ignored === undefined ? { taken: 1 } : { ignored: 1 };
}

function nothing(why: string): Report {
  return { kept: 0, repeated: 0, items: 0, refused: [], ignored: why };
}

function send(reply: FastifyReply, report: Report): FastifyReply {
  return reply
    .headers({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    .send(JSON.stringify(report));
}
