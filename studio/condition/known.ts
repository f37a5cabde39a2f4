import { queryOptions, useQuery } from '@tanstack/react-query';
import { createContext, useContext, useMemo } from 'react';
import type { AudienceFields } from '../../src/api/contract-audience.ts';
import type { LanguageOutline } from '../../src/api/contract-language.ts';
import { ask } from '../api/client.ts';
import { useSees } from '../ui/may.ts';
import { type Say, isKey } from '../words/words.ts';
import type { FieldKind } from './change.ts';

/** A field that can be asked for, with a value as it was lately. */
export interface Field {
  path: string;
  kind: FieldKind;
  sample: string;
}

/** Which conditions may be added where the form stands: over people, over one of their events, or over items. */
export type Ground = 'people' | 'event' | 'item';

/** What the fields of a condition offer. */
export interface Known {
  ground: Ground;
  /** Event types with how many of the last events were such. */
  types: readonly { type: string; count: number }[];
  fields: readonly Field[];
  /** Fields of events of these types. */
  ofEvents: (types: readonly string[]) => readonly Field[];
  audiences: readonly { key: string; name: string }[];
}

export const KnownContext = createContext<Known>({
  ground: 'people',
  types: [],
  fields: [],
  ofEvents: () => [],
  audiences: [],
});
export const useKnown = (): Known => useContext(KnownContext);

/** Types that shops send and we make ourselves, whether or not they came lately. */
export const usualTypes = [
  'commerce.productViews',
  'commerce.productListAdds',
  'commerce.productListRemovals',
  'commerce.checkouts',
  'commerce.purchases',
  'commerce.refunds',
  'commerce.saveForLaters',
  'web.webpagedetails.pageViews',
  'web.webinteraction.linkClicks',
  'web.siteSearches',
  'web.categoryViews',
  'message.accepted',
  'message.opened',
  'message.clicked',
  'message.bounced',
  'message.unsubscribed',
  'profile.consent',
] as const;

/** What every profile has, whether or not somebody seen lately had it. */
const usualProfile: readonly Field[] = (
  [
    ['profile.reachable', 'flag'],
    ['profile.consent.`email-marketing`', 'flag'],
    ['profile.consent.personalize', 'flag'],
    ['profile.cart.count', 'number'],
    ['profile.orders', 'list'],
    ['profile.visits', 'number'],
    ['profile.lastSeenAt', 'number'],
    ['profile.firstSeenAt', 'number'],
    ['profile.viewed', 'list'],
    ['profile.lastViewed', 'text'],
    ['profile.mostViewed', 'text'],
    ['profile.lastPurchased', 'text'],
    ['profile.favouriteCategory', 'text'],
    ['profile.language', 'text'],
    ['profile.timeZone', 'text'],
    ['profile.email', 'text'],
    ['profile.firstName', 'text'],
    ['profile.audiences', 'list'],
  ] as const
).map(([path, kind]) => ({ path, kind, sample: '' }));

const usualEvent: readonly Field[] = (
  [
    ['item.id', 'text'],
    ['item.price', 'number'],
    ['item.quantity', 'number'],
    ['event.order.total', 'number'],
    ['event.page.url', 'text'],
    ['event.page.section', 'text'],
  ] as const
).map(([path, kind]) => ({ path, kind, sample: '' }));

const seenLately = queryOptions({
  queryKey: ['rule', 'fields'],
  queryFn: () => ask<AudienceFields>('/v1/language/fields'),
  staleTime: 60_000,
});

/** Those of `first`, then those of `more` that are not among them; what was seen tells its kind and a sample. Pure. */
export function joined(first: readonly Field[], more: readonly Field[]): Field[] {
  const seen = new Map(more.map((field) => [field.path, field]));
  const known = new Set(first.map(({ path }) => path));
  return [
    ...first.map((field) => ({ ...field, sample: seen.get(field.path)?.sample ?? field.sample })),
    ...more.filter(({ path }) => !known.has(path)),
  ];
}

type Seen = AudienceFields['profile'];
const fieldsOf = (seen: Seen): Field[] =>
  seen.map(({ path, kind, sample }) => ({ path, kind: kind as FieldKind, sample }));

/** What rules over people may ask: what there always is, and what the last events and people brought along. */
export function useKnownOfPeople(audiences: Known['audiences']): Known {
  const isShown = useSees('people');
  const { data } = useQuery({ ...seenLately, enabled: isShown });
  return useMemo(() => {
    const { events = [], profile = [] } = data ?? {};
    const seenTypes = events.map(({ type, count }) => ({ type, count }));
    const others = usualTypes.filter((type) => !events.some((one) => one.type === type));
    return {
      ground: 'people' as const,
      types: [...seenTypes, ...others.map((type) => ({ type, count: 0 }))],
      fields: joined(usualProfile, fieldsOf(profile)),
      ofEvents: (types) =>
        events
          .filter(({ type }) => types.includes(type))
          .reduce((all, one) => joined(all, fieldsOf(one.fields)), [...usualEvent]),
      audiences,
    };
  }, [data, audiences]);
}

/** A rule as a tree; refused with a problem where it is none. */
export const ruleOutline = (source: string) =>
  queryOptions({
    queryKey: ['rule', 'outline', source],
    queryFn: () => ask<LanguageOutline>('/v1/language/outline', { method: 'POST', body: { source } }),
    staleTime: Infinity,
    retry: false,
  });

/** A field or an event type in plain words, where there are some. */
export function plainWord(name: string, say: Say): string | null {
  const key = `plain.${name.replaceAll('`', '')}`;
  return isKey(key) ? say(key) : null;
}
