import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

/** A small tree of files in a temporary folder, for a check to look at. `copy` names files taken over from the repository. */
export function plantedTree(files: Record<string, string>, copy: string[] = []): { root: string; remove(): void } {
  const root = mkdtempSync(join(tmpdir(), 'beckon-house-'));
  for (const path of copy) cpSync(join(repository, path), join(root, path), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}
