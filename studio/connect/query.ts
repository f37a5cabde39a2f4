import { queryOptions } from '@tanstack/react-query';
import type { DatastreamView, KeyView } from '../../src/api/contract-in.ts';
import { ask } from '../api/client.ts';

export const streamPath = (id: string) => `/v1/datastreams/${encodeURIComponent(id)}`;

export const streams = queryOptions({
  queryKey: ['datastreams'],
  queryFn: async () => (await ask<{ datastreams: DatastreamView[] }>('/v1/datastreams')).datastreams,
});

export const keys = queryOptions({
  queryKey: ['keys'],
  queryFn: async () => (await ask<{ keys: KeyView[] }>('/v1/keys')).keys,
});
