import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
interface Run {
  figures: { figure: string; value: number }[];
}
const tool = (name: string) => import(new URL(`../../tool/${name}.mjs`, import.meta.url).href);
const { filesOf, newestRuns } = (await tool('bench-page')) as {
  filesOf: (runs: Map<string, Run>, readme: string) => Record<string, string>;
  newestRuns: () => Map<string, Run>;
};
const { drawGoals, drawGrowth } = (await tool('bench-chart')) as {
  drawGoals: (judged: object[]) => string;
  drawGrowth: (grown: object) => string;
};

const root = new URL('../..', import.meta.url).pathname;
const read = (path: string) => readFileSync(`${root}/${path}`, 'utf8');

describe('what is said of figures', () => {
  it('is what was saved last, in the README, on the page and in its charts (npm run bench -- --page)', () => {
    const files = filesOf(newestRuns(), read('README.md'));
    expect(Object.keys(files)).toContain('docs/measured.md');
    for (const [path, text] of Object.entries(files)) expect(read(path), path).toBe(text);
  });

  it('says nothing of a figure that nobody saved', () => {
    const runs = newestRuns();
    const ingest = runs.get('ingest')!;
    const without = { ...ingest, figures: ingest.figures.filter(({ figure }) => figure !== 'durable') };
    expect(() => filesOf(new Map(runs).set('ingest', without), read('README.md'))).toThrow(/no figure "durable"/);
  });

  it('changes with a figure', () => {
    const runs = newestRuns();
    const recommend = runs.get('recommend')!;
    const figures = recommend.figures.map((one) => (one.figure === 'batch' ? { ...one, value: 4321 } : one));
    const files = filesOf(new Map(runs).set('recommend', { ...recommend, figures }), read('README.md'));
    expect(files['README.md']).toContain('4,321 people/s a core');
    expect(files['docs/measured.md']).toContain(
      'people a second in batches | 4,321 recipients/s | at least 5,000 | **not reached**',
    );
  });

  it('is drawn to scale: half of a goal is half as long as the goal, and growth begins at nothing', () => {
    const drawn = drawGoals([
      { title: 'a', reached: 0.5, said: '1', wanted: 'at least 2' },
      { title: 'b', reached: 1, said: '2', wanted: 'at least 2' },
      { title: 'c & d', reached: 9, said: '9', wanted: 'at least 1' },
    ]);
    const widths = [...drawn.matchAll(/<rect[^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
    expect(widths[1]! / widths[0]!).toBeCloseTo(2, 5);
    expect(widths[2]).toBe(2 * widths[1]!);
    expect(drawn).toContain('c &amp; d');
    const heights = [
      ...(drawGrowth({ of: ['1', '10'], lines: [{ title: 't', unit: 's', values: [1, 4] }] }) as string).matchAll(
        /cy="([\d.]+)"/g,
      ),
    ].map(([, y]) => 96 - Number(y));
    expect(heights[1]! / heights[0]!).toBeCloseTo(4, 5);
  });
});
