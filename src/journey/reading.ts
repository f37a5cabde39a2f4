import { bucketOf } from '../profile/index.ts';
import type { AudienceEntry, JourneyDefinition } from './definition.ts';
import { momentOf } from './span.ts';
import { dateOf, instantOfWall, nextAt } from './wall.ts';

/** One going through an audience, or through one wave of it; kept, so that it goes on where a crash stopped it. */
export interface Reading {
  id: string;
  journey: string;
  version: number;
  /** The same for all waves of one occasion: its time, or the fact that caused it. */
  name: string;
  wave: number;
  /** The nominal time, UTC ms. */
  due: number;
  /** Only members since then, UTC ms; null: all. */
  since: number | null;
  /** What happened, for a business event; otherwise null. */
  data: Record<string, unknown> | null;
  /** The last person looked at. */
  cursor: string | null;
  started: number;
}

/** When a journey reads its audience next after `after`, within its span, UTC ms; null when it reads none any more. Pure. */
export function nextReadingOf(definition: JourneyDefinition, shopZone: string, after: number): number | null {
  const { entry, begins, ends } = definition;
  if (entry.kind !== 'audience') return null;
  const zone = zoneOf(definition, shopZone);
  const [first, last] = [momentOf(begins, zone), momentOf(ends, zone)];
  const due = nextReadDue(entry, zone, Math.max(after, (first ?? -Infinity) - 1));
  return due !== null && due < (last ?? Infinity) ? due : null;
}

/** Whose clock an audience is read by. */
export function zoneOf({ entry, zone }: JourneyDefinition, shopZone: string): string {
  const own = entry.kind === 'audience' ? entry.zone : undefined;
  return own ?? (zone === undefined || zone === 'profile' ? shopZone : zone);
}

/** When an audience is read next after `after`, UTC ms; null when it is read no more. Pure. */
export function nextReadDue(entry: AudienceEntry, zone: string, after: number): number | null {
  const { at, every = 'day', on } = entry;
  if (every === 'once' && entry.date !== undefined) {
    const due = instantOfWall({ wall: `${entry.date}T${at}`, zone });
    return due !== null && due > after ? due : null;
  }
  const which = every === 'week' ? { days: on ?? [1] } : every === 'month' ? { dates: on ?? [1] } : {};
  const { due } = nextAt({ at, zone, after, ...which });
  return entry.until !== undefined && dateOf(due, zone) > entry.until ? null : due;
}

/** In which wave somebody is, from 0: by the bucket of the person and the occasion, so that waves differ each time. Pure. */
export function waveOf(waves: readonly { share: number }[], name: string, profileId: string): number {
  const place = (bucketOf(`wave:${name}`, profileId) + 0.5) / 10_000;
  let edge = 0;
  for (const [wave, { share }] of waves.entries()) {
    edge += share;
    if (place < edge) return wave;
  }
  return waves.length - 1;
}
