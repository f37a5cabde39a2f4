import type { FastifyInstance, FastifyRequest } from 'fastify';
import { elapsed, isTraced, traced, type SpanFields } from '../base/index.ts';
import { entranceOf } from './auth.ts';

/** Who watches the machine asks all day; that says nothing. */
const untold = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * A span a request, named by its route, since an address may hold ids and keys. It goes on with the trace of the caller where that one
 * has shown a secret key or a session: of anybody else it would let strangers decide what is kept and what it is part of.
 * Without anybody who traces no hook is there.
 */
export function traceRequests(app: FastifyInstance): void {
  if (!isTraced()) return;
  const came = new WeakMap<FastifyRequest, number>();
  const told = new WeakSet<FastifyRequest>();
  app.addHook('onRequest', (request, _reply, done) => {
    came.set(request, elapsed());
    done();
  });
  app.addHook('preHandler', (request, reply, done) => {
    const how = howOf(request, came.get(request));
    if (how === null) return done();
    told.add(request);
    void traced(how.name, { ...how.span, of: () => [parentOf(request)] }, async (note) => {
      const ended = new Promise<void>((end) => void reply.raw.once('close', end).once('finish', end));
      done();
      await ended;
      note(answered(reply.statusCode));
    });
  });
  // Who was refused before has a span of its own all the same.
  app.addHook('onResponse', (request, reply, done) => {
    const how = told.has(request) ? null : howOf(request, came.get(request));
    if (how !== null) void traced(how.name, how.span, async (note) => note(answered(reply.statusCode)));
    done();
  });
}

function howOf(request: FastifyRequest, since: number | undefined) {
  const route = request.routeOptions.url;
  if (route === undefined || since === undefined || untold.has(route)) return null;
  const fields = { 'http.request.method': request.method, 'http.route': route };
  return { name: `${request.method} ${route}`, span: { kind: 'server' as const, since, fields } };
}

export function answered(status: number): SpanFields {
  return { 'http.response.status_code': status, ...(status >= 500 ? { 'error.type': String(status) } : {}) };
}

function parentOf(request: FastifyRequest): string | undefined {
  const { traceparent } = request.headers;
  return entranceOf(request) !== undefined && typeof traceparent === 'string' ? traceparent : undefined;
}
