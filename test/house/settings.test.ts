import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { helpText } from '../../src/settings-help.ts';
import { repository } from '../support/tree.ts';

const page = readFileSync(join(repository, 'docs/guide/settings.md'), 'utf8');
/** Flags that only one command has; its own help tells of them. */
const ofOneCommand = new Set(['--help', '--remove']);
const named = (text: string) => new Set(text.match(/(?<![\w-])(?:--[a-z][a-z-]+|BECKON_[A-Z_]+|DATABASE_URL)\b/g));

it('docs/guide/settings.md names every flag and variable that `beckon help` names, and no other', () => {
  const help = named(helpText());
  const table = named(
    page
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .join('\n'),
  );
  expect([...table].sort()).toEqual([...help].filter((name) => !ofOneCommand.has(name)).sort());
});
