import { defineErrors } from '../base/index.ts';

export const errors = defineErrors({
  STORE_UNREACHABLE: {
    status: 503,
    mend: 'Check DATABASE_URL, that the server runs, and that it lets this user in; nothing was changed',
  },
  STORE_NO_ACCOUNT: {
    status: 500,
    mend: 'Make a system user named "beckon" (useradd --system beckon), start Beckon as a user other than root, or set DATABASE_URL',
  },
  STORE_MIGRATION_FAILED: {
    status: 500,
    mend: 'The migration was rolled back whole; report the message, the data is as it was before',
  },
});
