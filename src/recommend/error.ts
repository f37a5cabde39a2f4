import { defineErrors } from '../base/index.ts';

export const errors = defineErrors({
  CRITERION_UNKNOWN: { status: 404, mend: 'GET /v1/criteria lists the criteria there are' },
  CRITERION_INVALID: {
    status: 422,
    mend: 'Mend what is named and send the whole criterion again; docs/recommend/criteria.md has every field',
  },
  CRITERION_SHIPPED: {
    status: 409,
    mend: 'Make one of your own under another key, with what GET /v1/criteria/{key} says',
  },
  CRITERION_IN_USE: { status: 409, mend: 'Take it out of what uses it first; the sentence names what that is' },
  CRITERION_ITEM_MISSING: { status: 400, mend: 'Name the item that the list is about, as "item"' },
  CRITERION_CATEGORY_MISSING: {
    status: 400,
    mend: 'Name the category that the list is about, as "category", or an item of it',
  },
  RECOMMEND_LIMIT_INVALID: { status: 400, mend: 'Ask for 1 to 100 items, or leave the limit out for 4' },
  RECOMMEND_LIST_TOO_LONG: { status: 400, mend: 'Send at most 1000 ids in "cart" and in "excludedIds"' },
  REPLAY_UNKNOWN: { status: 404, mend: 'See what there is at GET /v1/backtests and GET /v1/recommendations/tuning' },
  TUNING_WITHOUT_GAIN: {
    status: 409,
    mend: 'Nothing was changed; use a tuning whose "own" names constants, or tune again when there is more history',
  },
  CUSTOM_LIST_UNKNOWN: { status: 404, mend: 'GET /v1/custom-lists lists the lists there are; PUT makes one' },
  CUSTOM_LIST_IN_USE: { status: 409, mend: 'Take it out of the criteria that show it first' },
  CUSTOM_LIST_EMPTY: { status: 400, mend: 'Send CSV, one row a key: the key, then item ids in order' },
  CUSTOM_ROW_REFUSED: { status: 400, mend: 'Correct the row and send the file again; the other rows were taken' },
  EVALUATE_FILE_UNREADABLE: { status: 400, mend: 'Name a file of JSON lines that can be read; it may be gzipped' },
  EVALUATE_LINE_INVALID: {
    status: 400,
    mend: 'Correct the line; nothing was written. The formats: beckon evaluate --help',
  },
});
