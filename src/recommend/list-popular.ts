import type { ContentIndex } from './content-index.ts';
import type { Crowd } from './crowd.ts';
import type { Algorithm, Group, ListQuery, Scored } from './source.ts';
import { eventGroup } from './visitor-groups.ts';

const popularBy = { viewed: 'most-viewed', bought: 'top-sellers', carted: 'most-carted' } as const;

/**
 * What is popular: on the site, among the items of a category or with a value of an attribute, or among people with a
 * value of one (recommendations ALG-16 to 19).
 */
export function popularList(
  { crowd, content }: { crowd: Crowd; content: ContentIndex },
  query: Omit<Extract<ListQuery, { kind: 'popular' }>, 'kind'>,
  ask: { limit: number; accept: (item: number) => boolean },
): Scored[] {
  const { action, windowMs, now, group } = query;
  const by: Algorithm = typeof action === 'string' ? popularBy[action] : 'most-told';
  const scored = ({ item, weight, worth }: { item: number; weight: number; worth: number }): Scored => {
    return { item, score: weight, count: Math.max(1, Math.round(worth)), key: null, by };
  };
  const members = (of: Group) => content.group(of.by as 'category' | 'attribute', of.name ?? '', of.value);
  if (typeof action !== 'string') {
    const within = group === undefined ? null : members(group);
    const accept = (item: number) => (within === null || within.has(item)) && ask.accept(item);
    const told = { name: eventGroup, value: action.event, action: 'told' } as const;
    return crowd.events.top(told, { windowMs, now }, { ...ask, accept }).map(scored);
  }
  if (group?.by === 'profile-attribute') {
    const { name = '', value } = group;
    return crowd.groups.top({ name, value, action }, { windowMs, now }, ask).map(scored);
  }
  const counts = crowd[action];
  const within = group === undefined ? {} : { within: members(group) };
  return counts
    .top(windowMs, now, { ...ask, ...within })
    .map(({ item, weight }) => scored({ item, weight, worth: counts.worth(item, windowMs, now) }));
}
