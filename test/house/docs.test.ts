import { afterEach, describe, expect, it } from 'vitest';
import { checkDocs, examplesOf, journeyJudge } from '../../tool/check-docs.ts';
import { plantedTree, repository } from '../support/tree.ts';

let remove = () => {};
afterEach(() => remove());

function says(page: string): string[] {
  const tree = plantedTree({ 'docs/guide/x.md': page, 'docs/guide/y.md': '' });
  remove = tree.remove;
  return checkDocs(tree.root, () => 'planted').map((finding) => `${finding.line} ${finding.says}`);
}

describe('checkDocs()', () => {
  it('finds the examples and links of this repository true', async () => {
    expect(checkDocs(repository, await journeyJudge(repository))).toEqual([]);
  }, 120_000);

  it('refuses a planted example that throws', () => {
    expect(says('Text.\n\n```ts run\nthrow new Error("no");\n```\n')).toEqual(['3 the example fails: Error: no']);
  });

  it('runs an example that holds, and leaves unmarked ones be', () => {
    const good = 'const sum: number = 1 + 1;\nif (sum !== 2) throw new Error();\n';
    expect(says(`\`\`\`ts run\n${good}\`\`\`\n\n\`\`\`ts\nthrow 1;\n\`\`\`\n`)).toEqual([]);
  });

  it('refuses a planted journey that is none, and JSON that is not JSON', () => {
    expect(says('```json journey\n{}\n```\n')).toEqual(['1 not a journey: planted']);
    expect(says('```json\n{,}\n```\n')[0]).toContain('1 not JSON');
  });

  it('refuses a planted link that leads nowhere', () => {
    expect(says('[a](y.md) [b](https://x.example/) [c](y.md#part)\n[d](gone.md)\n')).toEqual([
      '2 links to gone.md, which is not there',
    ]);
  });
});

it('examplesOf() gives the blocks of a page with their marks and lines', () => {
  expect(examplesOf('x.md', 'a\n```sh\nls\n```\n')).toEqual([{ path: 'x.md', line: 2, marks: ['sh'], text: 'ls\n' }]);
});
