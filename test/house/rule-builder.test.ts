import { array, assert, boolean, constantFrom, integer, letrec, oneof, option, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatExpression, outlineExpression, planRule } from '../../src/language/index.ts';
import {
  type Compared,
  type Condition,
  type Did,
  type Group,
  asks,
  bare,
  called,
  groupOf,
  isBare,
  isCalled,
  measures,
  orders,
  tidy,
  writtenIn,
} from '../../studio/condition/model.ts';
import { readRule } from '../../studio/condition/read.ts';
import { ruleText } from '../../studio/condition/write.ts';

/** The form of audiences' rules in the studio, and the text it stands for, are two views of one rule. */
const read = (text: string): Group => readRule(outlineExpression(text) as Parameters<typeof readRule>[0]);
const texts = ['Nord', 'a "b" \\ c', '', 'å, ö', ') or (', 'not in', '["a"]', '12', 'two\nlines'];
const paths = [
  'profile.cart.count',
  'profile.consent.`email-marketing`',
  'profile.attributes.city',
  'item.id',
  'event.order.total',
];
const plain = oneof(constantFrom(...texts), integer({ min: -999, max: 9999 }), boolean());

const compared = record({
  path: constantFrom(...paths, 'last("commerce.purchases").order.total', 'profile.orders[0].total'),
  of: option(constantFrom(...measures)),
  test: constantFrom(...orders, 'in' as const, 'not in' as const, 'between' as const, ...called, ...bare),
  values: array(plain, { minLength: 1, maxLength: 3 }),
  ends: array(integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 2 }),
  negated: boolean(),
}).map(({ path, of, test, values, ends, negated }): Compared => {
  const isField = !/[("[]/.test(path);
  return {
    kind: 'compared',
    negated,
    path,
    test,
    of: test === 'true' || !isField ? null : of,
    values: isBare(test)
      ? []
      : test === 'between'
        ? ends
        : test.endsWith('in') && !isCalled(test)
          ? values
          : values.slice(0, 1),
  };
});

const written = record({
  text: constantFrom(
    'profile.a ?: false',
    'upperCase(profile.a) = profile.b',
    '3 <= profile.visits',
    'profile.a in profile.b',
  ),
  negated: boolean(),
}).map(({ text, negated }): Condition => ({ kind: 'written', negated, text }));

const member = record({ audience: constantFrom('vip', 'a "b"'), negated: boolean() }).map((one): Condition => ({
  kind: 'member',
  ...one,
}));

const { group } = letrec<{ group: Group; condition: Condition; did: Did }>((tie) => ({
  condition: oneof({ depthSize: 'small', withCrossShrink: true }, compared, written, member, tie('did'), tie('group')),
  group: record({
    kind: constantFrom('group' as const),
    negated: boolean(),
    join: constantFrom('and' as const, 'or' as const),
    items: array(tie('condition'), { maxLength: 4 }),
  }),
  did: record({
    ask: constantFrom(...asks),
    types: constantFrom<string[][]>(['commerce.purchases'], ['commerce.productViews', 'web.webpagedetails.pageViews']),
    where: option(tie('group')),
    since: option(constantFrom('profile.firstSeenAt', 'last("commerce.purchases").at')),
    within: option(constantFrom('P30D', '7 days')),
    by: constantFrom(...orders),
    value: integer({ min: -3, max: 900 }),
    negated: boolean(),
  }).map(({ ask, where, by, value, ...rest }): Did => ({
    kind: 'did',
    ...rest,
    ask,
    where: where === null ? null : { ...where, negated: false },
    of: ask === 'sum' ? 'event.order.total' : null,
    than: ask === 'happened' ? null : { by, value },
  })),
}));

describe('a rule of an audience in the form of the studio', () => {
  it('is written as text and read back as the same conditions', () => {
    assert(
      property(group, (made) => {
        const root = tidy({ ...made, negated: false });
        if (root.items.length === 0) expect(ruleText(root)).toBe('');
        else expect(read(ruleText(root))).toEqual(root);
      }),
      { numRuns: 400 },
    );
  });

  it('is read from text and written back so that it means the same', () => {
    assert(
      property(group, (made) => {
        const text = ruleText(tidy({ ...made, negated: false }));
        if (text !== '') expect(formatExpression(ruleText(read(text)))).toBe(formatExpression(text));
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    'profile.reachable and profile.cart.count > 0\nand not happened("commerce.purchases", within: "P3D")',
    'count("commerce.productViews", where: startsWith(item.id, "watch") and item.price > 20, within: "P7D") >= 3',
    'happened("commerce.productViews", since: last("commerce.purchases").at)',
    'sum("commerce.purchases", of: event.order.total, within: "P90D") > 150',
    'daysSince(profile.lastSeenAt) <= 7 and isEmpty(profile.orders)',
    'profile.consent.`email-marketing` and not inAudience("vip")',
    'profile.attributes.city in ["Lund", "Malmö"] or profile.traits.visits in 3..9',
    'not (profile.visits > 1 and profile.reachable) and count(profile.orders) = 0',
  ])('shows %s whole in fields, and what it says is a rule', (text) => {
    expect(writtenIn(read(text))).toBe(0);
    expect(formatExpression(ruleText(read(text)))).toBe(formatExpression(text));
    if (!text.includes('inAudience')) expect(() => planRule(ruleText(read(text)))).not.toThrow();
  });

  it('keeps as text what no field can say, and says how much that is', () => {
    const root = read(
      'profile.reachable and (profile.a ?: profile.b) and not (3 <= profile.visits or profile.x = null)',
    );

    expect(writtenIn(root)).toBe(3);
    expect(root.items[1]).toEqual({ kind: 'written', negated: false, text: 'profile.a ?: profile.b' });
    expect(formatExpression(ruleText(root))).toBe(
      'profile.reachable and (profile.a ?: profile.b) and not (3 <= profile.visits or profile.x = null)',
    );
  });

  it('does not let a typed piece of text tear its neighbours apart', () => {
    const typed: Condition = { kind: 'written', negated: false, text: 'profile.a or profile.b' };
    const vip: Condition = { kind: 'member', negated: false, audience: 'vip' };
    expect(ruleText(groupOf([vip, typed]))).toBe('inAudience("vip") and (profile.a or profile.b)');
    expect(ruleText(groupOf([vip, { ...typed, negated: true }]))).toBe(
      'inAudience("vip") and not (profile.a or profile.b)',
    );
    expect(ruleText(groupOf([typed]))).toBe('profile.a or profile.b');
  });
});
