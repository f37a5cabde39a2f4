import type { Locator } from 'playwright-core';
import { expect } from 'vitest';

/** Waits until these have stopped moving: a view that glides must stand before something in it is dragged. */
export async function still(...these: readonly Locator[]): Promise<void> {
  let last = '';
  const isSame = async () => {
    const before = last;
    last = JSON.stringify(await Promise.all(these.map((one) => one.boundingBox())));
    return last === before;
  };
  await expect.poll(isSame, { interval: 200 }).toBe(true);
}
