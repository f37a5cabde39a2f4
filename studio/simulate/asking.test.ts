import { describe, expect, it } from 'vitest';
import { askedOf, firstDraft, linesOf } from './asking.ts';

describe('askedOf()', () => {
  const draft = firstDraft('2026-11-30');

  it('says the form in the words of the door', () => {
    expect(askedOf(draft, 'cart')).toEqual({
      journeys: [{ key: 'cart', version: 'draft' }],
      over: { kind: 'invented', people: 500, days: 14, react: true },
      seed: 1,
    });
    expect(askedOf({ ...draft, kind: 'history', version: 'live' }, 'cart')).toMatchObject({
      journeys: [{ key: 'cart', version: 'live' }],
      over: { kind: 'history', from: '2026-10-31', to: '2026-11-29' },
    });
    expect(askedOf({ ...draft, kind: 'history', chosen: ['p'] }, 'cart')).toMatchObject({ over: { people: ['p'] } });
  });

  it('asks for nothing while a story is no JSON', () => {
    expect(askedOf({ ...draft, kind: 'story', story: '{"name"' }, 'cart')).toBeNull();
    expect(askedOf({ ...draft, kind: 'story', story: '{"name":"x"}' }, 'cart')).toMatchObject({
      over: { kind: 'story', story: { name: 'x' } },
    });
  });
});

it('linesOf() has each sum followed by parts that add up to it', () => {
  const lines = linesOf({
    journey: 'cart',
    name: 'Cart',
    came: 5,
    entered: 4,
    refused: { 'Too soon': 1 },
    inside: { wait: 1 },
    ended: { Reminded: 1, Bought: 2 },
    passed: {},
    messages: 2,
    sent: 1,
    heldOut: 1,
    waiting: {},
    notSent: {},
  });
  expect(lines.map(({ what, name, count }) => [what, name, count])).toEqual([
    ['came', null, 5],
    ['refused', 'Too soon', 1],
    ['entered', null, 4],
    ['ended', 'Bought', 2],
    ['ended', 'Reminded', 1],
    ['inside', 'wait', 1],
    ['messages', null, 2],
    ['sent', null, 1],
    ['heldOut', null, 1],
  ]);
});
