import { point, shardOf, type Clock } from '../base/index.ts';
import { identityKey, type Identity } from '../event/index.ts';
import type { Jobs } from '../job/index.ts';
import type { Runner, Store } from '../store/index.ts';
import { erasureHash, erasureKind, type Subject } from './erasure.ts';
import { isPersonal } from './identify.ts';
import { erasuresAfter, insertErasure, knownErasures, namesAfter, withdrawnAfter } from './table-erasure.ts';

/** An erasure that was asked for, by keyed hashes of whom it was about. */
export interface KeptErasure {
  id: string;
  /** Business time, UTC ms. */
  at: number;
  subject: string[];
}

const pageSize = 2000;

/** All erasures of an installation, also those that are not done yet; they name nobody. */
export async function* keptErasures(runner: Runner, secret: string | Uint8Array): AsyncGenerator<KeptErasure[]> {
  for (let last: string | null = null; ;) {
    const page = await erasuresAfter(runner, last, pageSize);
    yield page.map(({ id, requestedAt: at, subject }) => ({
      id,
      at,
      subject: Array.isArray(subject) ? subject : namesIn(subject).map((name) => erasureHash(secret, name)),
    }));
    if (page.length < pageSize) return;
    last = page.at(-1)!.id;
  }
}

function namesIn({ profileIds, visitors }: Subject): string[] {
  return [...profileIds.map((id) => `id:${id}`), ...visitors];
}

/** Addresses of those who have taken back their consent to mail, or to being known. */
export async function* withdrawnConsents(
  runner: Runner,
): AsyncGenerator<{ address: string; at: number; purposes: string[] }[]> {
  for (let last: string | null = null; ;) {
    const page = await withdrawnAfter(runner, last, pageSize);
    const out = page.filter(({ purposes }) => purposes.length > 0);
    yield out.flatMap(({ addresses, ...said }) =>
      addresses.map((address) => ({ address, at: said.at, purposes: said.purposes })),
    );
    if (page.length < pageSize) return;
    last = page.at(-1)!.id;
  }
}

/** Everybody with the names they go by, page by page. */
export async function* everybody(runner: Runner): AsyncGenerator<{ id: string; names: Identity[] }[]> {
  for (let last: string | null = null; ;) {
    const page = await namesAfter(runner, last, pageSize);
    yield page;
    if (page.length < pageSize) return;
    last = page.at(-1)!.id;
  }
}

/**
 * Asks once more for erasures that are not known here, after an older state of the database was brought back. A person is known
 * again by profile id or by a name of their own; by a device nobody is, since it may have been another's. Erasures that are known here were done to
 * whoever they were about, and whoever came back after one stays.
 *
 * @returns people who will be forgotten
 */
export async function repeatErasures(
  { store, clock, jobs, secret }: { store: Store; clock: Clock; jobs: Jobs; secret: string | Uint8Array },
  erasures: readonly KeptErasure[],
): Promise<number> {
  const known = await knownErasures(
    store,
    erasures.map(({ id }) => id),
  );
  const missing = erasures.filter(({ id }) => !known.has(id));
  if (missing.length === 0) return 0;
  const byHash = new Map(missing.flatMap(({ id, subject }) => subject.map((hash) => [hash, id] as const)));
  const found = await peopleOf(store, secret, byHash);
  for (const [id, profileIds] of found) {
    const row = {
      id,
      shard: shardOf(profileIds[0]!),
      requestedAt: clock.now(),
      doneAt: null,
      subject: { profileIds, visitors: [], addresses: [], spans: [], claims: { names: [], devices: [] } },
      steps: [],
    };
    await store.inTransaction(async (tx) => {
      await insertErasure(tx, row);
      await jobs.enqueue(tx, [{ shard: row.shard, kind: erasureKind, key: id, due: row.requestedAt, payload: { id } }]);
    });
    point('erase.repeated');
  }
  return [...found.values()].flat().length;
}

/** Whom each erasure is about, here: profiles by the erasure's id. */
async function peopleOf(
  runner: Runner,
  secret: string | Uint8Array,
  byHash: ReadonlyMap<string, string>,
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for await (const page of everybody(runner))
    for (const { id, names } of page) {
      const all = [`id:${id}`, ...names.filter(isPersonal).map(identityKey)];
      const erasure = all.map((name) => byHash.get(erasureHash(secret, name))).find((one) => one !== undefined);
      if (erasure !== undefined) found.set(erasure, [...(found.get(erasure) ?? []), id]);
    }
  return found;
}
