import type { Clock, Log } from '../base/index.ts';
import { truthy } from '../language/index.ts';
import { isAudienceKey, viewOf, type Profile, type Profiles, type ProfileView } from '../profile/index.ts';
import type { Runner } from '../store/index.ts';
import { expressionOf } from './action.ts';
import { AskedHistories } from './asked.ts';
import { bestHourWindowMs, comingTypes } from './best-hour.ts';
import { aheadOf } from './compete.ts';
import type { JourneyDefinition } from './definition.ts';
import type { Journeys } from './journeys.ts';
import type { Hands, Run } from './run.ts';
import type { Shares } from './share.ts';
import type { JourneyRow } from './table-journey.ts';
import { isZone } from './wall.ts';

export interface RunHandsParts {
  clock: Clock;
  log: Log;
  profiles: Profiles;
  journeys: Journeys;
}

/** What an expression is evaluated for. */
export interface About {
  now: number;
  profile: Profile;
  definition: JourneyDefinition;
}

/** Gives `decide` what it may look at: the profile, what is asked of its past, and the clock by which it goes. */
export class RunHands {
  readonly #parts: RunHandsParts;
  readonly #asked: AskedHistories;
  #last: PersonHands | undefined;

  constructor(parts: RunHandsParts) {
    this.#parts = parts;
    this.#asked = new AskedHistories(parts.profiles);
  }

  of(definition: JourneyDefinition, profile: Profile): Hands {
    const now = this.#parts.clock.now();
    const last = this.#last;
    if (last?.of.profile === profile && last.definition === definition && last.now === now) return last;
    this.#last = new PersonHands(this, { now, profile, definition });
    return this.#last;
  }

  /** The person's own zone where the journey goes by it and it is known; otherwise the journey's, or the shop's. */
  zoneOf({ zone }: JourneyDefinition, { state }: Profile): string {
    if (zone === 'profile') return isZone(state.timeZone) ? state.timeZone : this.#parts.journeys.zone;
    return zone ?? this.#parts.journeys.zone;
  }

  sharesOf(journey: string, activity: string): Shares {
    return this.#parts.journeys.sharesOf(journey, activity);
  }

  /** An expression that fails on this person's data counts as null; it must not hold up everybody else's events. */
  evaluate(source: string, scope: Record<string, unknown>, about: About): unknown {
    try {
      return expressionOf(source).evaluate(scope, this.options(about));
    } catch (error) {
      this.#parts.log.warn('journey.expression-failed', { source, error });
      return null;
    }
  }

  /** An expression that asks of no person. */
  plain(source: string, scope: Record<string, unknown>): unknown {
    try {
      return expressionOf(source).evaluate(scope, {
        now: this.#parts.clock.now(),
        timeZone: this.#parts.journeys.zone,
      });
    } catch (error) {
      this.#parts.log.warn('journey.expression-failed', { source, error });
      return null;
    }
  }

  options({ now, profile, definition }: About) {
    return { now, timeZone: this.zoneOf(definition, profile), ...this.#asked.of(profile) };
  }

  /** Reads what the journeys of these runs ask about the past of these people, before anything is decided. */
  async ask(runner: Runner, profiles: Iterable<Profile>, runs: readonly Run[]): Promise<void> {
    const { journeys } = this.#parts;
    const definitions = runs.flatMap((run) =>
      run.state === 'ended' ? [] : (journeys.version(run.journey, run.version) ?? []),
    );
    await this.#asked.load(runner, [...profiles], definitions);
  }

  /** The same for journeys that these people may come into. */
  load(runner: Runner, profiles: readonly Profile[], definitions: readonly JourneyDefinition[]): Promise<void> {
    const ahead = definitions.flatMap((one) => this.ahead(one).map(({ definition }) => definition));
    return this.#asked.load(runner, profiles, [...definitions, ...ahead]);
  }

  /** Journeys that go before this one and read their audience soon, where it looks ahead. */
  ahead(definition: JourneyDefinition): { row: JourneyRow; definition: JourneyDefinition }[] {
    if (definition.lookAhead === undefined) return [];
    return aheadOf(definition, this.#parts.journeys.live(), this.#parts.clock.now());
  }

  /** Is this person of those whom the journey reads, as they stand now? */
  isOfAudience(definition: JourneyDefinition, profile: Profile): boolean {
    const { entry } = definition;
    if (entry.kind !== 'audience') return false;
    const hands = this.of(definition, profile);
    const holds = (source: string) => truthy(hands.evaluate(source, { profile: hands.profile }));
    if (!isAudienceKey(entry.audience)) return holds(entry.audience);
    return (profile.audiences ?? []).includes(entry.audience) && (entry.when === undefined || holds(entry.when));
  }

  /** When a person came, as far as it was read. */
  timesOf({ profile, now }: About): number[] {
    const { history } = this.#asked.of(profile);
    const came = comingTypes.flatMap((type) => (history ? history.of(type) : []).map(({ at }) => at));
    return came.filter((at) => at > now - bestHourWindowMs && at <= now);
  }
}

/** What is looked at of one person: most of it seldom, so it is made when it is asked for. */
class PersonHands implements Hands {
  readonly of: About;
  readonly #hands: RunHands;
  #profile: ProfileView | undefined;

  constructor(hands: RunHands, of: About) {
    this.#hands = hands;
    this.of = of;
  }

  get definition(): JourneyDefinition {
    return this.of.definition;
  }

  get now(): number {
    return this.of.now;
  }

  get profile(): ProfileView {
    return (this.#profile ??= viewOf(this.of.profile, this.of.now));
  }

  get zone(): string {
    return this.#hands.zoneOf(this.of.definition, this.of.profile);
  }

  shares(activity: string): Shares {
    return this.#hands.sharesOf(this.of.definition.key, activity);
  }

  times(): number[] {
    return this.#hands.timesOf(this.of);
  }

  evaluate(source: string, scope: Record<string, unknown>): unknown {
    return this.#hands.evaluate(source, scope, this.of);
  }
}
