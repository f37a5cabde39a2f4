import { isOwnType, type EventLog, type ShopEvent } from './event/index.ts';
import type { Happenings } from './walking.ts';

/** Read from the log at once, ms. */
const pieceMs = 6 * 3_600_000;

/** What was recorded, as it came in. What our own mails and journeys did is left out: the simulation's do it anew. */
export class Recorded implements Happenings {
  readonly #log: Pick<EventLog, 'receivedBetween'>;
  readonly #visitors: readonly string[] | null;
  readonly #to: number;
  #readTo: number;
  #read: ShopEvent[] = [];
  #place = 0;

  constructor(
    log: Pick<EventLog, 'receivedBetween'>,
    { from, to, visitors }: { from: number; to: number; visitors: readonly string[] | null },
  ) {
    this.#log = log;
    this.#visitors = visitors;
    this.#readTo = from;
    this.#to = to;
  }

  async next(): Promise<number | null> {
    while (this.#place >= this.#read.length) if (!(await this.#more())) return null;
    return this.#read[this.#place]!.receivedAt;
  }

  async take(at: number): Promise<ShopEvent[]> {
    const taken: ShopEvent[] = [];
    for (let next = await this.next(); next !== null && next <= at; next = await this.next())
      taken.push(this.#read[this.#place++]!);
    return taken;
  }

  /** How many events there are between; beyond `most` they are not counted on. */
  async count({ from, to }: { from: number; to: number }, most: number): Promise<number> {
    let count = 0;
    for (let at = from; at < to && count <= most; at += pieceMs)
      count += (await this.#piece(at, Math.min(to, at + pieceMs))).length;
    return count;
  }

  async #more(): Promise<boolean> {
    if (this.#readTo >= this.#to) return false;
    const from = this.#readTo;
    this.#readTo = Math.min(this.#to, from + pieceMs);
    this.#read = await this.#piece(from, this.#readTo);
    this.#place = 0;
    return true;
  }

  async #piece(from: number, to: number): Promise<ShopEvent[]> {
    return (await this.#log.receivedBetween(from, to, this.#visitors)).filter((event) => !isOurs(event));
  }
}

function isOurs({ source, types }: ShopEvent): boolean {
  return (
    source === 'message' ||
    source === 'journey' ||
    types.some((type) => isOwnType(type) && !type.startsWith('profile.'))
  );
}
