import { QueryClient, queryOptions } from '@tanstack/react-query';
import type {
  ClockView,
  JourneyDetail,
  JourneyReport,
  JourneyRow,
  Mail,
  MailRow,
  Overview,
  PersonHere,
  PersonRow,
  ProfileDetail,
  RecommendationAnswer,
  RecommendationRequest,
  TimelineEntry,
} from '../../src/api/contract.ts';
import { ApiError, ask } from './client.ts';

/** Counts follow the house this often, milliseconds. */
const live = 2_000;
const calm = 10_000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 1_000,
      retry: (tries, error) => tries < 2 && error instanceof ApiError && error.problem.status === 0,
    },
  },
});

const part = encodeURIComponent;

export const overview = queryOptions({
  queryKey: ['overview'],
  queryFn: () => ask<Overview>('/v1/overview'),
  refetchInterval: live,
});

export const clock = queryOptions({
  queryKey: ['clock'],
  queryFn: () => ask<ClockView>('/v1/clock'),
  refetchInterval: live,
});

export const journeys = queryOptions({
  queryKey: ['journeys'],
  queryFn: async () => (await ask<{ journeys: JourneyRow[] }>('/v1/journeys')).journeys,
  refetchInterval: live,
});

export const journey = (key: string) =>
  queryOptions({
    queryKey: ['journey', key],
    queryFn: () => ask<JourneyDetail>(`/v1/journeys/${part(key)}`),
    refetchInterval: live,
  });

export const report = (key: string) =>
  queryOptions({
    queryKey: ['journey', key, 'report'],
    queryFn: () => ask<JourneyReport>(`/v1/journeys/${part(key)}/report`),
    refetchInterval: live * 2,
  });

export const peopleHere = (key: string, activity: string) =>
  queryOptions({
    queryKey: ['journey', key, 'people', activity],
    queryFn: () => readPeopleHere(`/v1/journeys/${part(key)}/people?activity=${part(activity)}`),
    refetchInterval: live,
  });

async function readPeopleHere(path: string): Promise<PersonHere[]> {
  const answer = await ask<PersonHere[] | { people: PersonHere[] }>(path);
  return Array.isArray(answer) ? answer : answer.people;
}

export const people = (q: string) =>
  queryOptions({
    queryKey: ['people', q],
    queryFn: () => ask<{ people: PersonRow[]; left: number }>(`/v1/people?q=${part(q)}`),
    refetchInterval: calm,
    placeholderData: (before) => before,
  });

export const person = (id: string) =>
  queryOptions({
    queryKey: ['person', id],
    queryFn: () => ask<ProfileDetail>(`/v1/profiles/id:${part(id)}`),
    refetchInterval: live,
  });

export const timeline = (id: string) =>
  queryOptions({
    queryKey: ['person', id, 'timeline'],
    queryFn: async () => (await ask<{ entries: TimelineEntry[] }>(`/v1/profiles/id:${part(id)}/timeline`)).entries,
    refetchInterval: live,
  });

export const mailbox = queryOptions({
  queryKey: ['mailbox'],
  queryFn: () => ask<MailRow[]>('/v1/mailbox'),
  refetchInterval: live,
});

export const mail = (id: string) =>
  queryOptions({ queryKey: ['mail', id], queryFn: () => ask<Mail>(`/v1/mailbox/${part(id)}`), staleTime: Infinity });

export const recommendation = (request: RecommendationRequest) =>
  queryOptions({
    queryKey: ['recommendation', request],
    queryFn: () => ask<RecommendationAnswer>('/v1/recommendations', { method: 'POST', body: request }),
    placeholderData: (before) => before,
  });
