import { queryOptions } from '@tanstack/react-query';
import type { OfferView } from '../../src/api/contract-design.ts';
import { ask } from '../api/client.ts';

const part = encodeURIComponent;
export const offerPath = (key: string) => `/v1/offers/${part(key)}`;

/** The library of offers. */
export const offers = queryOptions({
  queryKey: ['offers'],
  queryFn: async () => (await ask<{ offers: OfferView[] }>('/v1/offers')).offers,
});

export const offer = (key: string) =>
  queryOptions({ queryKey: ['offers', key], queryFn: () => ask<OfferView>(offerPath(key)) });
