import type { Clock } from '../base/index.ts';
import type { Store } from '../store/index.ts';

/** All there are. */
export const shards = 64;

interface LeaseParts {
  store: Store;
  clock: Clock;
  owner: string;
  leaseMs: number;
  /** How many shards this owner may hold now; none: it takes no part. */
  share: () => number;
}

/**
 * The shards that answer to one owner: rows with a lease by the database's clock and a fence that rises with each new owner.
 * Each holds its share at most. Who holds more, because somebody has joined, gives the surplus back at the next look; who
 * holds less asks for what is free or lapsed once a second.
 */
export class ShardLeases {
  readonly #parts: LeaseParts;
  #fences: ReadonlyMap<number, number> = new Map();
  #until = 0;

  constructor(parts: LeaseParts) {
    this.#parts = parts;
  }

  /** Shard → fence, of what was ours at the last look. Whoever writes compares the fence: a lease that lapsed may be another's. */
  get fences(): ReadonlyMap<number, number> {
    return this.#fences;
  }

  get list(): number[] {
    return [...this.#fences.keys()];
  }

  /** Do all shards answer to us for the time being? */
  get holdsAll(): boolean {
    return this.#fences.size === shards && this.#parts.clock.real() < this.#until;
  }

  /** Something says that they may not be ours any more: the next look asks the database. */
  doubt(): void {
    this.#until = 0;
  }

  /** Renews what we hold when a third of the lease has gone. */
  async look(): Promise<void> {
    const { clock, leaseMs } = this.#parts;
    const share = Math.min(shards, this.#parts.share());
    if (share === 0 && this.#fences.size === 0) return;
    const left = this.#until - clock.real();
    const isEnough = this.#fences.size === share || (this.#fences.size < share && left > leaseMs - 1000);
    if (left > (leaseMs * 2) / 3 && isEnough) return;
    if (this.#fences.size > share) await this.#giveBack(this.list.slice(0, share));
    await this.#take(share);
  }

  /** Gives all back at once. */
  async release(): Promise<void> {
    this.#fences = new Map();
    this.#until = 0;
    await this.#giveBack([]);
  }

  async #take(share: number): Promise<void> {
    const { store, clock, owner, leaseMs } = this.#parts;
    const started = clock.real();
    const rows = await store.rows<{ shard: number; fence: number }>({
      name: 'event.lease',
      text: `update event_shard set owner = $1, lease_until = now() + $2 * interval '1 millisecond',
          fence = case when owner = $1 then fence else fence + 1 end
        where shard in (select shard from event_shard where owner = $1 or lease_until is null or lease_until < now()
          order by (owner is not distinct from $1) desc, shard limit $3 for update skip locked)
        returning shard, fence`,
      values: [owner, leaseMs, share],
    });
    this.#fences = new Map(rows.map(({ shard, fence }) => [shard, fence]));
    this.#until = started + leaseMs;
  }

  async #giveBack(kept: readonly number[]): Promise<void> {
    await this.#parts.store.run({
      text: 'update event_shard set lease_until = null, owner = null where owner = $1 and shard <> all($2)',
      values: [this.#parts.owner, kept],
    });
  }
}
