import { expect, it } from 'vitest';
import { elapsed, Slices } from './clock.ts';

it('long work gives way when a slice has been long enough', async () => {
  const slices = new Slices();
  let others = false;
  setImmediate(() => (others = true));
  while (!slices.isOver);
  expect(others).toBe(false);
  await slices.next();
  expect(others).toBe(true);
});

it('a slice lasts longer where others have much to do', async () => {
  const slices = new Slices();
  setImmediate(() => {
    for (const until = elapsed() + 10; elapsed() < until;);
  });
  await slices.next();
  const began = elapsed();
  while (!slices.isOver);
  expect(elapsed() - began).toBeGreaterThan(2);
});
