import type { Store } from '../../src/store/index.ts';

/** Databases of simulations, by the form of their names, that nobody is connected to; those of tests beside this one are in use. */
export function leftovers(store: Store): Promise<{ name: string }[]> {
  return store.rows({
    text: `select datname as name from pg_database d where datname ~ '^beckon_story_[0-9a-f]{16}$'
      and not exists (select from pg_stat_activity a where d.datname in (a.datname, a.application_name))`,
  });
}
