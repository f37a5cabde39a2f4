import type { ContentIndex } from './content-index.ts';
import type { Crowd } from './crowd.ts';
import type { Algorithm, Group, Scored } from './source.ts';

const popularBy = { viewed: 'most-viewed', bought: 'top-sellers', carted: 'most-carted' } as const;

/**
 * What is popular: on the site, among the items of a category or with a value of an attribute, or among people with a
 * value of one (recommendations ALG-16 to 19).
 */
export function popularList(
  { crowd, content }: { crowd: Crowd; content: ContentIndex },
  query: { action: 'viewed' | 'bought' | 'carted'; windowMs: number | null; now: number; group?: Group },
  ask: { limit: number; accept: (item: number) => boolean },
): Scored[] {
  const { action, windowMs, now, group } = query;
  const by: Algorithm = popularBy[action];
  const scored = ({ item, weight, worth }: { item: number; weight: number; worth: number }): Scored => {
    return { item, score: weight, count: Math.max(1, Math.round(worth)), key: null, by };
  };
  if (group?.by === 'profile-attribute') {
    const { name = '', value } = group;
    return crowd.groups.top({ name, value, action }, { windowMs, now }, ask).map(scored);
  }
  const counts = crowd[action];
  const within = group === undefined ? {} : { within: content.group(group.by, group.name ?? '', group.value) };
  return counts
    .top(windowMs, now, { ...ask, ...within })
    .map(({ item, weight }) => scored({ item, weight, worth: counts.worth(item, windowMs, now) }));
}
