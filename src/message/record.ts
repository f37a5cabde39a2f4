import { point, turn } from '../base/index.ts';
import { hearRefused } from './hear.ts';
import type { Taken } from './claim.ts';
import { jitterOf } from './last-look.ts';
import { heedAnswers } from './pacing.ts';
import { wayOf, type Kit } from './part.ts';
import type { StoredLink } from './message.ts';
import { judgeResult, nextTry, type SendResult } from './result.ts';
import { followUp } from './settle.ts';
import { liftDoubt, recordResults, withLinks, type Result } from './table.ts';
import { overAccepted } from './table-audit.ts';

/** A result that is still to be recorded, and where the mail went. */
interface Answered extends Result {
  detail: SendResult;
  profileId: string;
  /** What the mail leads to. */
  links: StoredLink[];
  address: string;
  way: string;
}

/** Records results in groups: what comes in while one group is being written makes the next (as the event log does). */
export class Recorder {
  readonly #kit: Kit;
  #waiting: Answered[] = [];
  #writing: Promise<void> | undefined;
  #caught: (() => void)[] = [];

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  /** Takes the result of the attempt that was claimed. */
  take({ row, address, brand }: Pick<Taken, 'row' | 'address' | 'brand'>, wire: SendResult): void {
    const outcome = judgeResult(wire);
    const chance = jitterOf(`${row.id}/${row.tries}`, 1000) / 1000;
    const due = outcome.state === 'deferred' ? nextTry(this.#kit.clock.now(), row.tries, chance) : null;
    const { id, shard, fence, profileId, links } = row;
    const way = wayOf(this.#kit, brand)!.name;
    this.#waiting.push({ ...outcome, id, shard, fence, due, detail: wire, profileId, links, address, way });
    this.#writing ??= this.#write();
  }

  /** Resolves when no more than one group is being recorded. */
  async caughtUp(): Promise<void> {
    if (this.#waiting.length > 0) await new Promise<void>((resolve) => this.#caught.push(resolve));
  }

  /** Resolves when all that was taken is recorded, or given up. */
  async done(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      // What is answered at the same moment goes together.
      await turn();
      const group = this.#waiting.splice(0, 50);
      if (this.#waiting.length === 0) for (const tell of this.#caught.splice(0)) tell();
      if (await this.#record(group)) continue;
      if (group.length > 1) for (const one of group) await this.#record([one]);
    }
    this.#writing = undefined;
  }

  /** T4. Should the database not take it, a message stays `sending`: its lease lapses into doubt, never into a second mail. */
  async #record(group: readonly Answered[]): Promise<boolean> {
    try {
      await this.#kit.store.inTransaction(async (tx) => {
        const now = this.#kit.clock.now();
        // The profiles come first, as everywhere: a fold holds them while it stops what is on its way.
        await this.#kit.profiles.lock(tx, [...new Set(group.map(({ profileId }) => profileId))].sort());
        const changed = withLinks(await recordResults(tx, [...group], now), group);
        const known = new Set(changed.map(({ id }) => id));
        const late = group.filter(({ id, state }) => state === 'accepted' && !known.has(id)).map(({ id }) => id);
        const rows = [...changed, ...(await liftDoubt(tx, late, now))];
        await followUp(this.#kit, tx, rows);
        await hearRefused(
          this.#kit,
          tx,
          changed.filter(({ state }) => state === 'rejected'),
        );
        await heedAnswers(
          this.#kit,
          tx,
          group.map(({ address, way, detail }) => ({ address, way, result: detail })),
        );
        const accepted = rows.filter(({ state }) => state === 'accepted');
        for (const id of await overAccepted(tx, accepted)) {
          this.#kit.log.error('message.invariant', { which: 'I1', message: id });
        }
      });
      point('message.recorded');
      return true;
    } catch (error) {
      this.#kit.log.error('message.result_not_recorded', { messages: group.map(({ id }) => id), error });
      return false;
    }
  }
}
