import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { studioPlaces } from '../../src/api/pages.ts';

it('each address of the studio can be opened and loaded again', () => {
  const routes = [...readFileSync('studio/route.tsx', 'utf8').matchAll(/ {2}path: '\/([a-z-]+)/g)].map(
    ([, name]) => name!,
  );
  expect(routes.length).toBeGreaterThan(20);
  expect([...new Set(routes)].filter((name) => !studioPlaces.includes(name))).toEqual([]);
});
