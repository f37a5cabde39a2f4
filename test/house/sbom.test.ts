import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { billOf, isTaken, packagesOf } from '../../tool/sbom.ts';
import { repository } from '../support/tree.ts';

const read = (path: string) => JSON.parse(readFileSync(join(repository, path), 'utf8')) as never;

it('every package that runs has a licence that Beckon may carry along, and stands in the bill with its checksum', () => {
  const packages = packagesOf(read('package-lock.json'));
  expect(packages.filter(({ licence }) => !isTaken(licence))).toEqual([]);
  const { components } = billOf(packages, read('package.json'));
  expect(components.find(({ name }) => name === 'fastify')).toMatchObject({
    purl: expect.stringMatching(/^pkg:npm\/fastify@5\./),
    hashes: [{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
  });
});

it('a choice of licences is as good as its best, a sum as its worst', () => {
  const licences = ['MIT', '(MIT OR GPL-3.0)', 'MIT AND GPL-3.0', 'GPL-3.0', 'MIT (http://x.example/license.txt)'];
  expect(licences.map((licence) => isTaken(licence))).toEqual([true, true, false, false, true]);
});
