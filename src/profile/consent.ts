import type { EventLog } from '../event/index.ts';
import type { Runner } from '../store/index.ts';
import { collectConsents } from './table.ts';

/** `unread`: the device said something that no fold has taken yet, so its events must be looked at. */
export type ConsentAnswer = 'in' | 'out' | undefined | 'unread';

interface Waiting {
  ecid: string;
  done(answer: ConsentAnswer): void;
  failed(error: unknown): void;
}

/** One question of many devices at once: who asks while earlier questions are under way goes with the next. */
export class ConsentReader {
  readonly #runner: Runner;
  readonly #log: Pick<EventLog, 'unreadConsents'>;
  #queue: Waiting[] = [];
  #inFlight = 0;

  constructor(runner: Runner, log: Pick<EventLog, 'unreadConsents'>) {
    this.#runner = runner;
    this.#log = log;
  }

  ask(ecid: string): Promise<ConsentAnswer> {
    return new Promise((done, failed) => {
      this.#queue.push({ ecid, done, failed });
      if (this.#queue.length === 1) setImmediate(() => this.#flush());
    });
  }

  #flush(): void {
    if (this.#queue.length === 0 || this.#inFlight === 2) return;
    void this.#read(this.#queue.splice(0));
  }

  async #read(asked: Waiting[]): Promise<void> {
    this.#inFlight++;
    try {
      const ecids = [...new Set(asked.map(({ ecid }) => ecid))];
      // The inbox before the profiles: what is folded in between is then seen twice, and never not at all.
      const unread = await this.#log.unreadConsents(ecids.map((ecid) => `ecid:${ecid}`));
      const known = await collectConsents(this.#runner, ecids);
      for (const { ecid, done } of asked) done(unread.has(`ecid:${ecid}`) ? 'unread' : known.get(ecid));
    } catch (error) {
      for (const { failed } of asked) failed(error);
    } finally {
      this.#inFlight--;
      this.#flush();
    }
  }
}
