import { readdirSync, readFileSync } from 'node:fs';
import type { JourneyDefinition } from './definition.ts';

/** How the file with the stories of a journey ends; it stands beside the journey's own. */
export const storiesEnd = '.stories.json';

/** Where the journeys that ship with Beckon lie, with their stories. */
export const recipeFolder = new URL('./recipe/', import.meta.url);

/** The journeys that ship with Beckon, read from the JSON files in `recipe/`, sorted by key. */
export function recipes(): JourneyDefinition[] {
  const files = readdirSync(recipeFolder).filter((name) => name.endsWith('.json') && !name.endsWith(storiesEnd));
  return files.sort().map((name) => JSON.parse(readFileSync(new URL(name, recipeFolder), 'utf8')) as JourneyDefinition);
}
