import { defineErrors } from '../base/index.ts';

export const errors = defineErrors({
  JOURNEY_INVALID: { status: 422, mend: 'Mend what is named and send the whole document again; nothing was saved' },
  JOURNEY_UNKNOWN: { status: 404, mend: 'GET /v1/journeys lists the journeys there are' },
  JOURNEY_KEY_REFUSED: { status: 400, mend: 'Use lower-case letters, digits and hyphens, 1 to 60 of them' },
  ACTION_TARGET_REFUSED: {
    status: 400,
    mend: 'Call a public https address on port 443, or a path of this server that begins with /',
  },
  ACTION_FAILED: { status: 502, mend: 'See the status in the run; the call is tried again as the action says' },
});
