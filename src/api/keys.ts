import { elapsed, hmac, isUuid, sameText, sha256, type Ids, type Random } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import type { KeyScope, KeyView, NewKey } from './contract-in.ts';
import { findKey, findKeyById, insertKey, listKeys, restoreKey, revokeKey, touchKey, type KeyRow } from './table.ts';

/** What a presented key turned out to be. */
export interface Admitted {
  id: string;
  kind: 'publishable' | 'secret';
  scopes: readonly string[];
  /** Where events of a publishable key belong, if it was made for one. */
  datastream?: string | null;
}

/**
 * API keys: `pk_…` collects only, `sk_…` has scopes. 256 random bits with a checksum; only the SHA-256 is kept, so the
 * text is shown once. Read from the database at each use: a revoked key is refused at once, on every process
 * (trust.md §3.6, trust row 101). Where events are taken in without the database, what it said of a key a moment before it went away holds
 * meanwhile: nobody can revoke one then either.
 */
export class Keys {
  readonly #store: Store;
  readonly #ids: Ids;
  readonly #random: Random;
  readonly #ownKey: string;
  /** By hash, what the database last said and when; null: it is asked whatever happens. */
  readonly #last: Map<string, { admitted: Admitted; at: number }> | null;

  /**
   * @param parts `ownKey` is this process's own Bearer (HouseSettings.ownKey); it has every scope and lives in memory only.
   * `outlives`: keys hold for a while when the database is away
   */
  constructor(parts: { store: Store; ids: Ids; random: Random; ownKey: string; outlives?: boolean }) {
    this.#store = parts.store;
    this.#ids = parts.ids;
    this.#random = parts.random;
    this.#ownKey = parts.ownKey;
    this.#last = parts.outlives ? new Map() : null;
  }

  /** Makes a key. The answer is the only place where its text ever stands. */
  async make(input: {
    kind: 'publishable' | 'secret';
    name: string;
    scopes: readonly KeyScope[];
    datastream?: string | null;
  }): Promise<NewKey> {
    const scopes = input.kind === 'publishable' ? [] : [...input.scopes];
    const key = keyText(input.kind, this.#random);
    const id = this.#ids.next();
    const { kind, name, datastream = null } = input;
    await insertKey(this.#store, { id, kind, name, scopes, hash: sha256(key), datastream });
    const made = (await listKeys(this.#store)).find((row) => row.id === id)!;
    return { ...viewOf(made), key };
  }

  /** Lets a given text be a secret key with every scope, as BECKON_ADMIN_KEY does; again is harmless. */
  async adopt(key: string, name: string): Promise<void> {
    const id = this.#ids.next();
    await insertKey(this.#store, { id, kind: 'secret', name, scopes: ['*'], hash: sha256(key), datastream: null });
  }

  /** What this text is, or null when it is no key in force. */
  async admit(key: string): Promise<Admitted | null> {
    if (sameText(key, this.#ownKey)) return { id: 'own', kind: 'secret', scopes: ['*'], datastream: null };
    if (sameText(key, askingKey(this.#ownKey)))
      return { id: 'own', kind: 'secret', scopes: askingScopes, datastream: null };
    if (key.length < 8 || key.length > 256 || isMistyped(key)) return null;
    const hash = sha256(key);
    return this.#ask(hash).catch((error: unknown) => {
      const last = this.#last?.get(hash);
      if (last && elapsed() - last.at < outlivedMs) return last.admitted;
      throw error;
    });
  }

  async #ask(hash: string): Promise<Admitted | null> {
    const row = await findKey(this.#store, hash);
    this.#last?.delete(hash);
    if (!row) return null;
    if (row.untouched) await touchKey(this.#store, row.id);
    const admitted = { id: row.id, kind: row.kind, scopes: row.scopes, datastream: row.datastream };
    this.#last?.set(hash, { admitted, at: elapsed() });
    return admitted;
  }

  /** The key with this id, if it is in force: does who signed with it still vouch? */
  async byId(id: string): Promise<Admitted | null> {
    const row = isUuid(id) ? await findKeyById(this.#store, id) : undefined;
    return row ? { id: row.id, kind: row.kind, scopes: row.scopes } : null;
  }

  async list(): Promise<KeyView[]> {
    return (await listKeys(this.#store)).map(viewOf);
  }

  /** Ends a key; false when there is none in force. */
  revoke(id: string): Promise<boolean> {
    return revokeKey(this.#store, id);
  }

  /** Takes that back, within a minute; false when there is none that was ended so lately. */
  restore(id: string): Promise<boolean> {
    return restoreKey(this.#store, id);
  }
}

/** For so long a key outlives the database that knew it, where it does. */
const outlivedMs = 10 * 60_000;

/** What calls of journeys to our own doors may do: whoever writes a journey gets no further by its actions than by role. */
const askingScopes: readonly KeyScope[] = ['read', 'recommend'];

/** The Bearer of such calls, beside the process's own, which it does not give away: it may travel to another process. */
export function askingKey(ownKey: string): string {
  return `ask_${hmac(ownKey, 'asks')}`;
}

/** `sk_` + 43 characters of 32 random bytes + 6 of their checksum, base64url. */
export function keyText(kind: 'publishable' | 'secret', random: Random): string {
  const body = Buffer.from(random.bytes(32)).toString('base64url');
  return `${kind === 'secret' ? 'sk' : 'pk'}_${body}${checksum(body)}`;
}

/** Has the form of our own keys but not their checksum: no need to ask the database. */
function isMistyped(key: string): boolean {
  const found = /^[ps]k_([\w-]{43})([\w-]{6})$/.exec(key);
  return found !== null && checksum(found[1]!) !== found[2];
}

function checksum(body: string): string {
  return Buffer.from(sha256(body), 'hex').toString('base64url').slice(0, 6);
}

function viewOf(row: KeyRow): KeyView {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    scopes: row.scopes,
    datastream: row.datastream,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  };
}
