import { BeckonError, type Clock, nearest } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { type CustomRow, readCustomList, type RefusedCustomRow } from './custom-list.ts';
import { errors } from './error.ts';
import {
  beginUpload,
  removeList,
  removeRows,
  type StoredList,
  storedLists,
  storedRows,
  writeList,
  writeRows,
} from './table-custom-list.ts';

/** A row that is not uploaded again goes after so long, where the shop asks for it (recommendations CUS-3). */
const lifeMs = 31 * 24 * 3600 * 1000;
/** Rows written, and read, in one go. */
const goSize = 2000;
const gap = '\u0001';

export interface CustomListView extends StoredList {
  /** Keys that have a list at present. */
  rows: number;
}

/** What an upload did, or with `dry` would do. */
export interface CustomUpload {
  kept: number;
  refused: RefusedCustomRow[];
  /** Keys that had a list before and have none now. */
  removed: number;
}

export interface CustomUploadHow {
  text: string;
  /** `replace`: what the file does not name goes; `merge`: it stays (CUS-3). */
  mode: 'replace' | 'merge';
  dry?: boolean;
  /** What a cell says, if it was guarded against spreadsheets. */
  plain: (cell: string) => string;
}

interface Held {
  list: StoredList;
  /** Key → items, joined: a string takes a fraction of the room. */
  rows: Map<string, { items: string; until: number }>;
}

/** The lists of a shop's own: uploaded by key, looked up in memory (recommendations ALG-21, CUS-1 to 5). */
export class CustomLists {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();
  #usedBy: (key: string) => readonly string[] = () => [];

  constructor(parts: { store: Store; clock: Clock }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
  }

  /** Who uses a list, in words. Asked before one is removed. */
  whoUses(usedBy: (key: string) => readonly string[]): void {
    this.#usedBy = usedBy;
  }

  /** Takes in what was saved since, by whichever process. */
  async refresh(): Promise<void> {
    const stored = await storedLists(this.#store);
    for (const key of this.#held.keys()) if (!stored.some((list) => list.key === key)) this.#held.delete(key);
    for (const list of stored) {
      if (this.#held.get(list.key)?.list.version !== list.version) await this.#load(list);
    }
  }

  list(): CustomListView[] {
    return [...this.#held.values()].map((held) => this.#viewOf(held)).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  has(key: string): boolean {
    return this.#held.has(key);
  }

  /** @throws CUSTOM_LIST_UNKNOWN */
  get(key: string): CustomListView {
    return this.#viewOf(this.#heldOf(key));
  }

  /**
   * The items for a key, in order: the key's own, or those for everybody, or those of `*`; none when there are none.
   * Without a key those for everybody. `key`: which row answered, null for none.
   */
  find(list: string, key: string | null): { items: readonly string[]; key: string | null } {
    const rows = this.#held.get(list)?.rows;
    for (const one of key === null || key === '' ? ['', '*'] : [key, '', '*']) {
      const row = rows?.get(one);
      if (row !== undefined && row.until > this.#clock.now()) return { items: row.items.split(gap), key: one };
    }
    return { items: [], key: null };
  }

  /** Rows of a list after a key, in order of key. @throws CUSTOM_LIST_UNKNOWN */
  async rows(list: string, page: { after: string | null; limit: number }) {
    this.#heldOf(list);
    return storedRows(this.#store, list, page);
  }

  /** Makes a list, or changes what it is called and whether its rows expire. */
  async put(list: { key: string; name: string; expires: boolean }): Promise<CustomListView> {
    await writeList(this.#store, list);
    await this.refresh();
    return this.get(list.key);
  }

  /** Takes a file of rows; bad rows are refused one by one and lose nothing else. @throws CUSTOM_LIST_UNKNOWN */
  async upload(key: string, how: CustomUploadHow): Promise<CustomUpload> {
    const before = this.#heldOf(key);
    const { rows, refused } = readCustomList(how.text, how.plain);
    if (rows.length === 0) {
      const why = refused[0]?.why ?? 'It has no row';
      throw new BeckonError(errors.CUSTOM_LIST_EMPTY, `Of the file for "${key}" no row can be taken: ${why}`);
    }
    const named = new Set(rows.map((row) => row.key));
    const now = this.#clock.now();
    const isKept = (one: string, until: number) => how.mode === 'merge' && until > now && !named.has(one);
    const removed = [...before.rows].filter(([one, { until }]) => !named.has(one) && !isKept(one, until)).length;
    if (how.dry !== true) await this.#write(key, rows, { mode: how.mode, now });
    return { kept: rows.length, refused, removed };
  }

  /** @throws CUSTOM_LIST_UNKNOWN, CUSTOM_LIST_IN_USE */
  async remove(key: string): Promise<void> {
    this.#heldOf(key);
    const users = this.#usedBy(key).slice(0, 3).join(', ');
    if (users !== '') throw new BeckonError(errors.CUSTOM_LIST_IN_USE, `The list "${key}" is used by ${users}`);
    await removeList(this.#store, key);
    this.#held.delete(key);
  }

  async #write(key: string, rows: readonly CustomRow[], { mode, now }: { mode: 'replace' | 'merge'; now: number }) {
    const { expires } = this.#heldOf(key).list;
    await this.#store.inTransaction(async (tx) => {
      if (!(await beginUpload(tx, key, now))) throw this.#missing(key);
      if (mode === 'replace') await removeRows(tx, key, null);
      else if (expires) await removeRows(tx, key, now - lifeMs);
      for (let at = 0; at < rows.length; at += goSize) {
        await writeRows(tx, key, { rows: rows.slice(at, at + goSize), at: now });
      }
    });
    await this.refresh();
  }

  async #load(list: StoredList): Promise<void> {
    const rows: Held['rows'] = new Map();
    let after: string | null = null;
    for (;;) {
      const page = await storedRows(this.#store, list.key, { after, limit: goSize });
      for (const { key, items, uploadedAt } of page) {
        rows.set(key, { items: items.join(gap), until: list.expires ? uploadedAt + lifeMs : Number.POSITIVE_INFINITY });
      }
      if (page.length < goSize) break;
      after = page.at(-1)!.key;
    }
    this.#held.set(list.key, { list, rows });
  }

  #viewOf({ list, rows }: Held): CustomListView {
    const now = this.#clock.now();
    let living = 0;
    for (const { until } of rows.values()) if (until > now) living++;
    return { ...list, rows: living };
  }

  #heldOf(key: string): Held {
    const held = this.#held.get(key);
    if (held === undefined) throw this.#missing(key);
    return held;
  }

  #missing(key: string): BeckonError {
    const near = nearest(key, [...this.#held.keys()]);
    const hint = near === undefined ? '' : `; did you mean "${near}"?`;
    return new BeckonError(errors.CUSTOM_LIST_UNKNOWN, `There is no list "${key}"${hint}`);
  }
}
