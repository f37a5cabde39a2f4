import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What runs in Beckon: every package of the lock file that is no tool of development, as CycloneDX 1.5 on standard output. With `--check` it
 * prints licences and how many packages have each, and fails on one that is not in the list.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
/** What is read of the lock file. */
interface Lock {
  packages: Record<
    string,
    { version: string; license?: string; integrity?: string; dev?: boolean; devOptional?: boolean; optional?: boolean }
  >;
}

interface Package {
  name: string;
  path: string;
  version: string;
  licence: string;
  integrity: string | undefined;
  optional: boolean;
}

/** Licences under which Beckon may carry a package along. */
const taken = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'OFL-1.1',
  'MPL-2.0',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'CC-BY-4.0',
  'Unlicense',
  'Python-2.0',
  'EUPL-1.1+',
  'PostgreSQL',
]);

/** `MIT OR GPL-2.0` is as good as its best part, `A AND B` as its worst. */
export function isTaken(licence: string): boolean {
  const text = licence
    .replace(/\(https?:[^)]*\)/, '')
    .replace(/[()]/g, ' ')
    .trim();
  if (text.includes(' OR ')) return text.split(' OR ').some((one) => isTaken(one));
  return text.split(' AND ').every((one) => taken.has(one.trim()));
}

/** Packages that are installed to run, as the lock file has them. */
export function packagesOf(lock: Lock): Package[] {
  return Object.entries(lock.packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
    .map(([path, { version, license, integrity, optional = false }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      path,
      version,
      licence: license ?? licenceIn(path) ?? 'unknown',
      integrity,
      optional,
    }));
}

/** Older packages say it in their own file only, and as they like. */
function licenceIn(path: string): string | undefined {
  try {
    const { license, licenses } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')) as {
      license?: string | { type: string };
      licenses?: { type: string }[];
    };
    return typeof license === 'string' ? license : (license?.type ?? licenses?.[0]?.type);
  } catch {
    return undefined; // an optional package of another platform
  }
}

/** CycloneDX 1.5. */
export function billOf(packages: readonly Package[], about: { name: string; version: string; license: string }) {
  const { name, version, license } = about;
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: { type: 'application', name, version, licenses: [{ license: { id: license } }] } },
    components: packages.map((one) => ({
      type: 'library',
      name: one.name,
      version: one.version,
      purl: `pkg:npm/${one.name.replace('@', '%40')}@${one.version}`,
      scope: one.optional ? 'optional' : 'required',
      licenses: [/ (?:OR|AND) /.test(one.licence) ? { expression: one.licence } : { license: { id: one.licence } }],
      hashes: hashesOf(one.integrity),
    })),
  };
}

function hashesOf(integrity = ''): { alg: string; content: string }[] {
  const found = /^sha512-(.+)$/.exec(integrity);
  return found ? [{ alg: 'SHA-512', content: Buffer.from(found[1]!, 'base64').toString('hex') }] : [];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const read = <T>(path: string) => JSON.parse(readFileSync(join(root, path), 'utf8')) as T;
  const packages = packagesOf(read<Lock>('package-lock.json'));
  if (process.argv.includes('--check')) {
    const counts = new Map<string, number>();
    for (const { licence } of packages) counts.set(licence, (counts.get(licence) ?? 0) + 1);
    for (const [licence, count] of [...counts].sort((a, b) => b[1] - a[1]))
      console.log(`${String(count).padStart(4)}  ${licence}`);
    const refused = packages.filter(({ licence }) => !isTaken(licence));
    for (const { name, version, licence } of refused) console.log(`Not taken: ${name} ${version}, ${licence}`);
    process.exitCode = refused.length === 0 ? 0 : 1;
  } else console.log(JSON.stringify(billOf(packages, read('package.json')), null, 2));
}
