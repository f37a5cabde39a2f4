import type { Ask, Candidate, Criterion } from './criterion.ts';
import type { Ranking } from './ranking.ts';
import { popularReason, sellingReason } from './reason.ts';

/** Most viewed on the site, by visits (recommendations ALG-16, C-8). */
export const popular: Criterion = {
  key: 'popular',
  title: 'Popular right now',
  description: 'The items most visits looked at; a visit counts half as much after a week.',
  hidesPurchased: true,
  keysOf: () => [],
  candidates: mostViewed,
};

/** Most bought on the site, by visits: several units count once. */
export const topSellers: Criterion = {
  key: 'top-sellers',
  title: 'Selling well',
  description: 'The items bought in most visits; a visit counts half as much after a week. Popular items fill in.',
  hidesPurchased: true,
  keysOf: () => [],
  candidates: (ask) => ranked(ask, ask.model.bought, { algorithm: 'top-sellers', reasonOf: sellingReason }),
};

/** The most viewed items that pass; also the backup of every criterion (BAK-1, here always best first). */
export function mostViewed(ask: Omit<Ask, 'scores' | 'keys' | 'viewed' | 'nameOf'>): Candidate[] {
  return ranked(ask, ask.model.viewed, { algorithm: 'most-viewed', reasonOf: popularReason });
}

function ranked(
  { model, limit, accept }: Pick<Ask, 'model' | 'limit' | 'accept'>,
  ranking: Ranking,
  { algorithm, reasonOf }: { algorithm: string; reasonOf: (visits: number) => string },
): Candidate[] {
  const found: Candidate[] = [];
  const first = ranking.at(0);
  for (let rank = 0, item = first; item !== -1 && found.length < limit; item = ranking.at(++rank)) {
    const id = model.items.name(item);
    if (!accept(id)) continue;
    const count = ranking.visits(item);
    const score = ranking.weight(item) / ranking.weight(first);
    found.push({ id, score, reason: reasonOf(count), because: [{ key: null, algorithm, count }] });
  }
  return found;
}
