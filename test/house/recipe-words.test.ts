import { expect, it } from 'vitest';
import { recipes } from '../../src/journey/index.ts';
import { languages, loadLanguage } from '../../studio/words/words.ts';

/** Everything in a recipe that people read. */
function said(): string[] {
  const words = recipes().flatMap(({ name, description, exits = [], activities }) => [
    name,
    description ?? '',
    ...exits.map(({ reason }) => reason),
    ...Object.values(activities).flatMap((activity) => [
      activity.label ?? '',
      ...('paths' in activity ? activity.paths.map(({ label }) => label) : []),
      ...('events' in activity ? activity.events.map(({ label }) => label) : []),
    ]),
  ]);
  return [...new Set(words)].filter((text) => text !== '');
}

/** The studio shows recipes in the reader's language; what a recipe says anew must be said in each. */
it.each(languages)('everything a recipe says is there in $name, and nothing that is gone', async ({ code }) => {
  const words = Object.entries(await loadLanguage(code)).filter(([key]) => key.startsWith('recipe.'));

  expect(words.map(([key]) => key).sort()).toEqual(
    said()
      .map((text) => `recipe.${text}`)
      .sort(),
  );
  if (code === 'en') for (const [key, text] of words) expect(`recipe.${text}`).toBe(key);
  else for (const [key, text] of words) expect(`recipe.${text}`, key).not.toBe(key);
});
