import { queryOptions } from '@tanstack/react-query';
import type { AlertRow, AlertSettingsView } from '../../src/api/contract-alert.ts';
import { ask } from '../api/client.ts';

/** What is wrong now, and what was within thirty days. */
export const alerts = queryOptions({
  queryKey: ['alerts'],
  queryFn: async () => (await ask<{ alerts: AlertRow[] }>('/v1/alerts')).alerts,
  refetchInterval: 10_000,
});

/** Who is told. */
export const alertSettings = queryOptions({
  queryKey: ['alerts', 'settings'],
  queryFn: () => ask<AlertSettingsView>('/v1/alerts/settings'),
});
