import { grown } from './buffer.ts';
import { Fading } from './fading.ts';
import type { Kept } from './kept.ts';

const hour = 3600 * 1000;
const day = 24 * hour;

/** The windows of recommendations §1.4, ms. The last lane of the counters has no window. */
export const windows: readonly number[] = [6 * hour, day, 2 * day, 7 * day, 14 * day, 30 * day, 61 * day];
const lanes = windows.length + 1;
const lasting = windows.length;
/** Items known in order in each lane; up to `room` are taken in before the least of them go. */
const depth = 512;
const room = depth * 4;
/** Less than so many visits' worth, and an item is not in a window's list any more: 1.4 windows after its only visit. */
const faintest = 0.25;
/** Times are taken to the minute, so that weights are reckoned once a minute and not once an event. */
const grainMs = 60_000;

/** A part of the items. */
export interface Members {
  has(item: number): boolean;
  each(see: (item: number) => void): void;
  readonly size: number;
}

/** One item of a list of popular ones. */
export interface Popular {
  item: number;
  weight: number;
}

/**
 * How many visits did something with each item, within each window and ever: one counter an item and window, which
 * fades with a half-life of ln 2 windows, so that for a steady item it says how many visits there were in the window
 * (recommendations ALG-16, recommender-quality §6). The best items of each window are known at any time, exactly:
 * weights only grow, so who is not above the least of the best cannot be among them. 33 bytes an item.
 */
export class Popularity {
  readonly #nameOf: (item: number) => string;
  #weights = new Float32Array(64 * lanes);
  /** In which lanes' lists the item stands, as bits. */
  #listed = new Uint8Array(64);
  readonly #fadings: readonly Fading[];
  /** What a visit weighs in each lane, at the minute for which it was reckoned last. */
  readonly #amounts = new Float64Array(lanes).fill(1);
  #grain = Number.NaN;
  readonly #lists: number[][] = Array.from({ length: lanes }, () => []);
  readonly #least = new Float64Array(lanes);
  /** The weights of one list, while it is cut. */
  #sorted = new Float32Array(room);
  /** Lanes whose list is out of order, as bits. */
  #loose = 0;
  #items = 0;

  constructor(nameOf: (item: number) => string) {
    this.#nameOf = nameOf;
    this.#fadings = windows.map(
      (window, lane) => new Fading({ halfLifeMs: window * Math.LN2, onScale: (by) => this.#scale(lane, by) }),
    );
  }

  /** One more visit did it with `item` at `at` (UTC ms). */
  add(item: number, at: number): void {
    if (item >= this.#listed.length) {
      this.#listed = grown(this.#listed, item + 1);
      this.#weights = grown(this.#weights, this.#listed.length * lanes);
    }
    if (item >= this.#items) this.#items = item + 1;
    const grain = Math.floor(at / grainMs) * grainMs;
    if (grain !== this.#grain) this.#reckon(grain);
    const [weights, amounts, least] = [this.#weights, this.#amounts, this.#least];
    const base = item * lanes;
    let above = 0;
    for (let lane = 0; lane < lanes; lane++) {
      if ((weights[base + lane]! += amounts[lane]!) >= least[lane]!) above |= 1 << lane;
    }
    const listed = this.#listed[item]!;
    this.#loose |= listed | above;
    if ((above & ~listed) !== 0) this.#list(item, above & ~listed);
  }

  /** Takes an item into the lists of some lanes, given as bits. */
  #list(item: number, fresh: number): void {
    this.#listed[item]! |= fresh;
    for (let lane = 0; lane < lanes; lane++) {
      if ((fresh & (1 << lane)) !== 0 && this.#lists[lane]!.push(item) >= room) this.#cut(lane);
    }
  }

  /** Reads what `add` will change, so that it is at hand. */
  warm(item: number): number {
    return item < this.#items ? this.#weights[item * lanes]! + this.#listed[item]! : 0;
  }

  #reckon(grain: number): void {
    this.#grain = grain;
    for (let lane = 0; lane < lasting; lane++) this.#amounts[lane] = this.#fadings[lane]!.weight(grain);
  }

  /** In how many visits it ever was. */
  visits(item: number): number {
    return this.#weights[item * lanes + lasting] ?? 0;
  }

  /** About how many visits there were in the window before `now`; null: ever. */
  worth(item: number, windowMs: number | null, now: number): number {
    const lane = laneOf(windowMs);
    const weight = this.#weights[item * lanes + lane] ?? 0;
    return lane === lasting ? weight : this.#fadings[lane]!.worth(weight, now);
  }

  /** The most popular items that pass, best first, none of which has faded; of all, or of some. */
  top(
    windowMs: number | null,
    now: number,
    ask: { limit: number; accept: (item: number) => boolean; within?: Members },
  ): Popular[] {
    const lane = laneOf(windowMs);
    const floor = this.#floor(lane, now);
    const { within, limit, accept } = ask;
    if (within !== undefined && within.size <= depth) return this.#best(this.#alive(lane, floor, within), lane, ask);
    const found: Popular[] = [];
    this.#settle(lane);
    const list = this.#lists[lane]!;
    for (let i = 0; i < list.length && found.length < limit; i++) {
      const weight = this.#weights[list[i]! * lanes + lane]!;
      if (weight < floor) return found;
      if ((within?.has(list[i]!) ?? true) && accept(list[i]!)) found.push({ item: list[i]!, weight });
    }
    if (found.length === limit || list.length < depth) return found;
    const bit = 1 << lane;
    const rest = this.#alive(lane, floor, within).filter((item) => (this.#listed[item]! & bit) === 0);
    return [...found, ...this.#best(rest, lane, { accept, limit: limit - found.length })];
  }

  /** Items that have not faded. */
  #alive(lane: number, floor: number, within?: Members): number[] {
    const alive: number[] = [];
    const look = (item: number) => {
      if ((this.#weights[item * lanes + lane] ?? 0) >= floor) alive.push(item);
    };
    if (within !== undefined) within.each(look);
    else for (let item = 0; item < this.#items; item++) look(item);
    return alive;
  }

  get bytes(): number {
    return this.#weights.byteLength + this.#listed.byteLength;
  }

  keep(): Kept {
    return {
      weights: this.#weights,
      items: this.#items,
      fadings: this.#fadings.map((fading) => fading.keep()),
    };
  }

  restore(kept: Kept): void {
    this.#weights = kept.weights as Float32Array<ArrayBuffer>;
    this.#items = kept.items as number;
    this.#grain = Number.NaN;
    this.#fadings.forEach((fading, i) => fading.restore((kept.fadings as Kept[])[i]!));
    this.#listed = new Uint8Array(this.#weights.length / lanes);
    for (let lane = 0; lane < lanes; lane++) this.#relist(lane);
  }

  #floor(lane: number, now: number): number {
    if (lane === lasting) return Number.MIN_VALUE;
    const one = this.#fadings[lane]!.worth(1, now);
    return one === 0 ? Number.MIN_VALUE : Math.max(Number.MIN_VALUE, faintest / one);
  }

  /** Brings a lane's list in order and back to its depth. */
  #settle(lane: number): void {
    const bit = 1 << lane;
    if ((this.#loose & bit) === 0) return;
    this.#loose &= ~bit;
    this.#cut(lane);
    this.#lists[lane]!.sort((a, b) => this.#order(lane, a, b));
  }

  /** Takes the least of a lane's list out, so that `depth` are left. */
  #cut(lane: number): void {
    const list = this.#lists[lane]!;
    if (list.length <= depth) return;
    const sorted = (this.#sorted = grown(this.#sorted, list.length)).subarray(0, list.length);
    for (let i = 0; i < list.length; i++) sorted[i] = this.#weights[list[i]! * lanes + lane]!;
    const least = sorted.sort()[list.length - depth]!;
    const kept: number[] = [];
    const even: number[] = [];
    for (const item of list) {
      const weight = this.#weights[item * lanes + lane]!;
      if (weight > least) kept.push(item);
      else if (weight === least) even.push(item);
      this.#listed[item]! &= ~(1 << lane);
    }
    if (kept.length + even.length > depth) even.sort((a, b) => this.#order(lane, a, b));
    for (const item of even) if (kept.length < depth) kept.push(item);
    for (const item of kept) this.#listed[item]! |= 1 << lane;
    this.#lists[lane] = kept;
    this.#least[lane] = least;
  }

  /** Heavier first, then by id. */
  #order(lane: number, a: number, b: number): number {
    const [wa, wb] = [this.#weights[a * lanes + lane]!, this.#weights[b * lanes + lane]!];
    return wa === wb ? (this.#nameOf(a) < this.#nameOf(b) ? -1 : 1) : wb - wa;
  }

  /** The best of many, asking `accept` only of those that would be among them. */
  #best(
    items: readonly number[],
    lane: number,
    { limit, accept }: { limit: number; accept: (item: number) => boolean },
  ): Popular[] {
    const best: number[] = [];
    for (const item of items) {
      const isFull = best.length === limit;
      if (isFull && (limit === 0 || this.#order(lane, item, best[limit - 1]!) > 0)) continue;
      if (!accept(item)) continue;
      if (isFull) best.pop();
      let place = best.length;
      while (place > 0 && this.#order(lane, item, best[place - 1]!) < 0) place--;
      best.splice(place, 0, item);
    }
    return best.map((item) => ({ item, weight: this.#weights[item * lanes + lane]! }));
  }

  /** Finds the list of a lane anew. */
  #relist(lane: number): void {
    const all: number[] = [];
    for (let item = 0; item < this.#items; item++) if (this.#weights[item * lanes + lane]! > 0) all.push(item);
    const accept = () => true;
    this.#lists[lane] = this.#best(all, lane, { limit: depth, accept }).map(({ item }) => item);
    for (const item of this.#lists[lane]!) this.#listed[item]! |= 1 << lane;
    this.#loose |= 1 << lane;
    this.#settle(lane);
  }

  #scale(lane: number, by: number): void {
    for (let at = lane; at < this.#weights.length; at += lanes) this.#weights[at]! *= by;
    this.#least[lane]! *= by;
  }
}

/** Lanes of the windows there are. */
const laneOfWindow = new Map<number, number>(windows.map((window, lane) => [window, lane]));

/** The lane whose window is nearest, by its ratio. */
function laneOf(windowMs: number | null): number {
  if (windowMs === null) return lasting;
  return laneOfWindow.get(windowMs) ?? nearestLane(windowMs);
}

function nearestLane(windowMs: number): number {
  const far = windows.map((window) => Math.abs(Math.log(Math.max(1, windowMs) / window)));
  return far.indexOf(Math.min(...far));
}
