import { sha256, shuffled } from '../base/index.ts';
import { groupOf } from '../catalog/index.ts';
import type { AskedCriterion, RecommendedItem } from './answer.ts';
import type { Asked, Asking } from './asking.ts';
import { keysOf, useOf, type Key } from './key.ts';
import { idList, listOf, placesOf, popularList, unprovenList, type Accept, type Found, type List } from './list.ts';
import { bansOf, checksOf, hiding, ownBansOf, type Sieve } from './sieve.ts';
import { isLifting, lifter } from './lift.ts';

/** An item in a slot. */
export interface Chosen extends Found {
  source: RecommendedItem['source'];
  criterion: string;
  /** 1 for the first of an answer, falling; backups have 0. */
  share: number;
  rankBefore: number | null;
  /** Its group of variants. */
  group: string;
}

interface Part {
  criterion: string;
  as: AskedCriterion['as'];
  sieve: Sieve;
  list: List;
  asked?: Asked;
  key?: Key;
  /** One of a group of variants at most. */
  oneOfGroup: boolean;
}

/** How a criterion is asked: with what keeps items out besides its own rules, and as what. */
interface How {
  sieve: Sieve;
  as: AskedCriterion['as'];
  /** One of a group of variants at most, whatever it says itself. */
  oneOfGroup?: boolean;
}

/** Items looked at where weights may raise some from below. */
const liftDepth = 500;
/** How far down places before the rules are told. */
const placeDepth = 200;
/** Popular items fill in so many at a time, shuffled among themselves (recommendations BAK-1). */
const bucket = 20;

/** The slots of one answer while they are filled: no item comes twice, and none that its part keeps out. */
export class Slots {
  readonly #asking: Asking;
  readonly #taken = new Set<string>();
  readonly #groups = new Set<string>();
  /** Criteria asked so far, with what each gave. */
  readonly log: AskedCriterion[] = [];
  /** Key items of the criterion, or of the members of a sequence; those of backups stand in the log. */
  readonly keys = new Set<string>();
  #share = 1;
  /** Why the criterion that is being asked gives nothing. */
  #note: string | null = null;

  constructor(asking: Asking) {
    this.#asking = asking;
  }

  /** Items of a criterion, with its own rules on top of those of `sieve`; at most `want`. */
  choose(asked: Asked, want: number, how: How): Chosen[] {
    if (asked.algorithm.kind === 'sequence') return this.#sequence(asked, want, how);
    const keys = keysOf(asked.algorithm, this.#asking);
    const chosen = this.#byKeys(asked, keys, { want, ...how });
    const lacks = keys.length === 0 || isEmptyKey(asked, keys[0]!);
    const note = chosen.length > 0 ? null : lacks ? keyLack(asked) : this.#note;
    const key = keys.flatMap(({ items }) => items);
    const entry = { criterion: asked.key, as: how.as, key, slots: want, items: chosen.length };
    this.log.push(note === null ? entry : { ...entry, note });
    this.#note = null;
    return chosen;
  }

  /** Popular items of the site, then the rest of the range: what fills in where criteria end. */
  fillIn(want: number, sieve: Sieve, oneOfGroup: boolean): Chosen[] {
    const { person, range } = this.#asking;
    const seed = person?.seed;
    const part = (criterion: 'popular' | 'range', list: List): Chosen[] => {
      const open = want - chosen.length;
      if (open <= 0) return [];
      const found = this.#fill({ criterion, as: criterion, sieve, list, oneOfGroup }, open);
      this.#commit(found);
      this.log.push({ criterion, as: criterion, key: [], slots: open, items: found.length });
      return found;
    };
    const chosen: Chosen[] = [];
    chosen.push(...part('popular', inBuckets(popularList(this.#asking), seed)));
    if (chosen.length < want) chosen.push(...part('range', rangeList(range(), seed)));
    return chosen;
  }

  /** Items of the shop's own choice. */
  promote(promotion: string, ids: readonly string[], { want, sieve }: { want: number; sieve: Sieve }): Chosen[] {
    const part: Part = {
      criterion: promotion,
      as: 'criterion',
      sieve,
      list: idList(ids, 'promotion'),
      oneOfGroup: false,
    };
    const chosen = this.#fill(part, want).map((one): Chosen => ({ ...one, source: 'promotion', share: 0 }));
    this.#commit(chosen);
    return chosen;
  }

  #sequence(asked: Asked, want: number, { sieve, ...how }: How): Chosen[] {
    const { algorithm } = asked;
    if (algorithm.kind !== 'sequence') return [];
    const checks = checksOf(asked, { items: [] }, this.#asking);
    if (checks === 'nothing') return [];
    const hides = hiding(asked);
    const own: How = {
      sieve: sieve.with({ bans: bansOf(hides, [], this.#asking), checks }),
      as: how.as === 'backup' ? 'backup' : 'member',
      oneOfGroup: hides.variants || how.oneOfGroup === true,
    };
    const chosen: Chosen[] = [];
    for (const { criterion, slots = want } of algorithm.members) {
      const member = this.#asking.criterion(criterion);
      const open = Math.min(slots, want - chosen.length);
      if (member && open > 0) chosen.push(...this.choose(member, open, own));
    }
    return chosen;
  }

  #byKeys(asked: Asked, keys: readonly Key[], { want, ...how }: How & { want: number }): Chosen[] {
    const { when = 'none' } = useOf(asked.algorithm);
    const chosen: Chosen[] = [];
    const tried: string[] = [];
    for (const key of keys) {
      const open = want - chosen.length;
      if (open <= 0) break;
      if (how.as !== 'backup') for (const id of key.items) this.keys.add(id);
      tried.push(...key.items);
      const found = this.#ofKey(asked, key, { ...how, want: open, tried });
      // Only a key that fills all slots by itself will do; otherwise the next is tried.
      if (when === 'whole' && found.length < open) continue;
      this.#commit(found);
      chosen.push(...found);
      if (when !== 'next') break;
    }
    return chosen;
  }

  /** @param how `tried`: items of this key and of those before it */
  #ofKey(
    asked: Asked,
    key: Key,
    { want, sieve, as, oneOfGroup = false, tried }: How & { want: number; tried: readonly string[] },
  ): Chosen[] {
    const checks = checksOf(asked, key, this.#asking);
    if (checks === 'nothing') {
      this.#note = 'its rules let nothing through';
      return [];
    }
    const hides = hiding(asked);
    const part: Part = {
      criterion: asked.key,
      as,
      asked,
      key,
      sieve: sieve.with({ bans: ownBansOf(asked, tried, this.#asking), checks }),
      list: listOf(asked, key, this.#asking),
      oneOfGroup: hides.variants || oneOfGroup,
    };
    return this.#fill(part, want);
  }

  /** Asks the list until the slots are full or it ends. Nothing is taken yet. */
  #fill(part: Part, want: number): Chosen[] {
    const { sieve, list, oneOfGroup, asked, key } = part;
    const lift = asked !== undefined && isLifting(asked) ? lifter(asked, key!, this.#asking) : null;
    /** Of the chosen the group of variants. */
    const mine = new Map<string, string>();
    const groups = new Set<string>();
    const accepts: Accept = (id: string) => {
      if (mine.has(id) || this.#taken.has(id)) return false;
      const item = this.#asking.shelf.get(id);
      if (oneOfGroup && this.#hasGroup(item === undefined ? id : groupOf(item), groups)) return false;
      return sieve.passes(id, item);
    };
    const byNumber = this.#byNumber(sieve, { accepts, mine, isGrouped: oneOfGroup, groups });
    if (byNumber !== null) Object.assign(accepts, { byNumber });
    const chosen: Found[] = [];
    for (;;) {
      const depth = lift === null ? want - chosen.length : Math.max(want, liftDepth);
      const found = list(depth, accepts);
      for (const one of lift === null ? found : lift(found)) {
        if (chosen.length === want) break;
        const group = this.#groupOf(one.id);
        if (mine.has(one.id) || (oneOfGroup && groups.has(group))) continue;
        groups.add(group);
        mine.set(one.id, group);
        chosen.push(one);
      }
      if (chosen.length >= want || found.length < depth) break;
    }
    this.#explore(chosen, part, { want, accepts });
    return this.#shared(chosen, part, mine);
  }

  /** The same by the number that the source has for an item; null where rules cannot be asked so. */
  #byNumber(
    sieve: Sieve,
    by: { accepts: Accept; mine: ReadonlyMap<string, string>; isGrouped: boolean; groups: ReadonlySet<string> },
  ): Accept['byNumber'] | null {
    const { source, numbers } = this.#asking;
    if (numbers === undefined || !sieve.isByNumber) return null;
    const { items } = source;
    const ban = sieve.bansBy(items);
    return (item) => {
      const number = numbers.of(item);
      const mayHaveGroup = by.isGrouped && (by.groups.size > 0 || this.#groups.size > 0);
      if (number === -1 || mayHaveGroup) return by.accepts(items.name(item));
      if (by.mine.size > 0 || this.#taken.size > 0) {
        const id = items.name(item);
        if (by.mine.has(id) || this.#taken.has(id)) return false;
      }
      const rule = ban(item) ?? sieve.failingNumber(number, numbers.standing(number));
      return rule === null || sieve.turnAway(items.name(item), rule);
    };
  }

  /** Where it is this answer's turn, the last place goes to an item that hardly anybody has seen. */
  #explore(
    chosen: Found[],
    { asked, key, as }: Part,
    { want, accepts }: { want: number; accepts: (id: string) => boolean },
  ): void {
    const seed = this.#asking.person?.seed;
    if (asked?.explore !== true || as !== 'criterion' || chosen.length < 2 || seed === undefined) return;
    if (!isTurn(`${seed}/${asked.key}`)) return;
    const [found] = unprovenList(key!, this.#asking)(1, (id) => accepts(id) && chosen.every((one) => one.id !== id));
    if (found === undefined) return;
    if (chosen.length >= want) chosen.pop();
    chosen.push({ ...found, score: Math.min(found.score, chosen.at(-1)!.score) });
  }

  #shared(chosen: readonly Found[], { as, criterion, list }: Part, groups: ReadonlyMap<string, string>): Chosen[] {
    const isOwn = as === 'criterion' || as === 'member';
    const first = chosen[0]?.score ?? 1;
    const places = this.#asking.request.reasons === true && chosen.length > 0 ? placesIn(list, chosen) : null;
    return chosen.map(({ id, score, weight, count, key, by, within }) => ({
      id,
      score,
      weight,
      count,
      key,
      by,
      within,
      source: isOwn ? 'criteria' : 'backup',
      criterion,
      share: isOwn ? this.#share * Math.min(1, score / first) : 0,
      rankBefore: places?.get(id) ?? null,
      group: groups.get(id) ?? this.#groupOf(id),
    }));
  }

  #commit(chosen: readonly Chosen[]): void {
    for (const { id, share, group } of chosen) {
      this.#taken.add(id);
      this.#groups.add(group);
      if (share > 0) this.#share = share;
    }
  }

  #groupOf(id: string): string {
    const item = this.#asking.shelf.get(id);
    return item === undefined ? id : groupOf(item);
  }

  #hasGroup(group: string, mine: ReadonlySet<string>): boolean {
    return mine.has(group) || this.#groups.has(group);
  }
}

/** One seed in twenty (recommender-quality §6). */
function isTurn(seed: string): boolean {
  return Number.parseInt(sha256(`explore/${seed}`).slice(0, 8), 16) % 20 === 0;
}

/** Where each of the chosen stands in its list before rules act, if it is among the first. */
function placesIn(list: List, chosen: readonly Found[]): Map<string, number> {
  const ids = chosen.map(({ id }) => id);
  const numbers = chosen.every((one) => one.number !== undefined) ? chosen.map((one) => one.number!) : undefined;
  return placesOf(list, ids, { depth: placeDepth, ...(numbers === undefined ? {} : { numbers }) });
}

/** Each twenty of the most popular in an order that hangs on the seed; without a seed best first (golden example 6). */
function inBuckets(list: List, seed: string | undefined): List {
  if (seed === undefined) return list;
  return (limit, accept) => {
    const found = list(Math.ceil(limit / bucket) * bucket, accept);
    const mixed: Found[] = [];
    for (let from = 0; from < limit && from < found.length; from += bucket) {
      mixed.push(...shuffled(found.slice(from, from + bucket), `${seed}/${from}`));
    }
    return mixed.slice(0, limit);
  };
}

/** The range, begun where the seed says, so that different people see different parts of it (BAK-1: "at random"). */
function rangeList(ids: readonly string[], seed: string | undefined): List {
  const begin = seed === undefined || ids.length === 0 ? 0 : Number.parseInt(sha256(seed).slice(0, 8), 16) % ids.length;
  return (limit, accept) => idList(turned(ids, begin), 'range')(limit, accept);
}

function* turned(ids: readonly string[], begin: number): Generator<string> {
  for (let step = 0; step < ids.length; step++) yield ids[(begin + step) % ids.length]!;
}

function isEmptyKey({ algorithm }: Asked, { items }: Key): boolean {
  return (algorithm.kind === 'cart' || algorithm.kind === 'session') && items.length === 0;
}

function keyLack({ algorithm }: Asked): string {
  if (algorithm.kind === 'cart') return 'there is no cart';
  return algorithm.kind === 'session' ? 'the visit has no items' : 'there is no key';
}
