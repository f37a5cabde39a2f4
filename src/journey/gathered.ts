import type { Store } from '../store/index.ts';
import { contextOf } from './run.ts';
import { recentRuns } from './table.ts';

/** What a run has gathered, as its mails see it. */
export interface Gathered {
  run: string;
  journey: string;
  /** UTC ms. */
  enteredAt: number;
  context: Record<string, unknown>;
}

/** What the latest runs of a profile have gathered, the newest first: for showing a mail as one of them would make it. */
export async function gatheredBy(store: Store, profileId: string): Promise<Gathered[]> {
  const runs = await recentRuns(store, profileId);
  return runs.map((run) => ({
    run: run.id,
    journey: run.journey,
    enteredAt: run.enteredAt,
    context: contextOf(run),
  }));
}
