import type { PromotionInput } from '../../src/api/contract-rule.ts';
import { type Rule, isWhole, newMatcher } from './matcher.ts';
import type { AnyView, RuleKind } from './query.ts';

/** What a collection, exclusion or promotion says, as a form holds it; of each kind only what it has. */
export interface Content {
  name: string;
  description: string;
  rules: Rule[];
  on: boolean;
  front: number;
  back: number;
  starts: string | null;
  ends: string | null;
  ids: string[] | null;
  collection: string | null;
  randomise: boolean;
  keyItem: NonNullable<PromotionInput['keyItem']> | null;
  keyAttribute: string | null;
}

const begin: Content = {
  name: '',
  description: '',
  rules: [],
  on: true,
  front: 1,
  back: 0,
  starts: null,
  ends: null,
  ids: null,
  collection: null,
  randomise: false,
  keyItem: null,
  keyAttribute: null,
};

/** Where a new one begins: with one rule to fill in. */
export const beginOf = (kind: RuleKind): Content => ({ ...begin, rules: kind === 'promotions' ? [] : [newMatcher] });

/** What is kept, as a form holds it. Pure. */
export function contentOf(view: AnyView | Partial<Content>): Content {
  const known = Object.fromEntries(
    Object.keys(begin).flatMap((field) => {
      const value = (view as Partial<Content>)[field as keyof Content];
      return value === undefined ? [] : [[field, value]];
    }),
  );
  return { ...begin, ...known };
}

/** What the door takes: rules that are not whole yet are left out. Pure. */
export function inputOf(kind: RuleKind, content: Content): Record<string, unknown> {
  const { name, description, on, front, back, starts, ends, ids, collection, randomise, keyItem, keyAttribute } =
    content;
  const rules = content.rules.filter(isWhole);
  const base = { name: name.trim(), ...(description.trim() === '' ? {} : { description: description.trim() }) };
  if (kind === 'collections') return { ...base, rules };
  if (kind === 'exclusions') return { ...base, rules, on };
  return {
    ...base,
    on,
    front,
    back,
    starts,
    ends,
    randomise,
    ...(ids === null ? { rules, collection } : { ids }),
    ...(ids === null && keyItem !== null ? { keyItem } : {}),
    ...(ids === null && keyItem === 'PROFILE_ATTRIBUTE' ? { keyAttribute } : {}),
  };
}

/** Is there enough of it to be saved? What is wrong in it is for the door to say. Pure. */
export function isReady(kind: RuleKind, { name, rules, ids, collection }: Content): boolean {
  if (name.trim() === '' || rules.some((rule) => !isWhole(rule) && rule !== '')) return false;
  if (rules.some(isWhole)) return true;
  return kind === 'promotions' && (ids === null ? collection !== null : ids.length > 0);
}
