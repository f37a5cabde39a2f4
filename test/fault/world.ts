import { joinRooms, type Rooms } from '../../src/app.ts';
import { BeckonError, hear, SeededRandom, type Log } from '../../src/base/index.ts';
import { readItems } from '../../src/catalog/index.ts';
import type { ShopEvent } from '../../src/event/index.ts';
import type { JourneyDefinition } from '../../src/journey/index.ts';
import type { Store } from '../../src/store/index.ts';
import { settingsOf } from '../crash/ground.ts';
import { Dead, MortalStore } from './mortal.ts';
import { Notices } from './notices.ts';
import { Outside } from './outside.ts';
import { people, type Act, type Deed, type Step } from './step.ts';

const minuteMs = 60_000;
/** Tuesday, 24 November 2026, 10:00 in Stockholm. */
const opening = Date.UTC(2026, 10, 24, 9);
const zones: (string | null)[] = [null, 'America/New_York', 'Australia/Lord_Howe', null];
export const emailOf = (who: number) => `p${who}@example.com`;
export const ecidOf = (who: number) => String(who + 1).repeat(38);

/** One process: all rooms of the product, on a database that it may lose. */
export interface Staff {
  store: MortalStore;
  rooms: Rooms;
}

/** A change of the product that plants a fault, to prove that the run finds it. */
export type Spoil = (rooms: Rooms, store: Store) => void;

/** A shop with two processes on one database, and everything that happens to it. */
export class World {
  readonly store: Store;
  readonly outside: Outside;
  readonly plans: readonly JourneyDefinition[];
  /** Ids of events that were answered with success (I12). */
  readonly accepted = new Set<string>();
  readonly gone = new Set<number>();
  readonly notices: Notices;
  /** What the processes said was wrong, with nothing done to them. */
  readonly complaints: string[] = [];
  readonly #random: SeededRandom;
  readonly #staff: (Staff | undefined)[] = [undefined, undefined];
  readonly #kept: ShopEvent[] = [];
  readonly #spoil: Spoil;
  #told = 0;
  /** Whose erasure was asked for and not yet answered. */
  #erasing: number | undefined;
  #active: Staff | undefined;

  constructor(store: Store, seed: number, { plans, spoil = () => {} }: { plans: JourneyDefinition[]; spoil?: Spoil }) {
    this.store = store;
    this.plans = plans;
    this.#random = new SeededRandom(seed);
    this.#spoil = spoil;
    const known = zones.flatMap((zone, who) => (zone === null ? [] : [[emailOf(who), zone] as const]));
    this.outside = new Outside(store, opening, new Map(known));
    this.notices = new Notices(store, this.outside);
  }

  /** The shop stands: items, journeys, people who signed in and one who did not, each with something in the cart. */
  async begin(): Promise<void> {
    const { rooms } = await this.staff(0);
    if (rooms.catalog.size === 0) await rooms.catalog.upsert(readItems(JSON.stringify(items), 'json', opening).items);
    for (const plan of this.plans) {
      await rooms.journeys.put(plan);
      await rooms.journeys.publish(plan.key);
    }
    const known = [0, 1, 2].map((who) => this.#event(who, 'signs in'));
    const filled = [0, 1, 2, 3].flatMap((who) => [this.#event(who, 'views'), this.#event(who, 'adds')]);
    await this.#receive({ rooms }, known);
    await this.#receive({ rooms }, filled);
    await rooms.pulse.settle();
  }

  /** A living process. */
  async staff(no: 0 | 1): Promise<Staff> {
    const known = this.#staff[no];
    if (known && !known.store.dead) return known;
    const store = new MortalStore(this.store);
    const { clock } = this.outside;
    const random = new SeededRandom(Math.floor(this.#random.next() * 2 ** 32));
    const settings = { ...settingsOf({ databaseUrl: store.url, smtpUrl: 'smtp://127.0.0.1:9' }), leaseMs: 60_000 };
    const rooms = await joinRooms(
      { ...settings, recoveryMs: 15 * minuteMs },
      { store, log: this.#log(store), clock, random },
    );
    rooms.transport.out.send = (mail) => this.outside.send(store, mail);
    rooms.slots.callOwn = (request) => this.outside.call(store, request);
    this.#spoil(rooms, store);
    return (this.#staff[no] = { store, rooms });
  }

  #log(store: MortalStore): Log {
    const say = (event: string, fields: object = {}) => {
      if (!store.struck)
        this.complaints.push(
          `${event} ${JSON.stringify(fields, (_, v) => (v instanceof Error ? v.message : (v as unknown)))}`,
        );
    };
    return { info() {}, warn() {}, error: say };
  }

  /** One step. @returns whether all went well with the process that made it */
  async take(step: Step): Promise<boolean> {
    const staff = await this.staff(step.by);
    const { store, rooms } = staff;
    let left = step.point ?? 0;
    const deaf = hear((name) => {
      if (this.#active !== staff || left === 0 || --left > 0) return;
      const dead = store.die(); // whatever it says from here on is not answered
      if (name === 'store.before-commit') throw dead;
    });
    store.arm(step.fault);
    store.meanwhile = () => this.#meanwhile(step);
    this.#active = staff;
    const asked: ShopEvent[] = [];
    try {
      const work = async () => {
        await this.#act(step.act, staff, asked);
        if (step.minutes > 0) await this.#pass(step.minutes);
        const busy = await rooms.pulse.settle();
        if (busy.length > 0) this.complaints.push(`does not come to rest: ${busy.join(', ')}`);
      };
      await Promise.race([work(), store.death]);
    } catch (error) {
      if (!(error instanceof Dead) && !store.struck) throw error;
    } finally {
      deaf();
      this.#active = undefined;
    }
    const { struck } = store;
    store.arm(null);
    await this.#askAgain(asked, step.by);
    return !struck;
  }

  /** While the process is held, its leases lapse and the other one does what is due. */
  async #meanwhile({ by }: Step): Promise<void> {
    const mine = this.#active;
    this.#active = undefined;
    await this.lapse();
    const other = await this.staff(by === 0 ? 1 : 0);
    await Promise.race([other.rooms.pulse.settle(), other.store.death]).catch((error: unknown) => {
      if (!(error instanceof Dead)) throw error;
    });
    await this.lapse();
    this.#active = mine;
  }

  /** Whoever got no answer asks again, of a process that lives. */
  async #askAgain(asked: ShopEvent[], no: 0 | 1): Promise<void> {
    if (this.#erasing !== undefined) {
      const { profiles, erasures } = (await this.staff(no)).rooms;
      const profile = await profiles.find({ namespace: 'email', id: emailOf(this.#erasing) });
      if (profile) await erasures.request(profile);
      this.#erasing = undefined;
    }
    await this.notices.tell((await this.staff(no)).rooms);
    const open = asked.filter(({ id }) => !this.accepted.has(id));
    if (open.length === 0) return;
    await (await this.staff(no)).rooms.events.receive(open);
    for (const { id } of open) this.accepted.add(id);
  }

  async #pass(minutes: number): Promise<void> {
    this.outside.clock.advance(minutes * minuteMs);
    await this.lapse();
  }

  /** Leases of the past, as they are a while later; doubt has grown old. */
  async lapse(): Promise<void> {
    await this.store.run({
      name: 'fault-lapse',
      text: `with a as (update message set lease_until = now() - interval '1 hour' where lease_until is not null),
        b as (update message set doubt_at = now() - interval '1 day' where doubt_at is not null),
        c as (update job set lease_until = now() - interval '1 hour' where lease_until is not null)
        update event_shard set lease_until = now() - interval '1 hour' where lease_until > now()`,
    });
  }

  async #act(act: Act, staff: Staff, asked: ShopEvent[]): Promise<void> {
    const { clock } = this.outside;
    switch (act.do) {
      case 'deed':
        if (this.gone.has(act.who)) return;
        return this.#deed(act, staff, asked);
      case 'deliver':
        this.notices.release();
        await this.notices.tell(staff.rooms);
        asked.push(...this.#kept.splice(0).reverse());
        return this.#receive(staff, asked);
      case 'report': {
        const mail = this.outside.mails.findLast(({ to }) => to === emailOf(act.who));
        if (mail && !this.gone.has(act.who)) await this.notices.make(mail, act.report, act.coming);
        return this.notices.tell(staff.rooms);
      }
      case 'later':
        return this.#pass(act.minutes);
      case 'back':
        clock.set(clock.now() - act.minutes * minuteMs);
        return;
      case 'wire':
        this.outside.wire = act.wire;
        return;
      case 'service':
        this.outside.service = act.service;
        return;
      default:
        return this.#command(act, staff, asked);
    }
  }

  /** What somebody of the shop or the recipient of a mail does; what the house refuses is refused. */
  async #command(act: Act, { rooms }: Staff, asked: ShopEvent[]): Promise<void> {
    try {
      if (act.do === 'life') await this.#life(act, rooms);
      if (act.do === 'hand') {
        const [run] = await this.store.rows<{ id: string }>({
          text: 'select id from journey_run where ended_at is null order by id limit 1',
        });
        const input =
          act.how === 'exit' ? { end: 'By hand' } : ({ kind: 'moved', how: act.how, by: 'somebody' } as const);
        if (run) await rooms.runner.change([run.id], () => input);
      }
      if (act.do === 'merge' && act.who !== act.with && !this.gone.has(act.who) && !this.gone.has(act.with)) {
        const event = this.#event(act.who, 'views');
        const identities = [{ namespace: 'email', id: emailOf(act.with) }, ...event.identities];
        asked.push({ ...event, types: ['profile.asserted'], source: 'server', level: 3, identities });
        await this.#receive({ rooms }, asked);
      }
      if (act.do === 'erase') {
        const profile = await rooms.profiles.find({ namespace: 'email', id: emailOf(act.who) });
        const isThere = profile && !this.gone.has(act.who);
        this.gone.add(act.who);
        this.#erasing = isThere ? act.who : undefined;
        if (isThere) await rooms.erasures.request(profile);
        this.#erasing = undefined;
      }
      const token =
        act.do === 'click' || act.do === 'unsubscribe'
          ? this.#tokenOf(act.who, act.do === 'click' ? 'c' : 'u')
          : undefined;
      if (act.do === 'unsubscribe' && token && (await rooms.messages.unsubscribe(token)))
        this.outside.off.add(emailOf(act.who));
      if (act.do === 'click' && token && !this.gone.has(act.who)) {
        const target = await rooms.messages.click(token);
        if (target) await this.#receive({ rooms }, (asked.push(target.event), asked));
      }
    } catch (error) {
      if (!(error instanceof BeckonError)) throw error;
    }
  }

  async #life({ plan, what }: Extract<Act, { do: 'life' }>, { journeys, lifecycle }: Rooms): Promise<void> {
    const { key } = this.plans[plan % this.plans.length]!;
    if (what === 'pause') await lifecycle.pause(key);
    if (what === 'shift' || what === 'late' || what === 'skip') await lifecycle.resume(key, { waits: what });
    if (what === 'close') await lifecycle.close(key);
    if (what === 'stop') await lifecycle.stop(key);
    if (what === 'rollback') await lifecycle.rollback(key, 1);
    if (what === 'publish' || what === 'migrate') {
      await journeys.put({ ...journeys.get(key).draft, description: `Changed ${++this.#told}` });
      await journeys.publish(key);
    }
    if (what === 'migrate')
      await lifecycle.migrate(key, { n1: 'n0' in journeys.get(key).draft.activities ? 'n0' : null });
  }

  #tokenOf(who: number, purpose: 'c' | 'u'): string | undefined {
    const mail = this.outside.mails.findLast(({ to }) => to === emailOf(who));
    return mail && new RegExp(`/${purpose}/(v1\\.[\\w.-]+)`).exec(mail.html)?.[1];
  }

  async #deed({ who, deed, coming }: Extract<Act, { do: 'deed' }>, staff: Staff, asked: ShopEvent[]): Promise<void> {
    const event = this.#event(who, deed);
    if (coming === 'kept back') return void this.#kept.push(event);
    if (coming === 'late') event.happenedAt -= 3 * 60 * minuteMs;
    asked.push(event);
    await this.#receive(staff, asked);
    if (coming === 'twice') await staff.rooms.events.receive([event, this.#event(who, 'views')].slice(0, 1));
  }

  async #receive({ rooms }: Pick<Staff, 'rooms'>, events: readonly ShopEvent[]): Promise<void> {
    if (events.length === 0) return;
    // Whoever agrees may be mailed in the same pass.
    for (const { consent, identities } of events)
      if (consent?.['email-marketing'] === 'in') this.outside.agree(identities[0]!.id);
    await rooms.events.receive(events);
    for (const { id } of events) this.accepted.add(id);
  }

  #event(who: number, deed: Deed): ShopEvent {
    const no = this.#told++;
    const at = this.outside.clock.now();
    const device = { namespace: 'ecid', id: ecidOf(who) };
    const seen: ShopEvent = {
      id: `e${no}`,
      source: 'edge:default',
      types: [types[deed]],
      happenedAt: at,
      receivedAt: at,
      level: 0,
      visitor: `ecid:${device.id}`,
      identities: [device],
    };
    const lines = [{ id: items[no % 3]!.id, quantity: 1, priceMinor: 12_900, currency: 'EUR' }];
    if (deed === 'is a machine') return { ...seen, items: lines, bot: true };
    if (deed === 'views') return { ...seen, items: lines };
    if (deed === 'adds' || deed === 'removes') return { ...seen, items: lines, cartId: `cart-${who}` };
    const said: ShopEvent = {
      ...seen,
      source: 'server',
      level: 3,
      identities: [{ namespace: 'email', id: emailOf(who) }, device],
    };
    if (deed === 'orders')
      return {
        ...said,
        items: lines,
        cartId: `cart-${who}`,
        order: { id: `o${no}`, totalMinor: 12_900, currency: 'EUR' },
      };
    const consent = { 'email-marketing': deed === 'withdraws' ? 'out' : 'in' } as const;
    const zone = zones[who] ?? null;
    return {
      ...said,
      consent,
      ...(deed === 'signs in' ? { attributes: { firstName: 'Ada', ...(zone ? { timeZone: zone } : {}) } } : {}),
    };
  }

  /** Everything is well again: no process is held, the wire and the service answer, what was paused goes on. */
  async heal(): Promise<void> {
    Object.assign(this.outside, { wire: 'takes', service: 'answers' });
    await this.lapse();
    const { rooms } = await this.staff(0);
    await rooms.journeys.refresh();
    for (const row of rooms.journeys.list())
      if (row.status === 'paused') await rooms.lifecycle.resume(row.key, { waits: 'late' });
  }

  /** Who may not be mailed, and which journeys are held, as the database has it. */
  async note(): Promise<void> {
    const rows = await this.store.rows<{ out: string[] | null; held: string[] | null }>({
      name: 'fault-note',
      text: `select (select json_agg(state ->> 'email') from profile where merged_into is null and state -> 'consent' -> 'email-marketing' ->> 'state' is distinct from 'in') as out,
        (select json_agg(key) from journey where status = 'paused') as held`,
    });
    this.outside.unwilling = new Set(rows[0]!.out?.filter((email) => email !== null));
    this.outside.held = new Set(rows[0]!.held);
  }

  /** Nothing of this world goes on behind its back. */
  end(): void {
    for (const { store } of this.processes) store.die();
  }

  get processes(): Staff[] {
    return this.#staff.filter((one): one is Staff => one !== undefined && !one.store.dead);
  }
}

const items = ['coat-1', 'coat-2', 'scarf'].map((id) => ({
  id,
  name: `The ${id}`,
  price: 129,
  currency: 'EUR',
  stock: 4,
  url: `/shop/p/${id}`,
  imageUrl: `/shop/picture/${id}.png`,
}));

const types: Record<Deed, string> = {
  views: 'commerce.productViews',
  adds: 'commerce.productListAdds',
  removes: 'commerce.productListRemovals',
  orders: 'commerce.purchases',
  'signs in': 'profile.asserted',
  agrees: 'profile.consent',
  withdraws: 'profile.consent',
  'is a machine': 'commerce.productViews',
};

export { people };
