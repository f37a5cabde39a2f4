import { configureGlobal } from 'fast-check';
import { afterAll } from 'vitest';
import { dropStores } from './database.ts';

/**
 * Generated tests begin with the same seed each time, so that a run says something of the change and not of chance; another
 * one is given by BECKON_SEED, and `random` takes a new one, which a failure prints.
 */
const given = process.env['BECKON_SEED'] ?? '20261130';
if (given !== 'random') configureGlobal({ seed: Number(given) });

// Here and not in database.ts, which files of one worker share: this runs for each of them.
afterAll(dropStores);
