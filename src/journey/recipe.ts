import { readdirSync, readFileSync } from 'node:fs';
import type { JourneyDefinition } from './definition.ts';

/** The journeys that ship with Beckon, read from the JSON files in `recipe/`, sorted by key. */
export function recipes(): JourneyDefinition[] {
  const folder = new URL('./recipe/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.sort().map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as JourneyDefinition);
}
