import type { FastifyInstance } from 'fastify';
import { BeckonError } from '../base/index.ts';
import type { RecsError } from './contract-target-recs.ts';
import { RecsProblem } from './contract-target-recs.ts';
import { doors, furnish } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { recsCatalogDoors } from './target-recs-catalog.ts';
import { recsCriterionDoors } from './target-recs-criteria.ts';
import { recsDefinitionDoors } from './target-recs-define.ts';
import { recsDesignDoors } from './target-recs-design.ts';

const before = '/:tenant/target/recs';
const contentType = 'application/vnd.adobe.target.v1+json;charset=UTF-8';

/**
 * `/{tenant}/target/recs`: the admin API of Target Recommendations, over our catalogue, rules, designs and criteria
 * (recommendations §3). Any tenant is this shop; a secret key of ours is the Bearer.
 */
export async function targetRecsRoutes(app: FastifyInstance, { house }: { house: House }): Promise<void> {
  furnish(app, house, (error, _request, reply) => {
    const { status, retryAfter } = error;
    if (retryAfter !== undefined) void reply.header('retry-after', String(Math.ceil(retryAfter)));
    if (status === 401) void reply.header('www-authenticate', 'Bearer realm="beckon"');
    return reply
      .code(status)
      .headers({ 'content-type': contentType, 'cache-control': 'no-store' })
      .send(JSON.stringify({ status, errors: [errorOf(error)] }));
  });
  const make = doors(app, { before, tag: 'Target admin', contentType, problem: RecsProblem });
  recsCatalogDoors(make, house);
  recsDefinitionDoors(make, house);
  recsDesignDoors(make, house);
  recsCriterionDoors(make, house);
  app.all(`${before}/*`, { schema: { hide: true }, config: { open: 'there is nothing' } }, (request) => {
    throw new BeckonError(errors.API_NOT_FOUND, `There is no door ${request.method} ${request.url.split('?', 1)[0]}`);
  });
}

/** Our code is the key, so that its page is found. */
function errorOf({ code, message, mend, where }: BeckonError): RecsError {
  return { key: code, keyArguments: where === undefined ? [] : [where], text: `${message}. ${mend}` };
}
