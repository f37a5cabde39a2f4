import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { keep, readKept } from './kept.ts';
import { planted } from './planted.ts';
import { length, play, seeded, shrink, type Failure } from './run.ts';
import { stepsOf } from './step.ts';

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
        expect(failure!.steps.length, 'it is told by few steps').toBeLessThanOrEqual(7);
      },
      patience * 10_000,
    );
  }
});

it(
  'what a seed finds is made as short as it can be, kept as a file, and found again by that file alone',
  async () => {
    const { spoil, from } = planted[0]!;
    let failure: Failure | null = null;
    let whole = 0;
    for (let seed = from; !failure && seed < from + patience; seed++) {
      const long = await play(seed, stepsOf(seed, length), spoil);
      whole = long?.steps.length ?? 0;
      failure = long && (await shrink(long, spoil));
    }
    expect(failure!.steps.length).toBeLessThanOrEqual(whole);
    const folder = pathToFileURL(`${mkdtempSync(join(tmpdir(), 'beckon-kept-'))}/`);
    try {
      keep(failure!, folder);
      const kept = readKept(folder)[0]!.failure;
      const again = await play(kept.seed, kept.steps, spoil);
      expect(again?.broken).toEqual(kept.broken);
      // Not one of its steps can be left out.
      for (const no of kept.steps.keys()) {
        const fewer = await play(
          kept.seed,
          kept.steps.filter((_, other) => other !== no),
          spoil,
        );
        expect(fewer?.broken[0]?.split(':')[0]).not.toBe(kept.broken[0]!.split(':')[0]);
      }
      expect(await play(kept.seed, kept.steps), 'and it is the planted fault that it finds').toBeNull();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  patience * 10_000,
);
