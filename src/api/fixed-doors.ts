/**
 * Doors that are no part of `/v1` and stay where they are: pages, the Web SDK's wire protocol, links in mails. They have
 * wire formats of their own (edge-protocol.md), so the document names them and says what they are for.
 */
type Operation = { tags: string[]; summary: string; responses: Record<string, { description: string }> };

const operation = (tag: string, summary: string, responses: Record<string, string>): Operation => ({
  tags: [tag],
  summary,
  responses: Object.fromEntries(Object.entries(responses).map(([status, description]) => [status, { description }])),
});

const page = (summary: string) => ({ get: operation('Pages', summary, { 200: 'The page' }) });
const edge = (summary: string, good: Record<string, string>) => ({
  post: operation('Web SDK', summary, {
    ...good,
    400: 'application/problem+json with an EXEG code',
    503: 'Try again after Retry-After',
  }),
});

/** OpenAPI paths of the fixed doors. `/ee` takes a region before `v1`, too. */
export const fixedDoors = {
  '/': page('The studio'),
  '/shop': page('The demo shop; only with the demo'),
  '/mailbox': page('The built-in mailbox; only when no mail server is set'),
  '/docs': page('The documentation'),
  '/alloy.min.js': page('The Web SDK as Adobe publishes it'),
  '/edge-dev.js': page('Development shim: sends the Web SDK to this server on loopback'),
  '/openapi.json': page('This document'),
  '/ee/v1/interact': edge('Events, answered with identity and decisions', { 200: 'requestId and handle' }),
  '/ee/v1/collect': edge('Events by beacon', { 204: 'Kept' }),
  '/ee/v1/identity/acquire': edge('An identity for a visitor', { 200: 'requestId and handle' }),
  '/ee/v1/privacy/set-consent': edge('The visitor allows or declines collecting', { 200: 'requestId and handle' }),
  '/ee/v2/interact': edge('The shop’s server: one event with a secret key, answered with decisions', {
    200: 'requestId and handle',
    401: 'No key, or one that is not known',
  }),
  '/ee/v2/collect': edge('The shop’s server: events with a secret key, each naming whom it is about', {
    202: 'requestId; kept',
    204: 'Kept, with silent=true',
    401: 'No key, or one that is not known',
  }),
  '/c/{token}': {
    get: operation('Links in mails', 'A click: on to the shop', {
      302: 'Where the link leads',
      404: 'Not one of our links',
    }),
  },
  '/u/{token}': {
    get: operation('Links in mails', 'Asks whether to unsubscribe; changes nothing', {
      200: 'The page',
      404: 'Not one of our links',
    }),
    post: operation('Links in mails', 'Unsubscribes, RFC 8058', {
      200: 'Done, or nothing to do',
      400: 'Not the one-click body',
    }),
  },
};
