import { queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { JourneyFields } from '../../src/api/contract-journey.ts';
import { ask } from '../api/client.ts';
import { journeys, secrets } from '../api/query.ts';
import { audiences } from '../audience/query.ts';
import type { FormFrame } from '../form/form.ts';
import type { Schema } from '../form/schema.ts';
import { templates } from '../message/query.ts';
import { useVoice } from '../ui/voice.tsx';
import { recipeWords } from '../words/words.ts';
import type { JourneyDocument } from './document.ts';
import { sentenceOf } from './sentence.ts';

const journeySchema = queryOptions({
  queryKey: ['schema', 'journey'],
  queryFn: () => ask<Schema>('/v1/schema/journey'),
  staleTime: Infinity,
});

/** The form of a journey as the server publishes it, and those of its parts. */
export function useParts(): { journey: Schema; entry: Schema; activity: Schema } | null {
  const { data } = useQuery(journeySchema);
  return useMemo(() => {
    const { entry, activities } = data?.properties ?? {};
    const activity = Object.values(activities?.patternProperties ?? {})[0];
    return data && entry && activity ? { journey: data, entry, activity } : null;
  }, [data]);
}

/** What recent runs of a journey brought along, and the fields of a profile: names for expressions. */
export function usePicks(key: string): { path: string; sample: string }[] {
  const { data: seen = [] } = useQuery({
    queryKey: ['journey', key, 'fields'],
    queryFn: async () => (await ask<JourneyFields>(`/v1/journeys/${encodeURIComponent(key)}/fields`)).fields,
    staleTime: 60_000,
    retry: false,
  });
  const { data: ofProfile = [] } = useQuery({
    queryKey: ['profile-fields'],
    queryFn: async () => {
      const source = 'profile.';
      const body = { source, offset: source.length, mode: 'expression' };
      return (
        await ask<{ items: { label: string; detail: string }[] }>('/v1/language/complete', { method: 'POST', body })
      ).items;
    },
    staleTime: Infinity,
  });
  // What happened comes first, then who it is, then what services answered.
  const ofEvent = seen.filter(({ path }) => path.startsWith('event.'));
  const answered = seen.filter(({ path }) => !path.startsWith('event.'));
  return [
    ...ofEvent,
    ...ofProfile.map(({ label, detail }) => ({ path: `profile.${label}`, sample: detail })),
    ...answered,
  ];
}

/** Facts that journeys begin with, wait for and end by. */
const facts = [
  'cart.changed',
  'cart.emptied',
  'cart.replaced',
  'visit.ended',
  'ordered',
  'identified',
  'consent.given',
  'consent.lost',
  'audience.entered',
  'audience.left',
  'message.opened',
  'message.clicked',
  'message.bounced',
  'item.changed',
];

/** What the fields of a journey may name. */
export function useKnown(document: JourneyDocument, messages: readonly string[]): FormFrame['known'] {
  const { say } = useVoice();
  const keysOf = (keys: readonly string[]) => keys.map((value) => ({ value, label: value }));
  const audienceKeys = useQuery(audiences).data?.map(({ key }) => key) ?? [];
  const journeyKeys = useQuery(journeys).data?.map(({ key }) => key) ?? [];
  const mails = useQuery(templates).data?.map(({ key, name }) => ({ value: key, label: recipeWords(name, say) })) ?? [];
  const secretNames = useQuery(secrets).data?.map(({ name }) => name) ?? [];
  return {
    place: [...document.activities.keys()].map((id) => ({ value: id, label: sentenceOf(document, id, say) })),
    event: keysOf(facts),
    audience: keysOf(audienceKeys),
    journey: keysOf(journeyKeys),
    message: [...mails, ...keysOf(messages.filter((key) => !mails.some(({ value }) => value === key)))],
    sign: keysOf(secretNames),
    zone: keysOf(['profile', ...Intl.supportedValuesOf('timeZone')]),
  };
}
