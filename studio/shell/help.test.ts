import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { helpFor, helpPages } from './help.ts';

describe('helpFor()', () => {
  it('leads from a page to the one that explains it', () => {
    expect(helpFor('/')).toBe('/docs/guide/quick-start.html');
    expect(helpFor('/journeys/abandoned-cart')).toBe('/docs/guide/journeys.html');
    expect(helpFor('/journeys/abandoned-cart/report')).toBe('/docs/guide/measure.html');
    expect(helpFor('/senders/workshop')).toBe('/docs/guide/mails.html#several-senders');
    expect(helpFor('/of-tomorrow')).toBe('/docs/guide/quick-start.html');
  });

  it('leads to pages and places that there are', () => {
    for (const page of helpPages) {
      const [path, place] = page.split('#');
      const text = readFileSync(new URL(`../../docs/${path}.md`, import.meta.url), 'utf8');
      const places = [...text.matchAll(/^#+\s+(.+)$/gm)].map(([, title]) =>
        title!.toLowerCase().replaceAll(/\W+/g, '-'),
      );
      if (place) expect(places, page).toContain(place);
    }
  });
});
