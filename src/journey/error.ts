import { defineErrors } from '../base/index.ts';

export const errors = defineErrors({
  JOURNEY_INVALID: { status: 422, mend: 'Mend what is named and send the whole document again; nothing was saved' },
  JOURNEY_UNKNOWN: { status: 404, mend: 'GET /v1/journeys lists the journeys there are' },
  JOURNEY_NOT_SO: {
    status: 409,
    mend: 'GET /v1/journeys/{key} tells its status; docs/guide/journeys.md has what can be done in which',
  },
  JOURNEY_CHANGED: {
    status: 409,
    mend: 'Read the journey again, bring both changes together, and send it with the revision that was read',
  },
  STORY_INVALID: { status: 422, mend: 'Mend what is named; docs/guide/stories.md shows a whole story' },
  SIMULATION_INVALID: {
    status: 422,
    mend: 'Mend what is named; docs/guide/simulate.md shows what can be asked. Nothing was simulated',
  },
  SIMULATION_UNKNOWN: { status: 404, mend: 'GET /v1/simulations lists those that are kept' },
  JOURNEY_MAP_INCOMPLETE: {
    status: 422,
    mend: 'Name for each activity that people stand at one of the live version, or null to end their runs; nothing was changed',
  },
  ACTION_TARGET_REFUSED: {
    status: 400,
    mend: 'Call a public https address on port 443, or a path of this server that begins with /; a host of your own network is named in BECKON_ALLOWED_HOSTS',
  },
  ACTION_SECRET_MISSING: {
    status: 422,
    mend: 'PUT /v1/secrets/{name} with its value, and publish the journey again; what is live stays as it is',
  },
  ACTION_KEY_UNREADABLE: {
    status: 422,
    mend: 'PUT /v1/secrets/{name} with the private key, unencrypted and as PEM, followed by its certificate where it is shown as one',
  },
  SECRET_INVALID: {
    status: 422,
    mend: 'Name it with letters, digits and underscores, and give a value on one line; nothing was kept',
  },
  SECRET_IN_USE: {
    status: 409,
    mend: 'Take it out of the journeys that name it and publish them, then remove it; nothing was removed',
  },
  ACTION_ANSWER_REFUSED: {
    status: 502,
    mend: 'Let the service answer with JSON of at most 1 MiB, as it is or packed with gzip; the run has gone on by the way of an error',
  },
});
