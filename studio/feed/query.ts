import { queryOptions } from '@tanstack/react-query';
import { ask } from '../api/client.ts';
import type { FeedFault, FeedRunView, FeedView } from '../../src/api/contract-feed.ts';

const part = encodeURIComponent;
export const feedPath = (key: string) => `/v1/feeds/${part(key)}`;

export const feeds = queryOptions({
  queryKey: ['feeds'],
  queryFn: async () => (await ask<{ feeds: FeedView[] }>('/v1/feeds')).feeds,
  refetchInterval: 4_000,
});

export const feed = (key: string) =>
  queryOptions({ queryKey: ['feeds', key], queryFn: () => ask<FeedView>(feedPath(key)), refetchInterval: 2_000 });

export const runs = (key: string) =>
  queryOptions({
    queryKey: ['feeds', key, 'runs'],
    queryFn: async () => (await ask<{ runs: FeedRunView[] }>(`${feedPath(key)}/runs`)).runs,
    refetchInterval: 4_000,
  });

export const run = (key: string, id: string) =>
  queryOptions({
    queryKey: ['feeds', key, 'runs', id],
    queryFn: () => ask<FeedRunView>(`${feedPath(key)}/runs/${part(id)}`),
    refetchInterval: (query) => (query.state.data?.endedAt ? 10_000 : 1_000),
  });

/** How many refused rows stand on the page; the table has all that are kept. */
export const faultsShown = 20;

export const faults = (key: string, { id, state }: Pick<FeedRunView, 'id' | 'state'>) =>
  queryOptions({
    queryKey: ['feeds', key, 'runs', id, 'faults', state],
    queryFn: async () =>
      (await ask<{ faults: FeedFault[] }>(`${feedPath(key)}/runs/${part(id)}/faults?limit=${faultsShown}`)).faults,
  });
