import { historyTypes, type ShopEvent } from '../event/index.ts';
import type { Fact } from './profile.ts';
import { eventView } from './trait.ts';

/**
 * An event as facts under the names of its types, of those that somebody listens to. What only the shop's server may tell
 * is one by its word only (trust.md §3.5). Pure.
 */
export function typeFacts(event: ShopEvent, listens: (type: string) => boolean): Pick<Fact, 'name' | 'data'>[] {
  const heard = historyTypes(event).filter(listens);
  if (heard.length === 0) return [];
  const data = { ...eventView(event), ...aboutMessage(event) };
  return heard.map((type) => ({ name: type as Fact['name'], data }));
}

/** Whose mail, and which of its links: what a reaction of a journey goes by. */
function aboutMessage({ message }: ShopEvent): Record<string, unknown> {
  if (!message) return {};
  const { id, run, ...about } = message;
  return { messageId: id, runId: run ?? null, activity: null, ...about };
}
