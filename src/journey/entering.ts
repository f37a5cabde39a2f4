import { truthy } from '../language/index.ts';
import type { Fact } from '../profile/index.ts';
import type { JourneyDefinition } from './definition.ts';
import { withProfile, type Hands } from './run.ts';

/** Does this fact ask for entry into the journey, and with what? One for each element where the entry says `each`. */
export function entriesOf(
  definition: JourneyDefinition,
  fact: Fact,
  hands: Pick<Hands, 'profile' | 'evaluate'>,
): { key: string; data: Record<string, unknown> }[] {
  const { entry } = definition;
  if (entry.kind !== 'event' || entry.event !== fact.name) return [];
  const scope = (data: Record<string, unknown>) => withProfile({ event: data }, hands);
  if (entry.when !== undefined && !truthy(hands.evaluate(entry.when, scope(fact.data)))) return [];
  const list = entry.each === undefined ? null : hands.evaluate(entry.each, scope(fact.data));
  const all =
    list === null ? [fact.data] : Array.isArray(list) ? list.map((each: unknown) => ({ ...fact.data, each })) : [];
  return all.map((data) => ({
    key: entry.key === undefined ? '' : String(hands.evaluate(entry.key, scope(data)) ?? ''),
    data,
  }));
}
