import { after, traced } from '../base/index.ts';
import { askForItems } from './ask-items.ts';
import { claimDue } from './claim.ts';
import type { CompiledTemplate } from './compiled.ts';
import { hearPending } from './hear.ts';
import type { Pacing } from './pacing.ts';
import type { Kit } from './part.ts';
import { expireOverdue, rescueLost, settleOldDoubt } from './rescue.ts';
import { beginBatch, handBack, renderClaims, Wire } from './send.ts';
import { toDo } from './table-report.ts';

/** That this process is to end: whoever works looks at it, or is told. */
export class Ending {
  readonly #listeners = new Set<() => void>();
  readonly #onOver: () => Promise<void>;
  #working = 0;
  isAsked = false;

  /** @param onOver called when an end was asked for and nobody works any more */
  constructor(onOver: () => Promise<void>) {
    this.#onOver = onOver;
  }

  ask(): void {
    this.isAsked = true;
    for (const listener of this.#listeners) listener();
    if (this.#working === 0) void this.#onOver();
  }

  async while<T>(work: () => Promise<T>): Promise<T> {
    this.#working++;
    try {
      return await work();
    } finally {
      this.#working--;
      if (this.isAsked && this.#working === 0) await this.#onOver();
    }
  }

  /** Calls it at once when it was asked for before. @returns takes it away again */
  onAsked(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (this.isAsked) listener();
    return () => void this.#listeners.delete(listener);
  }
}

interface Rooms {
  compiled(keys: string[]): Promise<Map<string, CompiledTemplate>>;
  pacing: Pacing;
  ending: Ending;
}

/**
 * One pass over everything due: takes up what lost workers left, ends what is overdue, and sends what passes its gates,
 * claiming and rendering the next batch while one is on the wire. Any number of processes may work at the same time.
 */
export async function workDue(kit: Kit, rooms: Rooms): Promise<{ done: number }> {
  const found = await toDo(kit.store, { now: kit.clock.now(), recoveryMs: kit.set.recoveryMs });
  if (!Object.values(found).some(Boolean)) return { done: 0 };
  return traced('message.work', { apart: true }, async (note) => {
    const worked = await work(kit, rooms, found);
    note({ 'beckon.messages': worked.done });
    return worked;
  });
}

async function work(kit: Kit, rooms: Rooms, found: Awaited<ReturnType<typeof toDo>>): Promise<{ done: number }> {
  const { compiled, pacing, ending } = rooms;
  // What was said of earlier mails holds before the next claim, also when whoever put it down has died since.
  if (found.heard) await hearPending(kit);
  let done = found.lost ? await rescueLost(kit) : 0;
  if (found.doubt) done += await settleOldDoubt(kit);
  // What a lost worker held may be past its deadline too.
  if (found.overdue || found.lost) done += await expireOverdue(kit);
  const wire = new Wire(kit);
  while ((found.due || done > 0) && !ending.isAsked) {
    // A long bulk is watched while it goes.
    if (found.due) await pacing.lookNow();
    const { claims, decided, asks, lacks } = await claimDue(kit, compiled);
    if (decided === 0) break;
    if (lacks.length > 0) await askForItems(kit, lacks);
    if (asks) for (const way of [kit.transport, ...(kit.ways?.values() ?? [])]) await way.takesUtf8?.();
    done += decided - lacks.length;
    // Never waited for: what is learned counts from the next look on.
    void kit.hosts.learn(claims.map(({ address }) => address));
    const making = { fields: { 'beckon.messages': claims.length } };
    const { ready, makings } = await traced('message.render', making, () => renderClaims(kit, claims));
    // Before they leave: what a template's fault stops is stopped in its own batch.
    await pacing.made(makings);
    if (!(await inTime(wire.emptied(), kit.set.leaseMs / 2, ending))) {
      await handBack(kit, ready);
      break;
    }
    wire.take(await beginBatch(kit, ready));
  }
  await settled(kit, wire, ending);
  return { done };
}

/** All that is on the wire is answered; at an end what is not begun is let go, and a slow answer is not waited for for long. */
async function settled({ set }: Kit, wire: Wire, ending: Ending): Promise<void> {
  const all = wire.done();
  await inTime(all, Infinity, ending);
  if (!ending.isAsked) return;
  wire.letGo();
  await inTime(all, set.lastAnswersMs);
}

/** Is the work done within `ms` of real time, and before an end is asked for? */
async function inTime(work: Promise<void>, ms: number, ending?: Ending): Promise<boolean> {
  const stops: (() => void)[] = [];
  const late = new Promise<boolean>((resolve) => {
    if (ms < Infinity) stops.push(after(ms, () => resolve(false)).stop);
    if (ending) stops.push(ending.onAsked(() => resolve(false)));
  });
  const done = await Promise.race([work.then(() => true), late]);
  for (const stop of stops) stop();
  return done;
}
