import { defineErrors } from '../base/index.ts';

export const errors = defineErrors({
  JOURNEY_INVALID: { status: 422, mend: 'Mend what is named and send the whole document again; nothing was saved' },
  JOURNEY_UNKNOWN: { status: 404, mend: 'GET /v1/journeys lists the journeys there are' },
  ACTION_TARGET_REFUSED: {
    status: 400,
    mend: 'Call a public https address on port 443, or a path of this server that begins with /',
  },
});
