import type { TSchema } from 'typebox';
import type { Definition, DefinitionInput, InclusionRule, Kind, RuleBook } from '../catalog/index.ts';
import { writerOf } from './admin-rule.ts';
import type { AttributeRule } from './contract-target-recs.ts';
import {
  pageOf,
  RecsCollectionInput,
  RecsCollectionView,
  RecsExclusionInput,
  RecsExclusionView,
  RecsPromotionInput,
  RecsPromotionView,
} from './contract-target-recs.ts';
import type { Door } from './door.ts';
import type { House } from './house.ts';
import { listQuery, notesOf, pageFor, type Listed } from './target-recs-list.ts';
import { promotionFrom, promotionViewOf } from './target-recs-promotion.ts';
import { attributeRuleOf, keeping, reads, ruleFrom, singleRuleOf } from './target-recs-rule.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** One kind of resource, said in Target's words and back. */
interface Words<K extends Kind> {
  plural: string;
  input: TSchema;
  view: TSchema;
  what: string;
  /** What it says, without what is noted of it. */
  viewOf(one: Definition<K>, rules: RuleBook): object;
  /** @param before what it said until now; null for a new one */
  read(body: Record<string, unknown>, before: Definition<K> | null): DefinitionInput<K>;
}

const inWords = { shown: attributeRuleOf, read: ruleFrom };

const collections: Words<'collection'> = {
  plural: 'collections',
  input: RecsCollectionInput,
  view: RecsCollectionView,
  what: 'a collection',
  viewOf: ({ name, description, rules }) => ({ name, description, rules: rules.map(attributeRuleOf) }),
  read: (body, before) => ({
    ...namesOf(body),
    rules: keeping(body['rules'] as AttributeRule[], before?.rules ?? [], inWords),
  }),
};

const exclusions: Words<'exclusion'> = {
  plural: 'exclusions',
  input: RecsExclusionInput,
  view: RecsExclusionView,
  what: 'an exclusion',
  viewOf: ({ name, description, rules, on }) => ({
    name,
    description,
    rule: singleRuleOf(rules),
    ...(on ? {} : { beckon: { on } }),
  }),
  read: (body, before) => ({
    ...namesOf(body),
    rules: exclusionRules(body['rule'] as AttributeRule, before?.rules ?? []),
    ...(before === null ? {} : { on: before.on }),
  }),
};

const promotions: Words<'promotion'> = {
  plural: 'promotions',
  input: RecsPromotionInput,
  view: RecsPromotionView,
  what: 'a promotion',
  viewOf: (one, rules) => promotionViewOf(one, (key) => rules.definition('collection', key).number),
  read: (body, before) => promotionFrom(body as RecsPromotionInput, before),
};

/** Collections, exclusions and promotions in Target's admin API (recommendations §3.2, §3.3). */
export function recsDefinitionDoors(make: Make, house: House): void {
  const { rules } = house;
  if (rules === null) return;
  defineDoors(make, { kind: 'collection', words: collections, rules, house });
  defineDoors(make, { kind: 'exclusion', words: exclusions, rules, house });
  defineDoors(make, { kind: 'promotion', words: promotions, rules, house });
}

interface Defining<K extends Kind> {
  kind: K;
  words: Words<K>;
  rules: RuleBook;
  house: House;
}

function defineDoors<K extends Kind>(make: Make, { kind, words, rules, house }: Defining<K>): void {
  const { plural, input, view, what } = words;
  const { definitions } = rules;
  const seen = (one: Definition<K>) => ({ ...noteOf(one), ...words.viewOf(one, rules) }) as Listed & object;
  make({
    method: 'GET',
    path: `/${plural}`,
    scope: 'read',
    summary: `The ${plural}.`,
    query: listQuery,
    answer: pageOf(view),
    work: async (call) => pageFor(call, definitions.list(kind).map(seen)),
  });
  make({
    method: 'POST',
    path: `/${plural}`,
    scope: 'items',
    status: 201,
    summary: `Make ${what}.`,
    body: input,
    answer: view,
    work: async (call) => {
      const by = await writerOf(call.bearer, house);
      const read = words.read(call.body as Record<string, unknown>, null);
      return seen(await definitions.put(kind, null, { input: read, by }));
    },
  });
  make({
    method: 'GET',
    path: `/${plural}/:id`,
    scope: 'read',
    summary: `Read ${what}.`,
    answer: view,
    work: async (call) => seen(rules.definition(kind, call.part('id'))),
  });
  for (const method of ['PUT', 'POST'] as const) {
    make({
      method,
      path: `/${plural}/:id`,
      scope: 'items',
      summary: `Replace ${what}${method === 'POST' ? ', as Target’s tutorial has it' : ''}. It acts on the next request.`,
      body: input,
      answer: view,
      work: async (call) => {
        const before = rules.definition(kind, call.part('id'));
        const by = await writerOf(call.bearer, house);
        const read = words.read(call.body as Record<string, unknown>, before);
        return seen(await definitions.put(kind, before.key, { input: read, by }));
      },
    });
  }
  make({
    method: 'DELETE',
    path: `/${plural}/:id`,
    scope: 'items',
    summary: `Take ${what} away; refused while something uses it. Answers with what it was.`,
    answer: view,
    work: async (call) => {
      const before = seen(rules.definition(kind, call.part('id')));
      await definitions.remove(kind, call.part('id'));
      return before;
    },
  });
}

function noteOf({ number, updatedAt, updatedBy }: Definition): object {
  return notesOf({ number, at: updatedAt, by: updatedBy });
}

function namesOf(body: Record<string, unknown>): { name: string; description: string } {
  return { name: body['name'] as string, description: (body['description'] as string | undefined) ?? '' };
}

/** Several rules were shown as one: sent back so, they stay several. */
function exclusionRules(given: AttributeRule, before: readonly InclusionRule[]): readonly unknown[] {
  const isAsShown = before.length > 0 && reads(singleRuleOf(before), given);
  return isAsShown ? before : [ruleFrom(given, 'rule')];
}
