import { priceOf, type Catalog } from './catalog/index.ts';
import { is, type ShopEvent } from './event/index.ts';
import type { SimulatedAct, SimulatedPerson, Story, StoryAct, StoryDeed, StoryOutcome } from './journey/index.ts';

/** A simulated person as a story: what they did, in the words of stories. */

/** Most acts that are kept of one person; the oldest go first. */
export const keptActs = 200;

/** What an event says in the words of a story; null for what stories have no word for. Pure. */
export function actOf(event: ShopEvent): SimulatedAct[] {
  const { receivedAt: at, page } = event;
  const items = event.items?.map(({ id }) => id) ?? [];
  const made = (does: StoryDeed, more: Partial<SimulatedAct> = {}): SimulatedAct[] => [{ at, does, ...more }];
  if (is(event, 'message.clicked')) return made('clicks');
  if (is(event, 'commerce.purchases')) return made('orders', { items });
  if (is(event, 'commerce.productListAdds')) return made('puts in the cart', { items });
  if (is(event, 'commerce.productListRemovals')) return made('takes out', { items });
  if (is(event, 'commerce.productViews')) return made('looks at', { items });
  if (is(event, 'web.siteSearches')) return made('searches', { what: String(event.data?.['term'] ?? '') });
  if (is(event, 'web.categoryViews')) return made('browses', { what: page?.section ?? '' });
  if (is(event, 'profile.asserted') || is(event, 'profile.consent')) {
    const word = event.consent?.['email-marketing'];
    const said = word === 'in' ? made('agrees') : word === 'out' ? made('withdraws') : [];
    return [...(is(event, 'profile.asserted') ? made('signs in') : []), ...said];
  }
  return is(event, 'web.webpagedetails.pageViews') ? made('visits', { what: page?.name ?? '' }) : [];
}

/** The person's story, which expects nothing yet. Items are told as they are sold now. */
export function storyOfPerson(
  person: SimulatedPerson,
  about: {
    journeys: readonly string[];
    to: number;
    zone: string;
    catalog: Pick<Catalog, 'get'>;
    audiences: Story['audiences'];
  },
): Story {
  const { acts = [], email = null } = person;
  const begins = acts[0]?.at ?? about.to;
  const seconds = (at: number) => `PT${Math.max(0, Math.round((at - begins) / 1000))}S`;
  const happens = acts.map(({ at, ...act }): StoryAct => ({ at: seconds(at), who: 'person', ...act }));
  const items = [...new Set(acts.flatMap((act) => act.items ?? []))].flatMap((id) => itemOf(id, about.catalog));
  return {
    name: `As ${person.label.replace(/ \(.*\)$/, '')} went through`,
    journeys: [...about.journeys],
    begins: wallOf(begins, about.zone),
    lasts: seconds(about.to + 60_000),
    items,
    ...(about.audiences && about.audiences.length > 0 ? { audiences: about.audiences } : {}),
    people: { person: email === null ? {} : { email } },
    happens,
    expect: {},
  };
}

/** The same story, expecting just what came of it. Pure. */
export function expecting(story: Story, { mails, runs }: StoryOutcome): Story {
  const last = new Map(runs.map((run) => [run.journey, run]));
  const ends = Object.fromEntries([...last].map(([key, { end, activity }]) => [key, end ?? activity]));
  const path = Object.fromEntries([...last].map(([key, run]) => [key, run.path]));
  const shown = mails.map(({ journey, message, items }) => ({ journey, message, shows: items }));
  return { ...story, expect: { person: { mails: shown, ends, path } } };
}

function itemOf(id: string, catalog: Pick<Catalog, 'get'>): Record<string, unknown>[] {
  const item = catalog.get(id);
  if (!item) return [{ id, name: id }];
  const { name, categories, currency, stock, url, imageUrl } = item;
  const told = { id, name, categories, price: priceOf(item), currency, stock, url, imageUrl };
  return [Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null))];
}

/** "2026-11-24T10:00:05" on the shop's clock. */
function wallOf(at: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(at);
  return parts.replace(' ', 'T');
}
