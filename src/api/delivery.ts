import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerPart, type Answering } from './delivery-answer.ts';
import type { Caller } from './delivery-caller.ts';
import { olderRoutes } from './delivery-older.ts';
import { send, take } from './delivery-take.ts';
import { openToAll } from './guard.ts';
import type { House } from './house.ts';
import { adminLimits, parseJson } from './json.ts';
import { asBeckonError } from './problem.ts';

/**
 * `POST /rest/v1/delivery` for the unmodified Target SDK (recommendations §2), and the older doors of Target beside it;
 * `/t/<key>/…` carries a key for callers that can set no header.
 */
export async function deliveryRoutes(app: FastifyInstance, { house }: { house: House }): Promise<void> {
  openToAll(app, 'what visitors do comes in by claims');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async ({ headers }, reply) => {
    if (headers.origin === undefined) return;
    void reply.headers({
      'access-control-allow-origin': headers.origin,
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    });
  });
  app.setErrorHandler((error, _request, reply) => {
    const known = asBeckonError(error);
    if (known.status >= 500) house.log.error('delivery.failed', { code: known.code, error });
    if (known.retryAfter !== undefined) void reply.header('retry-after', String(Math.ceil(known.retryAfter)));
    const message = `${known.message}. ${known.mend}`;
    // All that the SDK's caller is told of an error (§2.5).
    reply.raw.statusMessage = message.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
    return send(reply, known.status, { status: known.status, message });
  });
  for (const before of ['', '/t/:key']) {
    const url = `${before}/rest/v1/delivery`;
    app.post(url, { schema: { hide: true } }, (request, reply) => deliver(request, reply, house));
    app.route({ method: 'OPTIONS', url, schema: { hide: true }, handler: preflight });
  }
  olderRoutes(app, house);
}

async function preflight(_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return reply
    .headers({
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': 'content-type, x-exc-sdk, x-exc-sdk-version, x-request-id',
      'access-control-max-age': '600',
    })
    .code(204)
    .send();
}

async function deliver(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const body = parseJson(typeof request.body === 'string' ? request.body : '', adminLimits);
  const { caller, answering, done } = await take(request, body, house);
  if (caller.call.beacon) return reply.code(204).send();
  return send(reply, 200, answerOf(caller, answering, done));
}

/** Never an edgeHost: the SDK would leave us for it (edge trap 3). */
function answerOf(caller: Caller, answering: Answering, done: readonly string[]): object {
  const { call } = caller;
  const execute = answerPart(false, call.execute, answering);
  const prefetch = answerPart(true, call.prefetch, answering);
  const customerIds = call.customerIds.map(({ id, integrationCode, state }) => ({
    id,
    integrationCode,
    authenticatedState: state,
  }));
  return {
    status: 200,
    requestId: caller.requestId,
    client: caller.client,
    id: {
      tntId: caller.tntId,
      ...(call.thirdPartyId === undefined ? {} : { thirdPartyId: call.thirdPartyId }),
      ...(call.ecid === undefined ? {} : { marketingCloudVisitorId: call.ecid }),
      ...(customerIds.length > 0 ? { customerIds } : {}),
    },
    ...(execute ? { execute } : {}),
    ...(prefetch ? { prefetch } : {}),
    ...(call.notifications.length > 0 ? { notifications: done.map((id) => ({ id })) } : {}),
  };
}
