import { array, assert, constantFrom, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkRules, conditionOf, type InclusionRule } from '../../src/catalog/index.ts';
import {
  againsts,
  type Matcher,
  operations,
  withAgainst,
  withOperation,
  withWhenEmpty,
  whenEmpties,
} from '../../studio/rule/matcher.ts';
import { matcherOf } from '../../studio/rule/read.ts';

/** The form of rules in the studio, and the text it stands for, are two views of one rule. */
const names = [
  'brand',
  'price',
  'stock',
  'value',
  'attributes.value',
  'my attribute',
  'a.b',
  'categories',
  'key',
  'is empty',
];
const texts = ['Nord', 'a "b" \\ c', '', 'å, ö', 'x) or (y', '["a"]', '12'];

/** A rule as somebody makes it in the form, step by step. */
const made = record({
  attribute: constantFrom(...names),
  against: constantFrom(...againsts),
  operation: constantFrom(...operations),
  name: constantFrom(...names.filter((name) => !name.includes('.')), 'loyalty.level'),
  values: array(constantFrom(...texts), { minLength: 1, maxLength: 3 }),
  whenEmpty: constantFrom(...whenEmpties),
}).map(({ attribute, against, operation, name, values, whenEmpty }): Matcher => {
  const compared = withAgainst(withOperation({ attribute, operation: 'equals', values }, operation), against);
  const whole = withWhenEmpty(compared, whenEmpty);
  if (whole.source === undefined) return { ...whole, ...(whole.values === undefined ? {} : { values }) };
  const { defaultValue } = whole.source;
  return {
    ...whole,
    source: { ...whole.source, name, ...(defaultValue === undefined ? {} : { defaultValue: 'Nord' }) },
  };
});

const asKept = (rule: Matcher): InclusionRule | null => {
  try {
    return checkRules([rule], 'rules')[0]!;
  } catch {
    return null; // Such as a presence compared with an attribute: the form does not offer it.
  }
};

describe('a rule in the form of the studio', () => {
  it('is written as text and read back as the same rule', () => {
    let read = 0;
    assert(
      property(made, (rule) => {
        const kept = asKept(rule);
        if (kept === null) return;
        const condition = conditionOf(kept);
        const back = matcherOf(condition);
        expect(back, condition).not.toBeNull();
        expect(conditionOf(checkRules([back], 'rules')[0]!)).toBe(condition);
        read++;
      }),
      { numRuns: 2000 },
    );
    expect(read).toBeGreaterThan(500);
  });

  it.each([
    'item.price > 20',
    'item.inStock',
    'item.category = "coats"',
    'anyEqual(item.attributes.brand, "a") and anyEqual(item.attributes.brand, "b")',
    'anyEqual(item.attributes.a.b, "x")',
    'anyEqual(item.attributes.brand, request.a.b)',
    'request.x is empty or anyEqual(item.attributes.brand, request.y)',
    'request.x is not empty or anyEqual(item.attributes.brand, request.x)',
    'anyEqual(item.attributes.brand, key.attributes.brand)',
    'anyAbove(item.stock, "5")',
    'not anyAbove(item.price, "5")',
    'profile.user.x is empty or anyEqual(item.attributes.brand, profile.user.x)',
    'anyEqual(item.attributes.brand, ["a", 3])',
    '',
  ])('leaves to the text what fields cannot say: %s', (condition) => {
    expect(matcherOf(condition)).toBeNull();
  });
});
