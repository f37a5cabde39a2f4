import { defineErrors } from '../base/index.ts';

/** What can be wrong with a feed: with its settings, its address, its file, or one of its rows. */
export const feedErrors = defineErrors({
  FEED_SETTINGS_INVALID: { status: 400, mend: 'Correct the setting that is named; docs/recommend/feeds.md lists them' },
  FEED_UNKNOWN: { status: 404, mend: 'See the feeds with GET /v1/feeds, or make this one with PUT /v1/feeds/{key}' },
  FEED_RUN_UNKNOWN: { status: 404, mend: 'See the runs with GET /v1/feeds/{key}/runs' },
  FEED_BUSY: { status: 409, mend: 'Wait until the run has ended, or cancel it' },
  FEED_RUN_NOT_WAITING: {
    status: 409,
    mend: 'Only a run that was stopped by its guard, or a dry run, can be approved; start a new run instead',
  },
  FEED_FILE_GONE: { status: 409, mend: 'Send the file again, or start a new run' },
  FEED_SECRET_LOST: { status: 500, mend: 'Set the user and password or the headers of the feed again' },
  FEED_URL_REFUSED: {
    status: 400,
    mend: 'Give an https address on the public internet; name hosts of your own network in BECKON_ALLOWED_HOSTS',
  },
  FEED_UNREACHABLE: { status: 502, mend: 'Look whether the address answers; the feed is tried again by itself' },
  FEED_ANSWER_REFUSED: { status: 502, mend: 'Look at the address, and at the user and password of the feed' },
  FEED_TOO_LARGE: { status: 413, mend: 'Split the feed into several, each with a key of its own' },
  FEED_NOT_A_FEED: {
    status: 400,
    mend: 'Send CSV, TSV, XML, JSON or NDJSON, plain or compressed with gzip; look at what the address really answers',
  },
  FEED_FILE_REFUSED: {
    status: 400,
    mend: 'Leave out what is named: no shop system needs it, and it is how files are used to attack',
  },
  FEED_FILE_BROKEN: { status: 400, mend: 'Write the file again, or load it again: it is cut short or not well formed' },
  FEED_ENCODING_WRONG: {
    status: 400,
    mend: 'Save the file as UTF-8, or set the encoding of the feed, for example windows-1252',
  },
  FEED_COLUMNS_UNKNOWN: {
    status: 400,
    mend: 'Name the columns in the first line, or say in the mapping of the feed which column is the id',
  },
  FEED_NOTHING_TAKEN: { status: 400, mend: 'Look at the rows that were refused, and mend the file or the mapping' },
  FEED_RUN_FAILED: { status: 500, mend: 'Start the run again; if it fails again, look into the log of the server' },
  FEED_MAPPING_FAULT: { status: 400, mend: 'Mend the expression of this field in the mapping, or this row' },
  FEED_ROW_REPEATED: { status: 400, mend: 'Give each item one row; the last row of an id holds' },
  FEED_ROW_ENCODING: { status: 400, mend: 'Save the file as UTF-8, or set the encoding of the feed' },
});
