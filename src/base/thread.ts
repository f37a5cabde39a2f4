import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * What a worker thread begins with: a file by its name, beside the one that asks; from sources, what teaches the thread to
 * read them comes first.
 *
 * @param near `import.meta.url` of the file that asks
 */
export function threadEntry(near: string, name: string): URL {
  const isSource = near.endsWith('.ts');
  const work = new URL(`./${name}.${isSource ? 'ts' : 'js'}`, near);
  if (!isSource) return work;
  const tsx = pathToFileURL(createRequire(near).resolve('tsx/package.json'));
  const loader = new URL('dist/esm/api/index.mjs', tsx);
  const code = `(await import('${loader.href}')).register(); await import('${work.href}');`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}
