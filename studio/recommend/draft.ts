import type { CriterionView } from '../../src/api/contract-criterion.ts';
import { isWhole } from '../rule/matcher.ts';
import {
  type Algorithm,
  type Content,
  type KeyChoice,
  hasWindow,
  hides,
  hidingOf,
  ruleText,
  sentencesOf,
} from './sentence.ts';

type Hidden = (typeof hides)[number];

/** What a criterion says, without what is noted of it: where a draft begins. Pure. */
export function contentOf(view: CriterionView): Content {
  const {
    key: _key,
    number: _number,
    version: _version,
    shipped: _shipped,
    needs: _needs,
    createdAt: _createdAt,
    updatedAt: _updatedAt,
    updatedBy: _updatedBy,
    ready: _ready,
    lacks: _lacks,
    title,
    description,
    ...content
  } = view;
  // The door fills these in; what was not said stays unsaid.
  return {
    ...content,
    ...(content.titles !== undefined || title === view.name ? {} : { title }),
    ...(description === '' ? {} : { description }),
  };
}

/** A draft with a field said, or unsaid where there is nothing to say. Pure. */
export function put<F extends keyof Content>(draft: Content, field: F, value: Content[F] | undefined): Content {
  const { [field]: _before, ...rest } = draft;
  const isEmpty =
    value === undefined || value === '' || (typeof value === 'object' && Object.values(value).length === 0);
  return (isEmpty ? rest : { ...rest, [field]: value }) as Content;
}

export const kinds = [
  'cart',
  'item',
  'similar',
  'recent',
  'for-you',
  'session',
  'next-basket',
  'popular',
  'custom',
  'sequence',
] as const;
export type AlgorithmKind = (typeof kinds)[number];

/** What an algorithm of a kind says at first; the item stays where both are about one. Pure. */
export function algorithmOf(kind: AlgorithmKind, before: Algorithm): Algorithm {
  const item: KeyChoice = 'item' in before ? before.item : { from: 'current' };
  switch (kind) {
    case 'item':
      return { kind, action: 'viewed-viewed', item };
    case 'similar':
      return { kind, item };
    case 'popular':
      return { kind, action: 'viewed' };
    case 'custom':
      return { kind, list: '' };
    case 'sequence':
      return { kind, members: [{ criterion: 'recently-viewed', slots: 2 }, { criterion: 'for-you' }] };
    default:
      return { kind };
  }
}

/** A draft with another algorithm; what has no meaning for it goes. Pure. */
export function withAlgorithm(draft: Content, algorithm: Algorithm): Content {
  const isShort = draft.window === '6h' && algorithm.kind !== 'popular';
  const made = { ...draft, algorithm };
  return isShort || !hasWindow(algorithm.kind) ? put(made, 'window', undefined) : made;
}

/** An algorithm about another item; the request has one current key, so there is no other to go on with. Pure. */
export function withKey<A extends Extract<Algorithm, { kind: 'item' | 'similar' }>>(algorithm: A, item: KeyChoice): A {
  if (item.from !== 'current') return { ...algorithm, item };
  const { keys: _keys, ...rest } = algorithm;
  return { ...rest, item } as A;
}

/** A draft that hides something, or does not; only what is not usual is said. Pure. */
export function withHidden(draft: Content, what: Hidden, isHidden: boolean): Content {
  const { [what]: _before, ...hide } = draft.hide ?? {};
  const usual = hidingOf({ algorithm: draft.algorithm })[what];
  return put(draft, 'hide', isHidden === usual ? hide : { ...hide, [what]: isHidden });
}

/** A draft as it is sent: rules that are not whole yet are left out. Pure. */
export function sent(draft: Content): Content {
  const named = put({ ...draft, name: draft.name.trim() }, 'rules', (draft.rules ?? []).filter(isWhole));
  return put(
    named,
    'weights',
    (draft.weights ?? []).filter(({ rule }) => isWhole(rule)),
  );
}

/** A draft read from JSON, and why it cannot be where it cannot. Pure. */
export function readJson(text: string): { content: Content } | { why: string } {
  try {
    const value: unknown = JSON.parse(text);
    return isReadable(value) ? { content: value } : { why: 'name, algorithm, rules, backup' };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

/** Can the form and the sentences read it? What it means is for the door to judge. */
function isReadable(value: unknown): value is Content {
  if (typeof value !== 'object' || value === null) return false;
  const { name, algorithm } = value as Partial<Content>;
  if (typeof name !== 'string' || !kinds.some((kind) => kind === algorithm?.kind)) return false;
  try {
    sentencesOf(
      value as Content,
      (key) => key,
      (key) => key,
    );
    sent(value as Content).rules?.map(ruleText);
    return true;
  } catch {
    return false;
  }
}
