import { expect, test } from 'vitest';
import { seenFields } from './field.ts';
import type { Run } from './run.ts';

const run = (events: object, actions: object = {}) =>
  ({
    id: 'r',
    journey: 'j',
    key: '',
    version: 1,
    profileId: 'p',
    activity: 'a',
    context: { events, actions },
  }) as unknown as Run;

test('fields of what recent runs brought along are named as expressions name them, with a value as it really was', () => {
  const runs = [
    run({ entry: { cartId: null, value: 129.5, lines: [{ id: 'coat-1' }, { id: 'coat-2' }], 'odd name': 1 } }),
    run({ entry: { cartId: 'c-7', value: 20, gift: false } }, { Recommend: { items: [], criterion: 'cart-based' } }),
  ];

  expect(seenFields(runs)).toEqual([
    { path: 'context.journey.actions.Recommend.criterion', kind: 'text', sample: 'cart-based', runs: 1 },
    { path: 'context.journey.actions.Recommend.items', kind: 'list', sample: '0', runs: 1 },
    { path: 'event.`odd name`', kind: 'number', sample: '1', runs: 1 },
    { path: 'event.cartId', kind: 'text', sample: 'c-7', runs: 1 },
    { path: 'event.gift', kind: 'flag', sample: 'false', runs: 1 },
    { path: 'event.lines', kind: 'list', sample: '2', runs: 1 },
    { path: 'event.value', kind: 'number', sample: '129.5', runs: 2 },
  ]);
});

test('a long text is shortened, and what nests without end is not followed', () => {
  let deep: unknown = 'here';
  for (let level = 0; level < 20; level += 1) deep = { in: deep };
  const [found, ...rest] = seenFields([run({ entry: { note: 'a'.repeat(500), deep } })]);
  expect(found!.sample).toHaveLength(60);
  expect(rest).toEqual([]);
});
