import type { Handle } from './edge-reply.ts';
import type { House, Person, RecommendRequest } from './house.ts';
import { asList, asText, dig } from './json.ts';
import { hasCriterion } from './person.ts';
import { readTarget } from './xdm-target.ts';

const jsonItem = 'https://ns.adobe.com/personalization/json-content-item';
const maxScopes = 20;

/**
 * Answers the scopes of one event. `recommend:<criterion>`, or a criterion's own key, gives its recommendations as a
 * JSON content item; every other scope, `__view__` among them, gets nothing (edge-protocol §8.2). The handle is there
 * either way, so that the page's promise resolves with what it expects.
 */
export function decide(event: unknown, eventIndex: number, person: Person | null, house: House): Handle | null {
  const asked = dig(event, 'query', 'personalization');
  if (asked === undefined || dig(asked, 'enabled') === false) return null;
  const stated = asList(dig(asked, 'decisionScopes')).slice(0, maxScopes);
  const scopes = new Set(stated.map((scope) => asText(scope, 256)).filter((scope) => scope !== undefined));
  const payload = [...scopes].flatMap((scope) => proposition(scope, event, person, house) ?? []);
  return { type: 'personalization:decisions', payload, eventIndex };
}

/** Does any event ask for something that we would have to look a person up for? */
export function asksForPerson(events: readonly unknown[], house: House): boolean {
  return events.some((event) =>
    asList(dig(event, 'query', 'personalization', 'decisionScopes')).some(
      (scope) => typeof scope === 'string' && hasCriterion(house, criterionOf(scope)),
    ),
  );
}

function criterionOf(scope: string): string {
  return scope.startsWith('recommend:') ? scope.slice('recommend:'.length) : scope;
}

function proposition(scope: string, event: unknown, person: Person | null, house: House): object | null {
  const criterion = criterionOf(scope);
  if (!hasCriterion(house, criterion)) return null;
  const answer = recommendSafely(requestOf(criterion, event), person, house);
  if (!answer || answer.status === 'empty') return null;
  const id = `beckon:${answer.trackingToken}`;
  return {
    id,
    scope,
    scopeDetails: {
      decisionProvider: 'BECKON',
      correlationID: answer.requestId,
      activity: { id: criterion },
      characteristics: { eventToken: answer.trackingToken },
    },
    items: [{ id, schema: jsonItem, data: { id, format: 'application/json', content: answer } }],
  };
}

function requestOf(criterion: string, event: unknown): RecommendRequest {
  const target = readTarget(dig(event, 'data', '__adobe', 'target'));
  const request: RecommendRequest = { criterion };
  if (target.item !== undefined) request.item = request.pageItem = target.item;
  if (target.cartIds.length > 0) request.cart = target.cartIds;
  if (target.excludedIds.length > 0) request.excludedIds = target.excludedIds;
  return request;
}

/** A recommender that fails must not cost the event that came with the question (edge-protocol §11). */
function recommendSafely(request: RecommendRequest, person: Person | null, house: House) {
  try {
    return house.recommend.answer(request, person);
  } catch (error) {
    house.log.warn('edge.recommend-failed', { criterion: request.criterion, error });
    return null;
  }
}
