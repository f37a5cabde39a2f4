import type { Rooms } from './app.ts';
import { VirtualClock } from './base/index.ts';
import type { ShopEvent } from './event/index.ts';
import { waitsBy } from './journey/index.ts';
import { duesBy } from './message/index.ts';
import { Pulse } from './pulse.ts';

/** Where what happens comes from, in the order of `receivedAt`. */
export interface Happenings {
  /** When the next thing happens, UTC ms; null when nothing comes any more. */
  next(): Promise<number | null>;
  /** Everything up to and including `at` that was not taken yet. */
  take(at: number): Promise<ShopEvent[]>;
}

export interface WalkOptions {
  from: number;
  to: number;
  /** Steps of the clock, ms; 0: from due time to due time. */
  stepMs: number;
  /** After each step. @returns false when it is not to go on */
  onStep(at: number): Promise<boolean>;
}

/** What makes time pass for people; the rest of a running shop (feeds, snapshots, sign-ups) stands still. */
const duties: ReadonlySet<string> = new Set([
  'folding events',
  'ending visits',
  'keeping audiences fresh',
  'waking runs',
  'reading audiences',
  'stopping and moving runs',
  'calling actions',
  'sending mail',
]);

/** Hours of the walk after which the database counts its rows anew: plans were made for empty tables. */
const analyzedAfterHours = [12, 48, 168];
/** What a running shop learns beside everything else is learned once a day of the walk. */
const dayMs = 86_400_000;
const stuckMs = 1000;
/** More events than this are given in several batches. */
const batch = 2000;

/**
 * Walks through time with the production engine: what happens is received and folded, and what falls due is done, step by
 * step. Within a step longer than nothing, what falls due is done at its end, after what happened until then; but a person who
 * does something after a thing of theirs fell due gets a step of their own there, so that nobody's story is told in another order.
 */
export class Walk {
  readonly #rooms: Rooms;
  readonly #clock: VirtualClock;
  readonly #pulse: Pulse;
  readonly #source: Happenings;
  /** Made of what the engine did, such as clicks on its mails. */
  #coming: ShopEvent[] = [];
  readonly #onGiven: (events: readonly ShopEvent[]) => void;
  events = 0;

  /** @param onGiven hears what happened, once it has taken effect */
  constructor(rooms: Rooms, source: Happenings, onGiven: (events: readonly ShopEvent[]) => void = () => {}) {
    this.#onGiven = onGiven;
    this.#rooms = rooms;
    this.#clock = rooms.clock as VirtualClock;
    this.#source = source;
    const { clock, log } = rooms;
    this.#pulse = new Pulse({ clock, log, duties: rooms.duties.filter(({ name }) => duties.has(name)) });
  }

  /** These happen as well. */
  add(events: readonly ShopEvent[]): void {
    this.#coming = [...this.#coming, ...events].sort((a, b) => a.receivedAt - b.receivedAt);
  }

  async go({ from, to, stepMs, onStep }: WalkOptions): Promise<void> {
    let studyAt = -Infinity;
    const analyze = analyzedAfterHours.map((hours) => from + hours * 3_600_000);
    this.#clock.freeze(Math.max(from, this.#clock.now()));
    for (;;) {
      const now = this.#clock.now();
      const next = await this.#next(stepMs);
      if (next === null || next > to || now >= to) break;
      // What is due and does not get done must not stop the time.
      const first = next > now ? next : now + stuckMs;
      await this.#step(Math.min(to, stepMs === 0 ? first : Math.ceil(first / stepMs) * stepMs));
      if (this.#clock.now() >= studyAt) {
        studyAt = this.#clock.now() + dayMs;
        await this.#rooms.learning.study();
      }
      if (this.#clock.now() >= (analyze[0] ?? Infinity)) {
        analyze.shift();
        await this.#rooms.store.run({ text: 'analyze' });
      }
      if (!(await onStep(this.#clock.now()))) return;
    }
    this.#clock.freeze(to);
    await this.#pulse.settle();
    await onStep(to);
  }

  /** When something happens or falls due next. */
  async #next(stepMs: number): Promise<number | null> {
    const [source, coming] = [await this.#source.next(), this.#coming[0]?.receivedAt ?? null];
    const happens = Math.min(source ?? Infinity, coming ?? Infinity);
    // Something happens in the very next step, so whatever is due in it is done anyway.
    if (stepMs > 0 && happens <= this.#clock.now() + stepMs) return happens;
    const next = Math.min(happens, (await this.#pulse.nextDue()) ?? Infinity);
    return next === Infinity ? null : next;
  }

  async #step(until: number): Promise<void> {
    let at = until;
    let happening = await this.#take(at);
    if (happening.length > 0) {
      at = Math.min(until, (await this.#firstCrossing(happening, until)) ?? until);
      if (at < until) {
        this.add(happening.filter(({ receivedAt }) => receivedAt > at));
        happening = happening.filter(({ receivedAt }) => receivedAt <= at);
      }
    }
    this.#clock.freeze(at);
    await this.#give(happening);
    await this.#pulse.settle();
  }

  async #take(at: number): Promise<ShopEvent[]> {
    const taken = await this.#source.take(at);
    const place = this.#coming.findIndex(({ receivedAt }) => receivedAt > at);
    const due = this.#coming.splice(0, place < 0 ? this.#coming.length : place);
    return due.length === 0 ? taken : [...taken, ...due].sort((a, b) => a.receivedAt - b.receivedAt);
  }

  async #give(happening: readonly ShopEvent[]): Promise<void> {
    const { events, folder, follower } = this.#rooms;
    for (let i = 0; i < happening.length; i += batch) {
      await events.receive(happening.slice(i, i + batch));
      await folder.drain();
    }
    this.events += happening.length;
    this.#onGiven(happening);
    if (happening.length > 0) await follower.catchUp();
  }

  /** The first moment at which something of a person falls due who does something later in the same step. */
  async #firstCrossing(happening: readonly ShopEvent[], until: number): Promise<number | null> {
    const { store, profiles } = this.#rooms;
    const [now, last] = [this.#clock.now(), happening.at(-1)!.receivedAt];
    const dues = [...(await waitsBy(store, until)), ...(await duesBy(store, until))].filter(
      ([, due]) => due > now && due < last,
    );
    if (dues.length === 0) return null;
    const owners = await profiles.findAll(dues.map(([id]) => ({ namespace: 'profile', id })));
    const lastOf = new Map(happening.map(({ visitor, receivedAt }) => [visitor, receivedAt]));
    const crossed = dues.filter(([id, due]) => {
      const identities = owners.get(`profile:${id}`)?.state.identities ?? [];
      return identities.some(({ namespace, id: name }) => (lastOf.get(`${namespace}:${name}`) ?? -1) > due);
    });
    if (crossed.length === 0) return null;
    return Math.min(...crossed.map(([, due]) => due));
  }
}
