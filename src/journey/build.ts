import { BeckonError } from '../base/index.ts';
import type { Activity, Entry, ExitRule, JourneyDefinition } from './definition.ts';
import { errors } from './error.ts';
import { messagesOf, problemsOf } from './validate.ts';

/**
 * Journeys in TypeScript: `beckon/journey`. What `journey()` gives is the JSON document itself, so a file of this kind
 * and one of JSON are the same journey. The types refuse a `next` that names no activity; `journey()` refuses
 * everything else that the server would.
 */

/** Names under which an activity, or a path of it, names another activity. A test holds them to the form. */
export const placeKeys = ['next', 'otherwise', 'onError', 'onExcluded', 'onFew', 'backup', 'start'] as const;

/** What is one's own: kept in the document, and without a meaning to Beckon. */
interface Own {
  [own: `x-${string}`]: unknown;
}

/** The same with every name of an activity one of `N`. */
type Placed<T, N extends string> = T extends readonly (infer E)[]
  ? Placed<E, N>[]
  : T extends object
    ? { [K in keyof T]: K extends (typeof placeKeys)[number] ? N | Extract<T[K], undefined> : Placed<T[K], N> } & Own
    : T;

/** Only paths of a listen activity name the message that they are a reaction to. */
type PlacedActivity<A, N extends string> = A extends { kind: 'listen'; events: (infer E)[] }
  ? Omit<Placed<A, N>, 'events'> & { events: (Omit<Placed<E, N>, 'message'> & { message?: N })[] }
  : A extends { kind: 'action' }
    ? Omit<Placed<A, N>, keyof Unplaced<A>> & Unplaced<A>
    : Placed<A, N>;

/** Parts of an action that are not ours to look into. */
type Unplaced<A> = Pick<A, Extract<keyof A, 'body' | 'headers' | 'responseSchema' | 'responseSample'>>;

/** A journey whose activities are named `N`. */
export type JourneyIn<N extends string> = Omit<JourneyDefinition, 'start' | 'activities'> & {
  start: NoInfer<N>;
  activities: { [K in N]: PlacedActivity<Activity, NoInfer<N>> };
} & Own;

/** A journey, checked. Throws JOURNEY_INVALID with everything that is wrong in it. */
export function journey<const N extends string>(given: JourneyIn<N>): JourneyDefinition {
  const definition = given as unknown as JourneyDefinition;
  const problems = problemsOf(definition, messagesOf(definition));
  if (problems.length === 0) return definition;
  const said = problems.map(({ where, what }) => `${where}: ${what}`).join('; ');
  throw new BeckonError(errors.JOURNEY_INVALID, `The journey "${definition.key}" cannot run as it stands: ${said}`, {
    where: problems[0]!.where,
  });
}

/** `PT30M` */
export function minutes(count: number): string {
  return `PT${count}M`;
}

/** `PT4H` */
export function hours(count: number): string {
  return `PT${count}H`;
}

/** `P1D`: 24 hours each. */
export function days(count: number): string {
  return `P${count}D`;
}

export type { Activity, Entry, ExitRule, JourneyDefinition };
