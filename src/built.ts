import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A built folder or file of `dist`, or null where it has not been built. */
export function built(name: string): string | null {
  for (const place of [`../${name}`, `../dist/${name}`]) {
    const path = fileURLToPath(new URL(place, import.meta.url));
    if (existsSync(path) && (place.startsWith('../dist') || path.includes('dist'))) return path;
  }
  return null;
}

/** The version of the package. */
export function readVersion(): string {
  for (const place of ['../package.json', '../../package.json']) {
    const path = fileURLToPath(new URL(place, import.meta.url));
    if (existsSync(path)) return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
  }
  return '0.0.0';
}
