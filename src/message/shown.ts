import type { StoredLink } from './message.ts';

/** An item that stands in a mail, and where; `criterion` is absent of those that nobody recommended, as the cart's own. */
export interface ShownItem {
  item: string;
  position?: number;
  criterion?: string;
}

/** So many items of a mail are told to the log. */
const mostShown = 50;

/**
 * Links with the criterion that each of their items came by, as the recommendations in the journey's context tell. What a list without
 * criteria shows, such as the lines of the cart, has none. Pure.
 */
export function withCriteria(links: readonly StoredLink[], context: Record<string, unknown>): StoredLink[] {
  if (!links.some(({ item, recommendation }) => item !== undefined && recommendation !== undefined)) return [...links];
  const criteria = criteriaIn(context);
  return links.map((link) => {
    const criterion = link.item === undefined ? undefined : criteria.get(`${link.recommendation} ${link.item}`);
    return criterion === undefined ? link : { ...link, criterion };
  });
}

/** The items that a mail shows, each place once, in its order. Pure. */
export function shownItems(links: readonly StoredLink[]): ShownItem[] {
  const shown = new Map<string, ShownItem>();
  for (const { item, position, criterion } of links) {
    if (item === undefined) continue;
    const about = { item, ...(position ? { position } : {}), ...(criterion ? { criterion } : {}) };
    shown.set(`${position ?? ''} ${criterion ?? ''} ${item}`, about);
  }
  return [...shown.values()].slice(0, mostShown);
}

/** By recommendation and item, the criterion that was asked. */
function criteriaIn(context: Record<string, unknown>): Map<string, string> {
  const found = new Map<string, string>();
  for (const answer of Object.values(record(record(context['journey'])['actions']))) {
    const { trackingToken, criterion: asked, ...rest } = record(answer);
    if (typeof trackingToken !== 'string') continue;
    for (const entry of Object.values(rest).flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []))) {
      const { id, criterion } = record(entry);
      if (typeof id !== 'string' || typeof criterion !== 'string') continue;
      const key = record(asked)['key'];
      found.set(`${trackingToken} ${id}`, typeof key === 'string' ? key : criterion);
    }
  }
  return found;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
