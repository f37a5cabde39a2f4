import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readPlan } from '../../tool/check-rooms.ts';
import { withPicture } from '../../tool/draw-rooms.ts';
import { repository } from '../support/tree.ts';

const page = readFileSync(join(repository, 'ARCHITECTURE.md'), 'utf8');

it('the picture in ARCHITECTURE.md is the one rooms.json gives; else run npx tsx tool/draw-rooms.ts', () => {
  expect(withPicture(page, readPlan(repository))).toBe(page);
});

it('withPicture() changes the page when a room is planted in the plan', () => {
  const plan = readPlan(repository);
  plan.rooms.push({ name: 'cellar', floor: 'ground', may: [], says: 'planted' });
  expect(withPicture(page, plan)).not.toBe(page);
});
