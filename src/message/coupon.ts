import { Compile } from 'typebox/compile';
import { Type, type Static } from 'typebox';
import { BeckonError, hmac, nearest, seal, unseal } from '../base/index.ts';
import type { Tx } from '../store/index.ts';
import type { CouponPlace } from './compiled.ts';
import { errors } from './error.ts';
import type { Kit } from './part.ts';
import {
  codesOf,
  dropPool,
  insertCodes,
  codesOfProfile,
  knownCodes,
  openCodes,
  poolCounts,
  poolRows,
  putPoolRow,
  sealCodes,
  takeCodes,
  withdrawCodes,
  type HeldCode,
  type KeptCode,
  type NewCode,
  type PoolCounts,
} from './table-coupon.ts';

/** Codes that a shop has uploaded, of which each recipient gets one of their own, never the same as anybody else. */

export const CouponPool = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 250 }),
    whenEmpty: Type.Optional(
      Type.Union([Type.Literal('hold'), Type.Literal('skip'), Type.Literal('without')], {
        description:
          'With no code left, mails wait for one (`hold`, the default), are left out, or go without the block',
      }),
    ),
    lowWater: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 10_000_000, description: 'Owners are told below this; 100 when left out' }),
    ),
    leastDays: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 365, description: 'A code is given out only if it holds so long yet' }),
    ),
  },
  { additionalProperties: false },
);
export type CouponPool = Static<typeof CouponPool>;
const form = Compile(CouponPool);

export interface PoolView extends PoolCounts {
  key: string;
  pool: CouponPool;
  /** Fewer codes are free than its owners want. */
  low: boolean;
}

const dayMs = 86_400_000;
/** How long a mail waits before it looks for a code again, ms. */
const lookMs = 15 * 60_000;
export const noCoupon = 'no coupon left';
/** What previews and proofs show; no code is taken for them. */
const sample = 'SAMPLE-4T7K';

/** What codes are sealed with. */
type SealKit = Pick<Kit, 'secret' | 'random'>;

/** A code as it is kept: sealed, and found again by a keyed hash, so that the database alone gives none away (trust §3.8). */
function kept(kit: SealKit, pool: string, code: string): KeptCode {
  const name = hmac(hmac(kit.secret, 'beckon coupon v1'), `${pool}|${code}`);
  return { name, sealed: seal(code, { ...kit, place: placeOf(pool, name) }) };
}

const placeOf = (pool: string, name: string) => `coupon:sealed:${pool}:${name}`;

/** The code itself; one that the secret does not open is none. */
function opened({ secret }: Pick<Kit, 'secret'>, { pool, name, sealed }: HeldCode): string | null {
  return sealed === null ? name : unseal(sealed, { secret, place: placeOf(pool, name) });
}

/** A code that a message holds. */
export interface GivenCode {
  messageId: string;
  pool: string;
  code: string;
}

function given(kit: Pick<Kit, 'secret'>, held: readonly HeldCode[]): GivenCode[] {
  return held.flatMap((one) => {
    const code = opened(kit, one);
    return code === null ? [] : [{ messageId: one.messageId, pool: one.pool, code }];
  });
}

/** Codes of this many rows are sealed in one transaction. */
const sealedAtOnce = 500;

/** The pools of a shop. */
export class CouponPools {
  readonly #kit: Pick<Kit, 'store' | 'clock'> & SealKit;

  constructor(kit: Pick<Kit, 'store' | 'clock'> & SealKit) {
    this.#kit = kit;
  }

  async list(): Promise<PoolView[]> {
    const { store, clock } = this.#kit;
    const counts = await poolCounts(store, clock.now());
    return (await poolRows(store)).map(({ key, body }) => viewOf(key, body, counts.get(key)));
  }

  /** Throws COUPON_POOL_UNKNOWN. */
  async get(key: string): Promise<PoolView> {
    const all = await this.list();
    return all.find((one) => one.key === key) ?? unknown(key, all);
  }

  /** Throws COUPON_POOL_INVALID. */
  async put(key: string, value: unknown): Promise<PoolView> {
    if (!/^[a-z0-9][a-z0-9-]{0,59}$/.test(key)) {
      const says = `"${key.slice(0, 80)}" cannot be the key of a pool: lower-case letters, digits and hyphens`;
      throw new BeckonError(errors.COUPON_POOL_INVALID, says, { where: 'key' });
    }
    if (!form.Check(value)) {
      const [first] = form.Errors(value);
      const where = first?.instancePath || '/';
      const says = `The pool at ${where} ${first?.message ?? 'is not valid'}`;
      throw new BeckonError(errors.COUPON_POOL_INVALID, says, { where });
    }
    await putPoolRow(this.#kit.store, { key, body: value, savedAt: this.#kit.clock.now() });
    return this.get(key);
  }

  /** Removes a pool that never had a code. Throws COUPON_POOL_UNKNOWN, COUPON_POOL_IN_USE. */
  async remove(key: string): Promise<void> {
    const { free, used, expired } = await this.get(key);
    const had = free + used + expired;
    if (had > 0) throw new BeckonError(errors.COUPON_POOL_IN_USE, `The pool "${key}" has had ${had} codes`);
    await dropPool(this.#kit.store, key);
  }

  /**
   * Adds codes, all or none; with `dryRun` none is kept.
   *
   * @returns which are new; what was ever in the pool is not added again
   */
  async add(key: string, codes: readonly NewCode[], dryRun = false): Promise<Set<string>> {
    const { store, clock } = this.#kit;
    // What lies in the clear would not be known again.
    await this.sealOpen();
    const rows = codes.map(({ code, expiresAt }) => ({ code, expiresAt, ...kept(this.#kit, key, code) }));
    const names = rows.map(({ name }) => name);
    const known = dryRun ? await knownCodes(store, { pool: key, names }) : new Set();
    const isNew = dryRun
      ? (name: string) => !known.has(name)
      : await store.inTransaction(async (tx) => {
          const added = await insertCodes(tx, key, rows, clock.now());
          return (name: string) => added.has(name);
        });
    return new Set(rows.flatMap(({ code, name }) => (isNew(name) ? [code] : [])));
  }

  /** Seals what an earlier version has put down in the clear. @returns how many these were */
  async sealOpen(): Promise<number> {
    // Nearly always there are none, and then nothing is written.
    if ((await openCodes(this.#kit.store, 1)).length === 0) return 0;
    for (let sealed = 0; ;) {
      const count = await this.#kit.store.inTransaction(async (tx) => {
        const open = await openCodes(tx, sealedAtOnce);
        if (open.length > 0)
          await sealCodes(
            tx,
            open.map((one) => ({ ...one, ...kept(this.#kit, one.pool, one.code) })),
          );
        return open.length;
      });
      sealed += count;
      if (count < sealedAtOnce) return sealed;
    }
  }

  /** Codes that a person's mails hold, for export. */
  async ofProfile(profileId: string): Promise<GivenCode[]> {
    return given(this.#kit, await codesOfProfile(this.#kit.store, profileId));
  }

  /** No free code of a pool is given out any more. @returns how many there were */
  async withdraw(key: string): Promise<number> {
    await this.get(key);
    return withdrawCodes(this.#kit.store, key, this.#kit.clock.now());
  }
}

function viewOf(key: string, pool: CouponPool, counts?: PoolCounts): PoolView {
  const { free = 0, used = 0, expired = 0, nextExpiry = null } = counts ?? {};
  return { key, pool, free, used, expired, nextExpiry, low: free < (pool.lowWater ?? 100) };
}

function unknown(key: string, all: readonly PoolView[]): never {
  const near = nearest(
    key,
    all.map((one) => one.key),
  );
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  throw new BeckonError(errors.COUPON_POOL_UNKNOWN, `There is no coupon pool "${key.slice(0, 80)}"${hint}`);
}

/** Codes by the name they are printed under; or why there is no mail, at all or for now. */
export type Coupons = { codes: Record<string, string> } | { skip: string } | { hold: string; until: number };

/**
 * Codes for messages whose gates are passed, in the transaction that claims them: what a message holds already it keeps,
 * for its next try and when it is shown again. By message; messages without such a block are absent.
 */
export async function couponsFor(
  kit: Pick<Kit, 'clock' | 'secret'>,
  tx: Tx,
  wanted: readonly { id: string; pools: readonly CouponPlace[] }[],
): Promise<Map<string, Coupons>> {
  if (wanted.length === 0) return new Map();
  const now = kit.clock.now();
  const rules = new Map((await poolRows(tx)).map(({ key, body }) => [key, body]));
  const held = await codesOf(
    tx,
    wanted.map(({ id }) => id),
  );
  const codes = new Map(given(kit, held).map(({ messageId, pool, code }) => [`${messageId}/${pool}`, code]));
  for (const pool of new Set(wanted.flatMap(({ pools }) => pools.map((one) => one.pool)))) {
    const lacking = wanted.filter(
      ({ id, pools }) => pools.some((one) => one.pool === pool) && !codes.has(`${id}/${pool}`),
    );
    if (lacking.length === 0) continue;
    const until = now + (rules.get(pool)?.leastDays ?? 0) * dayMs;
    const messageIds = lacking.map(({ id }) => id);
    for (const { messageId, code } of given(kit, await takeCodes(tx, { pool, messageIds, until }, now)))
      codes.set(`${messageId}/${pool}`, code);
  }
  return new Map(wanted.map(({ id, pools }) => [id, judged({ id, pools }, { held: codes, rules, now })]));
}

function judged(
  { id, pools }: { id: string; pools: readonly CouponPlace[] },
  { held, rules, now }: { held: ReadonlyMap<string, string>; rules: ReadonlyMap<string, CouponPool>; now: number },
): Coupons {
  const codes: Record<string, string> = {};
  for (const { name, pool } of pools) {
    const code = held.get(`${id}/${pool}`);
    const { whenEmpty = 'hold' } = rules.get(pool) ?? {};
    if (code !== undefined) codes[name] = code;
    else if (whenEmpty === 'skip') return { skip: noCoupon };
    else if (whenEmpty === 'hold') return { hold: noCoupon, until: now + lookMs };
  }
  return { codes };
}

/** The codes that a message was made with, for showing it again. */
export async function codesShown(
  kit: Pick<Kit, 'store' | 'secret'>,
  { id, pools = [] }: { id: string; pools: readonly CouponPlace[] | undefined },
): Promise<Record<string, string>> {
  if (pools.length === 0) return {};
  const held = new Map(given(kit, await codesOf(kit.store, [id])).map(({ pool, code }) => [pool, code]));
  return Object.fromEntries(pools.flatMap(({ name, pool }) => (held.has(pool) ? [[name, held.get(pool)!]] : [])));
}

/** Codes as they will look, for previews and proofs. */
export function sampleCodes(pools: readonly CouponPlace[] = []): Record<string, string> {
  return Object.fromEntries(pools.map(({ name }) => [name, sample]));
}
