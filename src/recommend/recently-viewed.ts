import type { Ask, Candidate, Criterion } from './criterion.ts';
import { viewedReason } from './reason.ts';

/** The person's own views, newest first, each once (recommendations ALG-13, golden example 11). */
export const recentlyViewed: Criterion = {
  key: 'recently-viewed',
  title: 'You looked at these',
  description: 'The items this person viewed last, newest first; popular items fill in.',
  hidesPurchased: false,
  keysOf: () => [],
  candidates,
};

function candidates({ viewed, limit, accept }: Ask): Candidate[] {
  const ids = new Set<string>();
  for (const { item } of [...viewed].sort((a, b) => b.at - a.at)) {
    if (ids.size === limit) break;
    if (!ids.has(item) && accept(item)) ids.add(item);
  }
  return [...ids].map((id, place) => ({
    id,
    score: 1 / (place + 1),
    reason: viewedReason,
    because: [{ key: id, algorithm: 'recently-viewed', count: 1 }],
  }));
}
