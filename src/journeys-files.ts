import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { BeckonError } from './base/index.ts';
import { recipeFolder, storiesEnd, storyOf, type JourneyDefinition, type Story } from './journey/index.ts';
import { errors } from './settings.ts';

/** A journey's file, and the stories beside it. */
export interface JourneyFile {
  path: string;
  definition: JourneyDefinition;
  stories: Story[];
}

/** What a journey in TypeScript or JavaScript is called in a folder; it exports the journey by default. */
const moduleName = /\.journey\.[mc]?[jt]s$/;

/** Journeys in these files and folders, each with its stories; without any, those that come with Beckon. */
export async function journeyFiles(paths: readonly string[]): Promise<JourneyFile[]> {
  const asked = paths.length > 0 ? paths : [fileURLToPath(recipeFolder)];
  const files: JourneyFile[] = [];
  for (const path of asked.flatMap(filesIn)) {
    files.push({ path, definition: await journeyIn(path), stories: storiesBeside(path) });
  }
  const keys = files.map(({ definition }) => definition?.key);
  const twice = files.find(({ definition }, at) => definition?.key !== undefined && keys.indexOf(definition.key) < at);
  if (twice)
    throw new BeckonError(
      errors.SETTINGS_BAD_VALUE,
      `${twice.path} has the key of another file, "${twice.definition.key}"`,
    );
  return files;
}

function filesIn(path: string): string[] {
  if (!existsSync(path)) throw new BeckonError(errors.SETTINGS_BAD_VALUE, `There is no file or folder "${path}"`);
  if (!statSync(path).isDirectory()) return [path];
  const isJourney = (name: string) =>
    moduleName.test(name) || (name.endsWith('.json') && !name.endsWith(storiesEnd) && !name.startsWith('.'));
  return readdirSync(path)
    .filter(isJourney)
    .sort()
    .map((name) => join(path, name));
}

async function journeyIn(path: string): Promise<JourneyDefinition> {
  if (path.endsWith('.json')) return read(path) as JourneyDefinition;
  try {
    const module = (await import(pathToFileURL(resolve(path)).href)) as { default?: JourneyDefinition };
    if (typeof module.default === 'object') return module.default;
  } catch (error) {
    const cannot = (error as { code?: string }).code === 'ERR_UNKNOWN_FILE_EXTENSION';
    const why = cannot
      ? 'this Node.js does not run TypeScript; compile it, or use Node.js 22.18'
      : (error as Error).message;
    throw new BeckonError(errors.SETTINGS_BAD_VALUE, `${path} cannot be read: ${why}`);
  }
  throw new BeckonError(errors.SETTINGS_BAD_VALUE, `${path} does not export a journey by default`);
}

function storiesBeside(path: string): Story[] {
  const name = basename(path)
    .replace(moduleName, '')
    .replace(/\.json$/, '');
  const beside = join(dirname(path), `${name}${storiesEnd}`);
  const told = existsSync(beside) ? read(beside) : [];
  return (Array.isArray(told) ? told : [told]).map((one) => storyOf(one));
}

function read(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new BeckonError(errors.SETTINGS_BAD_VALUE, `${path} is not JSON: ${(error as Error).message}`);
  }
}
