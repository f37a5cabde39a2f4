import { BeckonError, elapsed } from '../base/index.ts';
import type { Tx } from '../store/index.ts';
import { brakeReason } from './admit.ts';
import {
  brakeRules,
  Makings,
  makingRules,
  judgeBrake,
  judgeTold,
  type Judgement,
  type BrakeCounts,
  type BrakeScope,
  type ToldShare,
} from './brake.ts';
import { domainOf } from './address.ts';
import { errors } from './error.ts';
import { lowered, paceRules, rateOf, refused, slowDownOf, type Lane, type SlowDown } from './pace.ts';
import type { Kit } from './part.ts';
import type { SendResult } from './result.ts';
import {
  brakeCounts,
  dropLane,
  endWarmUp,
  harmedSince,
  lockLane,
  pullBrake,
  putTold,
  putWarmUp,
  readBrakes,
  readLanes,
  readTold,
  readWarmUps,
  releaseBrake,
  releasedLast,
  saveLane,
  takenSince,
  wakeHeld,
  type BrakeRow,
  type ToldRow,
  type WarmUpRow,
} from './table-pace.ts';
import { dayOf, roomOf, usualCaps } from './warm-up.ts';

/** A lane as it is shown. */
export interface LaneState {
  name: string;
  /** Mails a minute now; null: no limit. */
  perMinute: number | null;
  /** What a person set. */
  ceiling: number | null;
  closedUntil: number | null;
  loweredAt: number | null;
  why: string | null;
}

export interface WarmUpState extends WarmUpRow {
  /** Mails that may still go today; null: over. */
  room: number | null;
}

export interface PaceState {
  lanes: LaneState[];
  warmUps: WarmUpState[];
  brakes: BrakeRow[];
  /** Shares of complaints typed in, of the days that count. */
  told: ToldRow[];
  /** Domains that mail goes out from; shares are told of them. */
  domains: string[];
}

/** A scope whose mails come back more than they may. */
export interface Harmed {
  scope: BrakeScope;
  level: 'watch' | 'stop';
  why: string;
}

/** How often whoever sends looks at what came back, real time. */
const lookMs = 5000;

/** What slows mail down: rates, warm-ups and brakes, in one place for all processes; for people and for the doors. */
export class Pacing {
  readonly #kit: Kit;
  #nextLook = 0;
  readonly #makings = new Makings();

  constructor(kit: Kit) {
    this.#kit = kit;
  }

  async state(): Promise<PaceState> {
    const { store, clock } = this.#kit;
    const now = clock.now();
    const [lanes, warmUps, brakes, told, domains] = await Promise.all([
      readLanes(store),
      readWarmUps(store),
      readBrakes(store),
      readTold(store, this.#firstDay()),
      this.#domains(),
    ]);
    return {
      lanes: lanes.map((lane) => stateOf(lane, now)),
      warmUps: warmUps.map((row) => ({ ...row, room: row.endedAt === null ? roomOf(row) : null })),
      brakes,
      told,
      domains: [...domains.keys()],
    };
  }

  /**
   * A person types in what a host shows to senders alone, such as Gmail's Postmaster Tools: it counts as if it had been
   * heard, and at 0.3 % stops the marketing mail of that domain. @throws MESSAGE_TOLD_INVALID
   */
  async tell(told: ToldShare, by: string): Promise<void> {
    const { store, clock, shop, log } = this.#kit;
    const wrong = (says: string, where: string) => new BeckonError(errors.MESSAGE_TOLD_INVALID, says, { where });
    const domains = await this.#domains();
    if (!domains.has(told.domain))
      throw wrong(`No sender has the domain "${told.domain}"; there are ${[...domains.keys()].join(', ')}`, 'domain');
    const today = dayOf(clock.now(), shop.zone);
    if (told.day > today || told.day < this.#firstDay())
      throw wrong(`${told.day} is not one of the seven days up to ${today}`, 'day');
    await putTold(store, { ...told, toldAt: clock.now(), toldBy: by });
    log.info('mail.complaints-told', { ...told, by });
    await this.look();
  }

  /** Of the days that count, the first. */
  #firstDay(): string {
    return dayOf(this.#kit.clock.now() - brakeRules.windowMs, this.#kit.shop.zone);
  }

  /** Domains that mail goes out from, with the keys of their senders. */
  async #domains(): Promise<Map<string, string[]>> {
    const domains = new Map<string, string[]>();
    for (const { key, from } of (await this.#kit.senders.brands()).values()) {
      const domain = domainOf(from.address).toLowerCase();
      domains.set(domain, [...(domains.get(domain) ?? []), key]);
    }
    return domains;
  }

  /** Sets how many mails a minute a lane takes at most; null takes the limit away, and what its host asked for with it. */
  async setRate(name: string, perMinute: number | null): Promise<void> {
    if (!/^(?:all|(?:way|host|journey):[^\s]{1,200})$/.test(name))
      throw new BeckonError(errors.MESSAGE_LANE_UNKNOWN, `"${name}" is no lane`, { where: 'lane' });
    await this.#kit.store.inTransaction(async (tx) => {
      if (perMinute === null) return void (await dropLane(tx, name));
      const lane = await lockLane(tx, name);
      await saveLane(tx, { ...lane, ceiling: perMinute, rate: null, base: null, loweredAt: null, freeAt: null });
    });
  }

  /** Begins a warm-up of a sending domain, or goes on with another plan or at another step. */
  async warmUp(domain: string, plan: { caps?: readonly number[]; step?: number }): Promise<void> {
    const { caps = usualCaps, step = 0 } = plan;
    if (step >= caps.length)
      throw new BeckonError(
        errors.MESSAGE_WARM_UP_INVALID,
        `The plan has ${caps.length} days, and no day ${step + 1}`,
        {
          where: 'step',
        },
      );
    await putWarmUp(this.#kit.store, { domain, caps, step }, this.#kit.clock.now());
  }

  /** @returns false when there is none */
  async endWarmUp(domain: string): Promise<boolean> {
    return (await endWarmUp(this.#kit.store, domain, this.#kit.clock.now())) > 0;
  }

  /** Somebody says that mail may leave again; what came back until now no longer counts. Throws MESSAGE_BRAKE_FREE. */
  async release(scope: string, word: { by: string; note: string }): Promise<void> {
    const now = this.#kit.clock.now();
    const released = await this.#kit.store.inTransaction(async (tx) => {
      const was = await releaseBrake(tx, scope, { ...word, now });
      if (was) await wakeHeld(tx, brakeReason, now);
      return was;
    });
    if (!released)
      throw new BeckonError(errors.MESSAGE_BRAKE_FREE, `No brake is pulled for "${scope}"`, { where: 'scope' });
    this.#kit.log.info('mail.brake-released', { scope, ...word });
  }

  /** Looks at what came back within the window, and pulls the brake where it is too much. @returns what is more than usual */
  async look(): Promise<Harmed[]> {
    const { store, clock } = this.#kit;
    const since = clock.now() - brakeRules.windowMs;
    const [journeys, told] = await Promise.all([harmedSince(store, since), readTold(store, this.#firstDay())]);
    if (journeys.length === 0 && told.length === 0) return [];
    const domains = await this.#domains();
    // With one domain its name is that of all mail.
    const several = domains.size > 1 ? [...domains.keys()] : [];
    const heard = journeys.length === 0 ? [] : journeys.map((key) => `journey:${key}` as const);
    const found: Harmed[] = [];
    for (const scope of ['all', ...several.map((name) => `domain:${name}` as const), ...heard] as const) {
      const from = Math.max(since, await releasedLast(store, scope));
      const counts = await this.#counts(scope, { from, domains });
      const about = told.filter(({ domain, toldAt }) => {
        return toldAt > from && (several.length > 0 ? scope === `domain:${domain}` : scope === 'all');
      });
      const { level, why } = worse(judgeBrake(scope, counts), judgeTold(about));
      if (level === 'fine' || why === null) continue;
      found.push({ scope, level, why });
      if (level === 'stop') await this.#pull(scope, why, counts);
    }
    return found;
  }

  /**
   * What came of making mails: a template of which every second one cannot be written holds its mails, until somebody has
   * mended it and lets them go (trust row 62). The mails that failed stay so.
   */
  async made(makings: readonly { template: string; version: number; failed: string | null }[]): Promise<void> {
    for (const { template, version, failed } of makings) {
      if (!this.#makings.note(`${template}/${version}`, failed !== null)) continue;
      const why = `${makingRules.faults} of the last ${makingRules.last} mails could not be written: ${failed ?? ''}`;
      await this.#pull(`template:${template}`, why, { sent: 0, hard: 0, complained: 0 });
    }
  }

  /** The same for who is about to send, and not more often than there is something new in a while. */
  async lookNow(): Promise<void> {
    if (elapsed() < this.#nextLook) return;
    this.#nextLook = elapsed() + lookMs;
    await this.look();
  }

  #counts(
    scope: BrakeScope,
    { from, domains }: { from: number; domains: ReadonlyMap<string, string[]> },
  ): Promise<BrakeCounts> {
    const [kind, ...rest] = scope.split(':');
    const name = rest.join(':');
    const journey = kind === 'journey' ? name : null;
    const senders = kind === 'domain' ? (domains.get(name) ?? []) : null;
    return brakeCounts(this.#kit.store, { journey, senders, since: from, window: brakeRules.window });
  }

  async #pull(scope: BrakeScope, why: string, counts: BrakeCounts): Promise<void> {
    const { store, ids, clock, log } = this.#kit;
    if (await pullBrake(store, { id: ids.next(), scope, why, counts, pulledAt: clock.now() }))
      log.warn('mail.brake-pulled', { scope, why, ...counts });
  }
}

function worse(a: Judgement, b: Judgement): Judgement {
  const levels = ['fine', 'watch', 'stop'];
  return levels.indexOf(b.level) > levels.indexOf(a.level) ? b : a;
}

function stateOf(lane: Lane, now: number): LaneState {
  const { name, ceiling, loweredAt, why } = lane;
  const closedUntil = lane.closedUntil !== null && lane.closedUntil > now ? lane.closedUntil : null;
  return { name, perMinute: rateOf(lane, now), ceiling, closedUntil, loweredAt, why };
}

/** What answers say of our pace, in the transaction that keeps them: each lane is slowed once. */
export async function heedAnswers(
  kit: Kit,
  tx: Tx,
  answers: readonly { address: string; way: string; result: SendResult }[],
): Promise<void> {
  const said = new Map<string, SlowDown[]>();
  for (const { address, way, result } of answers) {
    const slow = slowDownOf(result);
    if (!slow) continue;
    const name = slow.of === 'way' ? `way:${way}` : `host:${kit.hosts.of(address)}`;
    said.set(name, [...(said.get(name) ?? []), slow]);
  }
  for (const name of [...said.keys()].sort()) await slow(kit, tx, name, said.get(name)!);
}

async function slow(kit: Kit, tx: Tx, name: string, said: readonly SlowDown[]): Promise<void> {
  const now = kit.clock.now();
  const before = await lockLane(tx, name);
  const isOwn = (domain: string) => name.startsWith('way:') || name === `host:${kit.hosts.of(domain)}`;
  const taken = async (since: number) =>
    (await takenSince(tx, since)).reduce((sum, { domain, count }) => sum + (isOwn(domain) ? count : 0), 0);
  const measured = await taken(now - 60_000);
  const isRefused = said.some(({ kind }) => kind === 'refused');
  const since = Math.max(before.refusedSince ?? 0, now - paceRules.refusedMs);
  const context = { now, measured, taken: isRefused ? await taken(since) : 0 };
  const lane = said.reduce(
    (one, word) => (word.kind === 'slower' ? lowered(one, word, context) : refused(one, word, context)),
    before,
  );
  await saveLane(tx, lane);
  if (lane.loweredAt === before.loweredAt) return;
  tx.afterCommit(() =>
    kit.log.warn('mail.slower', { lane: name, perMinute: lane.rate, closedUntil: lane.closedUntil, why: lane.why }),
  );
}
