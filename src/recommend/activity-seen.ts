import { isCurrency, shardOf, toMajor, toMinor } from '../base/index.ts';
import { identityKey, type ShopEvent } from '../event/index.ts';
import type { Fact, Profile } from '../profile/index.ts';
import type { Store, Tx } from '../store/index.ts';
import {
  addOrders,
  addSeen,
  clearSeen,
  countsOf,
  dropSeen,
  moveOrders,
  seenRows,
  takeSeen,
  type SeenRow,
} from './table-activity-seen.ts';

/** An order is credited to a click at most so long before it; as with mails (trust.md §5.3). */
export const activityCreditMs = 5 * 86_400_000;

/** What an experience has come to. Credited is not caused. */
export interface ExperienceNumbers {
  experience: string;
  /** Who was shown it or clicked. */
  people: number;
  impressions: number;
  clicks: number;
  /** Of the people. */
  clickers: number;
  /** Orders of clickers within 5 days of their last click in this activity. */
  orders: number;
  revenue: { amount: number; currency: string }[];
}

/** What a merge needs to be undone. */
export interface CarriedSeen {
  seen: SeenRow[];
  orders: string[];
}

/** Counts, for each person, what activities have shown them. */
export class ActivitySeen {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Takes in what one fold saw, in its transaction: displays and clicks that carry an activity, and orders. Machines and
   * named test profiles are never counted.
   */
  async listen(
    tx: Tx,
    told: { facts: readonly Fact[]; seen: readonly ShopEvent[]; profiles: ReadonlyMap<string, Profile> },
  ): Promise<void> {
    const notices = told.seen.filter((event) => event.recommendation?.activity !== undefined && event.bot !== true);
    const owners = notices.length > 0 ? ownersOf(told.profiles) : new Map<string, Profile>();
    for (const event of notices) {
      const owner = event.identities.map((one) => owners.get(identityKey(one))).find((one) => one !== undefined);
      if (owner && !owner.state.test) await addSeen(tx, seenBy(owner.id, event));
    }
    const orders = told.facts.flatMap((fact) =>
      fact.name !== 'ordered' || told.profiles.get(fact.profileId)?.state.test === true ? [] : (orderOf(fact) ?? []),
    );
    await addOrders(tx, orders, activityCreditMs);
  }

  /** The numbers of an activity; experiences that nobody saw are not among them. */
  async numbers(activity: string): Promise<ExperienceNumbers[]> {
    const { seen, orders } = await countsOf(this.#store, activity);
    return seen.map(({ experience, people, shown, clicked, clickers }) => {
      const mine = orders.filter((one) => one.experience === experience);
      return {
        experience,
        people,
        impressions: shown,
        clicks: clicked,
        clickers,
        orders: mine.reduce((sum, one) => sum + one.orders, 0),
        revenue: mine.map(({ minor, currency }) => ({ amount: toMajor(minor, currency), currency })),
      };
    });
  }

  /** Two profiles became one. @returns what `unmerge` needs */
  async merge(tx: Tx, from: string, into: string): Promise<CarriedSeen> {
    const seen = await takeSeen(tx, from);
    for (const row of seen) await addSeen(tx, { ...row, profileId: into, shard: shardOf(into) });
    return { seen, orders: await moveOrders(tx, from, { profileId: into, shard: shardOf(into) }) };
  }

  /** And parted again: each has its own counts. */
  async unmerge(tx: Tx, { from, into, carried }: { from: string; into: string; carried: CarriedSeen }): Promise<void> {
    for (const row of carried.seen) {
      const back = {
        ...row,
        profileId: into,
        shard: shardOf(into),
        shown: -row.shown,
        clicked: -row.clicked,
        clickedAt: null,
      };
      await addSeen(tx, back);
      await addSeen(tx, { ...row, profileId: from, shard: shardOf(from) });
    }
    await clearSeen(tx, into);
    await moveOrders(tx, into, { profileId: from, shard: shardOf(from), only: carried.orders });
  }

  /** Removes everything that names the profile; the numbers lose it. */
  async forget(tx: Tx, profileId: string): Promise<void> {
    await dropSeen(tx, profileId);
  }

  /** Everything that names the profile, by table, as stored. */
  exportFor(profileId: string): Promise<Record<string, Record<string, unknown>[]>> {
    return seenRows(this.#store, profileId);
  }
}

function ownersOf(profiles: ReadonlyMap<string, Profile>): Map<string, Profile> {
  const owners = new Map<string, Profile>();
  for (const profile of profiles.values()) {
    for (const identity of profile.state.identities) owners.set(identityKey(identity), profile);
  }
  return owners;
}

function seenBy(profileId: string, { types, recommendation, happenedAt }: ShopEvent): SeenRow {
  const isClick = types.includes('decisioning.propositionInteract');
  return {
    shard: shardOf(profileId),
    profileId,
    activity: recommendation!.activity!,
    experience: recommendation!.experience ?? '',
    shown: isClick ? 0 : 1,
    clicked: isClick ? 1 : 0,
    clickedAt: isClick ? happenedAt : null,
  };
}

function orderOf({ profileId, at, data }: Fact) {
  const { orderId, total, totalMinor, currency } = data;
  if (typeof orderId !== 'string' || !isCurrency(currency)) return null;
  const minor = typeof totalMinor === 'number' ? totalMinor : toMinor(Number(total), currency);
  return Number.isSafeInteger(minor) ? { shard: shardOf(profileId), profileId, orderId, at, minor, currency } : null;
}
