import { identityKey, type Identity } from '../event/index.ts';
import type { Profile } from '../profile/index.ts';
import type { Choice, FixedOffer, Passed, Preview, RecommendationOffer } from '../recommend/index.ts';
import type { RecommendationAnswer } from './contract.ts';
import { shownToken } from './edge-shown.ts';
import type { House, Person, RecommendRequest } from './house.ts';

/** Whoever asks, as far as activities need to know. */
export interface Visitor {
  person: Person | null;
  /** What assignment hangs on. */
  unit: string;
  audiences: ReadonlySet<string>;
  /** What designs may print of the person (recommendations DES-5). */
  told: Readonly<Record<string, string>>;
  preview: Preview | null;
}

/** One thing that a place shows. */
export interface ShownOffer {
  type: 'html' | 'json' | 'text';
  content: unknown;
  selector: string | undefined;
  /** Of a recommendation. */
  answer: RecommendationAnswer | null;
  /** What comes back when it is seen or clicked. */
  eventToken: string;
  /** Ids and names for the page, as Target calls them. */
  responseTokens: Record<string, string>;
  /** Adobe's escaped string: JSON under the type html. */
  asText: boolean;
}

/** What became of a place at which activities stand. */
export interface PlaceAnswer {
  choice: Choice;
  shown: ShownOffer[];
  /** For the trace. */
  story: Record<string, unknown>;
}

/** What asks, and what of it is already known. */
interface Question {
  location: string;
  visitor: Visitor;
  /** The item, cart and exclusions that the request names. */
  request: Omit<RecommendRequest, 'criterion'>;
}

/**
 * Who asks, for activities: audiences are looked up only where one of the places has an activity for an audience. The
 * unit is the device that a profile began with, so that it stays the same once the visitor is known, and on all their
 * devices.
 */
export async function visitorOf(
  who: { device: Identity; profile: Profile | null; person: Person | null; preview?: Preview | null },
  locations: readonly string[],
  house: House,
): Promise<Visitor> {
  const { device, profile, person, preview = null } = who;
  const allowed = person ? profile : null;
  const first = profile?.state.identities.find(({ namespace }) => namespace === 'ecid' || namespace === 'tntid');
  const unit = identityKey(first ?? device);
  const asked = house.activities.asked(locations);
  const isKnown = allowed !== null && allowed.id !== '';
  const audiences = asked.audiences && isKnown ? await house.activities.audiencesOf(allowed.id) : [];
  const told = (asked.any || preview) && allowed ? toldOf(allowed) : {};
  return { person, unit, audiences: new Set(audiences), told, preview };
}

/** Attributes of the person as tokens; never an identity or an address. */
function toldOf({ state }: Profile): Record<string, string> {
  const told: Record<string, string> = {};
  for (const [name, value] of Object.entries(state.attributes)) {
    told[`user.${name}`] = told[`profile.${name}`] = String(value);
  }
  told['user.endpoint.lastViewedEntity'] = state.viewed[0]?.item ?? '';
  const newest = state.orders.reduce<(typeof state.orders)[number] | null>(
    (best, one) => (best && best.at >= one.at ? best : one),
    null,
  );
  told['user.endpoint.lastPurchasedEntity'] = newest?.items[0]?.id ?? '';
  told['user.categoryAffinity'] = told['user.endpoint.categoryAffinity'] = state.categoryScores?.[0]?.[0] ?? '';
  return told;
}

/**
 * What the activities at a place show. Null where none answers, with the reasons of those that might have: then the
 * place is answered as if there were none.
 */
export function answerPlace(question: Question, house: House): PlaceAnswer | { passed: Passed[] } {
  const { location, visitor } = question;
  const { choice, passed } = house.activities.choose(location, visitor, visitor.preview);
  if (!choice) return { passed };
  const { activity, experience, version } = choice;
  const story: Record<string, unknown> = {
    activity: { key: activity.key, name: activity.name, version },
    experience: experience?.key ?? null,
    unit: visitor.unit,
    passed,
  };
  if (!experience) return { choice, shown: [], story: { ...story, noContent: 'in the control group' } };
  const offers: object[] = [];
  const shown = experience.offers.flatMap((offering) => {
    const resolved = house.activities.resolve(offering);
    const made = resolved
      ? offerOf(resolved, { choice, question, house })
      : { noContent: 'the offer has been removed' };
    offers.push('noContent' in made ? made : made.story);
    return 'noContent' in made ? [] : [made.shown];
  });
  const empty = shown.length === 0 ? { noContent: reasonOf(offers) } : {};
  return { choice, shown, story: { ...story, offers, ...empty } };
}

function reasonOf(offers: readonly object[]): string {
  const [first] = offers;
  return first && 'noContent' in first ? String(first.noContent) : 'the experience shows nothing';
}

type Resolved = { key: string | null; name: string | null; offer: RecommendationOffer | FixedOffer };
interface Making {
  choice: Choice;
  question: Question;
  house: House;
}

function offerOf(resolved: Resolved, making: Making): { shown: ShownOffer; story: object } | { noContent: string } {
  const { offer } = resolved;
  if (offer.kind === 'recommendation') return recommended(offer, resolved, making);
  const id = making.house.ids.next();
  const criterion = `offer:${resolved.key ?? offer.kind}`;
  const shown: ShownOffer = {
    type: offer.kind,
    content: offer.content,
    selector: offer.kind === 'html' ? offer.selector : undefined,
    answer: null,
    eventToken: tokenOf(making, { recommendation: id, criterion, items: [] }),
    responseTokens: tokensOf(resolved, making),
    asText: false,
  };
  return { shown, story: { offer: resolved.key, kind: offer.kind } };
}

function recommended(
  offer: RecommendationOffer,
  resolved: Resolved,
  making: Making,
): { shown: ShownOffer; story: object } | { noContent: string } {
  const { house, question } = making;
  const request = requestFor(offer, making);
  const story = { offer: resolved.key, criterion: offer.criterion, design: offer.design ?? null, requested: request };
  try {
    const answer = house.recommend.answer(request, question.visitor.person);
    const { status, count, filledBy, key, age, filtered, reasons } = answer;
    const told = {
      ...story,
      answered: { status, count, filledBy, key, age },
      filtered,
      ...(reasons ? { reasons } : {}),
    };
    const noContent = whyEmpty(answer);
    if (noContent !== null) return { ...told, noContent };
    const tokens = { ...question.visitor.told, ...campaignOf(resolved, making) };
    const { environment = null } = request;
    const how = { tokens, environment };
    const made = offer.design === undefined ? null : house.designs.render(offer.design, answer, how);
    const shown: ShownOffer = {
      type: made?.type ?? 'json',
      content: made ? made.content : answer,
      selector: offer.selector,
      answer,
      eventToken: tokenOf(making, {
        recommendation: answer.trackingToken,
        criterion: offer.criterion,
        items: answer.items.map(({ id }) => id),
      }),
      responseTokens: {
        ...tokensOf(resolved, making),
        'beckon.criterion': offer.criterion,
        ...(made ? { 'beckon.design': offer.design!, 'beckon.type': made.type } : {}),
        'beckon.requestId': answer.requestId,
        'beckon.recommendation': answer.trackingToken,
        'beckon.status': status,
      },
      asText: made?.type === 'json' && typeof made.content === 'string',
    };
    return { shown, story: told };
  } catch (error) {
    house.log.warn('activity.offer-failed', {
      activity: making.choice.activity.key,
      criterion: offer.criterion,
      error,
    });
    return { ...story, noContent: 'the recommendation or its design failed' };
  }
}

function requestFor(offer: RecommendationOffer, { house, question }: Making): RecommendRequest {
  const { criterion, design, collection, promotions, backup, partial } = offer;
  const request: RecommendRequest = { ...question.request, criterion };
  const slots = design === undefined ? offer.limit : house.designs.slotsOf(design);
  if (slots !== undefined) request.limit = slots;
  if (collection !== undefined) request.collection = collection;
  if (promotions !== undefined) request.promotions = promotions;
  if (backup !== undefined) request.backup = backup;
  if (partial !== undefined) request.partial = partial;
  return request;
}

/** Why there is nothing to show (recommendations ACT-8); null when there is. The lines of a cart are something. */
function whyEmpty({ items, cart, reasons }: RecommendationAnswer): string | null {
  if (items.length > 0 || cart.length > 0) return null;
  return reasons?.empty ?? 'no item may be shown';
}

function tokenOf(
  { choice, house }: Making,
  shown: { recommendation: string; criterion: string; items: string[] },
): string {
  const experience = choice.experience!.key;
  return shownToken(house.settings.secret, { ...shown, activity: choice.activity.key, experience });
}

function tokensOf({ key, name }: Resolved, { choice }: Making): Record<string, string> {
  const { activity, experience } = choice;
  return {
    'activity.id': activity.key,
    'activity.name': activity.name,
    'experience.id': experience!.key,
    'experience.name': experience!.name ?? experience!.key,
    'option.id': key ?? experience!.key,
    'option.name': name ?? experience!.name ?? experience!.key,
    'offer.id': key ?? '',
    'offer.name': name ?? '',
  };
}

/** The same under the names that designs know (recommendations DES-5). */
function campaignOf(resolved: Resolved, making: Making): Record<string, string> {
  const tokens = tokensOf(resolved, making);
  return {
    ...tokens,
    'campaign.id': tokens['activity.id']!,
    'campaign.name': tokens['activity.name']!,
    'campaign.recipe.id': tokens['experience.id']!,
    'campaign.recipe.name': tokens['experience.name']!,
    'mbox.name': making.question.location,
  };
}
