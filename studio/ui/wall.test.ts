import { expect, it } from 'vitest';
import { momentAt, wallOf } from './wall.ts';

it.each([
  ['2026-11-30T10:00', 'Europe/Stockholm', '2026-11-30T09:00:00.000Z'],
  ['2026-07-01T00:00', 'Europe/Stockholm', '2026-06-30T22:00:00.000Z'],
  ['2026-03-29T03:30', 'Europe/Stockholm', '2026-03-29T01:30:00.000Z'],
  ['2026-12-31T23:59', 'America/Los_Angeles', '2027-01-01T07:59:00.000Z'],
  ['2026-01-01T00:15', 'Asia/Kathmandu', '2025-12-31T18:30:00.000Z'],
])('%s in %s is %s, and back', (wall, zone, iso) => {
  expect(new Date(momentAt(wall, zone)!).toISOString()).toBe(iso);
  expect(wallOf(Date.parse(iso), zone)).toBe(wall);
});

it('says nothing of what is no time', () => {
  expect(momentAt('', 'UTC')).toBeNull();
  expect(momentAt('2026-13-40T10:00', 'UTC')).toBeNull();
});
