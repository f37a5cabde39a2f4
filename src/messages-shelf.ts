import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { BeckonError } from './base/index.ts';
import type { Shop } from './files-shop.ts';
import type { Kept, Remote, Shelf } from './files-sync.ts';
import { inFormOrder } from './journey/index.ts';
import { ComponentDocument, TemplateDocument, Theme, type GatheredKind } from './message/index.ts';
import { errors } from './settings.ts';

/** Messages, their components and themes: in files, and in a running Beckon. */

/** The kinds in the order in which one needs another, and the folder of each below that of the messages. */
const kinds = [
  { kind: 'themes', folder: 'themes', form: Theme },
  { kind: 'components', folder: 'components', form: ComponentDocument },
  { kind: 'messages', folder: '', form: TemplateDocument },
] as const;

/** Files by their kind, which the folder says that they lie in. */
export type MessageFiles = Record<GatheredKind, Kept[]>;

/** @throws SETTINGS_BAD_VALUE */
export function messageFiles(paths: readonly string[]): MessageFiles {
  const found: MessageFiles = { themes: [], components: [], messages: [] };
  for (const path of paths.flatMap(filesIn)) {
    const folder = basename(dirname(resolve(path)));
    const { kind } = kinds.find((one) => one.folder === folder) ?? kinds[2];
    found[kind].push(read(path));
  }
  return found;
}

function filesIn(path: string): string[] {
  if (!existsSync(path)) throw new BeckonError(errors.SETTINGS_BAD_VALUE, `There is no file or folder "${path}"`);
  if (!statSync(path).isDirectory()) return [path];
  return ['', ...kinds.flatMap(({ folder }) => folder || [])].flatMap((name) => {
    const folder = join(path, name);
    if (!existsSync(folder)) return [];
    const files = readdirSync(folder).filter((file) => file.endsWith('.json') && !file.startsWith('.'));
    return files.sort().map((file) => join(folder, file));
  });
}

function read(path: string): Kept {
  try {
    const { $schema, ...document } = JSON.parse(readFileSync(path, 'utf8')) as { $schema?: string };
    return { path, key: basename(path, '.json'), document, schema: $schema };
  } catch (error) {
    throw new BeckonError(errors.SETTINGS_BAD_VALUE, `${path} is not JSON: ${(error as Error).message}`);
  }
}

/** A document as `/v1` gives it; a theme calls itself so. */
interface Given {
  key: string;
  revision: string;
  version?: number;
  published?: number | null;
  document?: object;
  theme?: object;
}

/** The shelves of a running Beckon, each with its files: what others need comes first. */
export function messageShelves(shop: Shop, files: MessageFiles): { shelf: Shelf; files: Kept[] }[] {
  return kinds.map(({ kind, folder, form }) => {
    const readable = (document: object) => inFormOrder(document, form) as object;
    const prefix = folder === '' ? '' : `${folder}/`;
    const shelf = kind === 'messages' ? templates(shop) : looks(shop, kind);
    return { shelf: { ...shelf, prefix, readable }, files: files[kind] };
  });
}

type Calls = Omit<Shelf, 'prefix' | 'readable'>;

function templates(shop: Shop): Calls {
  const at = (key: string) => `/templates/${encodeURIComponent(key)}`;
  return {
    keys: async () => keysOf((await shop.call<{ templates: Given[] }>('GET', '/templates')).templates),
    get: async (key) => {
      const found = await shop.find<Given>(at(key));
      return found && remoteOf(found);
    },
    put: async (key, document, revision) =>
      remoteOf(await shop.call<Given>('PUT', `${at(key)}?revision=${revision}`, document)),
    publish: async (key, revision) => {
      const { version } = await shop.call<Given>('POST', `${at(key)}/publish?revision=${revision}`);
      return version!;
    },
  };
}

/** Themes and components have no drafts: what is saved holds from the next mail on. */
function looks(shop: Shop, kind: 'themes' | 'components'): Calls {
  const all = async () => (await shop.call<Record<typeof kind, Given[]>>('GET', `/${kind}`))[kind];
  return {
    keys: async () => keysOf(await all()),
    get: async (key) => {
      const found = (await all()).find((one) => one.key === key);
      return found ? remoteOf(found) : null;
    },
    put: async (key, document, revision) =>
      remoteOf(await shop.call<Given>('PUT', `/${kind}/${encodeURIComponent(key)}?revision=${revision}`, document)),
  };
}

function keysOf(given: readonly Given[]): string[] {
  return given.map(({ key }) => key);
}

function remoteOf({ document, theme, revision, version = 0, published }: Given): Remote {
  return { document: document ?? theme!, revision, live: published === version ? version : null, halted: null };
}
