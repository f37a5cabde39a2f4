import { categoryKey } from '../catalog/index.ts';
import type { Datastream, ScopeSetting } from '../event/index.ts';
import { answerPlace, type PlaceAnswer, type ShownOffer, type Visitor } from './activity-answer.ts';
import type { RecommendationAnswer } from './contract.ts';
import type { Handle } from './edge-reply.ts';
import { flatParameters } from './delivery-details.ts';
import { htmlOf, scopeSetting, surfaceSetting } from './edge-scope.ts';
import { shownToken } from './edge-shown.ts';
import type { House, RecommendRequest } from './house.ts';
import { asList, asNumber, asObject, asText, dig } from './json.ts';
import { readTarget, ruleParameters } from './xdm-target.ts';
import { asItemId } from './xdm-value.ts';

const schema = (name: string) => `https://ns.adobe.com/personalization/${name}`;
const maxScopes = 20;

/** Where and for whom a question is answered. */
export interface Asked {
  datastream: Datastream;
  visitor: Visitor;
  house: House;
  /** What the event asks for, as `placesOf` has it. */
  places: readonly Place[];
}

/** A scope or a surface that an event asks for by name, and what the datastream has for it. */
export interface Place {
  name: string;
  setting: ScopeSetting | undefined;
}

/**
 * Answers the scopes and surfaces of one event (edge-protocol §8). A name that is not ours, `__view__` among them unless
 * the datastream has it, and one with nothing to show are left out. The handle is there either way, so that the page's
 * promise resolves with what it expects.
 */
export function decide(event: unknown, eventIndex: number, asked: Asked): Handle | null {
  const query = dig(event, 'query', 'personalization');
  // `enabled: false` is authoring mode: nothing is answered.
  if (query === undefined || dig(query, 'enabled') === false) return null;
  const takesDomActions = asList(dig(query, 'schemas')).includes(schema('dom-action'));
  const payload = asked.places.flatMap(({ name, setting }) =>
    propositions(name, setting, { ...asked, event, takesDomActions }),
  );
  return { type: 'personalization:decisions', payload, eventIndex };
}

/** What an event asks for that we would have to look a person up for, scopes and surfaces alike; mostly nothing. */
export function placesOf(event: unknown, { datastream, house }: Pick<Asked, 'datastream' | 'house'>): Place[] {
  // Only a process that has learned what happened may decide (docs/guide/operate.md).
  if (house.serves?.includes('recommend') === false) return [];
  const query = dig(event, 'query', 'personalization');
  const places: Place[] = [];
  const put = (name: string, setting: ScopeSetting | undefined) => {
    if (setting || house.activities.asked([name]).any) places.push({ name, setting });
  };
  for (const name of texts(dig(query, 'decisionScopes'), 256)) put(name, scopeSetting(name, datastream, house));
  for (const name of texts(dig(query, 'surfaces'), 1024)) put(name, surfaceSetting(name, datastream));
  return places;
}

function texts(list: unknown, limit: number): string[] {
  if (!Array.isArray(list) || list.length === 0) return [];
  const read = list.slice(0, maxScopes).map((name) => asText(name, limit));
  return [...new Set(read.filter((name) => name !== undefined))];
}

/** What an activity shows in a place, otherwise what the datastream has for it. */
function propositions(
  scope: string,
  setting: ScopeSetting | undefined,
  asked: Asked & { event: unknown; takesDomActions: boolean },
): object[] {
  const { house, visitor, event } = asked;
  const placed = answerPlace({ location: scope, visitor, request: questionOf(event) }, house);
  if ('shown' in placed) return placed.shown.map((one) => propositionOfActivity(scope, one, { placed, ...asked }));
  const made = setting ? proposition(scope, setting, asked) : null;
  return made ? [made] : [];
}

function propositionOfActivity(
  scope: string,
  shown: ShownOffer,
  { placed, takesDomActions, house }: { placed: PlaceAnswer; takesDomActions: boolean; house: House },
): object {
  const { answer, eventToken, responseTokens } = shown;
  const id = `beckon:${answer?.trackingToken ?? house.ids.next()}`;
  const { activity, experience } = placed.choice;
  return {
    id,
    scope,
    scopeDetails: {
      decisionProvider: 'AJO',
      correlationID: answer?.requestId ?? id,
      activity: { id: activity.key },
      experience: { id: experience!.key },
      characteristics: { eventToken },
    },
    items: [{ ...shownItem(id, shown, takesDomActions), meta: responseTokens }],
  };
}

function shownItem(id: string, { type, content, selector, asText }: ShownOffer, takesDomActions: boolean): object {
  if (type === 'json' && !asText) {
    return { id, schema: schema('json-content-item'), data: { id, format: 'application/json', content } };
  }
  // A mere text is the page's to place: the SDK must not take it for markup.
  if (type === 'text') {
    return { id, schema: schema('json-content-item'), data: { id, format: 'text/plain', content } };
  }
  const data = { id, format: 'text/html', content };
  return selector !== undefined && takesDomActions && type === 'html'
    ? { id, schema: schema('dom-action'), data: { ...data, type: 'setHtml', selector } }
    : { id, schema: schema('html-content-item'), data };
}

function proposition(
  scope: string,
  setting: ScopeSetting,
  asked: Asked & { event: unknown; takesDomActions: boolean },
): object | null {
  const { house, event } = asked;
  const { person } = asked.visitor;
  // A recommender or template that fails must not cost the event that came with the question (edge-protocol §11).
  try {
    const answer = house.recommend.answer(requestOf(setting, event), person);
    if (answer.status === 'empty') return null;
    return propositionOf(scope, answer, { setting, house, takesDomActions: asked.takesDomActions });
  } catch (error) {
    house.log.warn('edge.decide-failed', { scope, criterion: setting.criterion, error });
    return null;
  }
}

function propositionOf(
  scope: string,
  answer: RecommendationAnswer,
  { setting, house, takesDomActions }: { setting: ScopeSetting; house: House; takesDomActions: boolean },
): object {
  const id = `beckon:${answer.trackingToken}`;
  const shown = {
    recommendation: answer.trackingToken,
    criterion: setting.criterion,
    items: answer.items.map((item) => item.id),
  };
  return {
    id,
    scope,
    scopeDetails: {
      // The name under which alloy collects clicks in what it has rendered without being told to (edge-protocol §8.2).
      decisionProvider: 'AJO',
      correlationID: answer.requestId,
      activity: { id: setting.criterion },
      characteristics: { eventToken: shownToken(house.settings.secret, shown) },
    },
    items: [contentItem(id, answer, { setting, now: house.clock.now(), takesDomActions })],
  };
}

function contentItem(
  id: string,
  answer: RecommendationAnswer,
  { setting, now, takesDomActions }: { setting: ScopeSetting; now: number; takesDomActions: boolean },
): object {
  if (setting.format === 'json') {
    return { id, schema: schema('json-content-item'), data: { id, format: 'application/json', content: answer } };
  }
  const data = { id, format: 'text/html', content: htmlOf(setting, answer, now) };
  const { selector } = setting;
  return selector !== undefined && takesDomActions
    ? { id, schema: schema('dom-action'), data: { ...data, type: 'setHtml', selector } }
    : { id, schema: schema('html-content-item'), data };
}

/** The question: what the datastream asks for, about the item and the cart that the event names. */
function requestOf(setting: ScopeSetting, event: unknown): RecommendRequest {
  const request: RecommendRequest = { ...questionOf(event), criterion: setting.criterion };
  if (setting.limit !== undefined) request.limit = setting.limit;
  if (setting.backup !== undefined) request.backup = setting.backup;
  return request;
}

/** The item, the cart and the exclusions that the event names. */
function questionOf(event: unknown): Omit<RecommendRequest, 'criterion'> {
  const target = readTarget(dig(event, 'data', '__adobe', 'target'));
  const request: Omit<RecommendRequest, 'criterion'> = {};
  const item = target.item ?? viewedItem(dig(event, 'xdm'));
  if (item !== undefined) request.item = request.pageItem = item;
  const flat = flatParameters(dig(event, 'data', '__adobe', 'target'));
  const category = categoryKey(flat['entity.categoryId']);
  const parameters = ruleParameters(flat);
  if (category !== null) request.category = category;
  if (parameters !== undefined) request.parameters = parameters;
  if (target.cartIds.length > 0) request.cart = target.cartIds;
  if (target.excludedIds.length > 0) request.excludedIds = target.excludedIds;
  return request;
}

/** The item of a product page: the first line of an event that is a view (edge-protocol §10). */
function viewedItem(xdm: unknown): string | undefined {
  const measure = asObject(dig(xdm, 'commerce', 'productViews'));
  const isView = measure ? (asNumber(measure['value']) ?? 0) > 0 : dig(xdm, 'eventType') === 'commerce.productViews';
  return isView ? asItemId(dig(asList(dig(xdm, 'productListItems'))[0], 'SKU')) : undefined;
}
