import type { Crowd } from './crowd.ts';
import { belongs } from './list-cart.ts';
import { newestOf } from './list-neighbours.ts';
import type { OwnStep } from './neighbours.ts';
import type { ListQuery, Scored } from './source.ts';
import type { Tuning } from './tuning.ts';

const dayMs = 24 * 3600 * 1000;
/** What share of carts with an item end in its purchase says so much, as a power. */
const boughtPower = 2;
/** Own items by which it is told which of those left fit the person best. */
const ownToFit = 50;

/**
 * The person's own, carted and not bought since: the strongest sign of a purchase (recommender-quality §0.7). By days,
 * the newest first; of one day, what goes best with all else the person had and is mostly bought where it is carted.
 *
 * @param parts `weighed`: all the person had, oldest first
 */
export function leftInCart(
  { crowd, tuning, weighed }: { crowd: Crowd; tuning: Tuning['cart']; weighed: readonly OwnStep[] },
  { carted, bought, now }: Extract<ListQuery, { kind: 'for-you' }>,
  { limit, accept }: { limit: number; accept: (item: number) => boolean },
): Scored[] {
  const boughtAt = new Map<number, number>();
  for (const { item, at } of bought) boughtAt.set(item, Math.max(at, boughtAt.get(item) ?? 0));
  const left = new Map<number, number>();
  for (const { item, at } of carted.toSorted((a, b) => b.at - a.at)) {
    if (item < 0 || left.has(item) || at <= (boughtAt.get(item) ?? -1)) continue;
    if (accept(item)) left.set(item, at);
  }
  const others = left.size < 2 ? [] : newestOf(weighed, ownToFit).map(({ item }) => item);
  const told = Array.from(left, ([item, at]) => {
    const isBought = (crowd.bought.visits(item) + 1) / (crowd.carted.visits(item) + 2);
    const fit = belongs(crowd, item, others, tuning) * isBought ** boughtPower;
    return { item, at, daysAgo: Math.floor((now - at) / dayMs), fit };
  });
  const order = told.sort((a, b) => a.daysAgo - b.daysAgo || b.fit - a.fit || b.at - a.at).slice(0, limit);
  return order.map(({ item }, i) => ({
    item,
    score: 2 - i / (order.length + 1),
    count: 1,
    key: item,
    by: 'left-in-cart',
  }));
}
