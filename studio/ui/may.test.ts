import { expect, test } from 'vitest';
import { isAllowed, scopeOf } from './may.ts';

const marketer = { scopes: ['read', 'people', 'items', 'journeys'], rights: ['publish' as const], reads: false };
const viewer = { scopes: ['read', 'people'], rights: [], reads: true };
const owner = { scopes: ['*'], rights: ['team' as const, 'publish' as const], reads: false };

test('who has the scopes and the rights may, and who only looks changes nothing', () => {
  expect(isAllowed(marketer, ['journeys', 'publish'])).toBe(true);
  expect(isAllowed(marketer, ['settings'])).toBe(false);
  expect(isAllowed(marketer, ['journeys', 'lift'])).toBe(false);
  expect(isAllowed(viewer, ['people'])).toBe(false);
  expect(isAllowed(owner, ['settings', 'team'])).toBe(true);
  expect(isAllowed({ ...owner, rights: [] }, ['team'])).toBe(false);
});

test('a door says by its first part what changing a thing asks for', () => {
  expect(['/v1/themes/plain', '/v1/criteria/x', '/v1/senders/+', '/v1/unheard-of'].map(scopeOf)).toEqual([
    'journeys',
    'items',
    'settings',
    'settings',
  ]);
});
