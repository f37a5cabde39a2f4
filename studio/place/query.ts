import { queryOptions } from '@tanstack/react-query';
import type { ActivityNumbers, ActivityView } from '../../src/api/contract-design.ts';
import { ask } from '../api/client.ts';
import type { Schema } from '../form/schema.ts';

export const activityPath = (key: string) => `/v1/activities/${encodeURIComponent(key)}`;

/** What places show, to whom. */
export const activities = queryOptions({
  queryKey: ['activities'],
  queryFn: async () => (await ask<{ activities: ActivityView[] }>('/v1/activities')).activities,
});

export const activity = (key: string) =>
  queryOptions({ queryKey: ['activities', key], queryFn: () => ask<ActivityView>(activityPath(key)) });

export const activityNumbers = (key: string) =>
  queryOptions({
    queryKey: ['activities', key, 'numbers'],
    queryFn: async () => (await ask<ActivityNumbers>(`${activityPath(key)}/numbers`)).experiences,
    refetchInterval: 10_000,
  });

/** The form of an activity as the server publishes it. */
export const activitySchema = queryOptions({
  queryKey: ['schema', 'activity'],
  queryFn: () => ask<Schema>('/v1/schema/activity'),
  staleTime: Infinity,
});
