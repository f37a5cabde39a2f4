import type { FastifyInstance } from 'fastify';

/** What the unmodified Web SDK sends, trimmed from captures 01–10, and how its answers are read. */
export const ecid = '68187600317341425678987023915110697186';
export const captured = 'CiY2ODE4NzYwMDMxNzM0MTQyNTY3ODk4NzAyMzkxNTExMDY5NzE4NlIOCLrHntGgNBgBKgNPUjLwAbrHntGgNA==';
export const identityCookie = 'kndctr_DEMO_AdobeOrg_identity';
export const consentCookie = 'kndctr_DEMO_AdobeOrg_consent';
export const origin = 'http://localhost:8080';

export interface Sent {
  action?: string;
  body?: unknown;
  headers?: Record<string, string>;
  query?: string;
  region?: string;
}

/** Sends as alloy does: JSON as text/plain, from a page on localhost. */
export function sendTo(
  app: FastifyInstance,
  { action = 'interact', body = {}, headers = {}, query = 'configId=demo&requestId=r1', region = '' }: Sent,
) {
  return app.inject({
    method: 'POST',
    url: `/ee/${region}v1/${action}?${query}`,
    headers: {
      host: 'localhost:8080',
      'content-type': 'text/plain; charset=UTF-8',
      origin,
      referer: `${origin}/page.html`,
      ...headers,
    },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

export const state = (entries?: { key: string; value: string }[]) => ({
  queueTimeMillis: 41,
  state: { domain: '', cookiesEnabled: true, ...(entries ? { entries } : {}) },
});
export const fetchEcid = { identity: { fetch: ['ECID'] } };
export const knownVisitor = state([{ key: identityCookie, value: captured }]);

export const pageView = {
  events: [
    {
      xdm: {
        eventType: 'web.webpagedetails.pageViews',
        web: { webPageDetails: { URL: `${origin}/page.html`, name: 'home', pageViews: { value: 1 } } },
        placeContext: { ianaTimezone: 'UTC' },
        timestamp: '2026-11-23T20:44:59.652Z',
      },
      query: { personalization: { schemas: [], decisionScopes: ['__view__'], surfaces: [] } },
    },
  ],
  query: fetchEcid,
  meta: state(),
};

export const commerce = (measure: string, meta: object = knownVisitor, more: object = {}) => ({
  events: [
    {
      xdm: {
        eventType: `commerce.${measure}`,
        commerce: { [measure]: { value: 1 }, ...more },
        productListItems: [{ SKU: 'SKU-1', name: 'Blue shoe', quantity: 1, priceTotal: 49.5, currencyCode: 'EUR' }],
      },
    },
  ],
  query: fetchEcid,
  meta,
});

export interface Answer {
  requestId: string;
  handle: {
    type: string;
    payload: { key?: string; value?: string; id?: string; attrs?: object }[];
    eventIndex?: number;
  }[];
}
export const handleOf = (answer: Answer, type: string) => answer.handle.find((handle) => handle.type === type);
export const stored = (answer: Answer, key: string) =>
  handleOf(answer, 'state:store')?.payload.find((entry) => entry.key === key)?.value;
