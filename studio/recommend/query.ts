import { keepPreviousData, queryOptions, useQueries, useQuery } from '@tanstack/react-query';
import type { RecommendationAnswer, RecommendationRequest } from '../../src/api/contract.ts';
import type { CriterionView } from '../../src/api/contract-criterion.ts';
import type { PreviewItem, RulePreviewView } from '../../src/api/contract-rule.ts';
import { ask } from '../api/client.ts';
import { journey, journeys } from '../api/query.ts';
import { useVoice } from '../ui/voice.tsx';
import { isKey } from '../words/words.ts';
import type { Content, NameOf, Rule } from './sentence.ts';
import { type ActivityRead, type Use, usesOf } from './uses.ts';

const part = encodeURIComponent;
export const criterionPath = (key: string) => `/v1/criteria/${part(key)}`;

export const criteria = queryOptions({
  queryKey: ['criteria'],
  queryFn: async () => (await ask<{ criteria: CriterionView[] }>('/v1/criteria')).criteria,
  staleTime: 10_000,
});

export const criterion = (key: string) =>
  queryOptions({ queryKey: ['criteria', key], queryFn: () => ask<CriterionView>(criterionPath(key)) });

/** What it said before, newest first. */
export const criterionVersions = (key: string) =>
  queryOptions({
    queryKey: ['criteria', key, 'versions'],
    queryFn: async () => (await ask<{ versions: CriterionVersion[] }>(`${criterionPath(key)}/versions`)).versions,
  });
interface CriterionVersion {
  version: number;
  at: string | null;
  by: string | null;
  content: Content;
}

/** What the door calls a criterion that is only tried; none that is kept has this key. */
const triedKey = 'preview';

/** A criterion's name by its key; the key where it is none. */
export function useNames(): NameOf {
  const { say } = useVoice();
  const { data } = useQuery(criteria);
  return (key) => {
    const shipped = `shipped.${key}`;
    if (key === triedKey) return say('preview.itself');
    return isKey(shipped) ? say(shipped) : (data?.find((one) => one.key === key)?.name ?? key);
  };
}

const activities = queryOptions({
  queryKey: ['activities'],
  queryFn: async () => (await ask<{ activities: ActivityRead[] }>('/v1/activities')).activities,
  staleTime: 10_000,
});

/** What uses criteria; asked by key once all is there, and null before. */
export function useUses(): ((key: string) => Use[]) | null {
  const known = useQuery(criteria).data;
  const shown = useQuery(activities).data;
  const rows = useQuery({ ...journeys, refetchInterval: false }).data;
  const documents = useQueries({
    queries: (rows ?? []).map(({ key }) => ({ ...journey(key), refetchInterval: false as const, staleTime: 60_000 })),
  }).map(({ data }) => data);
  if (!known || !shown || !rows || documents.includes(undefined)) return null;
  const read = documents.flatMap((one) => (one ? [{ key: one.key, definition: one.definition }] : []));
  return (key) => usesOf(key, { criteria: known, activities: shown, journeys: read });
}

/** For whom and about what a preview asks. */
export type Asking = Omit<RecommendationRequest, 'criterion' | 'reasons'>;
/** A criterion that is kept, or one that is only tried. */
export type Tried = { key: string } | { content: Content };

/** What it would show, with all reasons; nothing is recorded for one that is only tried. */
export const preview = (tried: Tried, asking: Asking) =>
  queryOptions({
    queryKey: ['preview', tried, asking],
    queryFn: () =>
      'key' in tried
        ? ask<RecommendationAnswer>('/v1/recommendations', {
            method: 'POST',
            body: { ...asking, criterion: tried.key, reasons: true },
          })
        : ask<RecommendationAnswer>('/v1/criteria/preview', {
            method: 'POST',
            body: { ...asking, criterion: tried.content },
          }),
    placeholderData: keepPreviousData,
  });

const rulesOn = (rules: Rule[], limit: number) =>
  ask<RulePreviewView>('/v1/collections/preview', { method: 'POST', body: { rules, limit } });

/** Items whose name or id has these letters. */
export const itemsLike = (typed: string) =>
  queryOptions({
    queryKey: ['items', 'like', typed],
    queryFn: async (): Promise<PreviewItem[]> => {
      const text = JSON.stringify(typed.trim());
      const rules = typed.trim() === '' ? [] : [`containsIgnoreCase(item.name, ${text}) or item.id = ${text}`];
      return (await rulesOn(rules, 20)).items;
    },
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });

/** Items by their ids; those that are not in the catalogue are left out. */
export const itemsBy = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ['items', 'by', ids],
    queryFn: async (): Promise<PreviewItem[]> =>
      (await rulesOn([`item.id in ${JSON.stringify(ids)}`], Math.min(ids.length, 100))).items,
    enabled: ids.length > 0,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });
