import { expect, it } from 'vitest';
import { AnswerCache, cacheKeyOf, type KeptAnswer } from './answer-cache.ts';
import type { CallRequest } from './call.ts';

const kept = (characters: number, at = 0): KeptAnswer => ({
  verdict: { ok: true, status: 'http_200', value: {}, heard: 'up' },
  characters,
  at,
});
const request: CallRequest = { method: 'POST', url: '/a', headers: { a: '1', b: '2' }, body: '{}', timeoutMs: 1 };

it('keeps so many answers and so many characters; what was not asked for longest goes first (journeys C13)', () => {
  const cache = new AnswerCache({ entries: 3, characters: 100 });
  const has = (key: string) => cache.get(key, { now: 1, ttlMs: 1000 }) !== null;
  for (const key of ['a', 'b', 'c']) cache.put(key, kept(10));
  expect(has('a')).toBe(true);
  cache.put('d', kept(10));
  expect(['a', 'b', 'c', 'd'].map(has)).toEqual([true, false, true, true]);
  cache.put('e', kept(85));
  expect(cache.size).toBeLessThan(3);
  expect(has('e')).toBe(true);
  cache.put('f', kept(101));
  expect([has('f'), has('e')]).toEqual([false, true]);
});

it('gives no answer that is too old, or of a time that has not come', () => {
  const cache = new AnswerCache();
  cache.put('a', kept(1, 500));
  expect(cache.get('a', { now: 1500, ttlMs: 1000 })).toBeNull();
  cache.put('a', kept(1, 500));
  expect(cache.get('a', { now: 400, ttlMs: 1000 })).toBeNull();
});

it('knows the same request by what it asks, not by its key, its try or its signature', () => {
  const key = cacheKeyOf(request);
  const more = { b: '2', a: '1', 'idempotency-key': 'x', 'x-beckon-attempt': '2', 'webhook-signature': 'v1,x' };
  expect(cacheKeyOf({ ...request, headers: more, timeoutMs: 5 })).toBe(key);
  for (const other of [{ method: 'PUT' as const }, { url: '/b' }, { body: '{"a":1}' }, { headers: { a: '2', b: '2' } }])
    expect(cacheKeyOf({ ...request, ...other })).not.toBe(key);
});
