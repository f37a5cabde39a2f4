import { elapsed, pause, point, sha256, shardOf } from '../base/index.ts';
import type { Runner } from '../store/index.ts';
import type { ShopEvent } from './event.ts';
import { frontParts, partOf, type Front } from './front.ts';
import type { Received, ReceiveHow } from './receive.ts';
import { placesOf } from './table-part.ts';

/**
 * Receives events into a log before the table (front.ts): each caller is answered when that log has its events for good. Whether a
 * visitor has declined is judged when they are carried into the table, in the order of the log, so nothing is ever doubted here.
 */
export class FrontKeeper {
  readonly #front: Front;
  readonly #runner: Runner;
  #waiting = 0;
  /** The newest place of each part that was kept for somebody here, and up to where the table is known to have it. */
  readonly #newest = Array.from({ length: frontParts }, () => 0);
  readonly #known = Array.from({ length: frontParts }, () => 0);

  constructor(front: Front, runner: Runner) {
    this.#front = front;
    this.#runner = runner;
  }

  /** Events handed over and not yet known to be kept. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Resolves when these events are kept. Of those that were kept and whose neighbour was not, a second try keeps no second one. */
  async add(events: readonly ShopEvent[], how: ReceiveHow = {}): Promise<Received> {
    this.#waiting += events.length;
    const tries = await Promise.allSettled(events.map((event) => this.#keep(event, how)));
    this.#waiting -= events.length;
    const received: Received = { kept: 0, repeated: 0, doubted: 0 };
    for (const one of tries) {
      if (one.status === 'rejected') throw one.reason;
      received[one.value ? 'kept' : 'repeated']++;
    }
    point('event.accepted');
    return received;
  }

  /** It waits for no fold: that is what it is for. */
  goOn(): void {}

  /** These are in the table, says who carried them. */
  carriedTo(part: number, place: number): void {
    this.#known[part] = Math.max(this.#known[part]!, place);
  }

  /**
   * Resolves when all that was kept for callers of this process is in the table, so that who sent it reads it; after a second it
   * is not waited for any longer.
   */
  async carried(patienceMs = 1000): Promise<void> {
    const began = elapsed();
    const upTo = [...this.#newest];
    for (let wait = 2; elapsed() - began < patienceMs; wait = Math.min(wait * 2, 50)) {
      if (upTo.every((place, part) => place <= this.#known[part]!)) return;
      for (const [part, place] of await placesOf(this.#runner, this.#front.origin)) this.carriedTo(part, place);
      if (upTo.every((place, part) => place <= this.#known[part]!)) return;
      await pause(wait);
    }
  }

  /** @returns is it new, as far as the log knows? */
  async #keep(event: ShopEvent, { unless }: ReceiveHow): Promise<boolean> {
    const part = partOf(shardOf(event.visitor));
    const key = sha256(`${event.source}\n${event.id}`);
    const { place, isNew } = await this.#front.keep(part, { key, text: textOf(event, unless !== undefined) });
    this.#newest[part] = Math.max(this.#newest[part]!, place);
    return isNew;
  }
}

/** An event as it stands in the log: `1` before it when it is only for visitors who have not declined to be recorded, else `0`. */
export function textOf(event: ShopEvent, isGuarded: boolean): string {
  return `${isGuarded ? 1 : 0}${JSON.stringify(event)}`;
}

/** What `textOf` wrote. @returns null when it is nothing of ours */
export function readText(text: string): { event: ShopEvent; isGuarded: boolean; body: string } | null {
  const body = text.slice(1);
  try {
    const event = JSON.parse(body) as ShopEvent | null;
    const isOurs =
      /^[01]/.test(text) &&
      [event?.id, event?.source, event?.visitor].every((one) => typeof one === 'string') &&
      [event?.happenedAt, event?.receivedAt].every((one) => typeof one === 'number') &&
      Array.isArray(event?.types);
    return isOurs ? { event: event!, isGuarded: text.startsWith('1'), body } : null;
  } catch {
    return null;
  }
}
