import { array, assert, constantFrom, integer, option, property, record, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blankState } from './fold.ts';
import { mergeStates } from './merge.ts';
import type { ProfileState } from './profile.ts';

const at = integer({ min: 0, max: 1000 });
const item = constantFrom('coat', 'scarf', 'watch', 'hat');
const consent = record({ state: constantFrom('in', 'out'), at, source: constantFrom('edge', 'server') });
const cart = record({
  id: constantFrom('c1', 'c2', 'c3'),
  changedAt: at,
  lines: uniqueArray(record({ item, quantity: integer({ min: 1, max: 9 }), addedAt: at }), {
    selector: (line) => line.item,
    minLength: 1,
  }),
});
const orders = uniqueArray(constantFrom('o1', 'o2', 'o3', 'o4'));

const aState = record({
  first: at,
  more: at,
  email: option(constantFrom('ada@example.com', 'bob@example.com')),
  mail: option(consent),
  cart: option(cart),
  viewed: array(record({ item, at }), { maxLength: 6 }),
  orders,
}).map(({ first, more, email, mail, cart: lines, viewed, orders: ids }): ProfileState => ({
  ...blankState(first),
  lastSeenAt: first + more,
  email,
  consent: mail ? { 'email-marketing': mail as { state: 'in' | 'out'; at: number; source: string } } : {},
  cart: lines,
  viewed: [...new Map(viewed.map((one) => [one.item, one])).values()].sort((a, b) => b.at - a.at),
  orders: ids.map((id) => ({ id, at: first, totalMinor: 100, currency: 'EUR', items: [] })),
}));

describe('mergeStates()', () => {
  it('loses nothing that either has, and takes the outermost times (property)', () => {
    assert(
      property(aState, aState, (into, from) => {
        const both = mergeStates(into, from);
        const has = (state: ProfileState) => [
          ...state.orders.map(({ id }) => `order ${id}`),
          ...state.viewed.map(({ item: id }) => `view ${id}`),
          ...(state.cart?.lines ?? []).map((line) => `cart ${line.item}`),
        ];
        expect(new Set(has(both))).toEqual(new Set([...has(into), ...has(from)]));
        expect(both.firstSeenAt).toBe(Math.min(into.firstSeenAt, from.firstSeenAt));
        expect(both.lastSeenAt).toBe(Math.max(into.lastSeenAt, from.lastSeenAt));
        expect(both.email).toBe(into.email ?? from.email);
      }),
    );
  });

  it('keeps for each purpose what was said last, whichever way round (property)', () => {
    assert(
      property(aState, aState, (into, from) => {
        const said = [into, from].flatMap((state) => state.consent['email-marketing'] ?? []);
        const last = Math.max(...said.map((one) => one.at));
        const both = mergeStates(into, from).consent['email-marketing'];
        if (said.length === 0) expect(both).toBeUndefined();
        else expect(both!.at).toBe(last);
      }),
    );
  });

  it('changes neither of the two, and merging the same again adds nothing (property)', () => {
    assert(
      property(aState, aState, (into, from) => {
        const before = JSON.stringify([into, from]);
        const once = mergeStates(into, from);
        expect(JSON.stringify([into, from])).toBe(before);
        expect({ ...mergeStates(once, from), visits: once.visits }).toEqual(once);
      }),
    );
  });
});
