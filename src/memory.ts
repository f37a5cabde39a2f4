import type { Migration, Store } from './store/index.ts';

export const migrations: readonly Migration[] = [
  {
    name: '0901-app-memory',
    sql: 'create table app_memory (name text primary key, value jsonb not null)',
  },
];

/** Reads or keeps a small fact about this installation: the clock's offset, whether the demo stands. */
export class Memory {
  readonly #store: Store;
  constructor(store: Store) {
    this.#store = store;
  }
  async get<T>(name: string): Promise<T | null> {
    const [row] = await this.#store.rows<{ value: T }>({
      text: 'select value from app_memory where name = $1',
      values: [name],
    });
    return row?.value ?? null;
  }
  async set(name: string, value: unknown): Promise<void> {
    await this.#store.run({
      text: 'insert into app_memory (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value',
      values: [name, JSON.stringify(value)],
    });
  }
  async remove(name: string): Promise<void> {
    await this.#store.run({ text: 'delete from app_memory where name = $1', values: [name] });
  }
}
