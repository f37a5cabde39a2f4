import { expect, it } from 'vitest';
import type { ProfileDetail } from '../../src/api/contract.ts';
import { joining } from './join.ts';

const known = (id: string, ...names: [namespace: string, id: string][]) => ({
  id,
  identities: names.map(([namespace, name]) => ({ namespace, id: name }) as ProfileDetail['identities'][number]),
});

it('joins a visitor who names nobody to a person, by one name of each', () => {
  const ada = known('p1', ['ecid', '1'], ['email', 'ada@example.com']);
  expect(joining(ada, known('p2', ['ecid', '2']))).toEqual({ identities: { email: 'ada@example.com', ecid: '2' } });
});

it('never joins two who both name a person, nor somebody with themselves (trust row 79)', () => {
  const ada = known('p1', ['email', 'ada@example.com']);
  expect(joining(ada, known('p2', ['ecid', '2'], ['crm', '7']))).toBe('both');
  expect(joining(ada, ada)).toBe('same');
  expect(joining(known('p3', ['ecid', '3']), known('p2', ['ecid', '2']))).toBe('unnamed');
});
