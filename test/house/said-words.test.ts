import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { timelineWords } from '../../src/measure/index.ts';
import { sourcesBelow } from '../../tool/source.ts';
import { en } from '../../studio/words/en.ts';

const root = new URL('../..', import.meta.url).pathname;

/** Codes that the sources write out; those that are put together are named here by hand. */
function codesInSources(): string[] {
  const found = sourcesBelow(root, 'src').flatMap(({ path }) => {
    if (path.endsWith('.test.ts')) return [];
    const text = readFileSync(`${root}/${path}`, 'utf8');
    return [...text.matchAll(/\bsaid\(([^`]*?)[,)]/gs)].flatMap(([, first = '']) =>
      [...first.matchAll(/'([a-z][\w.-]*\.[\w.-]+)'/gi)].map(([, code]) => code!),
    );
  });
  const timeline = Object.keys(timelineWords).map((code) => `timeline.${code}`);
  const coupons = ['hold', 'skip', 'without'].map((what) => `alert.coupons.${what}`);
  const consents = ['in', 'out', 'pending'].map((state) => `timeline.consent.${state}.more`);
  return [...new Set([...found, ...timeline, ...coupons, ...consents])].sort();
}

describe('what the server says by codes', () => {
  it('has its words in the studio, and the studio has no words that nobody says', () => {
    const words = Object.keys(en).flatMap((key) => (key.startsWith('said.') ? [key.slice('said.'.length)] : []));
    expect(words.sort()).toEqual(codesInSources());
  });

  it('says the timeline in the studio with the same values', () => {
    const holes = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
    for (const [code, text] of Object.entries(timelineWords)) {
      expect(holes(en[`said.timeline.${code}` as keyof typeof en]), code).toEqual(holes(text));
    }
  });
});
