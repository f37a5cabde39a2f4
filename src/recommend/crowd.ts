import { Mark } from '../base/index.ts';
import type { Lesson } from '../profile/index.ts';
import type { Order } from './best-items.ts';
import { Chains } from './chains.ts';
import { Dictionary } from './dictionary.ts';
import type { Kept } from './kept.ts';
import { bits, type Entered, itemOf, Occasions } from './occasions.ts';
import { PairTable } from './pair-table.ts';
import { Popularity } from './popularity.ts';
import { Transitions } from './transitions.ts';
import type { Tuning } from './tuning.ts';
import { eventGroup, VisitorGroups, type VisitorLists } from './visitor-groups.ts';

/** Different item ids; events of further ones are ignored and counted. */
export const itemLimit = 2_000_000;

/** Fewer visits than this are not worth the work of letting them go. */
const fewestRetired = 1000;

/** Of visits the newest so many are kept, and none that is older. */
export interface VisitLimits {
  most: number;
  mostMs: number;
}

/** Of erased people the feed keeps what they did and this instead of their id. */
const nobody = '00000000-0000-0000-0000-000000000000';

/** Lessons that are looked at together. */
const ahead = 64;

const kinds = { view: 'viewed', cart: 'carted', purchase: 'bought' } as const;

/** So many views back returns are remembered, about. */
const returnsKept = 500_000;

/** How often a view is of the item just looked at, of one looked at before in the visit, or of one that is new to it. */
export interface Returns {
  again: number;
  back: number;
  onward: number;
}

/** Visits in which something was done with an item. */
export interface ItemNumbers {
  viewed: number;
  carted: number;
  bought: number;
}

/**
 * What everybody did, as counts and last visits, learned event by event (recommender-quality §6). Everything is counted
 * once per visit and kind, and a pair once per visit and kind. Nothing here knows an id of a person or a visit: of these
 * only hashes are kept.
 */
export class Crowd {
  readonly items = new Dictionary(itemLimit);
  /** Visits with all they did, and what was carted or bought on one occasion. */
  readonly visits: Occasions;
  readonly carts: Occasions;
  readonly chains = new Chains();
  /** What is viewed, carted or bought after what. */
  readonly rules: Transitions;
  /** Bought together and carted together, exact. */
  readonly pairs: PairTable;
  readonly viewed: Popularity;
  readonly carted: Popularity;
  readonly bought: Popularity;
  /** The same among people with the same attributes. */
  readonly groups: VisitorGroups;
  /** What events were about whose types lists ask for. */
  readonly events: VisitorGroups;
  readonly byName = (a: number, b: number): number => (this.items.name(a) < this.items.name(b) ? -1 : 1);
  /** Of two items of one score the one with more visits goes first, then by id. */
  readonly order: Order = Object.assign(
    (a: number, b: number) => this.visits.count(b) - this.visits.count(a) || this.byName(a, b),
    { weight: (item: number) => this.visits.count(item) },
  );
  readonly #tuning: Tuning['learn'];
  /** That of the visit of the lesson that is learned. */
  readonly #mark = new Mark();
  /** Those of lessons that are looked at ahead, and the numbers of their items; after these, what else was read. */
  readonly #marks = Array.from({ length: ahead }, () => new Mark());
  readonly #itemMarks = Array.from({ length: ahead }, () => new Mark());
  readonly #numbers = new Int32Array(ahead + 1);
  /** Visits of erased people, learned without their id; they stay until the feed says that somebody was erased. */
  #nameless: number[] = [];
  readonly returns: Returns = { again: 0, back: 0, onward: 0 };
  /** Lessons read, and those of them that a limit kept from being learned. */
  learned = 0;
  ignored = 0;
  newestAt = 0;

  constructor(tuning: Tuning['learn'], visitorsBy: VisitorLists | null = null) {
    this.#tuning = tuning;
    const { ring, visitSteps, cartSteps, longestVisit } = tuning;
    this.visits = new Occasions({ steps: visitSteps, ring, longest: longestVisit });
    this.carts = new Occasions({ steps: cartSteps, ring, longest: Math.max(longestVisit, cartSteps) });
    this.rules = new Transitions({ cap: tuning.rules, halfLifeMs: tuning.rulesHalfLifeMs });
    this.pairs = new PairTable(tuning.pairs);
    const nameOf = (item: number) => this.items.name(item);
    this.viewed = new Popularity(nameOf);
    this.carted = new Popularity(nameOf);
    this.bought = new Popularity(nameOf);
    this.groups = new VisitorGroups(nameOf, visitorsBy);
    this.events = new VisitorGroups(nameOf);
  }

  /** Takes in one event. A time that lies ahead of `now` counts as now, or one wrong clock would rule the lists. */
  learn(lesson: Lesson, now: number): void {
    this.#take(lesson, now, { item: this.items.add(lesson.i), mark: this.#mark.of(lesson.s) });
  }

  /**
   * The same for several, in their order. What a lesson will change lies far apart in memory; it is asked for ahead, of
   * many at once, so that it is fetched side by side.
   */
  learnAll(lessons: readonly Lesson[], now: number): void {
    for (let from = 0; from < lessons.length; from += ahead) {
      const count = Math.min(ahead, lessons.length - from);
      for (let n = 0; n < count; n++) {
        this.#marks[n]!.of(lessons[from + n]!.s);
        this.#itemMarks[n]!.of(lessons[from + n]!.i);
      }
      this.#warm(lessons, from, count);
      for (let n = 0; n < count; n++) {
        this.#take(lessons[from + n]!, now, { item: this.#numbers[n]!, mark: this.#marks[n]! });
      }
    }
  }

  /** Gives the items their numbers, and reads what is about to change. */
  #warm(lessons: readonly Lesson[], from: number, count: number): void {
    let sum = 0;
    for (let n = 0; n < count; n++) sum += this.items.warm(this.#itemMarks[n]!.low);
    for (let n = 0; n < count; n++) {
      this.#numbers[n] = this.items.addMarked(lessons[from + n]!.i, this.#itemMarks[n]!);
    }
    // First where everything lies, without a branch that would have to wait for it; then what lies there.
    for (let n = 0; n < count; n++) {
      const item = Math.max(0, this.#numbers[n]!);
      sum += this.visits.warm(this.#marks[n]!.low, item) + this.rules.warm(item);
      sum += this.#countedAs(lessons[from + n]!.k).warm(item);
    }
    for (let n = 0; n < count; n++) {
      const item = Math.max(0, this.#numbers[n]!);
      sum += this.visits.warmRing(item) + this.rules.warmRow(item);
    }
    // Kept, or the reading might be left out as idle.
    this.#numbers[ahead] = sum;
  }

  /** What happened once more by a lesson of this kind, in how many visits. */
  #countedAs(kind: Lesson['k']): Popularity {
    return kind === 'purchase' ? this.bought : kind === 'cart' ? this.carted : this.viewed;
  }

  #take(lesson: Lesson, now: number, { item, mark }: { item: number; mark: Mark }): void {
    this.learned++;
    const at = Math.min(lesson.t, now);
    if (at > this.newestAt) this.newestAt = at;
    if (lesson.k === 'event') return this.#count(lesson, item, at);
    const visits = this.visits.size;
    const entered = item === -1 ? null : this.visits.enter(mark, item, bits[lesson.k], at);
    if (entered === null) {
      this.ignored++;
      return;
    }
    const { occasion: visit, isFirst, isStep } = entered;
    if (lesson.k === 'view' && visit !== visits) this.#tellReturn(entered);
    if (visit === visits) this.#begin(visit, lesson);
    if (isStep) this.#follow(visit, item, at);
    if (!isFirst) return;
    this.#countedAs(lesson.k).add(item, at);
    if (lesson.a !== undefined) this.groups.add(lesson.a, item, { action: kinds[lesson.k], at });
    if (lesson.k !== 'view') this.#pair(mark, item, { kind: lesson.k, at });
  }

  #count({ e: type = '' }: Lesson, item: number, at: number): void {
    if (item === -1) this.ignored++;
    else this.events.add({ [eventGroup]: type }, item, { action: 'told', at });
  }

  /** In how many visits an item was viewed, carted and bought: ever (null), or about so many within a window. */
  numbers(id: string, windowMs: number | null, now: number): ItemNumbers {
    const item = this.items.find(id);
    const worth = (of: Popularity) => (item < 0 ? 0 : Math.round(of.worth(item, windowMs, now)));
    return { viewed: worth(this.viewed), carted: worth(this.carted), bought: worth(this.bought) };
  }

  /** Takes everything a visitor did out of the lists to come; what the crowd did stays counted, without a name. */
  forgetVisitor(visitorId: string): void {
    this.forget(new Mark().of(visitorId));
  }

  /**
   * The same for the visitor whose id has this mark. What was learned of anybody under no name goes too: who learns the
   * feed only after an erasure meets the visits without a name, then this, and comes to the same lists.
   */
  forget({ low, high }: { low: number; high: number }): void {
    const visitor = this.chains.findMark(low, high);
    if (visitor !== -1) {
      for (let visit = this.chains.last(visitor); visit !== -1; visit = this.chains.before(visit)) {
        this.#forgetVisit(visit);
      }
      this.chains.forget(visitor);
    }
    for (const visit of this.#nameless) this.#forgetVisit(visit);
    this.#nameless = [];
  }

  /**
   * From which visit on visits are worth keeping: those at most `mostMs` old, and at most `most`; the first kept one when
   * too few would go for the work to be worth it.
   */
  retirable({ most, mostMs, now }: VisitLimits & { now: number }): number {
    const { first, size } = this.visits;
    const step = Math.max(fewestRetired, Math.floor((size - first) / 20));
    let from = size - first > most + step ? size - most : first;
    const isOld = (visit: number) => visit < size && this.visits.endedAt(visit) < now - mostMs;
    if (from > first || isOld(first + step)) while (isOld(from)) from++;
    return from;
  }

  /** Lets the visits before `from` go, with their carts and visitors; counts stay. @see Occasions.retire */
  *retire(from: number): Generator<void, number> {
    const { first, size } = this.visits;
    const since = this.visits.endedAt(from);
    let cart = this.carts.first;
    while (cart < this.carts.size && this.carts.endedAt(cart) < since) cart++;
    const visits = yield* this.visits.retire(from);
    const chains = yield* this.chains.retire(from, size);
    const carts = yield* this.carts.retire(cart);
    for (const putInPlace of [visits, chains, carts]) putInPlace();
    this.#nameless = this.#nameless.filter((visit) => visit >= from);
    return from - first;
  }

  #begin(visit: number, { p, s }: Lesson): void {
    if (p === nobody) this.#nameless.push(visit);
    this.chains.add(visit, p === nobody ? s : p);
  }

  #forgetVisit(visit: number): void {
    const { low, high } = this.visits.markOf(visit);
    const cart = this.carts.findMark(low, high);
    if (cart !== -1) this.carts.forget(cart);
    this.visits.forget(visit);
  }

  get bytes(): number {
    const { visits, carts, chains, rules, pairs, viewed, carted, bought, groups, events } = this;
    return [visits, carts, chains, rules, pairs, viewed, carted, bought, groups, events].reduce(
      (sum, { bytes }) => sum + bytes,
      0,
    );
  }

  /** Bytes of what answers for a visit: visits, who made them, and rules. */
  get sessionBytes(): number {
    return this.visits.bytes + this.chains.bytes + this.rules.bytes;
  }

  keep(): Kept {
    const { visits, carts, chains, rules, pairs, viewed, carted, bought, groups, events, items } = this;
    return {
      learned: this.learned,
      ignored: this.ignored,
      newestAt: this.newestAt,
      returns: Float64Array.of(this.returns.again, this.returns.back, this.returns.onward),
      nameless: Int32Array.from(this.#nameless),
      items: items.keep(),
      visits: visits.keep(),
      carts: carts.keep(),
      chains: chains.keep(),
      rules: rules.keep(),
      pairs: pairs.keep(),
      viewed: viewed.keep(),
      carted: carted.keep(),
      bought: bought.keep(),
      groups: groups.keep(),
      events: events.keep(),
    };
  }

  restore(kept: Kept): void {
    this.learned = kept.learned as number;
    this.ignored = kept.ignored as number;
    this.newestAt = kept.newestAt as number;
    const [again, back, onward] = kept.returns as Float64Array;
    Object.assign(this.returns, { again, back, onward });
    this.#nameless = [...(kept.nameless as Int32Array)];
    const { visits, carts, chains, rules, pairs, viewed, carted, bought, groups, items } = this;
    const parts = { items, visits, carts, chains, rules, pairs, viewed, carted, bought, groups };
    for (const [name, part] of Object.entries(parts)) part.restore(kept[name] as Kept);
    // One that was kept by an earlier version knows of no events.
    if (kept.events !== undefined) this.events.restore(kept.events as Kept);
  }

  /** The new step follows those before it: nearer ones more, and the way back a little. */
  #follow(visit: number, item: number, at: number): void {
    const { rulesBack, rulesReverse } = this.#tuning;
    const reach = Math.min(rulesBack, this.visits.length(visit) - 1);
    if (reach <= 0) return;
    const weight = this.rules.weight(at);
    for (let back = 1; back <= reach; back++) {
      const before = itemOf(this.visits.step(visit, back));
      if (before === item) continue;
      this.rules.add(before, item, weight / back);
      if (rulesReverse > 0) this.rules.add(item, before, (weight * rulesReverse) / back);
    }
  }

  #tellReturn({ isFirst, isStep, isBack }: Entered): void {
    const { returns } = this;
    if (isStep) returns[isBack ? 'back' : 'onward']++;
    else if (!isFirst) returns.again++;
    if (returns.again + returns.back + returns.onward < returnsKept) return;
    for (const kind of ['again', 'back', 'onward'] as const) returns[kind] /= 2;
  }

  #pair(mark: Mark, item: number, { kind, at }: { kind: 'cart' | 'purchase'; at: number }): void {
    const bit = bits[kind];
    const entered = this.carts.enter(mark, item, bit, at);
    if (entered === null || !entered.isFirst) return;
    const length = this.carts.length(entered.occasion);
    for (let back = 0; back < length; back++) {
      const step = this.carts.step(entered.occasion, back);
      if ((step & bit) !== 0 && itemOf(step) !== item) {
        this.pairs.add(item, itemOf(step), kind === 'purchase' ? 'bought' : 'carted');
      }
    }
  }
}
