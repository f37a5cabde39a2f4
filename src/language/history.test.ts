import { describe, expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { compileExpression, historyOf } from './index.ts';
import type { HistoryEvent } from './index.ts';
import { DecimalSum } from './decimal.ts';
import * as fc from 'fast-check';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 23, 10);

function event(id: string, type: string | string[], daysAgo: number, data: Record<string, unknown> = {}): HistoryEvent {
  return { ...data, id, types: [type].flat(), at: now - daysAgo * day };
}

const coat = { id: 'coat', price: 129.9, quantity: 1 };
const hat = { id: 'hat', price: 20.1, quantity: 2 };
const history = historyOf([
  event('o1', 'commerce.purchases', 40, { order: { total: 20.1 }, items: [hat] }),
  event('v1', 'commerce.productViews', 3, { items: [hat] }),
  event('o2', 'commerce.purchases', 10, { order: { total: 150 }, items: [coat, hat] }),
  event('v2', ['commerce.productViews', 'web.webpagedetails.pageViews'], 1, { items: [coat] }),
  event('v3', 'commerce.productViews', -1, { items: [coat] }),
]);

function value(source: string, scope = {}): unknown {
  return compileExpression(source).evaluate(scope, { now, history });
}

describe('questions to the history', () => {
  test.each([
    ['happened("commerce.purchases")', true],
    ['happened("commerce.checkouts")', false],
    ['happened(["commerce.checkouts", "commerce.purchases"])', true],
    ['not happened("commerce.purchases", within: "P7D")', true],
    ['happened("commerce.purchases", where: event.order.total > 100)', true],
    ['happened("commerce.purchases", where: event.order.total > 100, within: "7 days")', false],
    ['happened("commerce.purchases", where: item.id = "hat" and item.quantity > 1)', true],
    ['happened("commerce.purchases", where: item.id = "coat" and item.quantity > 1)', false],
    ['happened("commerce.purchases", since: "2026-11-13T10:00:00Z")', true],
    ['happened("commerce.purchases", since: "2026-11-13T10:00:01Z")', false],
    ['happened("commerce.purchases", since: context.entry)', true],
    ['happened("commerce.purchases", since: context.unknown)', false],
    ['count("commerce.productViews")', 2],
    ['count(["web.webpagedetails.pageViews", "commerce.productViews"])', 2],
    ['count("commerce.purchases", within: "P10D")', 0],
    ['count("commerce.purchases", within: "P11D")', 1],
    ['sum("commerce.purchases", of: event.order.total)', 170.1],
    ['sum("commerce.purchases", of: item.price * item.quantity)', 210.3],
    ['sum("commerce.purchases", of: item.price, where: item.id = "hat")', 40.2],
    ['sum("commerce.purchases", of: event.order.total, where: item.id = "hat")', 170.1],
    ['sum("commerce.checkouts", of: event.order.total)', 0],
    ['sum("commerce.purchases", of: event.order)', 0],
    ['last("commerce.purchases").order.total', 150],
    ['last("commerce.productViews").items[0].id', 'coat'],
    ['first("commerce.purchases").order.total', 20.1],
    ['last("commerce.checkouts").order.total', null],
    ['daysSince("commerce.purchases")', 10],
    ['daysSince("commerce.checkouts")', null],
    ['happened("commerce.productViews", since: last("commerce.purchases").at)', true],
    ['count("commerce.productViews", where: event.at < last("commerce.purchases").at)', 0],
  ])('%s is %j', (source, expected) => {
    expect(value(source, { context: { entry: now - 20 * day } })).toEqual(expected);
  });

  test('lists, texts and days of other kinds mean what they meant', () => {
    expect(value('count(["red", "blue"])')).toBe(2);
    expect(value('first([3, 4])')).toBe(3);
    expect(value('sum([3, 4])')).toBe(7);
    expect(value('daysSince("2026-11-22T10:00:00Z")')).toBe(1);
    expect(value('count(event.items)', { event: { items: [1] } })).toBe(1);
  });

  test('in where:, the outer data is seen, and a value of the wrong kind makes the event not fit', () => {
    const source = 'count("commerce.purchases", where: event.order.total > profile.limit)';
    expect(value(source, { profile: { limit: 100 } })).toBe(1);
    expect(value('count("commerce.purchases", where: event.order - 1 > 0)')).toBe(0);
  });

  test('where: keeps the names of a loop around it', () => {
    expect(compileExpression('happened("a.b", where: event.x = profile.y)').paths).toEqual(['profile.y']);
  });
});

describe('what is refused', () => {
  test.each([
    ['happened("a.b", wher: true)', 'LANGUAGE_ARGUMENTS', 'happened has no part wher:; did you mean where:?'],
    ['count("a.b", of: event.x)', 'LANGUAGE_ARGUMENTS', 'count has no part of:; it takes where:, since:, within:'],
    ['happened(profile.type)', 'LANGUAGE_ARGUMENTS', 'happened over events needs an event type as a text'],
    ['happened()', 'LANGUAGE_ARGUMENTS', 'happened was given 0 arguments where one event type'],
    ['sum("a.b")', 'LANGUAGE_ARGUMENTS', 'sum over events needs of:, what to add'],
    ['happened("a.b", within: "P1M")', 'LANGUAGE_ARGUMENTS', 'months and years have no fixed length'],
    ['happened("a.b", within: 7)', 'LANGUAGE_ARGUMENTS', 'found 7 where within: needs a length of time'],
    ['happened("a.b", within: "P0D")', 'LANGUAGE_ARGUMENTS', 'found "P0D" where within: needs'],
  ])('%s is %s', (source, code, sentence) => {
    expect(() => compileExpression(source)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(sentence) }),
    );
  });

  test('a question without a history is an error', () => {
    const evaluate = () => compileExpression('happened("a.b")').evaluate({}, { now });
    expect(evaluate).toThrow(expect.objectContaining({ code: 'RENDER_HISTORY_MISSING' }));
  });
});

describe('a history', () => {
  test('keeps each event once and orders it by moment and id, whatever the order in which it came', () => {
    const events = [event('b', 't.t', 1), event('a', 't.t', 1), event('c', 't.t', 2)];
    const ids = (list: HistoryEvent[]) =>
      historyOf(list)
        .of('t.t')
        .map(({ id }) => id);
    expect(ids(events)).toEqual(['b', 'a', 'c']);
    expect(ids([...events, ...events].reverse())).toEqual(['b', 'a', 'c']);
  });

  test('a sum has no error on the way, in any order', () => {
    const numbers = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer().map((n) => n / 100),
    );
    fc.assert(
      fc.property(fc.array(numbers, { maxLength: 20 }), (list) => {
        const [forth, back, byText] = [new DecimalSum(), new DecimalSum(), new DecimalSum()];
        for (const n of list) forth.add(n);
        for (const n of [...list].reverse()) back.add(n);
        for (const n of list) byText.addText(String(n));
        expect(back.value()).toBe(forth.value());
        expect(byText.value()).toBe(forth.value());
        const again = new DecimalSum();
        again.addText(forth.text());
        expect(again.value()).toBe(forth.value());
      }),
    );
    const total = new DecimalSum();
    for (let i = 0; i < 10; i++) total.add(0.1);
    expect(total.value()).toBe(1);
  });
});

test('the examples of the guide about history give what it says', () => {
  const guide = readFileSync(new URL('../../docs/guide/language.md', import.meta.url), 'utf8');
  const part = guide.split('## Questions to the history')[1]!.split('\n## ')[0]!;
  const events = (JSON.parse(/```json\n([\s\S]*?)```/.exec(part)![1]!) as (HistoryEvent & { at: unknown })[]).map(
    (it) => ({ ...it, at: Date.parse(String(it.at)) }),
  );
  const rows = [...part.matchAll(/^\| `([^`]+)` \| `([^`]+)` \|/gm)];
  expect(rows.length).toBeGreaterThan(7);
  for (const [, source, result] of rows) {
    const made = compileExpression(source!).evaluate(
      { context: { entry: '2026-11-20T10:00:00Z' } },
      { now, history: historyOf(events) },
    );
    expect([source, JSON.stringify(made)]).toEqual([source, result]);
  }
});
