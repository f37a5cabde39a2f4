import fastify, { type FastifyInstance, type RouteOptions } from 'fastify';
import { beforeAll, describe, expect, it } from 'vitest';
import { fakeHouse, publishableKey } from '../../test/support/house.ts';
import { scopes } from './contract-in.ts';
import { guardRoutes, routesOf, type Asks } from './guard.ts';
import { buildServer } from './server.ts';

/** What everybody may open: whoever adds to it decides so here. */
const openToEverybody = [
  /^\/ee\/(?!(:region\([^)]*\)\/)?v2\/)/,
  /^(\/t\/:key)?\/(rest\/v1\/(delivery|mbox)|m2\/:client\/(ubox\/raw|mbox\/json))$/,
  /^\/v1\/([ptsigab]|identify|track|page|screen|alias|group|batch|import|projects\/:key\/settings)$/,
  /^\/(sourceConfig|beacon\/v1\/batch|v1\/b|v1\/m)$/,
  /^\/hooks\/(mail\/)?:key$/,
  /^\/[cplmuo]\/:token(\/choices)?$/,
  /^\/(forms\/(signup\.js|:key)|consent-banner\.js)$/,
  /^\/v1\/(me|session(\/(set-up|choose|link|service|service\/back))?)$/,
  /^\/docs\/api(\/:group)?$/,
  /^\/(healthz|readyz|openapi\.json|v1\/schema\/(journey|activity|template|component))$/,
  /\/target\/recs\/\*$/,
];

let app: FastifyInstance;
let asking: { method: string; url: string; asks: Asks }[];
beforeAll(async () => {
  const house = fakeHouse();
  const { admit } = house.keys;
  // A key for each scope, by its name.
  house.keys.admit = async (text) => {
    const scope = /^only-(.+)$/.exec(text)?.[1];
    return scope === undefined
      ? admit(text)
      : { id: '018f0000-0000-7000-8000-000000000001', kind: 'secret', scopes: [scope] };
  };
  app = await buildServer(house);
  asking = routesOf(app).flatMap(({ config, ...route }) =>
    config?.asks ? methodsOf(route).map((method) => ({ method, url: route.url, asks: config.asks! })) : [],
  );
});

const methodsOf = ({ method }: Pick<RouteOptions, 'method'>) => [method].flat().filter((one) => one !== 'HEAD');

/** What a call without a body is told about its key, if it is refused for that. */
async function refusal(method: string, url: string, key?: string): Promise<string | null> {
  const asked = {
    method: method as 'GET',
    url: url.replaceAll(/(?<!:):(?!:)[a-z]+(\([^)]*\))?/gi, 'or2').replaceAll('::', ':'),
    ...(key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } }),
  };
  // A file whose making breaks off was begun: who asked had been let in.
  const answer = await app.inject(asked).catch(() => null);
  const isTurnedAway = answer?.statusCode === 401 || answer?.statusCode === 403;
  return isTurnedAway ? (/API_KEY_\w+/.exec(answer.body)?.[0] ?? null) : null;
}

describe('who may come in (trust.md §3.6, trust row 100)', () => {
  it('is said by every route; a server with one that says nothing does not start', async () => {
    const bare = fastify();
    guardRoutes(bare, fakeHouse());
    bare.get('/forgotten', async () => 'everything');
    await expect(bare.ready()).rejects.toThrow('Nothing says who may come in by GET /forgotten');
  });

  it('is everybody at the doors of this list, and at no other', () => {
    const others = routesOf(app)
      .filter(({ config }) => config?.open !== undefined && config.open !== 'pages hold nobody’s data')
      .map(({ url }) => url)
      .filter((url) => !openToEverybody.some((known) => known.test(url)));
    expect([...new Set(others)]).toEqual([]);
    const gone = openToEverybody.filter((known) => !routesOf(app).some(({ url }) => known.test(url)));
    expect(gone).toEqual([]);
  });

  it('is nobody without a key, and nobody with one that only collects, at all others', async () => {
    expect(asking.length).toBeGreaterThan(250);
    const wrong: string[] = [];
    for (const { method, url } of asking) {
      const without = await refusal(method, url);
      const collecting = await refusal(method, url, publishableKey);
      if (without !== 'API_KEY_MISSING' || collecting !== 'API_KEY_NOT_ENOUGH') wrong.push(`${method} ${url}`);
    }
    expect(wrong).toEqual([]);
  });

  it('is whoever has the one scope that is asked, and no other', async () => {
    const wrong: string[] = [];
    for (const { method, url, asks } of asking)
      for (const scope of scopes) {
        // Bodies and parts are made up: a call that passes is refused for those, or not at all.
        const isRefused = (await refusal(method, url, `only-${scope}`)) !== null;
        const may = scope === '*' || scope === asks.scope;
        if (isRefused === may) wrong.push(`${scope} ${method} ${url}`);
      }
    expect(wrong).toEqual([]);
  });
});
