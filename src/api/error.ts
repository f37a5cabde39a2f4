import { defineErrors } from '../base/index.ts';

/** Errors of the doors. Each has its page in docs/error. */
export const errors = defineErrors({
  API_JSON_UNREADABLE: { status: 400, mend: 'Send well-formed JSON in UTF-8' },
  API_JSON_TOO_DEEP: { status: 400, mend: 'Flatten the data: the depth of a body is limited' },
  API_JSON_REFUSED: {
    status: 400,
    mend: 'Remove the key or value that is named; docs/error/API_JSON_REFUSED.md has the limits',
  },
  API_BODY_TOO_LARGE: {
    status: 413,
    mend: 'Send less at a time: 1 MiB at the edge, 10 MiB for items, profiles and events',
  },
  API_INPUT_INVALID: { status: 400, mend: 'Correct the field that is named; /openapi.json has the schema' },
  API_NOT_FOUND: { status: 404, mend: 'Check the address; /openapi.json lists every door' },
  API_SERVED_ELSEWHERE: {
    status: 421,
    mend: 'Send it to a process with that role; docs/guide/operate.md says how addresses are shared out',
  },
  API_METHOD_UNSUPPORTED: { status: 415, mend: 'Send application/json, application/x-ndjson or, for items, text/csv' },
  API_KEY_MISSING: {
    status: 401,
    mend: 'Send Authorization: Bearer KEY with a secret key; the demo prints one when it starts, elsewhere BECKON_ADMIN_KEY sets the first',
  },
  API_KEY_UNKNOWN: { status: 401, mend: 'Use a key that exists and was not revoked; POST /v1/keys makes one' },
  API_KEY_NOT_ENOUGH: { status: 403, mend: 'Use a secret key that has the scope which is named' },
  API_ORIGIN_REFUSED: { status: 403, mend: 'Add the origin to allowedOrigins of the datastream' },
  API_STUDIO_CLOSED: {
    status: 403,
    mend: 'Open the studio on the machine it runs on, by http://localhost, or by the set-up link that Beckon prints when it starts; no password is set yet',
  },
  API_PAGE_UNPROVEN: {
    status: 403,
    mend: 'Load the studio again; with a key of its own a program needs no proof',
  },
  API_CLOCK_FIXED: { status: 409, mend: 'Start with --clock virtual to move time; the demo does' },
  API_MAILBOX_ABSENT: {
    status: 404,
    mend: 'The mailbox exists only while mail goes to the built-in one, that is without --smtp',
  },
  SEGMENT_KEY_MISSING: {
    status: 401,
    mend: 'Send the write key as the user name of Basic authorization, or as "writeKey" in the body',
  },
  SEGMENT_BODY_TOO_LARGE: {
    status: 400,
    mend: 'Send at most 1 MiB and 1000 messages at a time, and 256 KB a message; libraries call it flushAt or maxBatchSize',
  },
  WEBHOOK_UNSIGNED: {
    status: 401,
    mend: 'Let the sender sign the body as it leaves, and name the header in the webhook; PUT /v1/webhooks/{key} has it',
  },
  WEBHOOK_SIGNATURE_WRONG: {
    status: 401,
    mend: 'Give sender and webhook the same secret, and let nothing between them change the body',
  },
  WEBHOOK_STALE: {
    status: 401,
    mend: "Set the sender's clock, or widen the tolerance of the webhook's signature",
  },
  WEBHOOK_SECRET_LOST: {
    status: 503,
    mend: 'Set the secret of the webhook again: it was sealed under another installation secret',
  },
  WEBHOOK_MAPPING_FAULT: { status: 400, mend: 'Mend the expression of the mapping that is named, or the body' },
  TARGET_ALL_UNCONFIRMED: {
    status: 400,
    mend: 'Name the items in ids, or add all=true when every item is meant to go',
  },
  TARGET_CANNOT_SAY: {
    status: 409,
    mend: 'Change it by the doors of /v1 or in the studio, or make a new one',
  },
  TARGET_NOT_OFFERED: { status: 422, mend: 'docs/recommend/target-admin.md has what stands in its place' },
  API_TOO_MANY: { status: 429, mend: 'Wait for the seconds in Retry-After, and send events in batches' },
  API_BUSY: { status: 503, mend: 'Try again after the time in Retry-After; the same request id is kept once' },
  API_INTERNAL: { status: 500, mend: 'Look at the log line with the same request id, and report it' },
});
