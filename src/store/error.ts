import { defineErrors } from '../base/index.ts';

export const errors = defineErrors({
  STORE_UNREACHABLE: {
    status: 503,
    mend: 'Check DATABASE_URL, that the server runs, and that it lets this user in; nothing was changed',
  },
  STORE_MIGRATION_FAILED: {
    status: 500,
    mend: 'The migration was rolled back whole; report the message, the data is as it was before',
  },
});
