import type { Clock } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import {
  addVersion,
  countVersions,
  newestVersions,
  versionsOf,
  type DefinitionKind,
  type VersionRow,
  type VersionState,
} from './table-activity.ts';

/** One definition with what holds of it now and what is being prepared. */
export interface Versioned<T> {
  key: string;
  /** In force: published, or paused; null before it was published the first time. */
  current: { version: number; state: 'live' | 'paused'; body: T; savedAt: number } | null;
  /** Saved after that, and not published yet. */
  draft: { version: number; body: T; savedAt: number } | null;
}

/** Definitions of one kind, in memory over their table; what another process saved is seen with `refresh`. */
export class Versions<T> {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #kind: DefinitionKind;
  #count = -1;
  #all: ReadonlyMap<string, Versioned<T>> = new Map();

  constructor(parts: { store: Store; clock: Clock; kind: DefinitionKind }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#kind = parts.kind;
  }

  /** Reads what has changed. @returns whether anything had */
  async refresh(): Promise<boolean> {
    const count = await countVersions(this.#store, this.#kind);
    if (count === this.#count) return false;
    const all = new Map<string, Versioned<T>>();
    for (const row of await newestVersions(this.#store, this.#kind)) take(all, row);
    for (const [key, { current, draft }] of all) if (!current && !draft) all.delete(key);
    this.#all = all;
    this.#count = count;
    return true;
  }

  get(key: string): Versioned<T> | undefined {
    return this.#all.get(key);
  }

  /** By key. */
  list(): Versioned<T>[] {
    return [...this.#all.values()];
  }

  /** Adds a version; it holds here at once. */
  async save(key: string, state: VersionState, body: T | null): Promise<Versioned<T> | undefined> {
    const row = { key, state, body, at: this.#clock.now() };
    for (let tries = 1; ; tries++) {
      try {
        await addVersion(this.#store, this.#kind, row);
        break;
      } catch (error) {
        // Somebody else has just saved the version of that number: this one becomes the next.
        if (tries >= 5 || (error as { code?: unknown }).code !== '23505') throw error;
      }
    }
    await this.refresh();
    return this.get(key);
  }

  /** What was saved under a key, newest first. */
  async history(key: string): Promise<{ version: number; state: VersionState; savedAt: number; body: T | null }[]> {
    const rows = await versionsOf(this.#store, this.#kind, key);
    return rows.map(({ version, state, savedAt, body }) => ({
      version,
      state,
      savedAt: savedAt.getTime(),
      body: body as T | null,
    }));
  }
}

/** Rows come in order of their versions. */
function take<T>(all: Map<string, Versioned<T>>, { key, version, state, body, savedAt }: VersionRow): void {
  const known = all.get(key) ?? { key, current: null, draft: null };
  const row = { version, body: body as T, savedAt: savedAt.getTime() };
  if (state === 'draft') all.set(key, { ...known, draft: row });
  else all.set(key, { key, current: state === 'gone' ? null : { ...row, state }, draft: null });
}
