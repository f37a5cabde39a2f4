import { describe, expect, it } from 'vitest';
import { readKept } from './kept.ts';
import { play } from './run.ts';

/** What once was broken, as short as it could be made. */
describe('what a seed has found', () => {
  for (const { name, failure } of readKept(new URL('./kept/', import.meta.url))) {
    const { seed, steps, broken } = failure;
    it(`${name} is mended: ${broken[0]}`, async () => {
      expect((await play(seed, steps))?.broken ?? []).toEqual([]);
    });
  }
});
