import { queryOptions } from '@tanstack/react-query';
import type {
  ComparisonView,
  CreditRules,
  CreditsView,
  ItemsView,
  OutletView,
  PeriodsView,
  RecommendationsView,
} from '../../src/api/contract-measured.ts';
import type { FunnelLine } from '../../src/api/contract-report.ts';
import { ask } from '../api/client.ts';

/** Reports follow the house this often, ms. */
const often = 10_000;
const part = encodeURIComponent;
const of = (key: string) => `/v1/journeys/${part(key)}/report`;

/** By what mails can be told apart. */
export const mailGroups = ['day', 'activity', 'version', 'message', 'variant', 'criterion', 'item', 'slot'] as const;
export type MailGroup = (typeof mailGroups)[number];

/** By what recommendations can be told apart. */
export const shownGroups = ['criterion', 'slot', 'item', 'day'] as const;
export type ShownGroup = (typeof shownGroups)[number];

export const mails = (key: string, by: MailGroup) =>
  queryOptions({
    queryKey: ['journey', key, 'mails', by],
    queryFn: async () => (await ask<{ rows: FunnelLine[] }>(`${of(key)}/funnel?by=${by}`)).rows,
    refetchInterval: often,
  });

export const experiments = (key: string) =>
  queryOptions({
    queryKey: ['journey', key, 'experiments'],
    queryFn: async () => (await ask<{ comparisons: ComparisonView[] }>(`${of(key)}/experiments`)).comparisons,
    refetchInterval: often,
  });

/** The last days up to `now` (ISO 8601, whole hours, so that the answer is kept), beside as many before. */
export const periods = (key: string, span: { from: string; until: string }) =>
  queryOptions({
    queryKey: ['journey', key, 'periods', span],
    queryFn: () => ask<PeriodsView>(`${of(key)}/periods?from=${part(span.from)}&until=${part(span.until)}`),
    refetchInterval: often,
  });

export const credits = (key: string) =>
  queryOptions({
    queryKey: ['journey', key, 'credits'],
    queryFn: async () => (await ask<CreditsView>(`${of(key)}/credits`)).credits,
    refetchInterval: often * 3,
  });

export const items = (key: string) =>
  queryOptions({
    queryKey: ['journey', key, 'items'],
    queryFn: async () => (await ask<ItemsView>(`${of(key)}/items`)).items,
    refetchInterval: often * 3,
  });

export const allMail = queryOptions({
  queryKey: ['reports', 'global'],
  queryFn: async () => (await ask<{ comparisons: ComparisonView[] }>('/v1/reports/global')).comparisons,
  refetchInterval: often,
});

/** Where recommendations stand. */
export const places = ['pages', 'mails'] as const;
export type Place = (typeof places)[number];

export const recommended = (by: ShownGroup, where: Place) =>
  queryOptions({
    queryKey: ['reports', 'recommendations', by, where],
    queryFn: () => ask<RecommendationsView>(`/v1/reports/recommendations?by=${by}&in=${where}`),
    refetchInterval: often,
  });

export const creditRules = queryOptions({
  queryKey: ['credit-rule'],
  queryFn: async () => (await ask<CreditRules>('/v1/credit-rule')).rules,
});

/** Where the log is sent on to; null where it is not. */
export const eventWebhook = queryOptions({
  queryKey: ['event-webhook'],
  queryFn: async () => (await ask<{ webhook: OutletView | null }>('/v1/event-webhook')).webhook,
  refetchInterval: often,
});
