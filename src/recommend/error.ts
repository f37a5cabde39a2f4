import { defineErrors } from '../base/index.ts';

export const errors = defineErrors({
  CRITERION_UNKNOWN: { status: 400, mend: 'Use cart-based, recently-viewed, viewed-together, popular or top-sellers' },
  CRITERION_ITEM_MISSING: { status: 400, mend: 'Name the item whose companions are wanted, as "item"' },
  RECOMMEND_LIMIT_INVALID: { status: 400, mend: 'Ask for 1 to 100 items, or leave the limit out for 4' },
  RECOMMEND_LIST_TOO_LONG: { status: 400, mend: 'Send at most 1000 ids in "cart" and in "excludedIds"' },
  EVALUATE_FILE_UNREADABLE: { status: 400, mend: 'Name a file of JSON lines that can be read; it may be gzipped' },
  EVALUATE_LINE_INVALID: {
    status: 400,
    mend: 'Correct the line; nothing was written. The formats: beckon evaluate --help',
  },
});
