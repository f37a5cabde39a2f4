import type { ShopEvent } from '../event/index.ts';
import { visitSilenceMs, type ProfileState } from './profile.ts';

/**
 * Which occasion an event teaches as part of: the visit it falls into; else, for history and for servers whose events make
 * no visit, what was told of the person around the same time, which is noted in the state. Without it each imported view
 * would stand alone, and "viewed together" would learn nothing from years of views.
 */
export function occasionOf(state: ProfileState, { id, happenedAt: at }: ShopEvent): string {
  const { visit, aside } = state;
  if (visit && isWithin(visit, at)) return visit.id;
  state.aside = !aside || !isWithin(aside, at) ? { id, startedAt: at, lastAt: at } : widened(aside, at);
  return state.aside.id;
}

type Span = Pick<NonNullable<ProfileState['aside']>, 'startedAt' | 'lastAt'>;

function isWithin({ startedAt, lastAt }: Span, at: number): boolean {
  return at >= startedAt - visitSilenceMs && at <= lastAt + visitSilenceMs;
}

function widened<T extends Span>(span: T, at: number): T {
  return { ...span, startedAt: Math.min(span.startedAt, at), lastAt: Math.max(span.lastAt, at) };
}
