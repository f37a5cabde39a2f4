import { Type, type TSchema } from 'typebox';
import { isUuid } from '../base/index.ts';
import { normalIdentity } from '../event/index.ts';
import { RecommendationAnswer, RecommendationRequest } from './contract.ts';
import { CriterionView } from './contract-in.ts';
import type { Door } from './door.ts';
import type { House, Person, RecommendRequest } from './house.ts';
import { findProfile, personIfAllowed } from './person.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

const BatchRequest = Type.Object({ requests: Type.Array(RecommendationRequest, { minItems: 1, maxItems: 500 }) });

/** Doors to the recommender: one answer, many answers, the criteria. */
export function recommendDoors(make: Make, house: House): void {
  make({
    method: 'POST',
    path: '/recommendations',
    scope: 'recommend',
    summary: 'What to show to somebody, by one criterion, with reasons.',
    body: RecommendationRequest,
    answer: RecommendationAnswer,
    work: (call) => recommend(call.body, house),
  });
  make({
    method: 'POST',
    path: '/recommendations/batch',
    scope: 'recommend',
    summary: 'Up to 500 questions in one call, answered in their order.',
    body: BatchRequest,
    answer: Type.Object({ answers: Type.Array(RecommendationAnswer) }),
    work: async (call) => {
      const answers: RecommendationAnswer[] = [];
      for (const request of call.body.requests) answers.push(await recommend(request, house));
      return { answers };
    },
  });
  make({
    method: 'GET',
    path: '/criteria',
    scope: 'read',
    summary: 'The criteria that can be asked for.',
    answer: Type.Object({ criteria: Type.Array(CriterionView) }),
    work: async () => ({ criteria: house.recommend.criteria() }),
  });
}

async function recommend(request: RecommendationRequest, house: House): Promise<RecommendationAnswer> {
  const { identities: _identities, profileId: _profileId, ...question } = request;
  return house.recommend.answer(question satisfies RecommendRequest, await personOfRequest(request, house));
}

/** By profile id, otherwise by the first identity that is known; nobody known is an answer for a stranger. */
async function personOfRequest(request: RecommendationRequest, house: House): Promise<Person | null> {
  if (request.profileId !== undefined && isUuid(request.profileId)) {
    const profile = await house.profiles.get(request.profileId);
    if (profile) return personIfAllowed(profile, house);
  }
  for (const [namespace, id] of Object.entries(request.identities ?? {})) {
    if (id.trim() === '') continue;
    const profile = await findProfile(normalIdentity(namespace, id), house);
    if (profile) return personIfAllowed(profile, house);
  }
  return null;
}
