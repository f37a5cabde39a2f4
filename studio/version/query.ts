import { queryOptions } from '@tanstack/react-query';
import type { JourneyVersion, JourneyVersions } from '../../src/api/contract-journey.ts';
import { ask } from '../api/client.ts';
import type { Place, PlaceMap } from './moving.ts';

const path = (key: string) => `/v1/journeys/${encodeURIComponent(key)}`;

/** The published versions of a journey, the newest first. */
export const versions = (key: string) =>
  queryOptions({
    queryKey: ['journey', key, 'versions'],
    queryFn: async () => (await ask<JourneyVersions>(`${path(key)}/versions`)).versions,
    refetchInterval: 4_000,
  });

/** What one says, or the draft, and what it changes of the one published last. */
export const version = (key: string, of: number | 'draft') =>
  queryOptions({
    queryKey: ['journey', key, 'versions', of],
    queryFn: () => ask<JourneyVersion>(`${path(key)}/versions/${of}`),
  });

/** Who would go where; nothing is moved. */
export const dryMove = (key: string, map: PlaceMap) =>
  queryOptions({
    queryKey: ['journey', key, 'move', JSON.stringify(map)],
    queryFn: () => move(key, { map, dry: true }),
    refetchInterval: 4_000,
    placeholderData: (before) => before,
  });

export async function move(key: string, how: { map: PlaceMap; dry: boolean }): Promise<Place[]> {
  return (await ask<{ places: Place[] }>(`${path(key)}/migrate`, { method: 'POST', body: how })).places;
}
