/**
 * The doors of Target in the OpenAPI document (recommendations §2). What they take is read leniently, since any refusal
 * costs the SDK eleven requests; the schemas say what is understood.
 */
const text = (maxLength: number, description?: string) => ({
  type: 'string',
  maxLength,
  ...(description === undefined ? {} : { description }),
});
const object = (properties: Record<string, unknown>, required: string[] = []) => ({
  type: 'object',
  properties,
  ...(required.length > 0 ? { required } : {}),
});
const list = (items: unknown, maxItems: number) => ({ type: 'array', items, maxItems });
const named = (name: string, where: 'query' | 'path', description: string) => ({
  name,
  in: where,
  required: where === 'path',
  description,
  schema: { type: 'string' },
});
const says = (description: string) => ({ description });
const json = (schema: unknown) => ({ required: true, content: { 'application/json': { schema } } });

const details = {
  parameters: {
    type: 'object',
    description:
      'entity.id, entity.categoryId, entity.event.detailsOnly, entity.…, user.categoryId, cartIds, excludedIds; and of our own criterion, limit, backup, format. Nested objects are taken for names with dots.',
  },
  profileParameters: { type: 'object', description: 'Known of the person from now on; with a secret key only' },
  product: object({ id: text(128), categoryId: text(128) }),
  order: object({
    id: text(250),
    total: { type: 'number', minimum: 0 },
    purchasedProductIds: list(text(128), 1000),
    time: { type: 'string', format: 'date-time' },
    duplicate: { type: 'boolean' },
  }),
};
const mboxes = list(object({ index: { type: 'integer' }, name: text(250), ...details }, ['name']), 50);
const views = list(object({ name: text(128), key: text(512), ...details }), 50);

const deliveryBody = object({
  requestId: text(128, 'What is told under it counts once'),
  id: object({
    tntId: text(128),
    thirdPartyId: text(256),
    marketingCloudVisitorId: text(38, 'ECID'),
    customerIds: list(
      object({
        id: text(128),
        integrationCode: text(50),
        authenticatedState: { enum: ['unknown', 'authenticated', 'logged_out'] },
      }),
      20,
    ),
  }),
  property: object({ token: text(128, 'Id of a datastream') }),
  context: object({ channel: { enum: ['web', 'mobile'] }, userAgent: text(1024), beacon: { type: 'boolean' } }),
  preview: object({
    token: text(4096, 'From POST /v1/activities/{key}/preview-token: shows that activity; nothing counts'),
  }),
  qaMode: object({ token: text(4096, 'The same'), listedActivitiesOnly: { type: 'boolean' } }),
  trace: object({ authorizationToken: text(512, 'A secret key with the scope recommend or read') }),
  execute: object({ pageLoad: object(details), mboxes }),
  prefetch: object({ pageLoad: object(details), mboxes, views }),
  notifications: list(
    object({
      id: text(200),
      type: { enum: ['display', 'click'] },
      timestamp: { type: 'integer' },
      tokens: list(text(1024), 50),
      ...details,
    }),
    200,
  ),
});

const responses = {
  200: says('What to show; a place with nothing to show comes back without options'),
  204: says('Kept; the caller asked for no body (context.beacon)'),
  400: says('{status, message}: the body is not understood'),
  403: says('{status, message}: that page may not ask, or a secret key came from a page'),
  413: says('{status, message}: larger than 1 MiB'),
  503: says('{status, message}: nothing was kept; try again after Retry-After'),
};
const session = named('sessionId', 'query', 'Session of the visitor');
const deliveryQuery = [
  named('client', 'query', 'Id of a datastream, or any name of the shop; this or imsOrgId is needed'),
  named('imsOrgId', 'query', 'Organisation of a datastream'),
  session,
];
const flat = [
  named('client', 'path', 'Id of a datastream, or any name of the shop'),
  named('mbox', 'query', 'Name of the mbox'),
  named('mboxPC', 'query', 'tntId'),
  named('mboxSession', 'query', 'Session of the visitor'),
  named('mboxRid', 'query', 'Request id: what is told under it counts once'),
  named('mbox3rdPartyId', 'query', 'thirdPartyId; read with a secret key only'),
];
const tags = ['Target'];

/** OpenAPI paths. Each stands below `/t/{key}`, too, for callers that can set no header. */
export const deliveryDoors = {
  '/rest/v1/delivery': {
    post: {
      tags,
      summary: 'Recommendations for the Target SDK, and what its visitors do',
      security: [{}, { key: [] }],
      parameters: deliveryQuery,
      requestBody: json(deliveryBody),
      responses,
    },
  },
  '/rest/v1/mbox': {
    post: {
      tags,
      summary: 'One mbox, the older form',
      security: [{}, { key: [] }],
      parameters: deliveryQuery,
      requestBody: json(
        object(
          {
            mbox: text(250),
            tntId: text(128),
            thirdPartyId: text(256),
            mboxParameters: details.parameters,
            profileParameters: details.profileParameters,
          },
          ['mbox'],
        ),
      ),
      responses: {
        ...responses,
        200: says('tntId or thirdPartyId, and content as one text; empty when there is none'),
      },
    },
  },
  '/m2/{client}/ubox/raw': {
    get: {
      tags,
      summary: 'Rawbox: what an mbox shows, as it is',
      parameters: [...flat, named('mboxDefault', 'query', 'Answered when there is nothing to show')],
      responses: { 200: says('HTML, JSON, or mboxDefault as text'), 400: says('In words'), 503: responses[503] },
    },
  },
  '/m2/{client}/mbox/json': {
    get: {
      tags,
      summary: 'One mbox as at.js 1 asks for it; also by POST, as a form',
      parameters: flat,
      responses: { ...responses, 200: says('tntId and offers; no offer when there is nothing to show') },
    },
  },
};
