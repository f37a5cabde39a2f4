import { hmac } from '../base/index.ts';
import type { Store, Tx } from '../store/index.ts';
import { holdEnd, insertEntry, readEnd, readEntries, readOn, type EntryRow } from './table-entry.ts';

/** What is written down. */
export type Deed = Pick<EntryRow, 'who' | 'what' | 'detail'>;

/**
 * The audit log: who did what, in one chain. Each line's hash covers the line and the hash before it, keyed with the
 * installation's secret: who can write to the database alone can neither change a line nor take one out of the middle
 * unseen (trust.md §3.6). Lines cut off at the end together with the chain's own end leave no trace in the database;
 * who keeps the last number and hash elsewhere sees it.
 */
export class Entries {
  readonly #store: Store;
  readonly #secret: Uint8Array;
  readonly #now: () => number;

  /** @param now real time, UTC ms */
  constructor(parts: { store: Store; secret: Uint8Array; now: () => number }) {
    this.#store = parts.store;
    this.#secret = parts.secret;
    this.#now = parts.now;
  }

  /** Writes a line, in the transaction of the deed where there is one. */
  async write(deed: Deed, tx?: Tx): Promise<void> {
    const append = async (within: Tx) => {
      const end = await holdEnd(within);
      const detail = JSON.parse(JSON.stringify(deed.detail)) as EntryRow['detail'];
      const line = { ...deed, detail, no: end.no + 1, at: Math.floor(this.#now()) };
      await insertEntry(within, { ...line, hash: hashOf(this.#secret, end.hash, line) });
    };
    await (tx ? append(tx) : this.#store.inTransaction(append));
  }

  /** @param page `before` a number, at most `limit`, containing `search` in any letter case */
  list(page: { before: number | null; limit: number; search: string }): Promise<EntryRow[]> {
    return readEntries(this.#store, page);
  }

  /** Goes through the whole chain. @returns its lines, its last hash, and the number of the first line that does not fit */
  async verify(): Promise<{ lines: number; hash: string; broken: number | null }> {
    const end = await readEnd(this.#store);
    let last = { no: 0, hash: '' };
    while (last.no < end.no) {
      const lines = await readOn(this.#store, last.no, 1000);
      for (const line of lines) {
        if (line.no > end.no) break;
        const fits = line.no === last.no + 1 && hashOf(this.#secret, last.hash, line) === line.hash;
        if (!fits) return { lines: end.no, hash: end.hash, broken: last.no + 1 };
        last = line;
      }
      if (lines.length === 0) return { lines: end.no, hash: end.hash, broken: last.no + 1 };
    }
    return { lines: end.no, hash: end.hash, broken: last.hash === end.hash ? null : end.no };
  }
}

/** The hash of a line. Keys of `detail` are sorted, since PostgreSQL keeps them in an order of its own. */
function hashOf(secret: Uint8Array, before: string, line: Omit<EntryRow, 'hash'>): string {
  const said = JSON.stringify([before, line.no, line.at, line.who, line.what, sorted(line.detail)]);
  return hmac(secret, `team-entry:${said}`);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, one]) => [key, sorted(one)]);
}
