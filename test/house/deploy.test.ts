import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readMovingFlags } from '../../src/moving.ts';
import { readSettings } from '../../src/settings.ts';
import { options } from '../../src/settings-option.ts';
import { repository } from '../support/tree.ts';

/** What runs Beckon elsewhere is not run here; what it says of Beckon must be true all the same. */
const files = readdirSync(join(repository, 'deploy'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));
const texts = new Map([...files, join(repository, 'Dockerfile')].map((path) => [path, readFileSync(path, 'utf8')]));

it('the files of deploy/ and the Dockerfile set variables that there are, and no others', () => {
  const known = new Set([...options.flatMap(({ env }) => env ?? []), 'BECKON_PASSPHRASE']);
  for (const [path, text] of texts)
    for (const [name] of text.matchAll(/\b(?:BECKON_[A-Z_]+|DATABASE_URL)\b/g)) expect(known, path).toContain(name);
});

it('the commands of deploy/ are ones that Beckon takes', () => {
  const env = { DATABASE_URL: 'postgres://beckon@db/beckon' };
  const found = { serve: 0, export: 0 };
  for (const [path, text] of texts) {
    for (const [, args] of text.matchAll(/dist\/src\/main\.js (.+)$/gm)) {
      const [command, ...flags] = args!.replace('%i', 'collect').split(' ');
      found[command as keyof typeof found]++;
      if (command === 'export') expect(readMovingFlags(flags).rest, path).toEqual([]);
      else expect(() => readSettings(flags, env), path).not.toThrow();
    }
    for (const [, roles] of text.matchAll(/serve, --role, '?([a-z,]+)'?\]/g)) {
      found.serve++;
      expect(() => readSettings(['--role', roles!], env), path).not.toThrow();
    }
    for (const [, list] of text.matchAll(/\(list ("export" [^)]+)/g)) {
      found.export++;
      const flags = [...list!.matchAll(/"([^"]+)"/g)].slice(1).map(([, one]) => one!);
      expect(readMovingFlags(flags.at(-1) === '--keep' ? [...flags, '3'] : flags).rest, path).toEqual([]);
    }
  }
  expect(found.serve).toBeGreaterThanOrEqual(6);
  expect(found.export).toBe(4);
});

it('the image copies what is there, and its blocks are closed', () => {
  const docker = texts.get(join(repository, 'Dockerfile'))!;
  for (const [, sources] of docker.matchAll(/^COPY (?!--from)(.+) \S+$/gm))
    for (const name of sources!.split(' ')) expect(existsSync(join(repository, name)), name).toBe(true);
  for (const [path, text] of texts) {
    if (!path.includes('/templates/')) continue;
    const begun = text.match(/\{\{-? (?:if|range|with|define)\b/g)?.length ?? 0;
    expect(text.match(/\{\{-? end\b/g)?.length ?? 0, path).toBe(begun);
  }
});
