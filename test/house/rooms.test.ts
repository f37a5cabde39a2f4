import { afterEach, describe, expect, it } from 'vitest';
import { checkRooms, importsOf } from '../../tool/check-rooms.ts';
import { source } from '../../tool/source.ts';
import { plantedTree, repository } from '../support/tree.ts';

let remove = () => {};
afterEach(() => remove());

function findings(files: Record<string, string>): string[] {
  const tree = plantedTree(files, ['rooms.json']);
  remove = tree.remove;
  return checkRooms(tree.root).map(({ path, line, says }) => `${path}:${line} ${says}`);
}

describe('checkRooms()', () => {
  it('finds this house in order', () => {
    expect(checkRooms(repository)).toEqual([]);
  });

  it('refuses a planted import of a later room, and says what the room may import', () => {
    expect(findings({ 'src/event/receive.ts': `import { x } from '../journey/index.ts';\n` })).toEqual([
      'src/event/receive.ts:1 imports src/journey/index.ts; event may import base, store, job, language; ' +
        'to be told of later things it offers a slot',
    ]);
  });

  it.each([
    ['a bare import', `import '../journey/index.ts';`],
    ['a dynamic import', `const late = await import('../journey/index.ts');`],
    ['an export from', `export { x } from '../journey/index.ts';`],
    ['an import of a type', `import type { X } from '../journey/index.ts';`],
    ['an import over several lines', `import {\n  x,\n} from '../journey/index.ts';`],
  ])('sees %s', (_, text) => {
    expect(findings({ 'src/event/receive.ts': text })).toHaveLength(1);
  });

  it('refuses to go past a door', () => {
    expect(findings({ 'src/journey/run.ts': `import { fold } from '../profile/fold.ts';` })[0]).toContain(
      'profile is entered by src/profile/index.ts only',
    );
  });

  it('refuses the shop and the studio anything but the contract', () => {
    const found = findings({
      'shop/server.ts': `import type { MailRow } from '../src/api/contract.ts';\nimport '../src/base/index.ts';`,
      'studio/ui/row.tsx': `import { x } from '../../src/api/index.ts';`,
    });
    expect(found).toHaveLength(2);
    expect(found[1]).toContain('shop may import src/api/contract.ts and nothing else');
  });

  it('refuses tests and benches a way past a door, and lets app.ts see all', () => {
    const found = findings({
      'bench/ingest.ts': `import { x } from '../src/event/table.ts';`,
      'src/app.ts': `import { x } from './event/table.ts';`,
    });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain('bench/ingest.ts:1');
  });

  it('does not pass a tree in which it sees nothing', () => {
    expect(findings({})).toHaveLength(1);
  });
});

describe('importsOf()', () => {
  it('does not take imports in comments, texts and patterns for imports', () => {
    const text = [
      `// import a from './a.ts'`,
      `/* import './b.ts' */`,
      'const text = "import \'./c.ts\'"; const t = `from "./d.ts" ${"x".replace(/["`]/g, "")} import "./e.ts"`;',
      `import f from './f.ts';`,
    ].join('\n');
    expect(importsOf(source('x.ts', text))).toEqual([{ specifier: './f.ts', line: 4 }]);
  });
});
