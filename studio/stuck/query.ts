import { queryOptions } from '@tanstack/react-query';
import type { StuckList } from '../../src/api/contract-journey.ts';
import { ask } from '../api/client.ts';

/** Runs that need a hand: of one journey, or of all. */
export const stuck = (journey: string | undefined) =>
  queryOptions({
    queryKey: ['stuck', journey ?? ''],
    queryFn: () => {
      const path = journey === undefined ? '/v1/stuck' : `/v1/journeys/${encodeURIComponent(journey)}/stuck`;
      return ask<StuckList>(`${path}?limit=200`);
    },
    refetchInterval: 10_000,
    placeholderData: (before) => before,
  });

/** What can be done for a run that needs a hand. */
export type Hand = 'retry' | 'skip' | 'exit';

/** Does it for runs of any journeys. @returns how many were moved; the others had gone on meanwhile */
export async function giveHand(hand: Hand, groups: ReadonlyMap<string, readonly string[]>): Promise<number> {
  let moved = 0;
  for (const [journey, runs] of groups) {
    const path = `/v1/journeys/${encodeURIComponent(journey)}/runs`;
    moved += (await ask<{ moved: number }>(path, { method: 'POST', body: { do: hand, runs } })).moved;
  }
  return moved;
}
