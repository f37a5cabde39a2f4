import swagger from '@fastify/swagger';
import fastify, { type FastifyInstance } from 'fastify';
import { adminRoutes } from './admin.ts';
import { ActivityInput } from './contract-design.ts';
import { writeDeeds } from './deed.ts';
import { deliveryRoutes } from './delivery.ts';
import { edgeRoutes } from './edge.ts';
import { goStraight } from './edge-straight.ts';
import { fixedDoors } from './fixed-doors.ts';
import { formRoutes } from './form.ts';
import { watchRefusals } from './admin-watch.ts';
import { guardRoutes, openToAll } from './guard.ts';
import type { House } from './house.ts';
import { inflateBodies } from './inflate.ts';
import { journeyJsonSchema } from '../journey/index.ts';
import { ComponentDocument, TemplateDocument } from '../message/index.ts';
import { limitRequests } from './limit.ts';
import { mailHookRoutes } from './mail-hook.ts';
import { metricRoutes } from './metrics.ts';
import { pageRoutes } from './pages.ts';
import { asBeckonError, sendProblem } from './problem.ts';
import type { ApiDocument } from './reference.ts';
import { referenceRoutes } from './reference-door.ts';
import { segmentRoutes } from './segment.ts';
import { serveOwn } from './serving.ts';
import { targetRecsRoutes } from './target-recs.ts';
import { traceRequests } from './trace-requests.ts';
import { trackRoutes } from './track.ts';
import { webhookRoutes } from './webhook.ts';

/** Time for a whole request to arrive, milliseconds: who drips bytes is cut off (trust row 83). */
const requestTimeout = 30_000;
const headersTimeout = 15_000;

/**
 * The HTTP server over a house: edge, delivery, /v1, tracking links and pages. Not yet listening.
 * `app.inject` calls the same doors without a socket.
 */
export async function buildServer(house: House): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    trustProxy: house.settings.trustProxy,
    bodyLimit: 1024 * 1024,
    requestTimeout,
    keepAliveTimeout: 72_000,
    http: { headersTimeout },
    forceCloseConnections: 'idle',
    // Nobody asks for Fastify's own id of a request.
    genReqId: () => '',
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 600 },
  });
  app.setErrorHandler((error, _request, reply) => {
    const known = asBeckonError(error);
    if (known.status >= 500) house.log.error('server.failed', { code: known.code, error });
    return sendProblem(reply, known, house.settings.publicUrl);
  });
  traceRequests(app);
  // Hooks of every request call back: a promise for each would cost more than what they do.
  app.addHook('onSend', (_request, reply, payload, done) => {
    void reply.header('x-content-type-options', 'nosniff');
    if (!reply.hasHeader('content-security-policy')) {
      void reply.header('content-security-policy', "frame-ancestors 'none'");
    }
    done(null, payload);
  });
  guardRoutes(app, house);
  serveOwn(app, house);
  limitRequests(app, house);
  inflateBodies(app);
  watchRefusals(app, house);
  writeDeeds(app, house);
  await document(app, house);
  await app.register(async (child) => schemaRoutes(child, app, house));
  await app.register(edgeRoutes, { house });
  await app.register(deliveryRoutes, { house });
  await app.register(adminRoutes, { house, prefix: '/v1' });
  await app.register(targetRecsRoutes, { house });
  await app.register(segmentRoutes, { house });
  await app.register(webhookRoutes, { house });
  await app.register(metricRoutes, { house });
  await app.register(mailHookRoutes, { house });
  await app.register(trackRoutes, { house });
  await app.register(formRoutes, { house });
  await app.register(async (child) => healthRoutes(child, house));
  for (const mount of house.mounts)
    await app.register(async (child) => {
      openToAll(child, 'it is the demo shop');
      mount(child);
    });
  await pageRoutes(app, house);
  let isClosing = false;
  app.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });
  await app.ready();
  if (house.serves?.includes('collect') !== false) goStraight(app.server, house, () => isClosing);
  return app;
}

/** How this process is. */
function healthRoutes(app: FastifyInstance, house: House): void {
  openToAll(app, 'it is for whoever watches the machine');
  app.get('/healthz', { schema: { tags: ['house'], summary: 'Is the house able to work?' } }, async (_request, reply) =>
    reply
      .header('cache-control', 'no-store')
      .send({ ok: true, version: house.settings.version, ...(await house.health()) }),
  );
  app.get(
    '/readyz',
    {
      schema: {
        tags: ['house'],
        summary:
          'May requests be sent to this process? 503 until it has learned what happened, and when it is about to end',
      },
    },
    async (_request, reply) => {
      const ready = house.ready();
      return reply
        .code(ready.ready ? 200 : 503)
        .header('cache-control', 'no-store')
        .send(ready);
    },
  );
}

/** OpenAPI 3.1 from the schemas that validate. */
async function document(app: FastifyInstance, house: House): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Beckon',
        version: house.settings.version,
        description: 'Brings shoppers back: collects, recommends, runs journeys, mails, and measures what it caused.',
      },
      servers: [{ url: house.settings.publicUrl }],
      components: {
        securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A secret key, sk_…' } },
      },
    },
  });
}

/** What the API is made of, for programs. */
function schemaRoutes(child: FastifyInstance, app: FastifyInstance, house: House): void {
  openToAll(child, 'it says how the API is called');
  const forms = {
    journey: journeyJsonSchema,
    activity: () => ActivityInput,
    template: () => TemplateDocument,
    component: () => ComponentDocument,
  };
  for (const [name, form] of Object.entries(forms))
    child.get(`/v1/schema/${name}`, { schema: { hide: true } }, async (_request, reply) =>
      reply
        .headers({ 'content-type': 'application/schema+json; charset=utf-8', 'cache-control': 'no-cache' })
        .send(JSON.stringify(form())),
    );
  child.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
    reply
      .headers({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-cache' })
      .send(JSON.stringify(documented(app))),
  );
  referenceRoutes(child, house, () => documented(app) as ApiDocument);
}

function documented(app: FastifyInstance): object {
  const made = app.swagger();
  return { ...made, paths: { ...fixedDoors, ...made.paths } };
}
