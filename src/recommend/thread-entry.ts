import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** What a worker thread begins with: a file of this room, by its name; from sources, what teaches it to read them first. */
export function entryOf(name: string): URL {
  const isSource = import.meta.url.endsWith('.ts');
  const work = new URL(`./${name}.${isSource ? 'ts' : 'js'}`, import.meta.url);
  if (!isSource) return work;
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json'));
  const loader = new URL('dist/esm/api/index.mjs', tsx);
  const code = `(await import('${loader.href}')).register(); await import('${work.href}');`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}
