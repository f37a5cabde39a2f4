import { describe, expect, it } from 'vitest';
import { planted } from './planted.ts';
import { play, seeded, type Failure } from './run.ts';

/** As many seeds are tried; each fault is found far sooner, but by which seed changes with the product. */
const patience = 40;

describe('a planted fault is found', () => {
  for (const { fault, finds, from, steps, spoil } of planted) {
    it(
      `${fault}`,
      async () => {
        let failure: Failure | null = null;
        for (let seed = from; seed < from + patience && !failure; seed++)
          failure = await (steps ? play(seed, steps, spoil) : seeded(seed, spoil));
        expect(failure, 'no seed has found it').not.toBeNull();
        expect(failure!.broken.join('\n')).toMatch(new RegExp(finds));
        expect(failure!.steps.length, 'it is told by few steps').toBeLessThanOrEqual(6);
      },
      patience * 10_000,
    );
  }
});
