import { BeckonError, nearest, type Clock, type ErrorKind } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import {
  chooseActivity,
  checkActivity,
  experiencesOf,
  type ActivityDefinition,
  type Asker,
  type Choice,
  type LiveActivity,
  type Passed,
} from './activity.ts';
import type { Preview } from './activity-preview.ts';
import { Versions, type Versioned } from './activity-version.ts';
import { designErrors } from './design-error.ts';
import {
  checkOffering,
  type FixedOffer,
  type Known,
  type OfferDefinition,
  type Offering,
  type RecommendationOffer,
} from './offer.ts';

/** An activity with how it stands. */
export interface ActivityView {
  key: string;
  /** `draft` until it is published the first time. */
  state: 'draft' | 'live' | 'paused';
  version: number | null;
  /** What answers, or is paused. */
  published: ActivityDefinition | null;
  /** Saved after that; publish it to make it answer. */
  draft: ActivityDefinition | null;
}

/** Everything asks what exists but offers, which are kept here. */
export type KnownElsewhere = Omit<Known, 'offer'>;

/** Activities and the library of offers. What is published holds from the next request on (recommendations ACT-9). */
export class Activities {
  readonly #clock: Clock;
  readonly #activities: Versions<ActivityDefinition>;
  readonly #offers: Versions<OfferDefinition>;
  readonly #known: Known;
  #byLocation = new Map<string, LiveActivity[]>();

  constructor(parts: { store: Store; clock: Clock; known: KnownElsewhere }) {
    this.#clock = parts.clock;
    this.#activities = new Versions({ ...parts, kind: 'activity' });
    this.#offers = new Versions({ ...parts, kind: 'offer' });
    this.#known = { ...parts.known, offer: (key) => this.#offers.get(key)?.current != null };
  }

  /** Takes in what other processes saved. */
  async refresh(): Promise<void> {
    await this.#offers.refresh();
    if (await this.#activities.refresh()) this.#index();
  }

  list(): ActivityView[] {
    return this.#activities.list().map(viewOf);
  }

  /** @throws ACTIVITY_UNKNOWN */
  get(key: string): ActivityView {
    const found = this.#activities.get(key);
    return found ? viewOf(found) : this.#missing(key, designErrors.ACTIVITY_UNKNOWN, 'activity');
  }

  /** Earlier versions, newest first. @throws ACTIVITY_UNKNOWN */
  history(key: string): ReturnType<Versions<ActivityDefinition>['history']> {
    this.get(key);
    return this.#activities.history(key);
  }

  /** Saves a draft. @throws ACTIVITY_INVALID */
  put(activity: ActivityDefinition): Promise<ActivityView> {
    checkActivity(activity, this.#known);
    return this.#save(activity.key, 'draft', activity);
  }

  /** The draft answers from now on, whole, or what was paused goes on. @throws ACTIVITY_UNKNOWN, ACTIVITY_INVALID */
  publish(key: string): Promise<ActivityView> {
    const { draft, published } = this.get(key);
    const body = draft ?? published!;
    checkActivity(body, this.#known);
    return this.#save(key, 'live', body);
  }

  /** It answers no more, until it is published again. A draft is kept. @throws ACTIVITY_UNKNOWN, ACTIVITY_INVALID */
  async pause(key: string): Promise<ActivityView> {
    const { draft, published } = this.get(key);
    if (!published) throw new BeckonError(designErrors.ACTIVITY_INVALID, `"${key}" is a draft; it does not answer yet`);
    const paused = await this.#save(key, 'paused', published);
    return draft ? this.#save(key, 'draft', draft) : paused;
  }

  /** @throws ACTIVITY_UNKNOWN */
  async remove(key: string): Promise<void> {
    this.get(key);
    await this.#activities.save(key, 'gone', null);
    this.#index();
  }

  offers(): (OfferDefinition & { version: number })[] {
    return this.#offers
      .list()
      .flatMap(({ current }) => (current ? [{ ...current.body, version: current.version }] : []));
  }

  /** @throws OFFER_UNKNOWN */
  offer(key: string): OfferDefinition & { version: number } {
    const current = this.#offers.get(key)?.current;
    return current
      ? { ...current.body, version: current.version }
      : this.#missing(key, designErrors.OFFER_UNKNOWN, 'offer');
  }

  /** Saves an offer; activities that show it do so from now on. @throws OFFER_INVALID */
  async putOffer(offer: OfferDefinition): Promise<OfferDefinition & { version: number }> {
    checkOffering(offer.offer, this.#known, { kind: designErrors.OFFER_INVALID, where: 'offer' });
    await this.#offers.save(offer.key, 'live', offer);
    return this.offer(offer.key);
  }

  /** @throws OFFER_UNKNOWN, OFFER_IN_USE */
  async removeOffer(key: string): Promise<void> {
    this.offer(key);
    const user = this.#whoShows((offering) => offering.kind === 'offer' && offering.offer === key);
    if (user !== null) throw new BeckonError(designErrors.OFFER_IN_USE, `The offer "${key}" is shown by ${user}`);
    await this.#offers.save(key, 'gone', null);
  }

  /** Who uses a design, in words; null for nobody. */
  whoUsesDesign(key: string): string | null {
    return this.#whoUses((offer) => offer.design === key);
  }

  /** Who uses a criterion, in words. */
  whoUsesCriterion(key: string): string | null {
    return this.#whoUses((offer) => offer.criterion === key);
  }

  /** Who uses a collection or a promotion, in words. */
  whoUsesRule(kind: 'collection' | 'promotion', key: string): string | null {
    return this.#whoUses((offer) =>
      kind === 'collection' ? offer.collection === key : offer.promotions?.includes(key) === true,
    );
  }

  #whoUses(test: (offer: RecommendationOffer) => boolean): string | null {
    const uses = (offering: Offering) => offering.kind === 'recommendation' && test(offering);
    const offer = this.offers().find((one) => uses(one.offer));
    return offer ? `the offer "${offer.key}"` : this.#whoShows(uses);
  }

  #whoShows(test: (offering: Offering) => boolean): string | null {
    const shows = (one: ActivityDefinition | null) =>
      one !== null && experiencesOf(one).some(({ offers }) => offers.some(test));
    const found = this.list().find(({ published, draft }) => shows(published) || shows(draft));
    return found ? `the activity "${found.key}"` : null;
  }

  /** Does any published activity stand at one of these places; and must it be known who is in an audience? */
  asked(locations: readonly string[]): { any: boolean; audiences: boolean } {
    const found = locations.flatMap((location) => this.#at(location));
    return { any: found.length > 0, audiences: found.some(({ definition }) => definition.audience !== undefined) };
  }

  /** Places whose name begins so, at which a published activity stands. */
  locations(prefix: string): string[] {
    return [...this.#byLocation.keys()].filter((location) => location.startsWith(prefix));
  }

  /** Which activity answers a place; with a preview the one that it names, if it stands there. */
  choose(location: string, asker: Asker, preview: Preview | null): { choice: Choice | null; passed: Passed[] } {
    const shown = preview && this.#previewed(location, asker, preview);
    return shown ? { choice: shown, passed: [] } : chooseActivity(this.#at(location), asker, this.#clock.now());
  }

  #previewed(location: string, asker: Asker, { activity: key, experience }: Preview): Choice | null {
    const found = this.#activities.get(key);
    const version = found?.draft ?? found?.current;
    if (!version || !placesOf(location).includes(version.body.location)) return null;
    const named = experiencesOf(version.body).find((one) => one.key === experience);
    const assigned = chooseActivity(
      [{ definition: { ...version.body, control: 0 }, version: version.version, state: 'live' }],
      asker,
      NaN,
    );
    return {
      activity: version.body,
      version: version.version,
      experience: named ?? assigned.choice?.experience ?? experiencesOf(version.body)[0]!,
    };
  }

  /** An offering as it is shown: one of the library is looked up. Null when that is gone. */
  resolve(
    offering: Offering,
  ): { key: string | null; name: string | null; offer: RecommendationOffer | FixedOffer } | null {
    if (offering.kind !== 'offer') return { key: null, name: null, offer: offering };
    const current = this.#offers.get(offering.offer)?.current;
    return current ? { key: current.body.key, name: current.body.name, offer: current.body.offer } : null;
  }

  #at(location: string): LiveActivity[] {
    return placesOf(location).flatMap((place) => this.#byLocation.get(place) ?? []);
  }

  async #save(key: string, state: 'draft' | 'live' | 'paused', body: ActivityDefinition): Promise<ActivityView> {
    await this.#activities.save(key, state, body);
    this.#index();
    return this.get(key);
  }

  #index(): void {
    const all = new Map<string, LiveActivity[]>();
    for (const { current } of this.#activities.list()) {
      if (!current) continue;
      const { version, state, body } = current;
      all.set(body.location, [...(all.get(body.location) ?? []), { definition: body, version, state }]);
    }
    this.#byLocation = all;
  }

  #missing(key: string, kind: ErrorKind, noun: 'activity' | 'offer'): never {
    const all = noun === 'activity' ? this.#activities.list() : this.#offers.list();
    const near = nearest(
      key,
      all.map((one) => one.key),
    );
    const hint = near === undefined ? '' : `; did you mean "${near}"?`;
    throw new BeckonError(kind, `There is no ${noun} "${key.slice(0, 80)}"${hint}`, { where: noun });
  }
}

/** A surface is known by its whole address, and by its place on any page. */
function placesOf(location: string): string[] {
  const at = location.startsWith('web://') ? location.indexOf('#') : -1;
  return at < 0 ? [location] : [location, location.slice(at)];
}

function viewOf({ key, current, draft }: Versioned<ActivityDefinition>): ActivityView {
  return {
    key,
    state: current?.state ?? 'draft',
    version: current?.version ?? null,
    published: current?.body ?? null,
    draft: draft?.body ?? null,
  };
}
