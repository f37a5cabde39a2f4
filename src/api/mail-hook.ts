import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';
import { openToAll } from './guard.ts';
import type { House } from './house.ts';
import { adminLimits, asText, dig, parseJson } from './json.ts';
import { verifyMail, type MailCall } from './mail-signature.ts';
import type { OpenMailSource } from './mail-sources.ts';
import { asBeckonError, sendProblem } from './problem.ts';

const limit = 4 * 1024 * 1024;

/** `POST /hooks/mail/{key}`: providers of mail tell what became of it. Answered once it is put down and in effect. */
export async function mailHookRoutes(app: FastifyInstance, { house }: { house: House }): Promise<void> {
  openToAll(app, 'each call is signed');
  app.removeAllContentTypeParsers();
  // SNS calls its JSON text/plain; the raw octets are what is signed.
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: limit }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, _request, reply) => {
    const known = asBeckonError(error);
    if (known.status >= 500) house.log.error('mail-hook.failed', { code: known.code, error });
    return sendProblem(reply, known, house.settings.publicUrl);
  });
  app.route({
    method: 'POST',
    url: '/hooks/mail/:key',
    bodyLimit: limit,
    schema: { hide: true },
    handler: (request, reply) => take(request, reply, house),
  });
}

async function take(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const key = asText(dig(request.params, 'key'), 64) ?? '';
  const source = await house.mailSources.open(key);
  if (!source) throw new BeckonError(errors.API_NOT_FOUND, `There is no mail source "${key}"`);
  const call = callOf(request);
  await assertGenuine(source, call, house);
  const confirm = source.provider === 'ses' ? subscribeUrl(call.body) : null;
  if (confirm !== null) {
    await house.fetchText(confirm);
    return answer(reply, { taken: 0, repeated: 0, confirmed: true });
  }
  const id = asText(request.headers['svix-id'], 200) ?? null;
  const report = await house.messages.told(source.provider, { source: key, body: call.body, id });
  await house.mailSources.taken(key, report);
  return answer(reply, report);
}

function callOf(request: FastifyRequest): MailCall {
  const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const headers = Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) => {
      const text = Array.isArray(value) ? value[0] : value;
      return text === undefined ? [] : [[name, text.slice(0, 4096)]];
    }),
  );
  const text = raw.toString('utf8');
  const isForm = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  const body: unknown = isForm ? Object.fromEntries(new URLSearchParams(text)) : parseJson(text, adminLimits);
  return { headers, raw, body };
}

async function assertGenuine(source: OpenMailSource, call: MailCall, house: House): Promise<void> {
  const now = house.clock.real();
  try {
    await verifyMail(source, call, { now, certificate: house.fetchText });
  } catch (error) {
    await house.mailSources.turnedAway(source.key, asBeckonError(error).message, now);
    throw error;
  }
}

/** Where SNS wants to be told that its calls are welcome; only on its own host, of a topic that may call. */
function subscribeUrl(body: unknown): string | null {
  if (asText(dig(body, 'Type'), 64) !== 'SubscriptionConfirmation') return null;
  const url = asText(dig(body, 'SubscribeURL'), 2000) ?? '';
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  if (url.startsWith('https://') && /^sns\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/.test(host)) return url;
  throw new BeckonError(errors.WEBHOOK_SIGNATURE_WRONG, 'The address that asks for the confirmation is not one of SNS');
}

function answer(reply: FastifyReply, report: object): FastifyReply {
  return reply
    .headers({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    .send(JSON.stringify(report));
}
