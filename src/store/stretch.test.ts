import { expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { partsOf, stretchesOf, type Bounds } from './stretch.ts';

const at = (text: string) => Date.parse(text);
const told = (parts: Awaited<ReturnType<typeof stretchesOf>>) =>
  parts.map(({ grain, from, until }) => {
    const iso = (ms: number | null) => (ms === null ? '…' : new Date(ms).toISOString().slice(5, 16));
    return `${grain} ${iso(from)} ${iso(until)}`;
  });

it('parts a span into whole days of a zone, whole hours and what is left', async () => {
  const store = await freshStore();
  const span = { from: at('2026-03-27T10:20Z'), until: at('2026-03-30T10:00Z') }; // the clocks of Berlin go on on the 29th
  expect(told(await stretchesOf(store, span, 'Europe/Berlin'))).toEqual([
    'moment 03-27T10:20 03-27T11:00',
    'hour 03-27T11:00 03-27T23:00',
    'day 03-27T23:00 03-29T22:00',
    'hour 03-29T22:00 03-30T10:00',
  ]);
  expect(told(await stretchesOf(store, { from: null, until: null }, 'Asia/Kolkata'))).toEqual(['day … …']);
  expect(told(await stretchesOf(store, { from: at('2026-03-27T10:20Z'), until: null }, 'Asia/Kolkata'))).toEqual([
    'moment 03-27T10:20 03-27T11:00',
    'hour 03-27T11:00 03-27T18:00',
    'moment 03-27T18:00 03-27T18:30',
    'day 03-27T18:30 …',
  ]);
});

it.each<[string, Bounds, Bounds]>([
  ['less than an hour', { from: 10, until: 20 }, { from: 86_400_000, until: 0 }],
  ['less than a day', { from: 10, until: 9 * 3_600_000 }, { from: 86_400_000, until: 0 }],
  ['days', { from: 10, until: 3 * 86_400_000 + 5 }, { from: 86_400_000, until: 3 * 86_400_000 }],
])('covers a span of %s without a gap', (_, span, days) => {
  const parts = partsOf(span, days);
  expect(parts[0]!.from).toBe(span.from);
  expect(parts.at(-1)!.until).toBe(span.until);
  for (const [no, part] of parts.entries()) if (no > 0) expect(part.from).toBe(parts[no - 1]!.until);
});
