import { describe, expect, test } from 'vitest';
import { compile } from './compile.ts';
import { functionGroups, functionNamed } from './functions.ts';
import { historyOf, planRule } from './index.ts';
import type { HistoryEvent } from './index.ts';
import { Names } from './name.ts';
import { parseExpression } from './parse.ts';
import { memoryLimits } from './rule-memory.ts';
import { evenFunctions, unplannedFunctions } from './rule-plan.ts';
import { Run } from './run.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 23, 10);

function event(id: string, at: number, data: Record<string, unknown> = {}): HistoryEvent {
  return { ...data, id, types: ['commerce.purchases'], at };
}

describe('what a rule says of itself', () => {
  test('types, paths and horizon', () => {
    const rule = planRule(
      'profile.reachable and happened(["b.b", "a.a"], within: "P30D") and count("a.a", within: "7 days") > 2 and profile.cart.count = 0',
    );
    expect(rule.types).toEqual(['a.a', 'b.b']);
    expect(rule.paths).toEqual(['profile.cart.count', 'profile.reachable']);
    expect(rule.horizon).toBe(30 * day);
    expect(planRule('profile.reachable').horizon).toBe(0);
    expect(planRule('happened("a.a")').horizon).toBe(Infinity);
  });
});

describe('what an audience cannot keep fresh is refused', () => {
  test.each([
    ['context.entry > 1', 'found context, but the rule of an audience sees profile'],
    [
      'happened("a.a", where: profile.x = 1)',
      'found profile, but where: and of: in the rule of an audience see event and item',
    ],
    ['event.x = 1', 'found event, but the rule of an audience sees profile'],
    ['random() < 0.1', 'random gives another value each time'],
    ['inLastDays(profile.lastSeenAt, 3)', 'inLastDays gives another value each time'],
    ['round(daysSince(profile.lastSeenAt)) = 3', 'the answer changes with time here'],
    ['daysSince(profile.lastSeenAt)', 'the answer changes with time here'],
    ['daysSince("a.a") in [1, 2]', 'the answer changes with time here'],
    ['happened("a.a", since: now() - 5)', 'since: moves with the clock'],
    ['happened("a.a", where: event.at > now() - 5)', 'where: and of: look at the event, not at the clock'],
    ['happened("a.a", where: happened("b.b"))', 'a question to the history stands in where: of another'],
    ['last("a.a") = 1', 'last(…) is a whole event'],
    ['last("a.a").items[count(profile.x)] = 1', 'needs a field that is written out'],
  ])('%s: %s', (source, sentence) => {
    expect(() => planRule(source)).toThrow(
      expect.objectContaining({ code: 'LANGUAGE_RULE', message: expect.stringContaining(sentence) as string }),
    );
  });
});

describe('time passes', () => {
  const bought = [event('o1', now - 10 * day)];
  const learned = (source: string, list: HistoryEvent[]) => {
    const rule = planRule(source);
    return { rule, state: list.reduce((state, it) => rule.learn(state, it), rule.start()) };
  };

  test.each([
    ['not happened("commerce.purchases", within: "P30D")', false, 20],
    ['happened("commerce.purchases", within: "P10D")', false, null],
    ['happened("commerce.purchases", within: "P11D")', true, 1],
    ['daysSince("commerce.purchases") > 30', false, 20 + 1 / day],
    ['daysSince("commerce.purchases") >= 30', false, 20],
    ['daysSince("commerce.purchases") = 12', false, 2],
    ['(daysSince("a.a") ?: 1000) > 30', true, null],
    ['profile.until > now()', true, 5],
    ['profile.until > now() + 86400000 * 2', true, 3],
    ['hoursSince(profile.until) / 24 >= 1', false, 6],
    ['profile.until > now("Europe/Berlin")', true, 5],
    ['count("commerce.purchases") = 1', true, null],
  ])('%s is %j now and may change in %j days', (source, holds, days) => {
    const { rule, state } = learned(source, bought);
    const profile = { until: now + 5 * day };
    expect(rule.test(profile, historyOf(bought), now)).toBe(holds);
    expect(rule.holds(state, profile, now)).toBe(holds);
    expect(rule.changesAt(state, profile, now)).toBe(days === null ? null : now + days * day);
  });

  test('what lies in the future counts from then on', () => {
    const { rule, state } = learned('happened("commerce.purchases")', [event('o1', now + day)]);
    expect(rule.holds(state, {}, now)).toBe(false);
    expect(rule.changesAt(state, {}, now)).toBe(now + day);
    expect(rule.holds(state, {}, now + day)).toBe(true);
  });
});

describe('what is remembered', () => {
  test('is the same object when nothing changed, and tells the rules apart', () => {
    const rule = planRule('count("commerce.purchases") > 1');
    const once = rule.learn(rule.start(), event('o1', now));
    expect(rule.learn(once, event('o1', now))).toBe(once);
    expect(rule.learn(once, { id: 'x', types: ['other.type'], at: now })).toBe(once);
    expect(rule.holds(planRule('count("commerce.purchases") > 2').start(), {}, now)).toBeNull();
  });

  const many = Array.from({ length: 3000 }, (_, i) => event(`o${i}`, now - 2999 + i, { order: { total: i / 10 } }));

  test.each([
    'count("commerce.purchases") = 3000',
    'sum("commerce.purchases", of: event.order.total) = 449850',
    'happened("commerce.purchases", within: "1 hour")',
    'last("commerce.purchases").order.total = 299.9',
    'first("commerce.purchases").order.total = 0',
  ])('is bounded, and still right: %s', (source) => {
    const rule = planRule(source);
    const state = many.reduce((before, it) => rule.learn(before, it), rule.start());
    expect(JSON.stringify(state).length).toBeLessThan(memoryLimits.all * 80);
    expect(rule.test({}, historyOf(many), now)).toBe(true);
    expect(rule.holds(state, {}, now)).toBe(true);
  });

  test('what it can no longer tell it does not tell', () => {
    const rule = planRule('count("commerce.purchases", within: "1 hour") > 10');
    const state = many.reduce((before, it) => rule.learn(before, it), rule.start());
    expect(rule.holds(state, {}, now)).toBeNull();
    const total = planRule('count("commerce.purchases") > 10');
    const full = many.reduce((before, it) => total.learn(before, it), total.start());
    expect(total.holds(full, {}, now)).toBe(true);
    // It was counted and let go, or it comes late: nobody knows.
    expect(total.holds(total.learn(full, many[0]!), {}, now)).toBeNull();
  });
});

test('functions that read the clock or chance are planned or refused, all of them', () => {
  const found = functionGroups
    .flatMap(({ functions }) => functions)
    .filter((fn) => {
      const { source, expr } = parseExpression(fn.example);
      if (expr.kind !== 'call' || functionNamed(expr.name) !== fn || fn.parameters.some((it) => it.endsWith(':field')))
        return false;
      const names = new Names();
      const args = expr.args.map((arg) =>
        compile(arg, { source, names })(new Run(source, 0, {}, { now, random: () => 0.5 })),
      );
      let read = false;
      const options = { now, random: () => ((read = true), 0.5) };
      const run = new Run(source, 0, {}, options);
      Object.defineProperty(run, 'now', { get: () => ((read = true), now) });
      fn.run(run, args);
      return read;
    })
    .map(({ name }) => name);
  expect(found.length).toBeGreaterThan(8);
  expect(found.filter((name) => !unplannedFunctions.has(name) && !Object.hasOwn(evenFunctions, name))).toEqual([]);
  expect([...unplannedFunctions].filter((name) => functionNamed(name)?.name !== name)).toEqual([]);
});

test.each([
  ['happened("shop.viewed", within: "P7D") and not happened("shop.bought")', 7 * 86_400_000],
  ['happened("shop.viewed")', 0],
  ['happened("shop.viewed", within: "P7D") and profile.visits > 1', null],
  ['daysSince("shop.viewed") > 3', null],
])('knows whom time alone may move: %s', (source, lapse) => {
  expect(planRule(source).lapse).toBe(lapse);
});
