import { after } from '../base/index.ts';
import { claimDue } from './claim.ts';
import type { CompiledTemplate } from './compile.ts';
import { hearPending } from './hear.ts';
import type { Pacing } from './pacing.ts';
import type { Kit } from './part.ts';
import { expireOverdue, rescueLost, settleOldDoubt } from './rescue.ts';
import { beginBatch, handBack, renderClaims, Wire } from './send.ts';
import { toDo } from './table-report.ts';

/**
 * One pass over everything due: takes up what lost workers left, ends what is overdue, and sends what passes its gates,
 * claiming and rendering the next batch while one is on the wire. Any number of processes may work at the same time.
 */
export async function workDue(
  kit: Kit,
  rooms: { compiled(keys: string[]): Promise<Map<string, CompiledTemplate>>; pacing: Pacing },
): Promise<{ done: number }> {
  const { compiled, pacing } = rooms;
  const found = await toDo(kit.store, { now: kit.clock.now(), recoveryMs: kit.set.recoveryMs });
  // What was said of earlier mails holds before the next claim, also when whoever put it down has died since.
  if (found.heard) await hearPending(kit);
  let done = found.lost ? await rescueLost(kit) : 0;
  if (found.doubt) done += await settleOldDoubt(kit);
  // What a lost worker held may be past its deadline too.
  if (found.overdue || found.lost) done += await expireOverdue(kit);
  const wire = new Wire(kit);
  while (found.due || done > 0) {
    // A long bulk is watched while it goes.
    if (found.due) await pacing.lookNow();
    const { claims, decided, asks } = await claimDue(kit, compiled);
    if (decided === 0) break;
    if (asks) for (const way of [kit.transport, ...(kit.ways?.values() ?? [])]) await way.takesUtf8?.();
    done += decided;
    const ready = await renderClaims(kit, claims);
    if (!(await inTime(wire.emptied(), kit.set.leaseMs / 2))) {
      await handBack(kit, ready);
      break;
    }
    wire.take(await beginBatch(kit, ready));
  }
  await wire.done();
  return { done };
}

/** Is the work done within `ms` of real time? */
async function inTime(work: Promise<void>, ms: number): Promise<boolean> {
  let stop = () => {};
  const late = new Promise<boolean>((resolve) => {
    stop = after(ms, () => resolve(false)).stop;
  });
  const done = await Promise.race([work.then(() => true), late]);
  stop();
  return done;
}
