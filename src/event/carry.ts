import { after, elapsed, pause, point, shardOf, type Ids, type Log } from '../base/index.ts';
import type { Store, Tx } from '../store/index.ts';
import { isHindrance, isOfTheEvents, LeaseLost } from './fold-fault.ts';
import { frontParts, type Front } from './front.ts';
import { readText } from './front-keep.ts';
import { Hand } from './front-hand.ts';
import type { StoredRow } from './given.ts';
import { storeArrivals, type Arrival } from './receive.ts';
import type { StoreStatements } from './table.ts';
import { giveBackParts, holdParts, movePlaces, type Move } from './table-part.ts';

/** A lease is renewed when a third of it has gone; of a process that fell silent others take the parts over after it. */
const leaseMs = 6000;
/** Between two looks whether parts are free, and between two calls to let go of what has been carried. */
const lookMs = 1000;
/** What could not be read is read again so soon. */
const againMs = 100;
/** After a failure it is tried again so soon, then ever later. */
const firstPauseMs = 50;
const longestPauseMs = 2000;
/** So long a fold that is behind is waited for before more is put into the inbox. */
const patienceMs = 1000;

export interface CarrierParts {
  front: Front;
  store: Store;
  ids: Ids;
  log: Log;
  /** Of this process. */
  owner: string;
  /** How many of the parts may be carried here now, of so many. */
  share: (all: number) => number;
  /** Does this visitor let itself be recorded? Asked where a consent waits for the fold. */
  permits: (visitor: string) => Promise<boolean>;
}

/** What the log gives it besides. */
interface Given {
  statements: StoreStatements;
  onStored: (rows: readonly StoredRow[]) => void;
  onCarried: (part: number, place: number) => void;
  isBehind: () => boolean;
}

/** Records of one part that are carried together. */
interface Piece extends Move {
  loads: Load[];
}

interface Load {
  place: number;
  text: string;
  /** Null: there is no event of ours in it. */
  arrival: Arrival | null;
}

/** What has been carried since the start. */
export interface Carried {
  events: number;
  /** Of them, those that the table had already. */
  repeated: number;
  setAside: number;
}

/**
 * Carries what a log before the table holds into the table. A batch is stored and the places of its parts are moved on in one
 * transaction, which commits only where the places are still those it read from: so each record is carried once, in order,
 * whoever dies or is late; and an event that the log holds twice the table knows by its id.
 */
export class Carrier {
  readonly #parts: CarrierParts & Given;
  #hands = new Map<number, Hand>();
  #heldUntil = 0;
  #lookedAt = -lookMs;
  #trimmedAt = 0;
  #stopped = true;
  #running: Promise<void> | undefined;
  #stir = () => {};
  readonly carried: Carried = { events: 0, repeated: 0, setAside: 0 };

  constructor(parts: CarrierParts & Given) {
    this.#parts = parts;
  }

  start(): void {
    this.#stopped = false;
    this.#running = this.#work();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stir();
    await this.#running;
    this.#letGo();
    await giveBackParts(this.#parts.store, this.#parts.owner);
  }

  async #work(): Promise<void> {
    for (let failures = 0; !this.#stopped;) {
      try {
        await this.#look();
        const pieces = this.#gather();
        if (pieces.length > 0) await this.#carry(pieces);
        else await this.#something();
        failures = 0;
      } catch (error) {
        // Another holds a part now, or one of the two cannot be reached: everything is read anew from where the table is.
        this.#letGo();
        if (!isHindrance(error)) this.#parts.log.warn('event.carry-failed', { error });
        await this.#wait(Math.min(firstPauseMs * 2 ** failures++, longestPauseMs));
      }
    }
  }

  /** Renews the leases, and takes up and gives back parts, so that each process has its share. */
  async #look(): Promise<void> {
    const now = elapsed();
    const { store, owner, front } = this.#parts;
    const share = Math.min(frontParts, this.#parts.share(frontParts));
    const isEnough = this.#hands.size === share || (this.#hands.size < share && now - this.#lookedAt < lookMs);
    const isBroken = [...this.#hands.values()].some(({ isOver }) => isOver) && now - this.#lookedAt > againMs;
    if (isEnough && !isBroken && this.#heldUntil - now > (leaseMs * 2) / 3) return;
    this.#lookedAt = now;
    if (this.#hands.size > share) await giveBackParts(store, owner, [...this.#hands.keys()].slice(0, share));
    const held = share === 0 ? [] : await holdParts(store, { owner, origin: front.origin, share, leaseMs });
    this.#heldUntil = now + leaseMs;
    const ours = new Set(held.map(({ part }) => part));
    for (const [part, { isOver, fault }] of this.#hands) {
      if (isOver) this.#parts.log.warn('event.read-failed', { part, error: fault });
      if (isOver || !ours.has(part)) this.#drop(part);
    }
    for (const { part, place } of held) {
      if (this.#hands.has(part)) continue;
      const open = () => front.read(part, place);
      this.#hands.set(part, new Hand(part, place, { open, onMore: () => this.#stir() }));
    }
  }

  #drop(part: number): void {
    this.#hands.get(part)?.end();
    this.#hands.delete(part);
  }

  #letGo(): void {
    for (const part of this.#hands.keys()) this.#drop(part);
    this.#heldUntil = 0;
  }

  /** Until there is something in a hand, or it is time to look. */
  async #something(): Promise<void> {
    if ([...this.#hands.values()].some(({ records }) => records.length > 0)) return;
    const isBroken = [...this.#hands.values()].some(({ isOver }) => isOver);
    await this.#wait(isBroken ? againMs : lookMs);
    await this.#trim();
  }

  #wait(ms: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((done) => {
      const timer = after(ms, done);
      this.#stir = () => {
        timer.stop();
        done();
      };
    });
  }

  /** What is in the hands, made ready to be stored. */
  #gather(): Piece[] {
    return [...this.#hands.values()].flatMap(({ part, place: from, records }) => {
      const loads: Load[] = [];
      const stating = new Set<string>();
      for (const { place, text } of records) {
        const read = readText(text);
        // Whether it may be kept hangs on a consent of this very batch: it is for the next one.
        if (read?.isGuarded && stating.has(read.event.visitor)) break;
        loads.push({ place, text, arrival: read && arrivalOf(read, this.#parts.ids) });
        if (read?.event.consent) stating.add(read.event.visitor);
      }
      return loads.length === 0 ? [] : [{ part, from, to: loads.at(-1)!.place, loads }];
    });
  }

  async #carry(pieces: readonly Piece[]): Promise<void> {
    for (const began = elapsed(); this.#parts.isBehind() && elapsed() - began < patienceMs;) await pause(10);
    try {
      await this.#store(pieces);
    } catch (error) {
      if (isHindrance(error) || !isOfTheEvents(error)) throw error;
      for (const one of pieces.flatMap(singly)) await this.#storeOrSetAside(one);
    }
    await this.#trim();
  }

  /** One event that cannot be stored does not hold up those behind it. */
  async #storeOrSetAside(piece: Piece): Promise<void> {
    try {
      await this.#store([piece]);
    } catch (error) {
      if (isHindrance(error) || !isOfTheEvents(error)) throw error;
      await this.#write([piece], (tx) => this.#setAside(tx, piece, String(error)));
    }
  }

  /** Of visitors with a consent that no fold has taken yet it is asked first whether they may be recorded. */
  async #store(pieces: readonly Piece[]): Promise<void> {
    for (let left = pieces; ;) {
      try {
        return await this.#storeAll(left);
      } catch (error) {
        if (!(error instanceof Doubt)) throw error;
        left = await this.#withoutRefused(left, error.arrivals);
      }
    }
  }

  async #storeAll(pieces: readonly Piece[]): Promise<void> {
    const { statements, onStored } = this.#parts;
    const arrivals = pieces.flatMap(({ loads }) => loads.flatMap(({ arrival }) => arrival ?? []));
    const { fates, rows } = await this.#write(pieces, async (tx) => {
      const stored = await storeArrivals({ runner: tx, statements }, arrivals);
      const doubted = arrivals.filter((_, at) => stored.fates[at] === 'doubted');
      if (doubted.length > 0) throw new Doubt(doubted);
      for (const piece of pieces)
        for (const load of piece.loads)
          if (load.arrival === null) await this.#setAside(tx, { ...piece, loads: [load] }, 'This is no event');
      return stored;
    });
    this.carried.events += arrivals.length;
    this.carried.repeated += fates.filter((fate) => fate === 'repeated').length;
    onStored(rows);
  }

  async #withoutRefused(pieces: readonly Piece[], doubted: readonly Arrival[]): Promise<Piece[]> {
    const refused = new Set<Arrival | null>();
    for (const arrival of doubted) {
      if (await this.#parts.permits(arrival.event.visitor)) arrival.guard = 0;
      else refused.add(arrival);
    }
    return pieces.map((piece) => ({ ...piece, loads: piece.loads.filter(({ arrival }) => !refused.has(arrival)) }));
  }

  /** Work that belongs to the pieces, and their places, in one transaction. */
  async #write<T>(pieces: readonly Piece[], work: (tx: Tx) => Promise<T>): Promise<T> {
    const { store, front, onCarried } = this.#parts;
    const done = await store.inTransaction(async (tx) => {
      if (!(await movePlaces(tx, front.origin, pieces))) throw new LeaseLost();
      const made = await work(tx);
      point('event.carrying');
      return made;
    });
    for (const { part, to } of pieces) {
      this.#hands.get(part)?.took(to);
      onCarried(part, to);
    }
    point('event.carried');
    return done;
  }

  /** Keeps a record aside with the reason. An event may be put back later; of what is none the text stands with the reason. */
  async #setAside(tx: Tx, { part, loads }: Piece, reason: string): Promise<void> {
    for (const { place, text, arrival } of loads) {
      const error = `Record ${place} of part ${part}: ${reason}${arrival ? '' : `: ${text.replaceAll('\0', '')}`}`;
      const { shard, id, body } = arrival ?? { shard: part, id: this.#parts.ids.next(), body: '' };
      await tx.run({
        text: 'insert into event_quarantine (shard, id, payload, error) values ($1, $2, $3, $4)',
        values: [shard, id, `[${body}]`, error.slice(0, 4000)],
      });
      tx.afterCommit(() => {
        this.carried.setAside++;
        this.#parts.log.error('event.set-aside', { part, place, reason });
      });
    }
  }

  /** Lets the log forget what the table has, once a second. */
  async #trim(): Promise<void> {
    if (elapsed() - this.#trimmedAt < lookMs) return;
    this.#trimmedAt = elapsed();
    const { front, log } = this.#parts;
    const grown = [...this.#hands.values()].filter(({ place, trimmed }) => place !== trimmed);
    await Promise.all(
      grown.map(async (hand) => {
        const { part, place } = hand;
        await front.trim(part, place).then(
          () => (hand.trimmed = place),
          (error: unknown) => log.warn('event.trim-failed', { part, error }),
        );
      }),
    );
  }
}

/** Whoever sent some of these relied on a consent that may have changed since. */
class Doubt extends Error {
  readonly arrivals: readonly Arrival[];
  constructor(arrivals: readonly Arrival[]) {
    super('A consent waits to be folded');
    this.arrivals = arrivals;
  }
}

function arrivalOf({ event, isGuarded, body }: NonNullable<ReturnType<typeof readText>>, ids: Ids): Arrival {
  return { event, guard: isGuarded ? 2 : 0, shard: shardOf(event.visitor), id: ids.next(), body };
}

/** The same, record by record. */
function singly({ part, from, loads }: Piece): Piece[] {
  return loads.map((load, at) => ({ part, from: loads[at - 1]?.place ?? from, to: load.place, loads: [load] }));
}
