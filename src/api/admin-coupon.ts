import { Type, type TSchema } from 'typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BeckonError } from '../base/index.ts';
import { CouponPool, type PoolView as Known } from '../message/index.ts';
import { Problem } from './contract.ts';
import { PoolReport, PoolView } from './contract-sender.ts';
import { CouponFile } from './coupon-file.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { asText, dig } from './json.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** Doors to pools of codes, of which each recipient gets one of their own. */
export function couponDoors(make: Make, app: FastifyInstance, house: House): void {
  const { coupons } = house;
  make({
    method: 'GET',
    path: '/coupon-pools',
    scope: 'read',
    summary: 'The coupon pools, with how many codes of each are free, used and expired.',
    answer: Type.Object({ pools: Type.Array(PoolView) }),
    work: async () => ({ pools: (await coupons.list()).map(viewOf) }),
  });
  make({
    method: 'GET',
    path: '/coupon-pools/:key',
    scope: 'read',
    summary: 'One pool. Its codes are shown by nobody: each is known to the mail that got it.',
    answer: PoolView,
    work: async (call) => viewOf(await coupons.get(call.part('key'))),
  });
  make({
    method: 'PUT',
    path: '/coupon-pools/:key',
    scope: 'journeys',
    summary: 'Make a pool or change how it is given out; its codes stay as they are.',
    body: CouponPool,
    answer: PoolView,
    work: async (call) => viewOf(await coupons.put(call.part('key'), call.body)),
  });
  make({
    method: 'DELETE',
    path: '/coupon-pools/:key',
    scope: 'journeys',
    summary: 'Remove a pool that never had a code.',
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async (call) => {
      await coupons.remove(call.part('key'));
      return { removed: true };
    },
  });
  make({
    method: 'DELETE',
    path: '/coupon-pools/:key/codes',
    scope: 'journeys',
    summary: 'Withdraw the free codes of a pool: none of them is given out any more. Those given out stay known.',
    answer: Type.Object({ withdrawn: Type.Integer() }),
    work: async (call) => ({ withdrawn: await coupons.withdraw(call.part('key')) }),
  });
  void app.register(async (child) => uploadDoor(child, house));
}

function uploadDoor(app: FastifyInstance, house: House): void {
  app.removeAllContentTypeParsers();
  for (const kind of ['text/csv', 'application/x-ndjson'])
    app.addContentTypeParser(kind, (_request, payload, done) => done(null, payload));
  app.route({
    method: 'POST',
    url: '/coupon-pools/:key/codes',
    schema: {
      tags: ['coupon-pools'],
      summary:
        'Bring codes in: CSV with a column `code` and if wanted `expires`, or NDJSON of the same. What was ever in the pool is not added again. `dryRun=true` reads and reports, and keeps nothing.',
      consumes: ['text/csv', 'application/x-ndjson'],
      params: Type.Object({ key: Type.String() }),
      querystring: Type.Object({
        dryRun: Type.Optional(Type.String({ description: '`true`: keep nothing' })),
        expires: Type.Optional(Type.String({ description: 'ISO 8601, for rows that do not say' })),
      }),
      response: {
        200: { description: 'Done', ...PoolReport },
        default: { description: 'Problem', ...Problem },
      },
    },
    config: { asks: { scope: 'journeys' } },
    handler: async (request, reply) => {
      const { key } = await house.coupons.get(asText(dig(request.params, 'key'), 400) ?? '');
      const file = new CouponFile(house.coupons, { key, ...optionsOf(request) });
      const kind = (request.headers['content-type'] ?? '').startsWith('text/csv') ? 'csv' : 'ndjson';
      const report = await file.take(request.body as AsyncIterable<Buffer>, kind);
      return reply.header('cache-control', 'no-store').type('application/json').send(JSON.stringify(report));
    },
  });
}

function optionsOf(request: FastifyRequest): { dryRun: boolean; expiresAt: number | null } {
  const [dryRun, expires] = [asText(dig(request.query, 'dryRun'), 10), asText(dig(request.query, 'expires'), 40)];
  if (dryRun !== undefined && dryRun !== 'true' && dryRun !== 'false')
    throw new BeckonError(errors.API_INPUT_INVALID, `"${dryRun}" is neither true nor false`, { where: 'dryRun' });
  const expiresAt = expires === undefined ? null : Date.parse(expires);
  if (Number.isNaN(expiresAt))
    throw new BeckonError(errors.API_INPUT_INVALID, `"${expires}" is no time`, { where: 'expires' });
  return { dryRun: dryRun === 'true', expiresAt };
}

function viewOf(view: Known): PoolView {
  return { ...view, nextExpiry: view.nextExpiry === null ? null : new Date(view.nextExpiry).toISOString() };
}
