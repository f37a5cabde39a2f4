import type { Tx } from '../store/index.ts';
import { domainOf } from './address.ts';
import type { BrakeScope } from './brake.ts';
import type { MessageRow } from './message.ts';
import { freedAt, turnOf, type Lane } from './pace.ts';
import { wayOf, type Kit } from './part.ts';
import type { Brand } from './sender.ts';
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
  /** In whose name, and so by which way. */
  brand: Brand;
  lastOrderAt: number | null;
}

type Warming = WarmUp & { dayBegan: number | null };

/** Begins the reason of whatever a brake holds. */
export const brakeReason = 'brake';
/** Begins the reason of a mail that has a place of its own in a lane. */
const placeReason = 'its turn at the rate of';

/** The brake that holds this mail, if one does. Only marketing mail is held: a receipt harms nobody's name (trust §1.4). */
function brakeOf(
  { braked }: Pick<Slowed, 'braked'>,
  { row, brand }: Pick<Comer, 'row' | 'brand'>,
): BrakeScope | undefined {
  if (row.class !== 'marketing' || braked.length === 0) return undefined;
  const domain = domainOf(brand.from.address).toLowerCase();
  const own: BrakeScope[] = ['all', `journey:${row.journey}`, `domain:${domain}`, `template:${row.template}`];
  return braked.find((scope: BrakeScope) => own.includes(scope));
}

/** Held until somebody releases it, or its deadline. */
function heldByBrake({ id, deadline }: MessageRow, scope: BrakeScope): Change {
  const why = scope.startsWith('template:') ? 'too many could not be written' : 'too many came back';
  return { id, state: 'held', reason: `${brakeReason}: ${why}`, due: deadline };
}

/** What holds a mail that was claimed already: a brake pulled since, or a lane that closed. Null: it may go. */
export function heldBack(kit: Kit, slowed: Slowed, comer: Omit<Comer, 'lastOrderAt'>): Change | null {
  const { row } = comer;
  const brake = brakeOf(slowed, comer);
  if (brake !== undefined) return heldByBrake(row, brake);
  const lane = lanesOf(kit, comer).find((name) => slowed.closed[name] !== undefined);
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
  /** By domain of the sender. */
  readonly #warm: ReadonlyMap<string, Warming>;
  readonly #places = new Map<string, number>();
  readonly #before: Map<string, number | null>;

  private constructor(
    kit: Kit,
    found: { slowed: Slowed; lanes: Map<string, Lane>; warm: ReadonlyMap<string, Warming> },
  ) {
    this.#kit = kit;
    this.#slowed = found.slowed;
    this.#lanes = found.lanes;
    this.#warm = found.warm;
    this.#before = new Map([...found.lanes].map(([name, { freeAt }]) => [name, freeAt]));
  }

  static async open(
    kit: Kit,
    tx: Tx,
    comers: { journeys: string[]; emails: string[]; brands: readonly Brand[] },
  ): Promise<Admission> {
    const slowed = await readSlowed(tx, kit.clock.now());
    const names = [
      ...comers.brands.flatMap((brand) => common(kit, brand)),
      ...comers.journeys.map((key) => `journey:${key}`),
      ...comers.emails.map((email) => `host:${kit.hosts.of(email)}`),
    ];
    const lanes = slowed.lanes ? await lockLanes(tx, [...new Set(names)]) : new Map<string, Lane>();
    const warm = slowed.warming ? await today(kit, tx, comers.brands) : new Map<string, Warming>();
    return new Admission(kit, { slowed, lanes, warm });
  }

  /** What of it there is to give back. */
  get slowed(): Pick<Slowed, 'lanes' | 'warming'> {
    return this.#slowed;
  }

  /** Does the order of a claim's mails matter, because not all of them may go today? */
  get isWarming(): boolean {
    return this.#warm.size > 0;
  }

  /** May it go now? Null: yes, and its places are taken. */
  ask(comer: Comer): Change | null {
    const { row, brand } = comer;
    const domain = domainOf(brand.from.address);
    const brake = brakeOf(this.#slowed, comer);
    if (brake !== undefined) return heldByBrake(row, brake);
    const now = this.#kit.clock.now();
    const full = this.#full(comer, now);
    if (full) return full;
    const turn = this.#lanes.size === 0 ? null : turnOf(this.#lanes, this.#asking(comer), now);
    if (turn && !turn.go) {
      const { until, lane, why } = turn;
      if (why === 'closed') return heldByLane(row, lane, until);
      const words = why === 'placed' ? placeReason : 'in line at the rate of';
      return { id: row.id, state: 'held', reason: `${words} ${lane}`, due: until };
    }
    if (this.#warm.has(domain)) this.#places.set(domain, (this.#places.get(domain) ?? 0) + 1);
    return null;
  }

  /** A mail over the day's number waits for the next day, where who bought most lately asks first. */
  #full({ row, brand, lastOrderAt }: Comer, now: number): Change | null {
    const warm = this.#warm.get(domainOf(brand.from.address));
    if (!warm || row.class !== 'marketing') return null;
    const { domain, caps, step } = warm;
    const room = roomOf(warm);
    if (room === null || room > (this.#places.get(domain) ?? 0)) return null;
    const due = nextDay(now, this.#kit.shop.zone) + orderedBy(lastOrderAt, now);
    return { id: row.id, state: 'held', reason: `warm-up of ${domain}: ${caps[step]} today`, due };
  }

  #asking(comer: Comer) {
    const { row } = comer;
    const isPlaced = row.state === 'held' && (row.reason?.startsWith(placeReason) ?? false);
    return {
      lanes: lanesOf(this.#kit, comer),
      first: row.class !== 'marketing',
      placed: isPlaced ? { at: row.due, given: row.changedAt } : null,
    };
  }

  /** Keeps what was given away. */
  async save(tx: Tx): Promise<void> {
    for (const lane of this.#lanes.values()) if (lane.freeAt !== this.#before.get(lane.name)) await saveLane(tx, lane);
    for (const [domain, places] of this.#places) {
      const { dayBegan, ...plan } = this.#warm.get(domain)!;
      await saveWarmUp(tx, { ...plan, used: plan.used + places }, { now: this.#kit.clock.now(), dayBegan });
    }
  }
}

/** Mails that had their places, in a warm-up's day and in lanes, and do not go after all: others may have them. */
export async function giveBack(
  kit: Kit,
  tx: Tx,
  { comers, slowed }: { comers: readonly Omit<Comer, 'lastOrderAt'>[]; slowed: Pick<Slowed, 'lanes' | 'warming'> },
): Promise<void> {
  if (comers.length === 0) return;
  if (slowed.warming) {
    const counts = countOf(comers.map(({ brand }) => domainOf(brand.from.address)));
    for (const [domain, count] of [...counts].sort()) await giveBackWarmUp(tx, domain, count);
  }
  if (!slowed.lanes) return;
  const counts = countOf(comers.flatMap((comer) => lanesOf(kit, comer)));
  const now = kit.clock.now();
  for (const lane of (await lockLanes(tx, [...counts.keys()])).values()) {
    const freeAt = freedAt(lane, { count: counts.get(lane.name)!, now });
    if (freeAt !== lane.freeAt) await saveLane(tx, { ...lane, freeAt });
  }
}

function countOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function lanesOf(kit: Kit, { row: { journey }, address, brand }: Omit<Comer, 'lastOrderAt'>): string[] {
  return [...common(kit, brand), `journey:${journey}`, `host:${kit.hosts.of(address)}`];
}

function common(kit: Kit, brand: Brand): string[] {
  return ['all', `way:${wayOf(kit, brand)!.name}`];
}

/** The warm-ups of these senders' domains as they are today. */
async function today(kit: Kit, tx: Tx, brands: readonly Brand[]): Promise<ReadonlyMap<string, Warming>> {
  const found = new Map<string, Warming>();
  for (const domain of [...new Set(brands.map(({ from }) => domainOf(from.address)))].sort()) {
    const warm = await dayOfWarmUp(kit, tx, domain);
    if (warm) found.set(domain, warm);
  }
  return found;
}

/** A new day is looked at with what came back of the one before. */
async function dayOfWarmUp(kit: Kit, tx: Tx, domain: string): Promise<Warming | null> {
  const plan = await lockWarmUp(tx, domain);
  if (!plan) return null;
  const now = kit.clock.now();
  const day = dayOf(now, kit.shop.zone);
  if (plan.day === day) return plan;
  const harm = plan.dayBegan === null ? { sent: 0, complained: 0, hard: 0 } : await stepHarm(tx, plan.dayBegan);
  const next = { ...onDay(plan, day, harm), dayBegan: now };
  await saveWarmUp(tx, next, { now, dayBegan: now });
  return roomOf(next) === null ? null : next;
}
