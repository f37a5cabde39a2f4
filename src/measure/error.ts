import { defineErrors } from '../base/index.ts';

export const errors = defineErrors({
  REPORT_RATE_INVALID: {
    status: 422,
    mend: 'Give each row a currency of three capitals other than the shop’s, a day as 2026-11-30 and a rate above 0; nothing was taken',
  },
  REPORT_RULE_INVALID: {
    status: 422,
    mend: 'Give windows of more than 0 and at most 30 days; the rule stays as it was',
  },
  REPORT_PLAN_INVALID: { status: 422, mend: 'Give rates and shares between 0 and 1, and a lift that is not 0' },
});
