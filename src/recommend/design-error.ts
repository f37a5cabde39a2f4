import { defineErrors } from '../base/index.ts';

export const designErrors = defineErrors({
  DESIGN_INVALID: {
    status: 400,
    mend: 'Mend the design at the place named; POST /v1/designs/validate tries it without saving',
  },
  DESIGN_UNKNOWN: { status: 404, mend: 'GET /v1/designs lists the designs there are' },
  DESIGN_FAULT: { status: 422, mend: 'Try the design with POST /v1/designs/{key}/preview' },
  DESIGN_IN_USE: { status: 409, mend: 'Take it out of what uses it first' },
  OFFER_INVALID: { status: 400, mend: 'Send a definition as docs/recommend/activities.md describes it' },
  OFFER_UNKNOWN: { status: 404, mend: 'GET /v1/offers lists the offers there are' },
  OFFER_IN_USE: { status: 409, mend: 'Take it out of the activities that show it first' },
  ACTIVITY_INVALID: { status: 400, mend: 'Send a definition as docs/recommend/activities.md describes it' },
  ACTIVITY_UNKNOWN: { status: 404, mend: 'GET /v1/activities lists the activities there are' },
  CRITERION_NOT_DOWNLOADABLE: {
    status: 400,
    mend: 'Download a criterion whose lists hang on an item or on nobody, such as viewed-together or popular',
  },
});
