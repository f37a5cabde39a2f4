import { catalogue } from '../shop/catalogue.ts';
import { Answers, answered } from './answering.ts';
import type { Rooms } from './app.ts';
import { durationMs, SeededRandom, type Clock, type VirtualClock } from './base/index.ts';
import { readItems, type Item } from './catalog/index.ts';
import { openDoors } from './doors.ts';
import { gathering } from './gathering.ts';
import { identityKey, type EventLog, type ShopEvent } from './event/index.ts';
import { Invention, type SoldItem } from './inventing.ts';
import {
  dateOf,
  instantOfWall,
  type Caller,
  type JourneyDefinition,
  type OverHistory,
  type OverInvented,
  type SimulationRequest,
  type SimulationResult,
  type Story,
} from './journey/index.ts';
import type { Measure } from './measure/index.ts';
import { readToken, type WireMail } from './message/index.ts';
import { Outcome } from './outcome.ts';
import type { Profile, Profiles } from './profile/index.ts';
import { Recorded } from './recorded.ts';
import { onScratch, type SimulationGround } from './scratch.ts';
import type { Store } from './store/index.ts';
import { shopOf, Telling, type Simulated } from './telling.ts';
import { Walk, type Happenings } from './walking.ts';

export type { SimulationGround } from './scratch.ts';
export type { Simulated } from './telling.ts';

/** An installation as simulations see it: it is read, never written. */
export interface ShopSeen {
  store: Store;
  clock: Pick<Clock, 'now'>;
  events: Pick<EventLog, 'receivedBetween'>;
  profiles: Pick<Profiles, 'visitorsOf' | 'findAll'>;
}

/** What a simulation may look at and say besides its request. */
export interface SimulationHands {
  /** The installation, whose settings are taken over and whose log is read; absent: the shop of the demo. */
  shop?: ShopSeen;
  journeys: readonly JourneyDefinition[];
  /** How far it is. @returns false when it is not to go on */
  onProgress?: (done: number, of: number) => Promise<boolean> | boolean;
}

/** The clock goes from due time to due time as long as no more happens than this; otherwise in steps. */
const exactEvents = 400;
/** More than this go by the hour. */
const manyEvents = 20_000;
const usualStepMs = 15 * 60_000;
const longStepMs = 60 * 60_000;
const dayMs = 86_400_000;
const usualLearnDays = 30;

/** Somebody does not want it any more. */
export class SimulationCancelled extends Error {
  override readonly name = 'SimulationCancelled';
}

/**
 * Runs journeys with the production engine: its rooms on an empty database, on a clock that is moved from due time to due
 * time, with mails caught instead of sent. Consent, caps, quiet hours, exits and experiments are all in force. The shop's
 * own data is read and never written.
 */
export class Simulator {
  readonly #ground: SimulationGround;

  constructor(ground: SimulationGround) {
    this.#ground = ground;
  }

  /** Tells a story, and says where it ends otherwise than it expects. */
  tell(story: Story, journeys: readonly JourneyDefinition[]): Promise<Simulated> {
    const publicUrl = shopOf(story) ?? this.#ground.settings.publicUrl;
    return onScratch(this.#ground, { publicUrl }, (rooms) => new Telling(rooms, story).tell(journeys));
  }

  /** Runs what is asked for. Throws SimulationCancelled when `onProgress` says so. */
  run(request: SimulationRequest, hands: SimulationHands): Promise<SimulationResult> {
    const { over, seed = 1 } = request;
    const { publicUrl } = this.#ground.settings;
    const options = {
      publicUrl: over.kind === 'story' ? (shopOf(over.story) ?? publicUrl) : publicUrl,
      chance: new SeededRandom(seed),
      large: over.kind !== 'story',
      ...(hands.shop ? { like: hands.shop.store } : {}),
    };
    return onScratch(this.#ground, options, (rooms) => new Simulation(rooms, request, hands).run());
  }
}

/** A stretch of time, UTC ms. */
interface Span {
  from: number;
  to: number;
}

/** One simulation on rooms of its own. */
class Simulation {
  readonly #rooms: Rooms;
  readonly #clock: VirtualClock;
  readonly #request: SimulationRequest;
  readonly #hands: SimulationHands;
  readonly #outcome: Outcome;
  readonly #unanswered: Record<string, number> = {};

  constructor(rooms: Rooms, request: SimulationRequest, hands: SimulationHands) {
    this.#rooms = rooms;
    this.#clock = rooms.clock as VirtualClock;
    this.#request = request;
    this.#hands = hands;
    this.#outcome = new Outcome(rooms);
  }

  async run(): Promise<SimulationResult> {
    const { over } = this.#request;
    if (over.kind === 'story') return this.#tell(over.story);
    return over.kind === 'invented' ? this.#invent(over) : this.#replay(over);
  }

  async #tell(story: Story): Promise<SimulationResult> {
    const { settings } = this.#rooms;
    const from = instantOfWall({ wall: story.begins, zone: settings.zone })!;
    const span = { from, to: from + durationMs(story.lasts) };
    const told = { ...story, answers: { ...story.answers, ...this.#request.answers } };
    this.#rooms.slots.held = (held) => this.#outcome.held(held);
    const telling = new Telling(this.#rooms, told, (mail) => this.#outcome.caught(mail));
    const { misses } = await telling.tell(this.#hands.journeys);
    return this.#result(span, { events: story.happens.length, stepMs: 0, misses });
  }

  async #invent(over: OverInvented): Promise<SimulationResult> {
    const span = this.#days(over.begins ?? this.#today(), over.days);
    this.#clock.freeze(span.from);
    const items = await this.#sold();
    const { seed = 1 } = this.#request;
    const invention = new Invention({ seed, people: over.people, ...span, items });
    const walk = new Walk(this.#rooms, listed(invention.events), (events) => this.#outcome.heard(events));
    const readers = new Map(invention.people.flatMap((one) => (one.email ? [[one.email, one] as const] : [])));
    const read = new Map<number, number>();
    const react = async (mail: WireMail) => {
      const person = readers.get(mail.envelope.to.toLowerCase());
      if (!person || over.react === false) return;
      const no = read.get(person.index) ?? 0;
      read.set(person.index, no + 1);
      const inHand = { no, at: this.#clock.now(), links: mail.says!.links };
      const reaction = invention.react(person, inHand);
      if (reaction) walk.add([await this.#click(mail, reaction.link, reaction.at), ...reaction.after]);
    };
    const arrived: WireMail[] = [];
    await this.#prepare((mail) => arrived.push(mail));
    await this.#publish();
    const stepMs = this.#stepMs(invention.events.length);
    const onStep = async (at: number) => {
      for (const mail of arrived.splice(0)) await react(mail);
      return this.#progress(at, span);
    };
    await walk.go({ ...span, stepMs, onStep });
    return this.#result(span, { events: walk.events, stepMs });
  }

  /** History is learned from for some days without the journeys, and then told again with them. */
  async #replay(over: OverHistory): Promise<SimulationResult> {
    const { shop } = this.#hands;
    if (!shop) throw new Error('There is no installation whose history could be told');
    const days = Math.round((Date.parse(over.to) - Date.parse(over.from)) / dayMs) + 1;
    const span = this.#days(over.from, days);
    const learned = span.from - (over.learnDays ?? usualLearnDays) * dayMs;
    this.#clock.freeze(learned);
    const visitors = over.people ? await visitorsOf(shop, over.people) : null;
    const recorded = new Recorded(shop.events, { from: learned, to: span.to, visitors });
    const walk = new Walk(this.#rooms, recorded, (events) => this.#outcome.heard(events));
    const whole = { from: learned, to: span.to };
    const onStep = (at: number) => this.#progress(at, whole);
    await this.#prepare();
    await walk.go({ from: learned, to: span.from - 1, stepMs: dayMs / 24, onStep });
    const before = walk.events;
    await this.#publish();
    const stepMs = this.#stepMs(await recorded.count(span, manyEvents));
    await walk.go({ ...span, stepMs, onStep });
    return this.#result(span, { events: walk.events - before, stepMs });
  }

  /** The ways out: mails are kept, our own service answers, and nobody outside is called. */
  async #prepare(onMail: (mail: WireMail) => void = () => {}): Promise<void> {
    const { secrets, slots, transport } = this.#rooms;
    secrets.pretend();
    slots.held = (held) => this.#outcome.held(held);
    slots.messages.senders.pretend();
    // What it caused is not asked of a simulation, so nobody keeps the books of it.
    slots.measure = Object.assign(Object.create(slots.measure) as Measure, {
      listen: async () => {},
      assign: async () => {},
    });
    const { answers, actions = 'engine' } = this.#request;
    const doors = await openDoors(this.#rooms);
    const recorded = new Answers(answers);
    const callOwn = gathering(inTurn(doors.callAsJourney));
    slots.callOwn = recorded.caller((request) =>
      actions === 'engine' ? callOwn(request) : Promise.resolve().then(() => answered(actions)),
    );
    slots.callOutside = recorded.caller((_request, activity) => {
      if (actions !== 'engine') return Promise.resolve().then(() => answered(actions));
      this.#unanswered[activity] = (this.#unanswered[activity] ?? 0) + 1;
      return Promise.reject(new Error('A simulation calls nobody outside; give it answers'));
    });
    transport.catchAll(async (_raw, _to, mail) => {
      this.#outcome.caught(mail);
      onMail(mail);
    });
    await this.#rooms.profiles.audiences.builds.finish();
  }

  async #publish(): Promise<void> {
    const { journeys } = this.#rooms;
    for (const journey of this.#hands.journeys) {
      await journeys.put(journey);
      await journeys.publish(journey.key);
    }
  }

  /** What is sold: by the shop, or by that of the demo. */
  async #sold(): Promise<SoldItem[]> {
    const { catalog, settings } = this.#rooms;
    if (catalog.size === 0) {
      const items = JSON.stringify(catalogue(`${settings.publicUrl}/shop`));
      await catalog.upsert(readItems(items, 'json', this.#clock.now()).items);
    }
    return [...catalog.all()].flatMap(soldOf).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async #click(mail: WireMail, link: number, at: number): Promise<ShopEvent> {
    const tokens = [...mail.says!.html.matchAll(/\/c\/(v1\.[\w.-]+)/g)].map(([, token]) => token!);
    const token = tokens.find((one) => readToken(one)?.index === link);
    const target = await this.#rooms.messages.click(token ?? '');
    if (!target) throw new Error('A link of a mail leads nowhere');
    return { ...target.event, happenedAt: at, receivedAt: at };
  }

  async #progress(at: number, { from, to }: Span): Promise<boolean> {
    const goesOn = (await this.#hands.onProgress?.(at - from, to - from)) ?? true;
    if (!goesOn) throw new SimulationCancelled();
    return true;
  }

  #days(first: string, count: number): Span {
    const { zone } = this.#rooms.settings;
    const from = instantOfWall({ wall: `${first}T00:00`, zone })!;
    const last = new Date(Date.parse(first) + count * dayMs).toISOString().slice(0, 10);
    return { from, to: instantOfWall({ wall: `${last}T00:00`, zone })! };
  }

  #today(): string {
    const { shop } = this.#hands;
    return dateOf(shop ? shop.clock.now() : this.#clock.real(), this.#rooms.settings.zone);
  }

  #stepMs(events: number): number {
    const { step } = this.#request;
    if (step === undefined && events > manyEvents) return longStepMs;
    if (step === undefined) return events <= exactEvents ? 0 : usualStepMs;
    return step === 'exact' ? 0 : durationMs(step);
  }

  async #result(
    span: Span,
    { events, stepMs, misses = [] }: { events: number; stepMs: number; misses?: string[] },
  ): Promise<SimulationResult> {
    const { shop, journeys } = this.#hands;
    const isTrue = this.#request.over.kind === 'history' && shop !== undefined;
    const nameOf = isTrue ? { nameOf: (people: readonly Profile[]) => namesIn(shop, people) } : {};
    const { people, mails, ...counted } = await this.#outcome.collect(journeys, { ...span, ...nameOf });
    const { seed = 1 } = this.#request;
    const sizes = { people: people.length, events, mails: mails.length };
    const summary = { ...span, seed, stepMs, ...sizes, ...counted, unanswered: this.#unanswered, misses };
    return { summary, people, mails };
  }
}

/**
 * The journeys that are meant: those sent along, and those named as they stand in the installation.
 *
 * @throws JOURNEY_UNKNOWN, JOURNEY_NOT_SO where one is to be live and was never published
 */
export function journeysOf(
  { journeys = [], documents = [] }: SimulationRequest,
  shop: Pick<Rooms, 'journeys'> | null,
): JourneyDefinition[] {
  const sent = new Set(documents.map(({ key }) => key));
  const named = journeys.flatMap(({ key, version }) =>
    sent.has(key) ? [] : [shop!.journeys.document(key, version ?? 'draft')],
  );
  return [...documents, ...named];
}

/** One call after the other, so that the same request gives the same result. */
function inTurn(call: Caller): Caller {
  let turn: Promise<unknown> = Promise.resolve();
  return (request) => {
    const mine = turn.then(() => call(request));
    turn = mine.catch(() => {});
    return mine;
  };
}

/** The visitors that these people were seen as. */
async function visitorsOf(shop: ShopSeen, people: readonly string[]): Promise<string[]> {
  const spans = await Promise.all(people.map((id) => shop.profiles.visitorsOf(id)));
  return [...new Set(spans.flat().map(({ visitor }) => visitor))];
}

/** The ids by which the shop knows these people. */
async function namesIn({ profiles }: ShopSeen, people: readonly Profile[]): Promise<Map<string, string>> {
  const known = await profiles.findAll(people.flatMap(({ state }) => state.identities));
  return new Map(
    people.flatMap(({ id, state }) => {
      const found = state.identities.map((one) => known.get(identityKey(one))).find((one) => one !== undefined);
      return found ? [[id, found.id] as const] : [];
    }),
  );
}

/** Events that are all there. */
function listed(events: readonly ShopEvent[]): Happenings {
  let place = 0;
  return {
    next: async () => events[place]?.receivedAt ?? null,
    take: async (at) => {
      const first = place;
      while (place < events.length && events[place]!.receivedAt <= at) place++;
      return events.slice(first, place);
    },
  };
}

function soldOf({ id, categories, priceMinor, currency, url }: Item): SoldItem[] {
  return priceMinor === null || currency === null ? [] : [{ id, categories, priceMinor, currency, url: url ?? '' }];
}
