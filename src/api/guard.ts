import type { FastifyInstance, FastifyRequest, onRequestHookHandler, RouteOptions } from 'fastify';
import { assertScope, type More } from './auth.ts';
import type { KeyScope } from './contract-in.ts';
import type { House } from './house.ts';

/** What a route asks of who comes in. `own`: whoever is signed in, about themselves. */
export interface Asks extends More {
  scope: KeyScope | 'own';
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may come in. */
    asks?: Asks;
    /** Why everybody may. */
    open?: string;
  }
}

const guarded = new WeakMap<FastifyInstance, RouteOptions[]>();

/** All routes of a server, with what each asks. */
export function routesOf(app: FastifyInstance): readonly RouteOptions[] {
  return guarded.get(app) ?? [];
}

/**
 * Each route says who may come in (`config.asks`) or why everybody may (`openToAll`), and what it says is what is held
 * and what stands in OpenAPI. A server with a route that says neither does not start: a forgotten check must not be an
 * open door (trust.md §3.6, trust row 100).
 */
export function guardRoutes(app: FastifyInstance, house: House): void {
  const routes: RouteOptions[] = [];
  guarded.set(app, routes);
  app.addHook('onRoute', (route) => {
    routes.push(route);
    const asks = route.config?.asks;
    // HEAD is made of GET with all that stands on it.
    if (!asks || route.method === 'HEAD') return;
    const { scope, right, looks } = asks;
    const check: onRequestHookHandler = (request: FastifyRequest) => assertScope(request, house, scope, asks);
    route.onRequest = [check, ...[route.onRequest ?? []].flat()];
    const shown = { scope, ...(right ? { right } : {}), ...(looks ? { looks } : {}) };
    route.schema = { ...route.schema, security: [{ key: [] }], 'x-asks': shown } as RouteOptions['schema'];
  });
  app.addHook('onReady', (done) => {
    const undecided = routes.filter(({ config }) => !config?.asks && !config?.open);
    const names = undecided.map(({ method, url }) => `${[method].flat().join('|')} ${url}`);
    done(names.length === 0 ? undefined : new Error(`Nothing says who may come in by ${names.join(', ')}`));
  });
}

/** Everybody may come in by the routes that this plugin adds from here on and that ask for nothing, and this is why. */
export function openToAll(app: FastifyInstance, why: string): void {
  app.addHook('onRoute', (route) => {
    if (!route.config?.asks) route.config = { ...route.config, open: why };
  });
}
