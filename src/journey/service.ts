import type { Clock } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import {
  admitted,
  after,
  closed,
  counted,
  isCall,
  isWell,
  recentAt,
  together,
  type Breaker,
  type Heard,
} from './breaker.ts';
import type { CustomAction } from './definition.ts';
import type { Journeys } from './journeys.ts';
import { placesOf } from './pace.ts';
import { lockService, saveService, serviceRows, waitingAt, type ServiceRow } from './table-service.ts';

/** The service that an action calls: actions of the same share their rate and their breaker. */
export function serviceOf(action: CustomAction, journey: string, activity: string): string {
  return action.service ?? `${journey}/${activity}`;
}

/** That a service is well is written down at least so often while it is called, real time. */
const saidEveryMs = 2000;

/** What this process has heard of a service that is well, and not written down yet. */
interface Unsaid {
  /** As it stood when calls were last admitted. */
  isWell: boolean;
  recent: Breaker['recent'];
  saidAt: number;
}

/** A service as it is shown. */
export interface ServiceView extends ServiceRow {
  /** The actions that call it. */
  places: { journey: string; activity: string }[];
  /** Runs that stand at one of them. */
  waiting: number;
}

/** Calls that ask for a place. */
export interface Wanted {
  rate: number | null;
  /** For each call in turn, when at the latest it may go, UTC ms. */
  latest: readonly number[];
  /** For each call in turn: it was given its place before. */
  placed: readonly boolean[];
  /** How long one call may take, ms. */
  callMs: number;
}

/** What becomes of a call: it goes, it waits until a moment (with a place of its own, or for the breaker), or it is too late. */
export type Place =
  | { go: true; isProbe: boolean }
  | { go: false; until: number; why: 'rate' | 'breaker' }
  | { go: false; until: null; why: 'rate' };

/**
 * Rates and breakers of the services that actions call: one row a service, so that they hold for all processes together
 * and through restarts. Times are business time.
 */
export class Services {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #unsaid = new Map<string, Unsaid>();

  constructor({ store, clock }: { store: Store; clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Says of each call whether it may go now. A service that is well and has no rate costs one look. */
  async admit(service: string, wanted: Wanted): Promise<Place[]> {
    const [known] = await serviceRows(this.#store, [service]);
    const isOpen = known !== undefined && known.breaker.since !== null;
    this.#unsaidOf(service).isWell = known !== undefined && isWell(known.breaker);
    if (!isOpen && wanted.rate === null) return wanted.latest.map(() => ({ go: true, isProbe: false }));
    return this.#store.inTransaction(async (tx) => {
      const now = this.#clock.now();
      const row = await lockService(tx, service, now);
      const { row: next, places } = given(row, wanted, now);
      if (next !== row) await saveService(tx, next, now);
      return places;
    });
  }

  /**
   * Notes how calls ended. That a service is well, as it was, is said every few seconds only; until then it is known here,
   * and counts when one fails.
   */
  async note(
    service: string,
    heard: readonly Heard[],
    more: { isProbe: boolean; failure: { status: string; reason: string | null } | null },
  ): Promise<void> {
    if (!more.isProbe && heard.every((one) => one === 'none')) return;
    const now = this.#clock.now();
    const unsaid = this.#unsaidOf(service);
    const isNews = more.isProbe || heard.includes('down') || !unsaid.isWell;
    if (!isNews && this.#clock.real() - unsaid.saidAt < saidEveryMs) {
      unsaid.recent = counted(unsaid.recent, heard.filter(isCall), now);
      return;
    }
    const before = unsaid.recent;
    unsaid.recent = [];
    unsaid.saidAt = this.#clock.real();
    await this.#store.inTransaction(async (tx) => {
      const row = await lockService(tx, service, now);
      const breaker = { ...row.breaker, recent: together(row.breaker.recent, before) };
      await saveService(tx, { ...row, breaker: after(breaker, heard, { now, ...more }) }, now);
    });
  }

  #unsaidOf(service: string): Unsaid {
    const known = this.#unsaid.get(service) ?? { isWell: false, recent: [], saidAt: -Infinity };
    this.#unsaid.set(service, known);
    return known;
  }

  /** All services that were ever called, as they are now. */
  list(): Promise<ServiceRow[]> {
    return serviceRows(this.#store, null);
  }

  /** The services that the live journeys call: how each is doing, who calls it, and how many wait for its answer. */
  async view(journeys: Journeys): Promise<ServiceView[]> {
    const callers = new Map<string, { journey: string; activity: string }[]>();
    for (const { key, status, version } of journeys.list()) {
      if (status === 'draft' || status === 'stopped') continue;
      for (const [activity, one] of Object.entries(journeys.version(key, version)?.activities ?? {})) {
        if (one.kind !== 'action') continue;
        const service = serviceOf(one, key, activity);
        callers.set(service, [...(callers.get(service) ?? []), { journey: key, activity }]);
      }
    }
    const waiting = await waitingAt(this.#store, [...callers.values()].flat());
    const rows = new Map((await this.list()).map((row) => [row.service, row]));
    const now = this.#clock.now();
    return [...callers].map(([service, places]) => {
      const { freeAt = null, breaker = closed } = rows.get(service) ?? {};
      const isHere = (one: { journey: string; activity: string }) =>
        places.some(({ journey, activity }) => one.journey === journey && one.activity === activity);
      const count = waiting.filter(isHere).reduce((sum, one) => sum + one.count, 0);
      const turns = freeAt !== null && freeAt > now ? freeAt : null;
      return {
        service,
        places,
        waiting: count,
        freeAt: turns,
        breaker: { ...breaker, recent: recentAt(breaker, now) },
      };
    });
  }

  async breakerOf(service: string): Promise<Breaker> {
    return (await serviceRows(this.#store, [service]))[0]?.breaker ?? closed;
  }

  /** Somebody of the shop says that it is well again: calls go at once. @returns whether it was open */
  async close(service: string): Promise<boolean> {
    return this.#store.inTransaction(async (tx) => {
      const now = this.#clock.now();
      const row = await lockService(tx, service, now);
      await saveService(tx, { ...row, breaker: { ...closed, last: row.breaker.last } }, now);
      return row.breaker.since !== null;
    });
  }
}

/** First the breaker, then the rate: a place is not given to a call that the breaker holds. Pure. */
export function given(row: ServiceRow, wanted: Wanted, now: number): { row: ServiceRow; places: Place[] } {
  const { latest, placed, rate, callMs } = wanted;
  const { breaker, go, isProbe, until } = admitted(row.breaker, { want: latest.length, now, probeMs: callMs + 10_000 });
  const held: Place = { go: false, until, why: 'breaker' };
  if (rate === null || go === 0) {
    const places = latest.map((_, i): Place => (i < go ? { go: true, isProbe } : held));
    return { row: breaker === row.breaker ? row : { ...row, breaker }, places };
  }
  const asking = latest.flatMap((last, i) => (i < go && !placed[i] ? [last] : []));
  const { places: found, freeAt } = placesOf(row.freeAt, { now, rate, latest: asking });
  let next = 0;
  const places = latest.map((_, i): Place => {
    if (i >= go) return held;
    const at = placed[i] ? now : found[next++]!;
    if (at === null) return { go: false, until: null, why: 'rate' };
    return at <= now ? { go: true, isProbe } : { go: false, until: at, why: 'rate' };
  });
  // A probe that has to wait for its place is none yet.
  const kept = isProbe && !places.some(({ go: goes }) => goes) ? row.breaker : breaker;
  return { row: { ...row, freeAt: asking.length > 0 ? freeAt : row.freeAt, breaker: kept }, places };
}
