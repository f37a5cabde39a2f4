import { cards } from './card.ts';
import { find } from './server.ts';
import { tell } from './tell.ts';

/**
 * Recommendations in the page, by the Web SDK's own means. An event asks for places by name (`decisionScopes`), Beckon
 * answers with propositions, the page draws them with its own cards and tells two things: that they were shown, and
 * which item was followed. What each place shows is a setting of the datastream, not of the page.
 */
export interface Proposition {
  id: string;
  scope: string;
  scopeDetails: object;
  items: { data: { content?: { items?: { id: string }[] } } }[];
}

/** What to send beside an event so that its answer has something for these places. */
export function asking(places: string[], data?: object): { personalization: { decisionScopes: string[] } } {
  return { personalization: { decisionScopes: places }, ...(data ? { data } : {}) };
}

/** Draws what an event's answer brought into the places of the page, `<section data-place="…" hidden>`. */
export async function fill(root: HTMLElement, answer: Promise<unknown>): Promise<void> {
  const { propositions = [] } = ((await answer) ?? {}) as { propositions?: Proposition[] };
  const shown = propositions.filter((proposition) => drawInto(root, proposition));
  if (shown.length > 0) notify('Display', shown);
}

function drawInto(root: HTMLElement, proposition: Proposition): boolean {
  const section = root.querySelector<HTMLElement>(`[data-place="${proposition.scope}"]`);
  const ids = proposition.items.flatMap(({ data }) => data.content?.items ?? []).map(({ id }) => id);
  // The shop shows its own names, prices and pictures: Beckon says which items, and in which order.
  const items = ids.flatMap((id) => find(id) ?? []);
  if (!section || items.length === 0) return false;
  const list = section.querySelector('ul')!;
  list.innerHTML = cards(items).text;
  section.hidden = false;
  list.addEventListener('click', (event) => {
    const card = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-item]') : null;
    if (card) notify('Interact', [proposition], card.dataset['item']);
  });
  return true;
}

/** Told twice, a display or a click of the same recommendation and item counts once. */
function notify(what: 'Display' | 'Interact', propositions: Proposition[], item?: string): void {
  void tell(`decisioning.proposition${what}`, {
    _experience: {
      decisioning: {
        propositions: propositions.map(({ id, scope, scopeDetails }) => ({ id, scope, scopeDetails })),
        propositionEventType: { [what.toLowerCase()]: 1 },
        ...(item === undefined ? {} : { propositionAction: { label: item } }),
      },
    },
  });
}
