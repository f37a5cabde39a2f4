import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Definition } from '../catalog/index.ts';
import { checkRules } from '../catalog/index.ts';
import type { AttributeRule, RecsPromotionInput } from './contract-target-recs.ts';
import { promotionFrom, promotionViewOf } from './target-recs-promotion.ts';
import { attributeRuleOf, keeping, ruleFrom, ruleOfMatcher, singleRuleOf } from './target-recs-rule.ts';

const word = fc
  .string({ minLength: 1, maxLength: 12 })
  .filter((text) => text.trim() === text && !/`|^\.|\.\.|\.$/.test(text));
const attribute = word.filter((name) => name !== 'beckon' && name !== '__proto__');
const operator = fc.constantFrom(
  'greaterOrEquals',
  'lesserOrEquals',
  'startsWith',
  'endsWith',
  'contains',
  'doesNotContain',
  'equals',
  'notEquals',
  'less than',
);
const present = fc.constantFrom('valueIsPresent', 'valueIsNotPresent').map((one) => ({ [one]: [] as string[] }));
const compared = fc
  .tuple(operator, fc.array(fc.string({ maxLength: 20 }), { minLength: 1, maxLength: 4 }))
  .map(([one, values]) => ({ [one]: values }));
const attributeRule = fc
  .tuple(attribute, fc.oneof(compared, present))
  .map(([name, asked]): AttributeRule => ({ [name]: asked }));

it('rules of collections and exclusions come back as they were sent, whatever the document (recommendations §3.2)', () => {
  fc.assert(
    fc.property(fc.array(attributeRule, { minLength: 1, maxLength: 5 }), (sent) => {
      const read = sent.map((rule, i) => ruleFrom(rule, `rules[${i}]`));
      const rules = checkRules(read, 'rules');
      expect(rules.map(attributeRuleOf)).toEqual(sent);
      expect(singleRuleOf(rules.slice(0, 1))).toEqual(sent[0]);
      expect(keeping(sent, rules, { shown: attributeRuleOf, read: ruleFrom })).toEqual(rules);
    }),
    { numRuns: 500 },
  );
});

const matcher = fc.oneof(
  fc.record({
    attribute: attribute.filter((name) => name !== 'id'),
    operation: fc.constantFrom('equals', 'notEquals', 'contains', 'greaterOrEquals'),
    values: fc.array(fc.string({ maxLength: 20 }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    attribute,
    operation: fc.constantFrom('equals', 'isContainedInList', 'dynamicallyRanges'),
    source: fc.record(
      {
        name: word,
        type: fc.constantFrom('ENTITY', 'PROFILE', 'MBOX'),
        defaultValue: word,
        excludeAllWhenEmpty: fc.boolean(),
      },
      { requiredKeys: ['name', 'type'] },
    ),
  }),
);
const ids = fc
  .uniqueArray(word, { minLength: 1, maxLength: 9 })
  .map((values) => [{ attribute: 'id', operation: 'equals', values }]);
const seconds = fc.integer({ min: 1_700_000_000, max: 1_900_000_000 });
const iso = (at: number) => new Date(at * 1000).toISOString().replace('.000Z', 'Z');
const schedule = fc.oneof(
  seconds.map((at) => ({ start: iso(at) })),
  seconds.map((at) => ({ end: iso(at) })),
  fc.tuple(seconds, fc.integer({ min: 1, max: 1e7 })).map(([at, long]) => ({ start: iso(at), end: iso(at + long) })),
);
const promotion = fc.record(
  {
    name: word,
    type: fc.constant('EXTERNAL'),
    key: fc.constantFrom('CURRENT', 'LAST_PURCHASED', 'LAST_VIEWED', 'MOST_VIEWED', 'PROFILE_ATTRIBUTE'),
    attribute: word.map((name) => `profile.${name}`),
    schedule,
    order: fc.record({ type: fc.constantFrom('ORIGINAL', 'RANDOM') }),
    configuration: fc.record({ collectionId: fc.integer({ min: 1001, max: 9999 }) }),
    rules: fc.oneof(fc.array(matcher, { minLength: 1, maxLength: 4 }), ids),
  },
  { requiredKeys: ['name', 'rules', 'attribute'] },
);

it('promotions come back as they were sent, whatever the document (recommendations §3.3)', () => {
  fc.assert(
    fc.property(promotion, (document) => {
      const sent = document as unknown as RecsPromotionInput;
      const read = promotionFrom(sent, null);
      const time = (text: string | null | undefined) => (text == null ? null : Date.parse(text));
      const kept = {
        name: read.name,
        description: '',
        on: true,
        front: 1,
        back: 0,
        keyItem: read.keyItem,
        keyAttribute: read.keyAttribute,
        randomise: read.randomise,
        collection: read.collection,
        starts: time(read.starts),
        ends: time(read.ends),
        ids: read.ids ?? null,
        rules: checkRules(read.rules ?? [], 'rules'),
      } as unknown as Definition<'promotion'>;
      const usual = { type: 'EXTERNAL', order: { type: 'ORIGINAL' }, beckon: { on: true, front: 1, back: 0 } };
      expect(promotionViewOf(kept, Number)).toEqual({ ...usual, ...sent });
    }),
    { numRuns: 500 },
  );
});

it('a condition of our own is written and read under our name', () => {
  const rule = { beckon: { condition: ['item.price > 5'] } };
  expect([ruleFrom(rule, ''), attributeRuleOf('item.price > 5')]).toEqual(['item.price > 5', rule]);
  const own = { attribute: 'beckon', operation: 'condition', values: ['item.price > 5'] };
  expect(ruleOfMatcher(own, '')).toBe('item.price > 5');
  expect(() => ruleOfMatcher({ ...own, values: [] }, 'rules[0]')).toThrow('A condition is one text');
});
