import type { Runner } from './journey/index.ts';
import type { Measure } from './measure/index.ts';
import type { Messages } from './message/index.ts';
import type { ActivitySeen } from './recommend/index.ts';
import type { Profiles } from './profile/index.ts';
import type { Tx } from './store/index.ts';

/** The rooms that hold something of a profile which a merge must carry over. */
interface Carriers {
  profiles: Profiles;
  runner: Runner;
  messages: Messages;
  measure: Measure;
  seen: ActivitySeen;
}

/** One profile has become part of another: what the other rooms hold of it goes along. */
export async function carryOver(
  { profiles, runner, messages, measure, seen }: Carriers,
  tx: Tx,
  { from, into }: { from: string; into: string },
) {
  return {
    audience: await profiles.audiences.merge(tx, from, into),
    journey: await runner.merge(tx, from, into),
    message: await messages.moved(tx, from, into),
    measure: await measure.merge(tx, from, into),
    seen: await seen.merge(tx, from, into),
  };
}

type Kept = Awaited<ReturnType<typeof carryOver>>;
/** Merges from before there were audiences, or activities, carried none. */
type Carried = Omit<Kept, 'audience' | 'seen'> & Partial<Pick<Kept, 'audience' | 'seen'>>;

/** And parted again: it goes back. Merges from before this was kept have nothing to go by; their rows stay. */
export async function carryBack(
  { profiles, runner, messages, measure, seen }: Carriers,
  tx: Tx,
  { carried, ...pair }: { from: string; into: string; carried: unknown },
): Promise<void> {
  if (!carried) return;
  const { audience, journey, message, measure: measured, seen: looked } = carried as Carried;
  await runner.unmerge(tx, { ...pair, carried: journey });
  await messages.movedBack(tx, { ...pair, carried: message });
  await measure.unmerge(tx, { ...pair, carried: measured });
  if (looked) await seen.unmerge(tx, { ...pair, carried: looked });
  if (audience) await profiles.audiences.unmerge(tx, { ...pair, carried: audience });
}
