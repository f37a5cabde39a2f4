import { identityKey, type EventLog, type Identity } from '../event/index.ts';
import type { Runner } from '../store/index.ts';
import { collectConsents } from './table.ts';

/** What a device last said about being recorded; undefined when it said nothing. */
export type Collecting = 'in' | 'out' | undefined;

/** `unread`: the device said something that no fold has taken yet, so its events must be looked at. */
export type ConsentAnswer = Collecting | 'unread';

interface Waiting {
  device: Identity;
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

  ask(device: Identity): Promise<ConsentAnswer> {
    return new Promise((done, failed) => {
      this.#queue.push({ device, done, failed });
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
      const devices = new Map(asked.map(({ device }) => [identityKey(device), device]));
      // The inbox before the profiles: what is folded in between is then seen twice, and never not at all.
      const unread = await this.#log.unreadConsents([...devices.keys()]);
      const known = await collectConsents(this.#runner, [...devices.values()]);
      for (const { device, done } of asked) {
        const key = identityKey(device);
        done(unread.has(key) ? 'unread' : known.get(key));
      }
    } catch (error) {
      for (const { failed } of asked) failed(error);
    } finally {
      this.#inFlight--;
      this.#flush();
    }
  }
}
