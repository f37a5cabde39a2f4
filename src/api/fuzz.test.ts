import * as fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { beforeAll, expect, it } from 'vitest';
import { fakeHouse, secretKey } from '../../test/support/house.ts';
import { buildServer } from './server.ts';

let app: FastifyInstance;
beforeAll(async () => {
  app = await buildServer(fakeHouse());
});

const doors = [
  '/ee/v1/interact?configId=demo',
  '/ee/or2/v1/collect?configId=demo&requestId=r',
  '/ee/v1/identity/acquire?configId=demo',
  '/ee/v1/privacy/set-consent?configId=demo',
  '/ee/v2/interact?datastreamId=demo',
  '/ee/v2/collect?datastreamId=demo',
  '/rest/v1/delivery?client=acme',
  '/v1/items',
  '/v1/profiles',
  '/v1/events',
  '/v1/recommendations',
  '/v1/keys',
  '/v1/batch',
  '/v1/identify',
  '/v1/track',
  '/v1/webhooks/shop',
  '/u/good',
];
const words = [
  'event',
  'events',
  'xdm',
  'data',
  '__beckon',
  'identityToken',
  'query',
  'personalization',
  'decisionScopes',
  'surfaces',
  '_experience',
  'decisioning',
  'propositions',
  'primary',
  'meta',
  'state',
  'entries',
  'consent',
  'identityMap',
  'ECID',
  'id',
  'execute',
  'mboxes',
  'identities',
  'batch',
  'type',
  'anonymousId',
  'properties',
  'traits',
  'criterion',
  'value',
  'kind',
  '__adobe',
  'target',
  'entity.event.detailsOnly',
  'context',
  'parameters',
  'order',
  'notifications',
];

const body = fc.oneof(
  fc.string(),
  fc.json(),
  fc
    .letrec((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...words), tie('node')),
      ),
    }))
    .node.map((value) => JSON.stringify(value)),
);

/** Printed with the result; another one by `BECKON_FUZZ_SEED`. */
const seed = Number(process.env['BECKON_FUZZ_SEED'] ?? 20261124);

it(`no body at any door makes the house fail: what is refused is refused with a reason (seed ${seed})`, async () => {
  const types = fc.constantFrom('application/json', 'text/plain', 'application/x-ndjson', 'text/csv', 'x');
  const numRuns = Number(process.env['BECKON_FUZZ'] ?? 300);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...doors), body, types, async (url, payload, type) => {
      const reply = await app.inject({
        method: 'POST',
        url,
        payload,
        headers: { host: 'localhost:8080', 'content-type': type, authorization: `Bearer ${secretKey}` },
      });
      expect([url, reply.statusCode < 500, reply.body.slice(0, 200)]).toEqual([url, true, reply.body.slice(0, 200)]);
    }),
    { numRuns, seed },
  );
});

it(`no header or address makes the house fail (seed ${seed})`, async () => {
  const text = fc.string({ unit: 'grapheme-ascii' });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('/', '/v1/profiles/', '/c/', '/u/', '/docs/', '/shop/', '/ee/'),
      text,
      text,
      async (start, rest, header) => {
        const headers = {
          host: header,
          cookie: header,
          origin: header,
          authorization: header,
          'user-agent': header,
          referer: header,
        };
        const reply = await app.inject({ method: 'GET', url: start + encodeURIComponent(rest), headers });
        expect(reply.statusCode === 503 ? reply.body.includes('not built') : reply.statusCode < 500).toBe(true);
      },
    ),
    { numRuns: 150, seed },
  );
});
