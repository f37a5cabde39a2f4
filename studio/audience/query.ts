import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { LanguageProblem } from '../../src/api/contract-language.ts';
import { ask } from '../api/client.ts';
import type { AudienceMembers, AudiencePreview, AudienceView } from '../../src/api/contract-audience.ts';

const part = encodeURIComponent;

export const audiences = queryOptions({
  queryKey: ['audiences'],
  queryFn: async () => (await ask<{ audiences: AudienceView[] }>('/v1/audiences')).audiences,
  refetchInterval: 4_000,
});

export const audience = (key: string) =>
  queryOptions({
    queryKey: ['audiences', key],
    queryFn: () => ask<AudienceView>(`/v1/audiences/${part(key)}`),
    refetchInterval: 2_000,
  });

/** How many members stand on a page of the list. */
export const pageSize = 25;

export const members = (key: string, after: string | null) =>
  queryOptions({
    queryKey: ['audiences', key, 'members', after ?? ''],
    queryFn: () => {
      const search = new URLSearchParams({ limit: String(pageSize) });
      if (after !== null) search.set('after', after);
      return ask<AudienceMembers>(`/v1/audiences/${part(key)}/members?${search.toString()}`);
    },
    refetchInterval: 4_000,
    placeholderData: keepPreviousData,
  });

/** What is wrong with a rule, by line and column. */
export const ruleProblems = (source: string, mode: 'rule' | 'expression') =>
  queryOptions({
    queryKey: ['rule', 'check', mode, source],
    queryFn: async () =>
      (
        await ask<{ problems: LanguageProblem[] }>('/v1/language/check', {
          method: 'POST',
          body: { source, mode },
        })
      ).problems,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });

/** Who would be in an audience of this rule. */
export const rulePreview = (rule: string) =>
  queryOptions({
    queryKey: ['rule', 'preview', rule],
    queryFn: () => ask<AudiencePreview>('/v1/audiences/preview', { method: 'POST', body: { rule } }),
    staleTime: 10_000,
  });
