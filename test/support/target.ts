import type { FastifyInstance } from 'fastify';

/** The device of these tests. */
export const ecid = '68187600317341425678987023915110697186';

/** One place of an answer. */
export interface AnsweredPlace {
  index: number;
  name: string;
  key?: string;
  options?: { type: string; content: unknown; eventToken: string; responseTokens: Record<string, string> }[];
  metrics?: { type: string; eventToken: string; selector?: string }[];
  trace?: Record<string, unknown>;
}

export interface DeliveryAnswer {
  status: number;
  id: { tntId: string; customerIds?: object[] };
  requestId: string;
  client: string;
  edgeHost?: string;
  execute: { mboxes: AnsweredPlace[]; pageLoad: AnsweredPlace };
  prefetch: { mboxes: AnsweredPlace[]; pageLoad: AnsweredPlace; views: AnsweredPlace[] };
  notifications: { id: string }[];
}

/** Posts a Delivery request as the SDK does. */
export function deliver(
  app: FastifyInstance,
  body: unknown,
  more: { key?: string; url?: string; headers?: Record<string, string> } = {},
) {
  return app.inject({
    method: 'POST',
    url: more.url ?? '/rest/v1/delivery?imsOrgId=DEMO%40AdobeOrg&sessionId=s1',
    headers: {
      'content-type': 'application/json',
      ...(more.key ? { authorization: `Bearer ${more.key}` } : {}),
      ...more.headers,
    },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** A request with one mbox to execute. */
export const mbox = (name: string, more: object = {}) => ({
  context: { channel: 'web' },
  execute: { mboxes: [{ index: 0, name, ...more }] },
});
