import type { Rooms } from './app.ts';
import { identityKey, type ShopEvent } from './event/index.ts';
import {
  packWords,
  stepsOfAll,
  unpackWords,
  type JourneyDefinition,
  type MailLine,
  type SimulatedAct,
  type SimulatedMail,
  type SimulatedPerson,
  type SimulatedRun,
  type SimulationFrame,
  type SimulationTotals,
  type StepLine,
} from './journey/index.ts';
import { endsOf, type HeldMail, type MessageEnd, type WireMail } from './message/index.ts';
import { labelOf } from './person-label.ts';
import type { Profile } from './profile/index.ts';
import { actOf, keptActs } from './retelling.ts';

/** Mails whose words are kept; of those beyond it is known only what they showed. */
const mostPacked = 50_000;
/** People read at once. */
const page = 500;
/** Moments at which it is kept how many stood where. */
const frameCount = 120;
const waitingStates: ReadonlySet<string> = new Set(['planned', 'held', 'ready', 'leased', 'deferred', 'sending']);
/** Kinds of steps by which a run comes to an activity. */
const coming: ReadonlySet<string> = new Set(['entered', 'waiting', 'passed', 'action', 'planned', 'ended']);

/** The ids that the installation knows these people by, by the simulation's own. */
export type NameOf = (people: readonly Profile[]) => Promise<Map<string, string>>;

type Caught = Pick<SimulatedMail, 'at' | 'subject' | 'items'> & { packed: Buffer | null };

/** Gathers what a simulation comes to: mails as they leave, then everybody's path, and the totals of them. */
export class Outcome {
  readonly #rooms: Rooms;
  /** By the key of the message. */
  readonly #mails = new Map<string, Caught>();
  /** By the key of the message. */
  readonly #held = new Map<string, HeldMail[]>();
  /** By visitor. */
  readonly #acts = new Map<string, SimulatedAct[]>();

  constructor(rooms: Rooms) {
    this.#rooms = rooms;
  }

  /** A mail that leaves. */
  caught({ key, says }: WireMail): void {
    const { subject, html, text, links } = says!;
    const items = new Map(
      links.flatMap(({ item, position = 0, recommendation = '' }) =>
        item === undefined ? [] : [[item, { item, position, recommendation }] as const],
      ),
    );
    const packed = this.#mails.size < mostPacked ? packWords({ html, text }) : null;
    this.#mails.set(key, { at: this.#rooms.clock.now(), subject, items: [...items.values()], packed });
  }

  /** A mail that waits. Its gate may look again and say the same. */
  held(held: HeldMail): void {
    const before = this.#held.get(held.key) ?? [];
    const last = before.at(-1);
    if (last?.reason === held.reason && last.until === held.until) return;
    this.#held.set(held.key, [...before, held]);
  }

  /** What people did. */
  heard(events: readonly ShopEvent[]): void {
    for (const event of events) {
      const acts = this.#acts.get(event.visitor) ?? [];
      this.#acts.set(event.visitor, acts);
      acts.push(...actOf(event));
      if (acts.length > keptActs) acts.splice(0, acts.length - keptActs);
    }
  }

  /** Everybody that the rooms know, and what became of them between `from` and `to`. */
  async collect(
    journeys: readonly JourneyDefinition[],
    { from, to, nameOf = async () => new Map() }: { from: number; to: number; nameOf?: NameOf },
  ) {
    const { store, profiles } = this.#rooms;
    const tally = new Tally(journeys, { from, to });
    const [people, mails]: [SimulatedPerson[], SimulatedMail[]] = [[], []];
    let block: Profile[] = [];
    const flush = async () => {
      const ids = block.map(({ id }) => id);
      const names = await nameOf(block);
      const [steps, ends] = [await stepsOfAll(store, ids), await endsOf(store, ids)];
      const endsBy = new Map<string, MessageEnd[]>();
      for (const end of ends) endsBy.set(end.profileId, [...(endsBy.get(end.profileId) ?? []), end]);
      for (const profile of block) {
        const [mine, sent] = [steps.get(profile.id) ?? [], endsBy.get(profile.id) ?? []];
        const who = { no: people.length + 1, profileId: names.get(profile.id) ?? profile.id, label: labelOf(profile) };
        const person = { ...personOf(who, mine, sent), ...this.#heldOf(sent), ...this.#story(profile) };
        people.push(person);
        tally.take(person, mine, sent);
        for (const end of sent) this.#addMail(mails, person, end);
      }
      block = [];
    };
    for await (const profile of profiles.readAll({ seenSince: 0, page })) {
      if (block.push(profile) >= page) await flush();
    }
    await flush();
    return { people, mails, ...tally.made() };
  }

  #heldOf(ends: readonly MessageEnd[]): Pick<SimulatedPerson, 'held'> {
    const held = ends.flatMap(({ key, journey, activity }) =>
      (this.#held.get(key) ?? []).map(({ at, reason, until }) => ({ journey, activity, at, reason, until })),
    );
    return held.length > 0 ? { held } : {};
  }

  #story({ state }: Profile): Pick<SimulatedPerson, 'email' | 'acts'> {
    const acts = state.identities.flatMap((identity) => this.#acts.get(identityKey(identity)) ?? []);
    return { acts: acts.sort((a, b) => a.at - b.at), ...(state.email ? { email: state.email } : {}) };
  }

  #addMail(mails: SimulatedMail[], person: SimulatedPerson, { key, journey, activity, template }: MessageEnd): void {
    const caught = this.#mails.get(key);
    if (!caught) return;
    const no = mails.length + 1;
    const { packed, ...rest } = caught;
    mails.push(unpacking({ no, person: person.no, journey, activity, message: template, ...rest }, packed));
    person.mails.push(no);
  }
}

/** The mail with what it says, which is unpacked only when somebody reads it. */
export function unpacking(line: MailLine, packed: Buffer | null): SimulatedMail {
  const open = () => (packed === null ? { html: '', text: '' } : unpackWords(packed));
  return {
    ...line,
    ...(packed === null ? {} : { packed }),
    get html() {
      return open().html;
    },
    get text() {
      return open().text;
    },
  };
}

/** One person's path and every refusal. Pure. */
export function personOf(
  who: Pick<SimulatedPerson, 'no' | 'profileId' | 'label'>,
  steps: readonly StepLine[],
  ends: readonly MessageEnd[],
): SimulatedPerson {
  const runs = new Map<string, SimulatedRun>();
  const whyNot: SimulatedPerson['whyNot'] = [];
  for (const { journey, activity, at, kind, reason, runId } of steps) {
    if (kind === 'refused') whyNot.push({ journey, activity, at, reason: reason ?? '' });
    if (runId === null) continue;
    const run = runs.get(runId) ?? { journey, enteredAt: at, path: [], end: null, activity };
    runs.set(runId, run);
    if (run.path.at(-1)?.activity !== activity && activity !== 'entry') run.path.push({ activity, at });
    run.activity = activity;
    if (kind === 'ended' || kind === 'exited') run.end = { reason: reason ?? '', at };
  }
  for (const end of ends) {
    const { journey, activity, at, state } = end;
    if (state !== 'accepted') whyNot.push({ journey, activity, at, reason: reasonOf(end) });
  }
  whyNot.sort((a, b) => a.at - b.at);
  return { ...who, runs: [...runs.values()], whyNot, mails: [] };
}

/** Why a message has not left, in words. Pure. */
function reasonOf({ state, reason, arm }: MessageEnd): string {
  if (state === 'skipped' && arm === 'control') return 'held out';
  if (waitingStates.has(state)) return `waits: ${reason ?? state}`;
  return reason ?? state.replaceAll('_', ' ');
}

/** Adds everybody up. */
class Tally {
  readonly #totals: Map<string, SimulationTotals>;
  readonly #frames: SimulationFrame[];
  readonly #span: { from: number; to: number };
  untouched = 0;

  constructor(journeys: readonly JourneyDefinition[], span: { from: number; to: number }) {
    this.#span = span;
    this.#totals = new Map(journeys.map(({ key, name }) => [key, nothing(key, name)]));
    const each = (span.to - span.from) / frameCount;
    this.#frames = Array.from({ length: frameCount + 1 }, (_, no) => ({
      at: Math.round(span.from + no * each),
      here: Object.fromEntries(journeys.map(({ key }) => [key, {}])),
      sent: 0,
      sentBy: Object.fromEntries(journeys.map(({ key }) => [key, 0])),
    }));
  }

  take(person: SimulatedPerson, steps: readonly StepLine[], ends: readonly MessageEnd[]): void {
    if (steps.length === 0) this.untouched++;
    for (const { journey, activity, kind, reason } of steps) {
      const total = this.#totals.get(journey);
      if (!total) continue;
      if (kind === 'refused') add(total.refused, reason ?? '');
      else if (coming.has(kind)) add(total.passed, activity);
    }
    for (const run of person.runs) this.#takeRun(run);
    for (const end of ends) this.#takeMessage(end);
  }

  #takeRun(run: SimulatedRun): void {
    const total = this.#totals.get(run.journey);
    if (!total) return;
    total.entered++;
    if (run.end) add(total.ended, run.end.reason);
    else add(total.inside, run.activity);
    const stays = run.path.map(({ activity, at }, place) => ({
      activity,
      since: at,
      until: run.path[place + 1]?.at ?? run.end?.at ?? Infinity,
    }));
    for (const { activity, since, until } of stays)
      for (let no = this.#frameAt(since); no <= frameCount && this.#frames[no]!.at < until; no++)
        add(this.#frames[no]!.here[run.journey]!, activity);
  }

  #takeMessage({ journey, state, reason, arm, at }: MessageEnd): void {
    const total = this.#totals.get(journey);
    if (!total) return;
    total.messages++;
    if (state === 'accepted') {
      total.sent++;
      for (let no = this.#frameAt(at); no <= frameCount; no++) {
        this.#frames[no]!.sent++;
        add(this.#frames[no]!.sentBy, journey);
      }
    } else if (state === 'skipped' && arm === 'control') total.heldOut++;
    else add(waitingStates.has(state) ? total.waiting : total.notSent, reason ?? state.replaceAll('_', ' '));
  }

  /** The first frame at or after a moment. */
  #frameAt(at: number): number {
    const { from, to } = this.#span;
    return Math.max(0, Math.ceil(((at - from) / (to - from)) * frameCount));
  }

  made(): { totals: SimulationTotals[]; frames: SimulationFrame[]; untouched: number } {
    const totals = [...this.#totals.values()];
    for (const total of totals) total.came = total.entered + sum(total.refused);
    return { totals, frames: this.#frames, untouched: this.untouched };
  }
}

function nothing(journey: string, name: string): SimulationTotals {
  const counts = { came: 0, entered: 0, messages: 0, sent: 0, heldOut: 0 };
  return { journey, name, ...counts, refused: {}, inside: {}, ended: {}, passed: {}, waiting: {}, notSent: {} };
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((all, one) => all + one, 0);
}
