import { expect, it } from 'vitest';
import { shippedCriteria } from '../../src/recommend/index.ts';
import { languages, loadLanguage } from '../../studio/words/words.ts';

/** The studio names the criteria of Beckon in the reader's language; a new one must be named in each. */
it.each(languages)('every criterion of Beckon has a name in $name, and none that is gone', async ({ code }) => {
  const words = Object.entries(await loadLanguage(code)).filter(([key]) => key.startsWith('shipped.'));

  expect(words.map(([key]) => key).sort()).toEqual(shippedCriteria.map(({ key }) => `shipped.${key}`).sort());
  expect(new Set(words.map(([, name]) => name)).size).toBe(words.length);
  if (code !== 'en') return;
  expect(Object.fromEntries(words)).toEqual(
    Object.fromEntries(shippedCriteria.map(({ key, name }) => [`shipped.${key}`, name])),
  );
});
