import { defineErrors } from '../base/index.ts';

export const errors = defineErrors({
  AUDIENCE_INVALID: {
    status: 422,
    mend: 'Mend what is named and send the definition again; nothing was saved',
  },
  AUDIENCE_UNKNOWN: {
    status: 404,
    mend: 'GET /v1/audiences lists the keys',
  },
  AUDIENCE_SLOW: {
    status: 503,
    mend: 'Save the audience: it is worked out beside all other work, however long it takes',
  },
  PROFILE_TRAIT_INVALID: {
    status: 422,
    mend: 'Mend the field that is named and send the whole definition again; nothing was saved',
  },
  PROFILE_MERGE_UNKNOWN: {
    status: 404,
    mend: 'GET the profile: its "merges" list names those that can be undone',
  },
  PROFILE_MERGE_NOT_LAST: {
    status: 409,
    mend: 'Undo the later merge first, then this one',
  },
});
