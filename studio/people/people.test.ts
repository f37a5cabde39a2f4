import { describe, expect, it } from 'vitest';
import type { PersonRow } from '../../src/api/contract.ts';
import { byDay, withTimes } from './day.ts';
import { isSortColumn, sortPeople } from './sort.ts';

const row = (id: string, orders: number, lastSeenAt: string): PersonRow => ({
  id,
  label: id,
  email: null,
  lastSeenAt,
  cartItems: 0,
  viewed: 0,
  orders,
  reachable: false,
});

describe('the list of people', () => {
  it('sorts the largest first and keeps the newest first among equals', () => {
    const rows = [
      row('a', 1, '2026-11-01T00:00:00Z'),
      row('b', 2, '2026-10-01T00:00:00Z'),
      row('c', 1, '2026-11-02T00:00:00Z'),
    ];
    expect(sortPeople(rows, 'orders').map((one) => one.id)).toEqual(['b', 'c', 'a']);
    expect(sortPeople(rows, 'lastSeen').map((one) => one.id)).toEqual(['c', 'a', 'b']);
  });

  it('does not take a column from the address that it does not have', () => {
    expect(isSortColumn('orders')).toBe(true);
    expect(isSortColumn('constructor')).toBe(false);
    expect(isSortColumn(undefined)).toBe(false);
  });
});

describe('the timeline', () => {
  it("groups by the shop's days and keeps the order", () => {
    const entries = ['2026-11-24T00:30:00Z', '2026-11-23T23:30:00Z', '2026-11-23T22:30:00Z'].map((at) => ({ at }));
    const groups = byDay(entries, 'Europe/Stockholm');
    expect(groups.map((group) => group.length)).toEqual([2, 1]);
    expect(byDay([], 'UTC')).toEqual([]);
  });

  it('writes instants inside a sentence as the reader does', () => {
    expect(withTimes('Waits until 2026-11-23T21:42:25.977Z or so', () => '22:42')).toBe('Waits until 22:42 or so');
  });
});
