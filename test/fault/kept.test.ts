import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { play, type Failure } from './run.ts';

/** What once was broken, as short as it could be made. */
const folder = new URL('./kept/', import.meta.url);

describe('what a seed has found', () => {
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.json'))) {
    const { seed, steps, broken } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Failure;
    it(`${name} is mended: ${broken[0]}`, async () => {
      expect((await play(seed, steps))?.broken ?? []).toEqual([]);
    });
  }
});
