import { expect, it } from 'vitest';
import { Slices } from './clock.ts';

it('long work gives way when a slice has been long enough', async () => {
  const slices = new Slices();
  let others = false;
  setImmediate(() => (others = true));
  while (!slices.isOver);
  expect(others).toBe(false);
  await slices.next();
  expect(others).toBe(true);
});
