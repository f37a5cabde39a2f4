import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { keep } from './kept.ts';
import { seeded, type Failure } from './run.ts';

/** How many seeds a whole run has, and with which it begins. */
const wanted = Number(process.env['BECKON_FAULT_SEEDS'] ?? 500);
const first = Number(process.env['BECKON_FAULT_FROM'] ?? 1);

/** Where a failure is kept; `kept.test.ts` plays it from then on. */
const folder = new URL('./kept/', import.meta.url);

/** Plays every `of`-th seed from the `part`-th on; two files have a half each, so that two processors have something to do. */
export function playSeeds(part: number, of: number): void {
  const seeds = Array.from({ length: wanted }, (_, no) => first + no).filter((seed) => seed % of === part);
  it(
    `holds every invariant of trust §2.5 after each step of ${seeds.length} seeds`,
    async () => {
      for (const seed of seeds) {
        const failure = await seeded(seed);
        if (failure) expect.fail(told(failure));
      }
    },
    60_000 + seeds.length * 10_000,
  );
}

/** Keeps a failure as a named case, and says how to see it again. */
function told(failure: Failure): string {
  const file = keep(failure, folder);
  return [
    `Seed ${failure.seed} breaks, after ${failure.steps.length} steps:`,
    ...failure.broken,
    ...failure.steps.map((step) => JSON.stringify(step)),
    `Kept as ${fileURLToPath(file)}; again: npx vitest run --project fault test/fault/kept.test.ts`,
  ].join('\n');
}
