import { array, assert, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clickIdOf, creditOf, creditWindowMs } from './credit.ts';

const at = (text: string) => Date.parse(`2026-11-${text}:00Z`); // the 23rd is a Monday
const first = { messageId: 'm1', sentAt: at('23T10:00'), at: at('24T09:00') };

describe('creditOf()', () => {
  it('follows the table of trust 6.13: five days after the human click, to the minute', () => {
    expect(creditOf({ at: at('24T09:30') }, [first])).toBe('m1');
    expect(creditOf({ at: at('29T08:59') }, [first])).toBe('m1');
    expect(creditOf({ at: at('29T09:01') }, [first])).toBeNull();
  });

  it('gives the order to the second mail when that was clicked last (trust 6.13)', () => {
    const second = { messageId: 'm2', sentAt: at('25T08:00'), at: at('25T12:00') };
    expect(creditOf({ at: at('26T09:00') }, [second, first])).toBe('m2');
  });

  it('gives nothing for a click later than five days after the mail left, or after the order', () => {
    expect(
      creditOf({ at: at('29T12:00') }, [{ messageId: 'm1', sentAt: at('23T10:00'), at: at('28T10:01') }]),
    ).toBeNull();
    expect(creditOf({ at: at('24T08:00') }, [first])).toBeNull();
  });

  it('gives the same message whatever the order of the clicks', () => {
    const click = record({
      messageId: constantFrom('a', 'b', 'c'),
      sentAt: integer({ min: 0, max: creditWindowMs }),
      at: integer({ min: 0, max: 2 * creditWindowMs }),
    });
    assert(
      property(array(click), integer({ min: 0, max: 3 * creditWindowMs }), (clicks, at) => {
        expect(creditOf({ at }, clicks.toReversed())).toBe(creditOf({ at }, clicks));
      }),
    );
  });
});

it('clickIdOf() reads the click id wherever the address carries it', () => {
  expect(clickIdOf('https://shop.example/cart?x=1&bk_click=abc-1#top')).toBe('abc-1');
  expect(clickIdOf('https://shop.example/cart')).toBeNull();
  expect(clickIdOf('https://shop.example/?bk_click=%E0%A4%A')).toBeNull();
  expect(clickIdOf(undefined)).toBeNull();
});
