import { deliveryDoors } from './delivery-document.ts';

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

const segment = (summary: string) => ({
  post: operation('Segment', summary, {
    200: 'success: true, and in a batch what was refused',
    400: 'Nothing could be taken; libraries do not send that again',
    401: 'No write key, or none in force',
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
  '/v1/schema/journey': page('The JSON Schema of a journey, for editors; without a key'),
  '/v1/schema/activity': page('The JSON Schema of an activity of a place; without a key'),
  '/v1/schema/template': page('The JSON Schema of a message template, for editors; without a key'),
  '/v1/schema/component': page('The JSON Schema of a component of messages, for editors; without a key'),
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
  '/v1/identify': segment('Who somebody is; with a secret key it counts as said by the shop'),
  '/v1/track': segment('What somebody did; e-commerce names are understood. analytics.js posts /v1/t, and so on'),
  '/v1/page': segment('A page was opened'),
  '/v1/screen': segment('A screen of an app was opened'),
  '/v1/alias': segment('Two names are one person; with a secret key'),
  '/v1/group': segment('Somebody belongs to a group; kept, and changes nobody'),
  '/v1/batch': segment('Several of these at once, each with its type; also /v1/b, /v1/import and /beacon/v1/batch'),
  '/v1/projects/{key}/settings': {
    get: operation('Segment', 'Settings as analytics.js asks its CDN for them', {
      200: 'Settings',
      401: 'No such key',
    }),
  },
  '/sourceConfig': {
    get: operation('Segment', 'Settings as RudderStack asks its control plane for them', {
      200: 'Settings',
      401: 'No such key',
    }),
  },
  ...deliveryDoors,
  '/hooks/{key}': {
    post: operation('Webhooks', 'A signed delivery of a shop platform or another sender', {
      200: 'What was kept, repeated, refused or ignored',
      400: 'Not JSON, or nothing could be made of it',
      401: 'Not signed, wrongly signed, or too old',
      404: 'No such webhook',
      413: 'Larger than 1 MiB',
      503: 'Try again after Retry-After',
    }),
  },
  '/forms/signup.js': page('Brings sign-up forms on a page to life'),
  '/consent-banner.js': page('A cookie banner that speaks with the Web SDK'),
  '/forms/{key}': {
    get: operation('Forms', 'A sign-up form as a page; its words, where JSON is asked for', {
      200: 'The form',
      403: 'Not from this origin',
      404: 'No such form',
    }),
    post: operation('Forms', 'Somebody signs up: email, consent and, where asked, firstName; urlencoded or JSON', {
      200: 'The same for every address: a mail asks for the confirmation',
      400: 'No address, or the box is not ticked',
      403: 'Not from this origin',
      404: 'No such form',
      429: 'Too many from one network; Retry-After says how long',
    }),
  },
  '/o/{token}': {
    get: operation('Links in mails', 'Asks whether it was meant; changes nothing', {
      200: 'The question, or that it holds already',
      404: 'Not one of our links',
      410: 'Too late',
    }),
    post: operation('Links in mails', 'Confirms a sign-up', {
      200: 'It holds, now or since before',
      404: 'Not one of our links',
      410: 'Too late; nothing was changed',
    }),
  },
  '/c/{token}': {
    get: operation('Links in mails', 'A click: on to the shop', {
      302: 'Where the link leads',
      404: 'Not one of our links',
    }),
  },
  '/p/{token}': {
    get: operation('Links in mails', 'The picture that tells of an opening', { 200: 'One transparent point' }),
  },
  '/l/{token}': {
    get: operation(
      'Links in mails',
      'The page of an item of a mail, or of what stands in for it; with .png its price and stock, drawn now',
      {
        200: 'The picture',
        302: 'The page',
        404: 'Not one of our links, or older than 90 days',
        503: 'Too many are drawn at the moment',
      },
    ),
  },
  '/m/{token}': {
    get: operation('Links in mails', 'The mail in a browser', {
      200: 'The mail',
      404: 'Not one of our links',
      410: 'What it showed is gone',
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
