import { durationMs } from '../base/index.ts';
import type { JourneyDefinition } from './definition.ts';
import type { EntryCap, EntryCounts } from './table-cap.ts';

/** Journeys that want the same person: who goes before, and how many are let in. Pure. */

/** Among journeys that say nothing else. */
export const defaultPriority = 50;

export function priorityOf({ priority }: JourneyDefinition): number {
  return priority ?? defaultPriority;
}

/** How a journey is told apart from those it competes with. */
export interface Rival<R> {
  run: R;
  definition: JourneyDefinition;
}

/**
 * What becomes of somebody who would come into a journey and is inside others of its group: kept out by the first that
 * goes before, or let in while those that go after end. Of equals, who is inside stays.
 */
export function competition<R>(
  definition: JourneyDefinition,
  inside: readonly Rival<R>[],
): { refused: string } | { ends: R[]; reason: string } {
  const rivals = inside.filter(
    (one) =>
      definition.group !== undefined &&
      one.definition.group === definition.group &&
      one.definition.key !== definition.key,
  );
  const before = rivals.find((one) => priorityOf(one.definition) >= priorityOf(definition));
  if (before) return { refused: `"${before.definition.name}" goes before, and is not over for this person` };
  return { ends: rivals.map(({ run }) => run), reason: `"${definition.name}" goes before` };
}

/** A journey that is live, and when it reads its audience next, UTC ms. */
export interface Scheduled {
  definition: JourneyDefinition;
  row: { readDue: number | null };
}

/** Journeys that go before this one and read their audience within the time it looks ahead (journeys E22), the soonest first. */
export function aheadOf<S extends Scheduled>(definition: JourneyDefinition, live: readonly S[], now: number): S[] {
  const { group, lookAhead, key } = definition;
  if (group === undefined || lookAhead === undefined) return [];
  const until = now + durationMs(lookAhead);
  const dueOf = ({ row }: S) => row.readDue ?? Infinity;
  return live
    .filter((one) => one.definition.group === group && one.definition.key !== key)
    .filter((one) => priorityOf(one.definition) > priorityOf(definition) && dueOf(one) <= until)
    .sort((a, b) => dueOf(a) - dueOf(b));
}

/** Caps on entries that have to be counted over everybody. */
export function entryCapOf({ key, caps }: JourneyDefinition): EntryCap[] {
  if (caps?.entries === undefined) return [];
  const { max, within } = caps.entries;
  return [{ journey: key, max, withinMs: within === undefined ? null : durationMs(within) }];
}

/** Why a cap keeps somebody out; null when none does. `entering`: those let in already by the same transaction. */
export function cappedOut(
  { key, caps }: JourneyDefinition,
  counts: EntryCounts,
  about: { profileId: string; entering: number; now: number },
): string | null {
  const { entries, perPerson } = caps ?? {};
  if (entries && (counts.taken.get(key) ?? 0) + about.entering >= entries.max)
    return `All ${entries.max} places${spanOf(entries.within)} are taken`;
  if (!perPerson) return null;
  const since = perPerson.within === undefined ? -Infinity : about.now - durationMs(perPerson.within);
  const begun = counts.begun.get(`${about.profileId}/${key}`) ?? [];
  if (begun.filter((at) => at > since).length < perPerson.max) return null;
  return `Was in this journey ${perPerson.max} ${perPerson.max === 1 ? 'time' : 'times'}${spanOf(perPerson.within)}`;
}

function spanOf(within: string | undefined): string {
  return within === undefined ? '' : ` within ${within}`;
}
