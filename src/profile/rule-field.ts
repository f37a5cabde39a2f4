import { historyEvent, recentEvents, type ShopEvent } from '../event/index.ts';
import { SeenFields, type SeenField } from '../language/index.ts';
import type { Runner } from '../store/index.ts';
import type { Profile } from './profile.ts';
import { latestPeople } from './table-search.ts';
import { viewOf } from './view.ts';

/** What rules can look into, as it really was lately. */
export interface RuleFields {
  /** Types of the last events, the most frequent first. */
  events: { type: string; count: number; fields: SeenField[] }[];
  /** How many people were looked at. */
  people: number;
  profile: SeenField[];
}

const looksAt = { eventsOfShard: 12, people: 60, fields: 150 };

/** Looks at the last events and at the people seen last. */
export async function ruleFields(runner: Runner, now: number): Promise<RuleFields> {
  const events = await recentEvents(runner, looksAt.eventsOfShard);
  const people = await latestPeople(runner, looksAt.people);
  return { events: eventFields(events), people: people.length, profile: profileFields(people, now) };
}

/** What questions to the history can look into, by type: of the event, and of its items. Pure. */
export function eventFields(events: readonly ShopEvent[]): RuleFields['events'] {
  const byType = new Map<string, { count: number; fields: SeenFields }>();
  for (const event of events) {
    const made = historyEvent(event);
    if (made === null) continue;
    const { id: _id, type: _type, types, items, identities: _names, visitor: _visitor, ...told } = made;
    for (const type of types) {
      const known = byType.get(type) ?? { count: 0, fields: new SeenFields(looksAt.fields) };
      known.count += 1;
      known.fields.add(told, 'event');
      for (const item of Array.isArray(items) ? items : []) known.fields.add(item, 'item');
      byType.set(type, known);
    }
  }
  return [...byType]
    .map(([type, { count, fields }]) => ({ type, count, fields: fields.list() }))
    .sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1));
}

/** Fields of these people as conditions see them. Pure. */
export function profileFields(people: readonly Profile[], now: number): SeenField[] {
  const fields = new SeenFields(looksAt.fields);
  for (const profile of people) fields.add(viewOf(profile, now), 'profile');
  return fields.list();
}
