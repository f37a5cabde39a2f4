import type { Datastream, ScopeSetting } from '../event/index.ts';
import type { Passed } from '../recommend/index.ts';
import { answerPlace, type PlaceAnswer, type ShownOffer, type Visitor } from './activity-answer.ts';
import type { RecommendationAnswer } from './contract.ts';
import type { Caller, Found } from './delivery-caller.ts';
import type { Asked, Slot } from './delivery-request.ts';
import { globalMbox, htmlOf, scopeSetting, viewPrefix } from './edge-scope.ts';
import { shownToken } from './edge-shown.ts';
import type { House, RecommendRequest } from './house.ts';
import { hasCriterion } from './person.ts';

/** For whom and where the places of a request are answered. */
export interface Answering {
  caller: Caller;
  found: Found;
  visitor: Visitor;
  house: House;
  /** Says how each answer came about (ACT-7); `refused` where that was asked for without a key. */
  trace: 'none' | 'refused' | 'full';
}

/** An option as the SDK reads it. */
export interface Option {
  type: 'html' | 'json' | 'actions';
  content: unknown;
  responseTokens: Record<string, string>;
  eventToken: string;
}

/** What one place shows; without options there is nothing to show (recommendations §2.3). */
export interface Answered {
  options?: Option[];
  metrics?: { type: 'click'; eventToken: string; selector?: string }[];
  trace?: object;
}

/** One of the parts of the answer, with the same lists that were asked for. */
export function answerPart(prefetch: boolean, asked: Asked, answering: Answering): object | undefined {
  const slots = answering.caller.call.slots.filter((slot) => slot.prefetch === prefetch);
  const at = (place: Slot['place']) => slots.filter((slot) => slot.place === place);
  if (!asked.pageLoad && !asked.mboxes && !asked.views) return undefined;
  return {
    ...(asked.pageLoad ? { pageLoad: { options: [], ...answerSlot(at('pageLoad')[0]!, answering) } } : {}),
    ...(asked.mboxes ? { mboxes: at('mbox').map((slot) => mboxOf(slot, answering)) } : {}),
    ...(asked.views && prefetch ? { views: at('view').flatMap((slot) => viewsOf(slot, answering)) } : {}),
  };
}

function mboxOf(slot: Slot, answering: Answering): object {
  return { index: slot.index, name: slot.name, ...answerSlot(slot, answering) };
}

/** A view by its name; one without a name stands for all that the datastream has. */
function viewsOf(slot: Slot, answering: Answering): object[] {
  const scopes = Object.keys(answering.caller.datastream?.scopes ?? {}).filter((name) => name.startsWith(viewPrefix));
  const all = new Set([...scopes, ...answering.house.activities.locations(viewPrefix)]);
  const names = slot.name === undefined ? [...all].map((name) => name.slice(viewPrefix.length)) : [slot.name];
  return names.map((name) => ({
    name,
    ...(slot.key === undefined ? {} : { key: slot.key }),
    options: [],
    ...answerSlot({ ...slot, name }, answering),
  }));
}

/** Answers one place. What fails costs that place only, and never the request (edge trap 4). */
export function answerSlot(slot: Slot, answering: Answering): Answered {
  const { caller, found, house } = answering;
  if (caller.bot && !caller.trust.reads) return traced(answering, { noContent: 'judged to be a machine' });
  const placed = activityAt(slot, answering);
  if ('shown' in placed) return ofActivity(slot, placed, answering);
  const setting = settingOf(slot, caller, house);
  if (!setting) return traced(answering, { noContent: 'no criterion and no scope has that name', ...passedBy(placed) });
  const request = { ...requestOf(slot, setting, caller), ...(answering.trace === 'full' ? { reasons: true } : {}) };
  const story = { criterion: setting.criterion, requested: request, memory: found.why, ...passedBy(placed) };
  try {
    const answer = house.recommend.answer(request, found.person);
    const { filtered, reasons } = answer;
    const told = { ...story, answered: summaryOf(answer), filtered, ...(reasons ? { reasons } : {}) };
    // The lines of a cart are something to show, even where nothing goes with them.
    if (answer.items.length === 0 && answer.cart.length === 0) {
      return traced(answering, { ...told, noContent: reasons?.empty ?? 'nothing may be shown' });
    }
    return { ...shownIn(slot, answer, { setting, house }), ...traced(answering, told) };
  } catch (error) {
    house.log.warn('delivery.recommend-failed', { criterion: setting.criterion, error });
    return traced(answering, { ...story, noContent: 'the recommendation failed' });
  }
}

/** The activity that answers a place, unless the request names a criterion itself. */
function activityAt(slot: Slot, { visitor, caller, house, trace }: Answering): PlaceAnswer | { passed: Passed[] } {
  if (slot.details.criterion !== undefined) return { passed: [] };
  const traced = trace === 'full' ? { reasons: true } : {};
  const question = {
    location: placeNameOf(slot),
    visitor,
    request: { ...questionOf(slot.details, caller), ...traced },
  };
  const placed = answerPlace(question, house);
  const isOther =
    'choice' in placed && visitor.preview !== null && placed.choice.activity.key !== visitor.preview.activity;
  return isOther && caller.call.previewOnly ? { passed: [] } : placed;
}

function passedBy(placed: { passed: Passed[] }): object {
  return placed.passed.length === 0 ? {} : { activities: placed.passed };
}

/** An activity's offers as options; none when there is nothing to show. */
function ofActivity({ place, prefetch }: Slot, { shown, story }: PlaceAnswer, answering: Answering): Answered {
  const told = traced(answering, { ...story, memory: answering.found.why });
  if (shown.length === 0) return told;
  const options = shown.map((one): Option => {
    const { eventToken, responseTokens } = one;
    return { ...optionBody(one, place), responseTokens, eventToken };
  });
  const placed = shown.filter(({ selector }) => place !== 'mbox' && selector !== undefined);
  const metrics = (prefetch ? shown : placed).map(({ eventToken, selector }) => ({
    type: 'click' as const,
    eventToken,
    ...(place !== 'mbox' && selector !== undefined ? { selector } : {}),
  }));
  return { options, ...(metrics.length > 0 ? { metrics } : {}), ...told };
}

function optionBody(
  { type, content, selector, asText }: ShownOffer,
  place: Slot['place'],
): Pick<Option, 'type' | 'content'> {
  if (type === 'json' && !asText) return { type: 'json', content };
  if (type !== 'html' || place === 'mbox' || selector === undefined) return { type: 'html', content };
  return { type: 'actions', content: [{ type: 'setHtml', selector, cssSelector: selector, content }] };
}

function traced({ trace }: Answering, story: object): Answered {
  if (trace === 'none') return {};
  return { trace: trace === 'full' ? story : { refused: 'A trace needs a secret key as its authorizationToken' } };
}

function summaryOf({ status, count, filledBy, key, cart, age }: RecommendationAnswer): object {
  return { status, count, filledBy, key, cart: cart.map(({ id }) => id), age };
}

const noStream: Datastream = { id: '', name: '', orgId: null, allowedOrigins: [], fpidCookie: null };

/** What a place shows: as the datastream has it under its name, or by the criterion that name or parameter names. */
function settingOf(slot: Slot, { datastream }: Caller, house: House): ScopeSetting | undefined {
  const { criterion, format } = slot.details;
  const found = scopeSetting(placeNameOf(slot), datastream ?? noStream, house);
  if (criterion !== undefined && !hasCriterion(house, criterion)) return undefined;
  const stated: ScopeSetting | undefined = criterion === undefined ? found : { format: 'json', ...found, criterion };
  return stated && format === 'html' ? { ...stated, format } : stated;
}

/** The name under which scopes and activities know a place. */
export function placeNameOf({ place, name = '' }: Slot): string {
  if (place === 'mbox') return name;
  return place === 'view' ? `${viewPrefix}${name}` : globalMbox;
}

function requestOf({ details }: Slot, setting: ScopeSetting, caller: Caller): RecommendRequest {
  const { limit = setting.limit, backup = setting.backup } = details;
  const request: RecommendRequest = { ...questionOf(details, caller), criterion: setting.criterion };
  if (limit !== undefined) request.limit = limit;
  if (backup !== undefined) request.backup = backup;
  return request;
}

/** The item, cart and exclusions that a place names, in the environment of the whole request. */
function questionOf(
  { item, detailsOnly, category, cart, excludedIds, parameters }: Slot['details'],
  { call: { environment } }: Caller,
): Omit<RecommendRequest, 'criterion'> {
  const request: Omit<RecommendRequest, 'criterion'> = {};
  if (item !== undefined) request.item = item;
  if (item !== undefined && !detailsOnly) request.pageItem = item;
  if (category !== undefined) request.category = category;
  if (parameters !== undefined) request.parameters = parameters;
  if (cart !== undefined) request.cart = cart;
  if (excludedIds.length > 0) request.excludedIds = excludedIds;
  if (environment !== undefined) request.environment = environment;
  return request;
}

function shownIn(
  { place, prefetch, details }: Slot,
  answer: RecommendationAnswer,
  { setting, house }: { setting: ScopeSetting; house: House },
): Answered {
  const { trackingToken: recommendation, criterion, status, requestId, items } = answer;
  const eventToken = shownToken(house.settings.secret, {
    recommendation,
    criterion: setting.criterion,
    items: items.map(({ id }) => id),
  });
  const responseTokens = {
    'activity.id': criterion.key,
    'activity.name': criterion.title,
    'beckon.requestId': requestId,
    'beckon.recommendation': recommendation,
    'beckon.status': status,
  };
  const { selector } = setting;
  const isPlaced = place !== 'mbox' && selector !== undefined;
  const metric = { type: 'click' as const, eventToken, ...(isPlaced ? { selector } : {}) };
  const body = contentOf(answer, setting, { asText: details.format === 'text', isPlaced, now: house.clock.now() });
  return {
    options: [{ ...body, responseTokens, eventToken }],
    ...(prefetch || isPlaced ? { metrics: [metric] } : {}),
  };
}

/**
 * Data as an object, so that `getAttributes` reads it (§2.5); HTML as text; HTML for a selector of a page load or a view
 * as the action that puts it there.
 */
function contentOf(
  answer: RecommendationAnswer,
  setting: ScopeSetting,
  { asText, isPlaced, now }: { asText: boolean; isPlaced: boolean; now: number },
): Pick<Option, 'type' | 'content'> {
  if (setting.format === 'json') {
    return asText ? { type: 'html', content: JSON.stringify(answer) } : { type: 'json', content: answer };
  }
  const content = htmlOf(setting, answer, now);
  const { selector } = setting;
  return isPlaced
    ? { type: 'actions', content: [{ type: 'setHtml', selector, cssSelector: selector, content }] }
    : { type: 'html', content };
}
