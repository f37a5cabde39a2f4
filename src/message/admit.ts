import type { Tx } from '../store/index.ts';
import { domainOf } from './address.ts';
import type { BrakeScope } from './brake.ts';
import type { MessageRow } from './message.ts';
import { hostOf, turnOf, type Lane } from './pace.ts';
import type { Kit } from './part.ts';
import type { Change } from './table.ts';
import {
  giveBackWarmUp,
  lockLanes,
  lockWarmUp,
  readSlowed,
  saveLane,
  saveWarmUp,
  stepHarm,
  type Slowed,
} from './table-pace.ts';
import { dayOf, nextDay, onDay, orderedBy, roomOf, type WarmUp } from './warm-up.ts';

/** Whose turn it is to be asked, and where the mail would go. */
export interface Comer {
  row: MessageRow;
  address: string;
  lastOrderAt: number | null;
}

/** Begins the reason of whatever a brake holds. */
export const brakeReason = 'brake';
/** Begins the reason of a mail that has a place of its own in a lane. */
const placeReason = 'its turn at the rate of';

/** Does a brake hold this mail? Only marketing mail is held: a receipt harms nobody's name (trust §1.4). */
function isBraked({ braked }: Pick<Slowed, 'braked'>, row: Pick<MessageRow, 'class' | 'journey'>): boolean {
  if (row.class !== 'marketing' || braked.length === 0) return false;
  return braked.some((scope: BrakeScope) => scope === 'all' || scope === `journey:${row.journey}`);
}

/** Held until somebody releases it, or its deadline. */
function heldByBrake({ id, deadline }: MessageRow): Change {
  return { id, state: 'held', reason: `${brakeReason}: too many came back`, due: deadline };
}

/** What holds a mail that was claimed already: a brake pulled since, or a lane that closed. Null: it may go. */
export function heldBack(kit: Kit, slowed: Slowed, { row, address }: Pick<Comer, 'row' | 'address'>): Change | null {
  if (isBraked(slowed, row)) return heldByBrake(row);
  const lane = lanesOf(kit, row, address).find((name) => slowed.closed[name] !== undefined);
  return lane === undefined ? null : heldByLane(row, lane, Math.ceil(slowed.closed[lane]!));
}

function heldByLane({ id }: MessageRow, lane: string, due: number): Change {
  return { id, state: 'held', reason: `taking nothing now: ${lane}`, due };
}

/**
 * What slows a claim's mails down, in its transaction: brakes, the warm-up of the sender's domain, and the rates of the
 * lanes they go by. Where nothing is set it costs one look.
 */
export class Admission {
  readonly #kit: Kit;
  readonly #slowed: Slowed;
  readonly #lanes: Map<string, Lane>;
  readonly #warm: (WarmUp & { dayBegan: number | null }) | null;
  #places = 0;
  readonly #before: Map<string, number | null>;

  private constructor(
    kit: Kit,
    found: { slowed: Slowed; lanes: Map<string, Lane>; warm: (WarmUp & { dayBegan: number | null }) | null },
  ) {
    this.#kit = kit;
    this.#slowed = found.slowed;
    this.#lanes = found.lanes;
    this.#warm = found.warm;
    this.#before = new Map([...found.lanes].map(([name, { freeAt }]) => [name, freeAt]));
  }

  static async open(kit: Kit, tx: Tx, comers: { journeys: string[]; emails: string[] }): Promise<Admission> {
    const slowed = await readSlowed(tx, kit.clock.now());
    const names = [
      ...common(kit),
      ...comers.journeys.map((key) => `journey:${key}`),
      ...comers.emails.map((email) => `host:${hostOf(email)}`),
    ];
    const lanes = slowed.lanes ? await lockLanes(tx, [...new Set(names)]) : new Map<string, Lane>();
    const warm = slowed.warming ? await today(kit, tx) : null;
    return new Admission(kit, { slowed, lanes, warm });
  }

  /** Does the order of a claim's mails matter, because not all of them may go today? */
  get isWarming(): boolean {
    return this.#warm !== null;
  }

  /** May it go now? Null: yes, and its places are taken. */
  ask({ row, address, lastOrderAt }: Comer): Change | null {
    if (isBraked(this.#slowed, row)) return heldByBrake(row);
    const now = this.#kit.clock.now();
    const full = this.#full(row, lastOrderAt, now);
    if (full) return full;
    const turn = this.#lanes.size === 0 ? null : turnOf(this.#lanes, this.#asking(row, address), now);
    if (turn && !turn.go) {
      const { until, lane, why } = turn;
      if (why === 'closed') return heldByLane(row, lane, until);
      const words = why === 'placed' ? placeReason : 'in line at the rate of';
      return { id: row.id, state: 'held', reason: `${words} ${lane}`, due: until };
    }
    if (this.#warm) this.#places++;
    return null;
  }

  /** A mail over the day's number waits for the next day, where who bought most lately asks first. */
  #full(row: MessageRow, lastOrderAt: number | null, now: number): Change | null {
    if (!this.#warm || row.class !== 'marketing') return null;
    const room = roomOf(this.#warm);
    if (room === null || room > this.#places) return null;
    const { domain, caps, step } = this.#warm;
    const due = nextDay(now, this.#kit.shop.zone) + orderedBy(lastOrderAt, now);
    return { id: row.id, state: 'held', reason: `warm-up of ${domain}: ${caps[step]} today`, due };
  }

  #asking(row: MessageRow, address: string) {
    const isPlaced = row.state === 'held' && (row.reason?.startsWith(placeReason) ?? false);
    return {
      lanes: lanesOf(this.#kit, row, address),
      first: row.class !== 'marketing',
      placed: isPlaced ? { at: row.due, given: row.changedAt } : null,
    };
  }

  /** Keeps what was given away. */
  async save(tx: Tx): Promise<void> {
    for (const lane of this.#lanes.values()) if (lane.freeAt !== this.#before.get(lane.name)) await saveLane(tx, lane);
    if (!this.#warm || this.#places === 0) return;
    const { dayBegan, ...plan } = this.#warm;
    await saveWarmUp(tx, { ...plan, used: plan.used + this.#places }, { now: this.#kit.clock.now(), dayBegan });
  }
}

/** Mails that had a place in a warm-up's day, and did not go. */
export async function giveBack(kit: Kit, tx: Tx, count: number): Promise<void> {
  if (count > 0) await giveBackWarmUp(tx, domainOf(kit.sender.address), count);
}

function lanesOf(kit: Kit, { journey }: MessageRow, address: string): string[] {
  return [...common(kit), `journey:${journey}`, `host:${hostOf(address)}`];
}

function common({ transport }: Kit): string[] {
  return ['all', `way:${transport.name}`];
}

/** The warm-up of the sender's domain as it is today; a new day is looked at with what came back of the one before. */
async function today(kit: Kit, tx: Tx): Promise<(WarmUp & { dayBegan: number | null }) | null> {
  const plan = await lockWarmUp(tx, domainOf(kit.sender.address));
  if (!plan) return null;
  const now = kit.clock.now();
  const day = dayOf(now, kit.shop.zone);
  if (plan.day === day) return plan;
  const harm = plan.dayBegan === null ? { sent: 0, complained: 0, hard: 0 } : await stepHarm(tx, plan.dayBegan);
  const next = { ...onDay(plan, day, harm), dayBegan: now };
  await saveWarmUp(tx, next, { now, dayBegan: now });
  return roomOf(next) === null ? null : next;
}
