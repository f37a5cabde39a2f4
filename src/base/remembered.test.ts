import { expect, it } from 'vitest';
import { Remembered } from './remembered.ts';

/** A count that takes 100 ms by its own clock. */
function counting(first: number) {
  const world = { now: 0, count: first, asked: 0 };
  const find = async () => {
    world.asked += 1;
    world.now += 100;
    return world.count;
  };
  return {
    world,
    remembered: new Remembered(
      find,
      (count) => count >= 1000,
      () => world.now,
    ),
  };
}

it('finds a small number anew each time, so that a change is seen at once', async () => {
  const { world, remembered } = counting(5);
  expect(await remembered.get()).toBe(5);
  world.count = 6;
  expect(await remembered.get()).toBe(6);
  expect(world.asked).toBe(2);
});

it('keeps a large one twenty times as long as it took, then tells it once more while it is found anew', async () => {
  const { world, remembered } = counting(5000);
  expect(await remembered.get()).toBe(5000);
  world.count = 6000;
  world.now += 1999;
  expect(await remembered.get()).toBe(5000);
  expect(world.asked).toBe(1);
  world.now += 1;
  expect(await Promise.all([remembered.get(), remembered.get()])).toEqual([5000, 5000]);
  expect(world.asked).toBe(2);
  expect(await remembered.get()).toBe(6000);
});

it('does not tell a large one that nobody has asked for in a long time', async () => {
  const { world, remembered } = counting(5000);
  await remembered.get();
  world.count = 7000;
  world.now += 6 * 60_000;
  expect(await remembered.get()).toBe(7000);
});

it('keeps what it knew when finding fails, and finds it again', async () => {
  let isDown = false;
  let now = 0;
  const find = async () => {
    now += 10;
    if (isDown) throw new Error('the database is gone');
    return 5000;
  };
  const remembered = new Remembered(
    find,
    () => true,
    () => now,
  );
  await remembered.get();
  isDown = true;
  now += 1000;
  expect(await remembered.get()).toBe(5000);
  now += 6 * 60_000;
  await expect(remembered.get()).rejects.toThrow('the database is gone');
  isDown = false;
  expect(await remembered.get()).toBe(5000);
});
