import { grown } from './buffer.ts';
import type { Chains } from './chains.ts';
import { itemOf, type Occasions } from './occasions.ts';
import { Sweep } from './paged-rows.ts';
import { fadeOf, Rarities, rarityOf } from './rarity.ts';
import type { Scores } from './scores.ts';
import type { Neighbourhood } from './tuning.ts';

/** An own step: the item, and how much it counts besides its place. */
export interface OwnStep {
  item: number;
  weight: number;
  /** How many occasions back it was; as many as it is steps back, if nobody says. */
  place?: number;
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
const sieveMask = 4095;
/** Units looked at together, and visits by which it is told how much a visitor did. */
const block = 64;
const visitsCounted = 8;

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
  /** Those of a block that are looked at, how long they are, and what it takes to tell. */
  readonly #asked = new Int32Array(block);
  readonly #lengths = new Int32Array(block);
  readonly #sums = new Int32Array(block);
  readonly #walk = new Int32Array(block);
  /** The heard neighbours, as places in the arrays above. */
  readonly #heard: number[] = [];
  /** What a neighbour of so many steps counts. */
  readonly #shortness = new Float64Array(longest + 1);
  #lengthPower = -1;
  /** Where an item stands in the list that is explained, plus one; all 0 in between. */
  #listed = new Int32Array(64);
  /** Asked first, as it stays in the processor's cache: may an item with these last bits be listed? */
  readonly #mayBeListed = new Uint8Array(sieveMask + 1);
  /** How loudly each own item spoke for each item of the list that is explained. */
  #byKey = new Float64Array(64);
  /** What the heard neighbours had, occasion by occasion, and by which occasion each neighbour begins. */
  readonly #told = new Sweep();
  #occasionsTold = new Int32Array(longest);
  #toldFrom = new Int32Array(longest);
  /** The occasions of an own item that are gathered. */
  #taken = new Int32Array(longest);
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
      const { item, weight, place: back = n } = own[n]!;
      const known = this.#occasions.count(item);
      if (known === 0) continue;
      const rarity = rarityOf(known, all) ** by.rarity;
      const place = by.positionFade === 0 ? 1 : Math.exp(-back / by.positionFade);
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
      this.#mayBeListed[item & sieveMask] = 1;
    });
    const found = items.map((): Evidence & { most: number } => ({ count: 0, key: own[0]?.item ?? -1, most: 0 }));
    this.#byKey = grown(this.#byKey, items.length * own.length);
    const byKey = this.#byKey.fill(0, 0, items.length * own.length);
    const { records: told } = this.#told;
    for (let n = 0; n < this.#heard.length; n++) {
      const at = this.#heard[n]!;
      const key = this.#match[at]!;
      const [from, to] = [this.#toldFrom[n]!, this.#toldFrom[n + 1]!];
      for (let i = from; i < to; i++) {
        const item = itemOf(told[i]!);
        if (this.#mayBeListed[item & sieveMask] === 0) continue;
        const place = (this.#listed[item] ?? 0) - 1;
        if (place === -1 || isAgain(told, from, i)) continue;
        const one = found[place]!;
        one.count++;
        const sum = (byKey[place * own.length + key]! += this.#likeness[at]!);
        if (sum > one.most) [one.most, one.key] = [sum, own[key]!.item];
      }
    }
    for (const item of items) this.#listed[item] = this.#mayBeListed[item & sieveMask] = 0;
    return found.map(({ count, key }) => ({ count, key }));
  }

  /** Adds `amount` to the likeness of the newest occasions of an item. */
  #gather(n: number, item: number, { amount, sample }: { amount: number; sample: number }): void {
    const count = this.#take(item, sample);
    for (let i = 0; i < count; i++) {
      const occasion = this.#taken[i]!;
      const at = this.#placeOf(this.#chains === null ? occasion : this.#chains.visitor(occasion));
      if (at === -1) return;
      if (this.#likeness[at] === 0) [this.#match[at], this.#counted[at], this.#latest[at]] = [n, -1, occasion];
      if (this.#counted[at] === n) continue;
      this.#counted[at] = n;
      this.#likeness[at]! += amount;
    }
  }

  /** Looks up the newest occasions of an item that can teach something, at most `sample`. @returns how many */
  #take(item: number, sample: number): number {
    const { page, base, newest, mask, length: known } = this.#occasions.ringOf(item);
    const taken = (this.#taken = grown(this.#taken, Math.min(known, sample)));
    let count = 0;
    for (let back = 0; back < known && count < sample; back++) {
      const occasion = page[base + ((newest - back) & mask)]!;
      const length = this.#occasions.length(occasion);
      // A forgotten visit, and one that saw nothing else, teach nothing.
      if (length > 1 || (length === 1 && this.#chains !== null && !this.#isOnly(occasion))) taken[count++] = occasion;
    }
    return count;
  }

  /** Did its visitor come this once only? */
  #isOnly(visit: number): boolean {
    return this.#chains!.before(visit) === -1 && this.#chains!.last(this.#chains!.visitor(visit)) === visit;
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
    // Age and length only take away: who is at or below the bar before them need not be looked up.
    let bar = -1;
    for (let from = 0; from < this.#count; from += block) {
      const count = this.#above(bar, from);
      if (by.length > 0) this.#lookUpLengths(count);
      for (let i = 0; i < count; i++) {
        const at = this.#asked[i]!;
        let likeness = this.#likeness[at]! * fadeOf((now - this.#occasions.endedAt(this.#newestOf(at))) / by.ageFadeMs);
        if (by.length > 0) likeness *= this.#shortness[Math.min(this.#lengths[i]!, longest)]!;
        if (likeness <= bar) continue;
        likeness = by.power === 1 ? likeness : likeness ** by.power;
        this.#likeness[at] = likeness;
        if (heard.length < by.neighbours) this.#raise(heard, heard.push(at) - 1);
        else if (likeness > this.#likeness[heard[0]!]!) this.#replaceLeast(heard, at);
        else continue;
        if (heard.length === by.neighbours) bar = barOf(this.#likeness[heard[0]!]!, by.power);
      }
    }
  }

  /** Notes who of a block is above the bar. @returns how many */
  #above(bar: number, from: number): number {
    const to = Math.min(from + block, this.#count);
    let count = 0;
    for (let at = from; at < to; at++) if (this.#likeness[at]! > bar) this.#asked[count++] = at;
    return count;
  }

  #newestOf(at: number): number {
    return this.#chains === null ? this.#unit[at]! : this.#latest[at]!;
  }

  /**
   * How long those of a block are; a visitor by the newest eight visits. Visit after visit, of all at once: what lies far
   * apart in memory is fetched side by side.
   */
  #lookUpLengths(count: number): void {
    const [lengths, chains, occasions] = [this.#lengths, this.#chains, this.#occasions];
    for (let i = 0; i < count; i++) lengths[i] = Math.max(1, occasions.length(this.#newestOf(this.#asked[i]!)));
    if (chains === null) return;
    const [sums, walk] = [this.#sums.fill(0, 0, count), this.#walk];
    for (let i = 0; i < count; i++) walk[i] = chains.last(this.#unit[this.#asked[i]!]!);
    for (let n = 0; n < visitsCounted; n++) {
      for (let i = 0; i < count; i++) {
        const visit = walk[i]!;
        if (visit === -1) continue;
        sums[i]! += occasions.length(visit);
        walk[i] = chains.before(visit);
      }
    }
    for (let i = 0; i < count; i++) if (sums[i]! > lengths[i]!) lengths[i] = sums[i]!;
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

  /** Adds what the heard neighbours had. */
  #speakAll(own: readonly OwnStep[], by: Neighbourhood, ask: { repeats: boolean; scores: Scores }): void {
    this.#nearness = grown(this.#nearness, own.length);
    for (let n = 0; n < own.length; n++) this.#nearness[n] = by.matchFade === 0 ? 1 : Math.exp(-n / by.matchFade);
    this.#readHeard();
    for (let n = 0; n < this.#heard.length; n++) {
      const at = this.#heard[n]!;
      const nth = this.#match[at]!;
      const likeness = this.#likeness[at]! * this.#nearness[nth]!;
      const [begin, end] = [this.#toldFrom[n]!, this.#toldFrom[n + 1]!];
      this.#speak({ begin, end, matched: own[nth]!.item, likeness }, by, ask);
    }
  }

  /** Adds what one neighbour had, whose steps lie in `#told`. */
  #speak(
    { begin, end, matched, likeness }: { begin: number; end: number; matched: number; likeness: number },
    by: Neighbourhood,
    { repeats, scores }: { repeats: boolean; scores: Scores },
  ): void {
    const { records: told } = this.#told;
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

  /** Reads the steps of all heard neighbours, each oldest first. */
  #readHeard(): void {
    const heard = this.#heard;
    const from = (this.#toldFrom = grown(this.#toldFrom, heard.length + 1));
    let count = 0;
    for (let n = 0; n < heard.length; n++) {
      from[n] = count;
      count = this.#visitsOf(this.#unit[heard[n]!]!, count);
    }
    from[heard.length] = count;
    this.#occasions.readAll(this.#occasionsTold, count, this.#told);
    for (let n = 0; n <= heard.length; n++) from[n] = this.#told.from[from[n]!]!;
  }

  /** Notes the occasions of a neighbour, oldest first, from `begin` on. @returns where they end */
  #visitsOf(unit: number, begin: number): number {
    const into = (this.#occasionsTold = grown(this.#occasionsTold, begin + longest));
    if (this.#chains === null) {
      into[begin] = unit;
      return begin + 1;
    }
    let [end, total] = [begin, 0];
    for (let visit = this.#chains.last(unit); visit !== -1 && total < longest / 2; visit = this.#chains.before(visit)) {
      const length = this.#occasions.length(visit);
      if (length === 0) continue;
      into[end++] = visit;
      total += length;
    }
    into.subarray(begin, end).reverse();
    return end;
  }
}

function isAgain(steps: Int32Array, from: number, at: number): boolean {
  for (let i = from; i < at; i++) if (itemOf(steps[i]!) === itemOf(steps[at]!)) return true;
  return false;
}

/** What likeness before the power is surely no more than `least` after it. */
function barOf(least: number, power: number): number {
  return power === 1 ? least : least ** (1 / power) * (1 - 1e-9);
}
