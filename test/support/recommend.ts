import type { House, Person, RecommendationAnswer, RecommendRequest } from '../../src/api/index.ts';

/** Answers everybody with one coat, and remembers what it was asked. */
export function fakeRecommender(asked: { request: RecommendRequest; person: Person | null }[]): House['recommend'] {
  return {
    numbers: () => ({ viewed: 0, carted: 0, bought: 0 }),
    did: () => true,
    described: { items: 1, whole: true },
    answer: (request, person) => {
      asked.push({ request, person });
      return fakeAnswer(request);
    },
    preview: (_content, request, person) => {
      const named = { ...request, criterion: 'preview' };
      asked.push({ request: named, person });
      return fakeAnswer(named);
    },
  };
}

export function fakeAnswer(request: RecommendRequest): RecommendationAnswer {
  return {
    status: 'ok',
    count: 1,
    filledBy: { criteria: 1, promotion: 0, backup: 0 },
    criterion: { key: request.criterion, title: request.criterion },
    key: request.cart ?? [],
    cart: [],
    items: [
      {
        id: 'coat-1',
        name: 'Winter coat',
        url: null,
        imageUrl: null,
        price: 129,
        currency: 'EUR',
        category: 'coats',
        source: 'criteria',
        criterion: request.criterion,
        score: 1,
        rank: 1,
        reason: 'Bought together.',
        because: [],
      },
    ],
    filtered: [],
    requestId: 'request-1',
    trackingToken: 'token-1',
    age: 0,
  };
}
