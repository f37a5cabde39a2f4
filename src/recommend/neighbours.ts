import { grown } from './buffer.ts';
import type { Chains } from './chains.ts';
import { itemOf, type Occasions } from './occasions.ts';
import type { Scores } from './scores.ts';
import type { Neighbourhood } from './tuning.ts';

/** An own step: the item, and how much it counts besides its place. */
export interface OwnStep {
  item: number;
  weight: number;
}

export interface Evidence {
  /** Neighbours that had it. */
  count: number;
  /** The own item by which most of its score came. */
  key: number;
}

/** Slots of the scratch table; never more than half are taken. */
const slots = 16_384;
const longest = 256;

/**
 * Nearest neighbours with decays: which past occasions are like this one, and what else was in them
 * (recommender-quality §3). A neighbour is one visit or one cart; or, with `chains`, all that one visitor did.
 */
export class Neighbours {
  readonly #occasions: Occasions;
  readonly #chains: Chains | null;
  // A small table instead of an array over all visits: it stays in the processor's cache.
  readonly #slotOfUnit = new Int32Array(slots).fill(-1);
  readonly #unit = new Int32Array(slots / 2);
  readonly #place = new Int32Array(slots / 2);
  readonly #likeness = new Float64Array(slots / 2);
  /** The newest own item it shares, and the last one counted. */
  readonly #match = new Int32Array(slots / 2);
  readonly #counted = new Int32Array(slots / 2);
  readonly #latest = new Int32Array(slots / 2);
  #count = 0;
  /** The heard neighbours, as places in the arrays above. */
  readonly #heard: number[] = [];
  /** What a neighbour of so many steps counts. */
  readonly #shortness = new Float64Array(longest + 1);
  #lengthPower = -1;
  /** Where an item stands in the list that is explained, plus one; all 0 in between. */
  #listed = new Int32Array(64);
  /** How loudly each own item spoke for each item of the list that is explained. */
  #byKey = new Float64Array(64);
  /** What the heard neighbours had, one after another, and where each begins. */
  #told = new Int32Array(longest * 2);
  readonly #toldFrom: number[] = [];
  readonly #visitsRead: number[] = [];
  readonly #rarities = new Rarities();
  #nearness = new Float64Array(64);
  readonly #distance = new Float64Array(longest * 2);
  #distanceFade = -1;

  constructor(occasions: Occasions, chains: Chains | null) {
    this.#occasions = occasions;
    this.#chains = chains;
  }

  /**
   * Adds to `scores` what the neighbours of `own` had (newest first, each item once). Own items come back only with
   * `repeats`.
   */
  score(own: readonly OwnStep[], by: Neighbourhood, ask: { now: number; repeats: boolean; scores: Scores }): void {
    this.#count = 0;
    const all = this.#chains === null ? this.#occasions.size : this.#chains.size;
    for (let n = 0; n < own.length; n++) {
      const { item, weight } = own[n]!;
      const known = this.#occasions.count(item);
      if (known === 0) continue;
      const rarity = rarityOf(known, all) ** by.rarity;
      const place = by.positionFade === 0 ? 1 : Math.exp(-n / by.positionFade);
      this.#gather(n, item, { amount: weight * place * rarity, sample: by.sample });
    }
    this.#choose(by, ask.now);
    this.#speakAll(own, by, ask);
    this.#clear();
    if (by.scoreRarity > 0) {
      const rarities = this.#rarities.for(all, by.scoreRarity);
      ask.scores.change((item, score) => score * rarities.of(this.#occasions.count(item)));
    }
  }

  /** How many neighbours were heard for the last `score`. */
  get heard(): number {
    return this.#heard.length;
  }

  /** Who of the neighbours heard for the last `score` had these items, and through which own item. */
  explain(items: readonly number[], own: readonly OwnStep[]): Evidence[] {
    items.forEach((item, i) => {
      this.#listed = grown(this.#listed, item + 1);
      this.#listed[item] = i + 1;
    });
    const found = items.map((): Evidence & { most: number } => ({ count: 0, key: own[0]?.item ?? -1, most: 0 }));
    this.#byKey = grown(this.#byKey, items.length * own.length);
    const byKey = this.#byKey.fill(0, 0, items.length * own.length);
    for (let n = 0; n < this.#heard.length; n++) {
      const at = this.#heard[n]!;
      const key = this.#match[at]!;
      const [from, to] = [this.#toldFrom[n]!, this.#toldFrom[n + 1]!];
      for (let i = from; i < to; i++) {
        const place = (this.#listed[itemOf(this.#told[i]!)] ?? 0) - 1;
        if (place === -1 || isAgain(this.#told, from, i)) continue;
        const one = found[place]!;
        one.count++;
        const sum = (byKey[place * own.length + key]! += this.#likeness[at]!);
        if (sum > one.most) [one.most, one.key] = [sum, own[key]!.item];
      }
    }
    for (const item of items) this.#listed[item] = 0;
    return found.map(({ count, key }) => ({ count, key }));
  }

  /** Adds `amount` to the likeness of the newest occasions of an item. */
  #gather(n: number, item: number, { amount, sample }: { amount: number; sample: number }): void {
    const { page, base, newest, mask, length: known } = this.#occasions.ringOf(item);
    let taken = 0;
    for (let back = 0; back < known && taken < sample; back++) {
      const occasion = page[base + ((newest - back) & mask)]!;
      const length = this.#occasions.length(occasion);
      if (length === 0) continue; // forgotten
      const unit = this.#chains === null ? occasion : this.#chains.visitor(occasion);
      // A visit that saw nothing else teaches nothing.
      if (length === 1 && (this.#chains === null || this.#isOnly(unit, occasion))) continue;
      taken++;
      const at = this.#placeOf(unit);
      if (at === -1) return;
      if (this.#likeness[at] === 0) [this.#match[at], this.#counted[at], this.#latest[at]] = [n, -1, occasion];
      if (this.#counted[at] === n) continue;
      this.#counted[at] = n;
      this.#likeness[at]! += amount;
    }
  }

  #isOnly(visitor: number, visit: number): boolean {
    return this.#chains!.last(visitor) === visit && this.#chains!.before(visit) === -1;
  }

  /** The place of a unit in the arrays, made if need be; -1 when they are full. */
  #placeOf(unit: number): number {
    let slot = Math.imul(unit, 0x9e3779b1) >>> 18;
    for (;;) {
      const at = this.#slotOfUnit[slot]!;
      if (at === -1) break;
      if (this.#unit[at] === unit) return at;
      slot = (slot + 1) & (slots - 1);
    }
    if (this.#count >= slots / 2) return -1;
    const at = this.#count++;
    this.#slotOfUnit[slot] = at;
    this.#place[at] = slot;
    this.#unit[at] = unit;
    this.#likeness[at] = 0;
    return at;
  }

  #clear(): void {
    for (let at = 0; at < this.#count; at++) this.#slotOfUnit[this.#place[at]!] = -1;
  }

  /** The most alike, by what they share, how old they are and how long. */
  #choose(by: Neighbourhood, now: number): void {
    if (this.#lengthPower !== by.length) {
      this.#lengthPower = by.length;
      for (let n = 0; n < this.#shortness.length; n++) this.#shortness[n] = Math.max(1, n) ** -by.length;
    }
    const heard = this.#heard;
    heard.length = 0;
    for (let at = 0; at < this.#count; at++) {
      // Age and length only take away, so who is too little alike without them need not be looked up.
      const shared = this.#likeness[at]!;
      const isFull = heard.length >= by.neighbours;
      if (isFull && (by.power === 1 ? shared : shared ** by.power) <= this.#likeness[heard[0]!]!) continue;
      const unit = this.#unit[at]!;
      const newest = this.#chains === null ? unit : this.#latest[at]!;
      let likeness = shared * fadeOf((now - this.#occasions.endedAt(newest)) / by.ageFadeMs);
      if (by.length > 0) likeness *= this.#shortness[Math.min(this.#lengthOf(unit, newest), longest)]!;
      likeness = by.power === 1 ? likeness : likeness ** by.power;
      this.#likeness[at] = likeness;
      if (!isFull) this.#raise(heard, heard.push(at) - 1);
      else if (likeness > this.#likeness[heard[0]!]!) this.#replaceLeast(heard, at);
    }
  }

  /** `heap` is a heap with the least alike at its head. */
  #raise(heap: number[], from: number): void {
    let place = from;
    const at = heap[place]!;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#likeness[heap[parent]!]! <= this.#likeness[at]!) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = at;
  }

  #replaceLeast(heap: number[], at: number): void {
    let place = 0;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#likeness[heap[child + 1]!]! < this.#likeness[heap[child]!]!) child++;
      if (this.#likeness[heap[child]!]! >= this.#likeness[at]!) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = at;
  }

  #lengthOf(unit: number, newest: number): number {
    if (this.#chains === null) return Math.max(1, this.#occasions.length(unit));
    let length = 0;
    for (let visit = this.#chains.last(unit), n = 0; visit !== -1 && n < 8; visit = this.#chains.before(visit), n++)
      length += this.#occasions.length(visit);
    return Math.max(1, length, this.#occasions.length(newest));
  }

  /** Adds what the heard neighbours had. */
  #speakAll(own: readonly OwnStep[], by: Neighbourhood, ask: { repeats: boolean; scores: Scores }): void {
    this.#nearness = grown(this.#nearness, own.length);
    for (let n = 0; n < own.length; n++) this.#nearness[n] = by.matchFade === 0 ? 1 : Math.exp(-n / by.matchFade);
    let end = 0;
    for (let n = 0; n < this.#heard.length; n++) {
      const at = this.#heard[n]!;
      this.#told = grown(this.#told, end + longest * 2);
      this.#toldFrom[n] = end;
      const begin = end;
      end += this.#read(this.#unit[at]!, begin);
      const nth = this.#match[at]!;
      const likeness = this.#likeness[at]! * this.#nearness[nth]!;
      this.#speak({ begin, end, matched: own[nth]!.item, likeness }, by, ask);
    }
    this.#toldFrom[this.#heard.length] = end;
  }

  /** Adds what one neighbour had, whose steps lie in `#told`. */
  #speak(
    { begin, end, matched, likeness }: { begin: number; end: number; matched: number; likeness: number },
    by: Neighbourhood,
    { repeats, scores }: { repeats: boolean; scores: Scores },
  ): void {
    const told = this.#told;
    const distances = this.#distances(by.distanceFade);
    let match = end - 1;
    while (match > begin && itemOf(told[match]!) !== matched) match--;
    for (let i = begin; i < end; i++) {
      const item = itemOf(told[i]!);
      if (item === matched) {
        if (repeats && i === match) scores.add(item, likeness * by.repeat);
        continue;
      }
      const amount = likeness * (i < match ? distances[match - i]! * by.earlier : distances[i - match]!);
      scores.add(item, amount);
    }
  }

  #distances(fade: number): Float64Array {
    if (this.#distanceFade !== fade) {
      this.#distanceFade = fade;
      for (let d = 0; d < this.#distance.length; d++) this.#distance[d] = fade === 0 ? 1 : Math.exp(-d / fade);
    }
    return this.#distance;
  }

  /** Reads the steps of a neighbour, oldest first, into `#told` from `begin` on. @returns how many */
  #read(unit: number, begin: number): number {
    if (this.#chains === null) return this.#occasions.read(unit, this.#told, begin);
    const visits = this.#visitsRead;
    visits.length = 0;
    let total = 0;
    for (let visit = this.#chains.last(unit); visit !== -1 && total < longest / 2; visit = this.#chains.before(visit)) {
      const length = this.#occasions.length(visit);
      if (length === 0) continue;
      visits.push(visit);
      total += length;
    }
    let at = 0;
    for (let i = visits.length - 1; i >= 0; i--) at += this.#occasions.read(visits[i]!, this.#told, begin + at);
    return at;
  }
}

function isAgain(steps: Int32Array, from: number, at: number): boolean {
  for (let i = from; i < at; i++) if (itemOf(steps[i]!) === itemOf(steps[at]!)) return true;
  return false;
}

/** The fewer occasions an item was on, of all, the more it says. */
function rarityOf(count: number, all: number): number {
  return Math.max(1e-3, Math.log((all + 1) / (count + 0.5)));
}

/** Counts whose rarity is kept. */
const mostRarities = 1024;

/** Rarities to a power, reckoned once for each count while there are as many occasions: most items share few counts. */
class Rarities {
  readonly #known = new Float64Array(mostRarities);
  #all = -1;
  #power = 0;

  for(all: number, power: number): this {
    if (all !== this.#all || power !== this.#power) {
      this.#known.fill(0);
      [this.#all, this.#power] = [all, power];
    }
    return this;
  }

  of(count: number): number {
    if (count >= mostRarities) return this.#reckon(count);
    const known = this.#known[count]!;
    return known !== 0 ? known : (this.#known[count] = this.#reckon(count));
  }

  #reckon(count: number): number {
    const rarity = rarityOf(count, this.#all);
    return this.#power === 1 ? rarity : rarity ** this.#power;
  }
}

/** e^−x for x from 0 to 32 in small steps: fine enough for a decay, and much quicker than `Math.exp`. */
const expSteps = 256;
const expTable = Float64Array.from({ length: 32 * expSteps }, (_, i) => Math.exp(-i / expSteps));

function fadeOf(x: number): number {
  const step = (x * expSteps) | 0;
  return step < 0 ? 1 : (expTable[step] ?? Number.MIN_VALUE);
}
