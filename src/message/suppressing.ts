import { BeckonError, sha256, unseal } from '../base/index.ts';
import type { Tx } from '../store/index.ts';
import { addressKey, requireAddress } from './address.ts';
import { errors } from './error.ts';
import { sealedAddress } from './hear.ts';
import type { Kit } from './part.ts';
import { suppress, type SuppressionReason, type SuppressionScope } from './table-gate.ts';
import { forgiveTrail } from './table-heard.ts';
import {
  claimedAddresses,
  liftSuppression,
  suppressionCounts,
  suppressionPage,
  suppressionsUnder,
  type SuppressionRow,
} from './table-suppression.ts';

/** One entry of the list, as people see it. Times are UTC ms. */
export interface SuppressionEntry {
  /** Names the entry: `hmac:<key>` under our own secret, or `sha256:<hex>` as another system gave it. */
  id: string;
  scope: SuppressionScope;
  reason: SuppressionReason;
  at: number;
  until: number | null;
  /** Null when the person was erased, or only a hash was ever known. */
  address: string | null;
  note: string | null;
}

/** An address, or the hash of one. */
export type Named = { address: string } | { id: string };

/** A hash of an address as other systems give it: SHA-256 of the trimmed lower-case address, hex. */
export function foreignKey(address: string): string {
  return `sha256:${sha256(address.trim().toLowerCase())}`;
}

/** The list for people: read, add to, take from. */
export class Suppressions {
  readonly #kit: Kit;

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  /** A page of the list, newest first; `next` reads on. */
  async page(query: {
    reason?: string;
    after?: string;
    limit: number;
  }): Promise<{ entries: SuppressionEntry[]; next: string | null }> {
    const rows = await suppressionPage(this.#kit.store, {
      reason: query.reason ?? null,
      after: query.after === undefined ? null : placeIn(query.after),
      limit: query.limit + 1,
      now: this.#kit.clock.now(),
    });
    const shown = rows.slice(0, query.limit);
    const last = shown.at(-1);
    const next = rows.length > shown.length && last ? `${last.at}.${last.key}` : null;
    return { entries: shown.map((row) => this.#entryOf(row)), next };
  }

  /** What stands under an address. */
  async of(address: string): Promise<SuppressionEntry[]> {
    const keys = [addressKey(this.#kit.addressSecret, address), foreignKey(address)];
    return (await suppressionsUnder(this.#kit.store, keys, this.#kit.clock.now())).map((row) => this.#entryOf(row));
  }

  counts(): Promise<Record<string, number>> {
    return suppressionCounts(this.#kit.store, this.#kit.clock.now());
  }

  /**
   * Puts entries on the list, all or none; effective before the next claim.
   *
   * With `dryRun` the database says what would be new, and keeps nothing.
   *
   * @returns which of them are new, in their order
   * @throws MESSAGE_ADDRESS_REFUSED, SUPPRESSION_UNREADABLE
   */
  async add(
    entries: readonly (Named & { scope: SuppressionScope; note?: string | null })[],
    reason: 'manual' | 'imported',
    dryRun = false,
  ): Promise<boolean[]> {
    const named = entries.map((entry) => ({ ...entry, ...this.#named(entry) }));
    const added = this.#kit.store.inTransaction(async (tx) => {
      const fresh: boolean[] = [];
      const now = this.#kit.clock.now();
      for (const { key, address, scope, note = null } of named) {
        const sealed = address === null ? null : sealedAddress(this.#kit, key, address);
        fresh.push(await suppress(tx, { key, scope, reason, messageId: null, now, address: sealed, note }));
      }
      await this.#reachClaimed(tx, named, reason);
      if (dryRun) throw new OnlyTried(fresh);
      return fresh;
    });
    return added.catch((error: unknown) => {
      if (error instanceof OnlyTried) return error.fresh;
      throw error;
    });
  }

  /** A hash is compared with addresses at the next claim; those that are claimed already are compared here. */
  async #reachClaimed(
    tx: Tx,
    entries: readonly { key: string; scope: SuppressionScope }[],
    reason: 'manual' | 'imported',
  ): Promise<void> {
    const hashed = new Map(entries.filter(({ key }) => key.startsWith('sha256:')).map((entry) => [entry.key, entry]));
    if (hashed.size === 0) return;
    for (const { recipient, key } of await claimedAddresses(tx)) {
      const found = hashed.get(foreignKey(recipient));
      const now = this.#kit.clock.now();
      if (found) await suppress(tx, { key, scope: found.scope, reason, messageId: null, now });
    }
  }

  /**
   * Takes an entry off the list, with the reason that somebody gives; what the address did before weighs no more.
   *
   * @throws SUPPRESSION_UNKNOWN; SUPPRESSION_KEPT for complaints and erased people
   */
  async remove(id: string, scope: SuppressionScope, why: string): Promise<void> {
    const key = keyOf(id);
    await this.#kit.store.inTransaction(async (tx) => {
      const found = (await suppressionsUnder(tx, [key], this.#kit.clock.now())).find((row) => row.scope === scope);
      if (!found) throw new BeckonError(errors.SUPPRESSION_UNKNOWN, `The list has no entry "${id.slice(0, 80)}"`);
      if (found.reason === 'complained' || found.reason === 'erased') {
        const words = found.reason === 'complained' ? 'complained about a mail' : 'asked to be forgotten';
        throw new BeckonError(errors.SUPPRESSION_KEPT, `Whoever has this address ${words}; the entry stays`);
      }
      await liftSuppression(tx, { key, scope }, { why, now: this.#kit.clock.now() });
      await forgiveTrail(tx, key);
    });
    this.#kit.log.info('suppression.removed', { id, scope });
  }

  #named(entry: Named): { key: string; address: string | null } {
    if ('id' in entry) return { key: keyOf(entry.id), address: null };
    const address = requireAddress(entry.address);
    return { key: addressKey(this.#kit.addressSecret, address), address };
  }

  #entryOf(row: SuppressionRow): SuppressionEntry {
    const { key, scope, reason, at, until, note } = row;
    const address =
      row.address === null
        ? null
        : unseal(row.address, { secret: this.#kit.secret, place: `suppression:address:${key}` });
    return { id: key.startsWith('sha256:') ? key : `hmac:${key}`, scope, reason, at, until, address, note };
  }
}

/** Rolls a transaction back that was only a try. */
class OnlyTried extends Error {
  readonly fresh: boolean[];
  constructor(fresh: boolean[]) {
    super('only tried');
    this.fresh = fresh;
  }
}

/** Can this name an entry: an id of ours, or a SHA-256 of an address? */
export function isSuppressionId(id: string): boolean {
  return keyIn(id) !== null;
}

function keyIn(id: string): string | null {
  const own = /^hmac:([\w-]{43})$/.exec(id)?.[1];
  const foreign = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(id)?.[1];
  return own ?? (foreign === undefined ? null : `sha256:${foreign.toLowerCase()}`);
}

function keyOf(id: string): string {
  const key = keyIn(id);
  if (key !== null) return key;
  throw new BeckonError(
    errors.SUPPRESSION_UNREADABLE,
    `"${id.slice(0, 80)}" is no SHA-256 in hex, and no id of an entry`,
  );
}

function placeIn(text: string): { at: number; key: string } {
  const found = /^(\d{1,15})\.(\S{1,100})$/.exec(text);
  if (found) return { at: Number(found[1]), key: found[2]! };
  throw new BeckonError(errors.SUPPRESSION_UNREADABLE, `"${text.slice(0, 80)}" is no place in the list`);
}
