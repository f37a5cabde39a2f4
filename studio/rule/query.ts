import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import type { ItemAttributes } from '../../src/api/contract-item.ts';
import type {
  CollectionView,
  ExclusionView,
  PromotionInput,
  PromotionPreviewView,
  PromotionView,
  RulePreviewView,
} from '../../src/api/contract-rule.ts';
import { ApiError, ask } from '../api/client.ts';
import type { Content } from './draft.ts';
import { type Rule, isWhole } from './matcher.ts';

export const ruleKinds = ['collections', 'exclusions', 'promotions'] as const;
export type RuleKind = (typeof ruleKinds)[number];
export interface Views {
  collections: CollectionView;
  exclusions: ExclusionView;
  promotions: PromotionView;
}
export type AnyView = Views[RuleKind];

const part = encodeURIComponent;
export const rulePath = (kind: RuleKind, key: string) => `/v1/${kind}/${part(key)}`;

/** All of a kind, with how many items each leaves or takes at present. */
export const definitions = <K extends RuleKind>(kind: K) =>
  queryOptions({
    queryKey: ['definitions', kind],
    queryFn: async () => (await ask<Record<string, Views[K][]>>(`/v1/${kind}`))[kind] ?? [],
  });

export const definition = <K extends RuleKind>(kind: K, key: string) =>
  queryOptions({ queryKey: ['definitions', kind, key], queryFn: () => ask<Views[K]>(rulePath(kind, key)) });

/** What it said before, newest first. */
export const definitionVersions = (kind: RuleKind, key: string) =>
  queryOptions({
    queryKey: ['definitions', kind, key, 'versions'],
    queryFn: async () => (await ask<{ versions: Version[] }>(`${rulePath(kind, key)}/versions`)).versions,
  });
export interface Version {
  version: number;
  at: string | null;
  by: string | null;
  content: Content;
}

/** What rules may ask of the items. */
export const itemAttributes = queryOptions({
  queryKey: ['item-attributes'],
  queryFn: () => ask<ItemAttributes>('/v1/item-attributes'),
  staleTime: 60_000,
});

/** For whom rules are asked: an item of the page, a person, parameters of the request as `name=value`. */
export interface Whom {
  item?: string | undefined;
  person?: string | undefined;
  parameters?: readonly string[] | undefined;
}

function whomOf({ item, person, parameters = [] }: Whom) {
  const request = Object.fromEntries(
    parameters.flatMap((text) => {
      const [name = '', ...value] = text.split('=');
      return name.trim() === '' ? [] : [[name.trim(), value.join('=').trim()]];
    }),
  );
  return {
    ...(item === undefined ? {} : { item }),
    ...(person === undefined ? {} : { profileId: person }),
    ...(parameters.length === 0 ? {} : { request }),
  };
}

/** What rules let through, each and all together, and the first items. */
const rulePreview = (rules: readonly Rule[], whom: Whom, limit: number) =>
  queryOptions({
    queryKey: ['rules', 'preview', rules, whom, limit],
    queryFn: () =>
      ask<RulePreviewView>('/v1/collections/preview', { method: 'POST', body: { rules, limit, ...whomOf(whom) } }),
    placeholderData: keepPreviousData,
    retry: false,
  });

/** What a promotion would show that is not saved. */
export const promotionPreview = (promotion: PromotionInput, whom: Whom) =>
  queryOptions({
    queryKey: ['promotions', 'preview', promotion, whom],
    queryFn: () =>
      ask<PromotionPreviewView>('/v1/promotions/preview', {
        method: 'POST',
        body: { promotion, limit: shownHits, ...whomOf(whom) },
      }),
    placeholderData: keepPreviousData,
    retry: false,
  });

/** Items that are shown of those that a rule hits. */
export const shownHits = 16;

export interface Effects {
  data: RulePreviewView | undefined;
  error: unknown;
  /** What a rule does, by its place in the list as it is written. */
  of: (place: number) => RulePreviewView['rules'][number] | undefined;
  /** What is wrong with it, as the door said it. */
  faultOf: (place: number) => string | undefined;
  /** Are there rules that can be asked? */
  isAsked: boolean;
}

/** What the rules do, a moment after they were last changed; rules that are not whole yet are left out. */
export function useEffects(rules: readonly Rule[], whom: Whom, limit = 0): Effects {
  const places = rules.flatMap((rule, place) => (isWhole(rule) ? [place] : []));
  const [settled] = useDebouncedValue(JSON.stringify({ places, rules: places.map((place) => rules[place]) }), 400);
  const asked = JSON.parse(settled) as { places: number[]; rules: Rule[] };
  const isAsked = asked.rules.length > 0;
  const { data, error } = useQuery({ ...rulePreview(asked.rules, whom, limit), enabled: isAsked });
  const where = error instanceof ApiError ? /^rules\[(\d+)\]/.exec(error.problem.where ?? '')?.[1] : undefined;
  const wrongPlace = where === undefined ? undefined : asked.places[Number(where)];
  return {
    data: isAsked && !error ? data : undefined,
    error: wrongPlace === undefined ? error : null,
    of: (place) => (error ? undefined : data?.rules[asked.places.indexOf(place)]),
    faultOf: (place) =>
      place === wrongPlace && error instanceof ApiError ? `${error.problem.detail}. ${error.problem.mend}` : undefined,
    isAsked,
  };
}

/** The condition that a matcher means, as the engine writes it. */
export async function conditionOf(rule: Rule): Promise<string> {
  if (typeof rule === 'string') return rule;
  const body = { rules: [rule], limit: 0 };
  const { rules } = await ask<RulePreviewView>('/v1/collections/preview', { method: 'POST', body });
  return rules[0]?.condition ?? '';
}
