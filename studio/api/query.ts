import type { HarmView } from '../../src/api/contract-mail.ts';
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
  TimelineEntry,
} from '../../src/api/contract.ts';
import type { SecretRow, ServiceState } from '../../src/api/contract-action.ts';
import type { CertificateView } from '../../src/api/contract-person.ts';
import type { IntakeView, QuarantineView } from '../../src/api/contract-watch.ts';
import type { WebhookRequest, WebhookView } from '../../src/api/contract-webhook.ts';
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

/** What does not change while the house runs: whether it is the demo, and where the shop is. */
export const environment = { ...overview, refetchInterval: false, staleTime: Infinity } as const;

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

/** What the actions of journeys call, and how it is doing. */
export const services = queryOptions({
  queryKey: ['services'],
  queryFn: async () => (await ask<{ services: ServiceState[] }>('/v1/services')).services,
  refetchInterval: live * 2,
});

export const secrets = queryOptions({
  queryKey: ['secrets'],
  queryFn: async () => (await ask<{ secrets: SecretRow[] }>('/v1/secrets')).secrets,
});

export const report = (key: string) =>
  queryOptions({
    queryKey: ['journey', key, 'report'],
    queryFn: () => ask<JourneyReport>(`/v1/journeys/${part(key)}/report`),
    refetchInterval: live * 2,
  });

export const harm = (key: string) =>
  queryOptions({
    queryKey: ['journey', key, 'harm'],
    queryFn: () => ask<HarmView>(`/v1/journeys/${part(key)}/harm`),
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
    queryFn: () => ask<{ people: PersonRow[]; left: number; more?: boolean }>(`/v1/people?q=${part(q)}`),
    refetchInterval: calm,
    placeholderData: (before) => before,
  });

export const person = (id: string) =>
  queryOptions({
    queryKey: ['person', id],
    queryFn: () => ask<ProfileDetail>(`/v1/profiles/id:${part(id)}`),
    // Whoever was erased is not asked for again and again.
    refetchInterval: ({ state: { error } }) =>
      error instanceof ApiError && error.problem.status === 404 ? false : live,
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

/** What just came in, of everybody or of one source, and only what was refused if so asked. */
export const intake = (source: string | undefined, refused: boolean) =>
  queryOptions({
    queryKey: ['intake', source ?? '', refused],
    queryFn: () => {
      const search = new URLSearchParams({ limit: '200' });
      if (source !== undefined) search.set('source', source);
      if (refused) search.set('outcome', 'refused');
      return ask<IntakeView>(`/v1/intake?${search.toString()}`);
    },
    placeholderData: (before) => before,
  });

export const quarantine = queryOptions({
  queryKey: ['quarantine'],
  queryFn: () => ask<QuarantineView>('/v1/quarantine?limit=50'),
  refetchInterval: live * 2,
});

export const webhooks = queryOptions({
  queryKey: ['webhooks'],
  queryFn: async () => (await ask<{ webhooks: WebhookView[] }>('/v1/webhooks')).webhooks,
  refetchInterval: live * 2,
});

export const webhookRequests = (key: string) =>
  queryOptions({
    queryKey: ['webhooks', key, 'requests'],
    queryFn: async () => (await ask<{ requests: WebhookRequest[] }>(`/v1/webhooks/${part(key)}/requests`)).requests,
    refetchInterval: calm,
  });

export const erasure = (id: string) =>
  queryOptions({
    queryKey: ['erasure', id],
    queryFn: () => ask<CertificateView>(`/v1/erasures/${part(id)}`),
    refetchInterval: (query) => (query.state.data?.state === 'done' ? false : 1_000),
  });
