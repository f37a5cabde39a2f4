import { durationMs } from '../base/index.ts';
import type { Fact, Profile } from '../profile/index.ts';
import type { Changes } from './change.ts';
import { competition, type Rival } from './compete.ts';
import { decide } from './decide.ts';
import { entriesOf } from './entering.ts';
import type { JourneyDefinition } from './definition.ts';
import type { RunHands } from './hands.ts';
import type { RunnerParts } from './runner.ts';
import type { Run } from './run.ts';
import { outsideSpan } from './span.ts';
import { dateOf } from './wall.ts';

/** A journey as somebody comes into it: the version that is live. */
export interface LiveJourney {
  definition: JourneyDefinition;
  version: number;
}

/** What comes in with somebody. */
export interface EntryData {
  key: string;
  at: number;
  data: Record<string, unknown>;
}

/** Lets people in, or keeps why not. */
export class Admission {
  readonly #parts: RunnerParts;
  readonly #hands: RunHands;

  constructor(parts: RunnerParts, hands: RunHands) {
    this.#parts = parts;
    this.#hands = hands;
  }

  /** By a fact that the journey begins with. */
  byFact(changes: Changes, journey: LiveJourney, fact: Fact, profile: Profile): void {
    const hands = this.#hands.of(journey.definition, profile);
    for (const { key, data } of entriesOf(journey.definition, fact, hands)) {
      if (changes.isInside(profile.id, journey.definition.key, key)) continue;
      this.admit(changes, journey, { key, at: fact.at, data }, profile);
    }
  }

  /** A fact that would let somebody in, while the journey is paused: nobody comes in, and the timeline says so. */
  paused(changes: Changes, journey: LiveJourney, fact: Fact, profile: Profile): void {
    const { definition } = journey;
    const wanted = entriesOf(definition, fact, this.#hands.of(definition, profile));
    const outside = wanted.filter(({ key }) => !changes.isInside(profile.id, definition.key, key));
    if (outside.length > 0) changes.refuse(profile, definition.key, 'The journey is paused');
  }

  /**
   * By a jump out of another journey (journeys A12).
   * @returns why not, or null when the person is in
   */
  byJump(changes: Changes, jump: { journey: string; data: Record<string, unknown> }, profile: Profile): string | null {
    const live = this.#parts.journeys.live().find(({ row }) => row.key === jump.journey);
    if (!live) return `There is no live journey "${jump.journey}"`;
    const { definition, row } = live;
    if (definition.entry.kind !== 'event') return `"${definition.name}" is not entered by an event`;
    const now = this.#parts.clock.now();
    const id = `jump:${this.#parts.ids.next()}`;
    const fact: Fact = {
      name: definition.entry.event,
      profileId: profile.id,
      at: now,
      id,
      data: jump.data,
      bot: false,
    };
    const [entry] = entriesOf(definition, fact, this.#hands.of(definition, profile));
    if (!entry) return `The entry rule of "${definition.name}" does not hold`;
    if (changes.isInside(profile.id, definition.key, entry.key)) return `Is in "${definition.name}" already`;
    const journey = { definition, version: row.version };
    return this.admit(changes, journey, { ...entry, at: now }, profile)
      ? null
      : `"${definition.name}" did not let them in`;
  }

  /** Lets a profile in if the re-entrance rule allows; otherwise keeps why not. @returns whether it went in */
  admit(changes: Changes, journey: LiveJourney, entry: EntryData, profile: Profile): boolean {
    const { definition, version } = journey;
    const refused =
      outsideSpan(definition, this.#hands.zoneOf(definition, profile), this.#parts.clock.now()) ??
      this.#refusal(changes, definition, profile) ??
      changes.cappedOut(definition, profile.id) ??
      this.#soonRead(definition, profile);
    const rivals = competition(definition, this.#rivals(changes, definition, profile.id));
    const why = refused ?? ('refused' in rivals ? rivals.refused : null);
    if (why !== null) {
      changes.refuse(profile, definition.key, why);
      return false;
    }
    if ('ends' in rivals) for (const run of rivals.ends) changes.displace(run, rivals.reason);
    const now = this.#parts.clock.now();
    const run: Run = {
      id: this.#parts.ids.next(),
      shard: profile.shard,
      journey: definition.key,
      version,
      profileId: profile.id,
      key: entry.key,
      state: 'waiting',
      activity: 'entry',
      moves: 0,
      context: { events: {}, actions: {} },
      enteredAt: now,
      movedAt: now,
      due: null,
      endedAt: null,
      endReason: null,
    };
    changes.enter(run);
    const input = { kind: 'enter', at: entry.at, data: entry.data } as const;
    changes.take(decide(run, input, this.#hands.of(definition, profile)), definition, profile);
    return true;
  }

  /** Runs of this person in other journeys, each with its plan. */
  #rivals(changes: Changes, { group }: JourneyDefinition, profileId: string): Rival<Run>[] {
    if (group === undefined) return [];
    return changes.runsOf(profileId).flatMap((run) => {
      const definition = this.#parts.journeys.version(run.journey, run.version);
      return definition ? [{ run, definition }] : [];
    });
  }

  /** Why somebody is kept for a journey that goes before and is about to read them; null when none is. */
  #soonRead(definition: JourneyDefinition, profile: Profile): string | null {
    const ahead = this.#hands.ahead(definition).find((one) => this.#hands.isOfAudience(one.definition, profile));
    if (!ahead) return null;
    const day = dateOf(ahead.row.readDue!, this.#hands.zoneOf(definition, profile));
    return `"${ahead.definition.name}" goes before, and reads its audience on ${day}`;
  }

  #refusal(changes: Changes, { key, reentry }: JourneyDefinition, profile: Profile): string | null {
    const last = changes.lastEntry(profile.id, key);
    if (last === undefined || reentry === undefined) return null;
    if (reentry.never) return 'Has been in this journey before';
    const isSoon = reentry.after !== undefined && this.#parts.clock.now() - last < durationMs(reentry.after);
    return isSoon ? `Was in this journey less than ${reentry.after!} ago` : null;
  }
}
