import { describe, expect, it } from 'vitest';
import type { ShopEvent } from './event.ts';
import { GivenRows } from './given.ts';
import { restAfter } from './rest.ts';

const row = (id: string, events = 1, size = events) => ({
  size,
  id,
  shard: 1,
  events: Array.from({ length: events }, () => ({}) as ShopEvent),
});

describe('GivenRows', () => {
  it('holds as many events as it may, and says when there is no room', () => {
    const given = new GivenRows({ events: 5, size: 100 });
    expect(given.add([row('a', 3), row('b', 2)])).toBe(true);
    expect(given.add([row('c')])).toBe(false);
    given.remove([row('a')]);
    expect(given.add([row('c')])).toBe(true);
    expect(given.first(1).map(({ id }) => id)).toEqual(['b']);
    expect(given.first(3).map(({ id }) => id)).toEqual(['b', 'c']);
  });

  it('holds few events when they are large', () => {
    const given = new GivenRows({ events: 5, size: 100 });
    expect(given.add([row('a', 1, 60)])).toBe(true);
    expect(given.add([row('b', 1, 60)])).toBe(false);
    given.remove([row('a')]);
    expect(given.add([row('b', 1, 60)])).toBe(true);
    given.clear();
    expect(given.add([row('c', 1, 100)])).toBe(true);
  });

  it('knows rows of others from its own that were found before they were given', () => {
    const given = new GivenRows();
    given.add([row('given first')]);
    given.found(['given first', 'found first']);
    given.add([row('found first')]);
    expect(given.size).toBe(0);
    expect(given.hadStrangers()).toBe(false);
    given.found(['never given']);
    expect(given.hadStrangers()).toBe(true);
    expect(given.hadStrangers()).toBe(false);
  });
});

describe('restAfter', () => {
  it('lets a few events through soon, and gathers many', () => {
    expect(restAfter(4, 1)).toBe(8);
    expect(restAfter(40, 500)).toBe(160);
    expect(restAfter(300, 500)).toBe(150);
    expect(restAfter(900, 1)).toBe(250);
    expect(restAfter(100, 2000)).toBe(300);
    expect(restAfter(600, 2000)).toBe(250);
  });
});
