import { afterEach, describe, expect, it } from 'vitest';
import {
  checkClock,
  checkErrorPages,
  checkForget,
  checkHouse,
  checkNames,
  checkScripts,
  checkSigns,
  checkSizes,
  checkTraces,
  declaredCodes,
} from '../../tool/check-house.ts';
import { source, sourcesBelow } from '../../tool/source.ts';
import { plantedTree, repository } from '../support/tree.ts';

const removals: (() => void)[] = [];
afterEach(() => removals.splice(0).forEach((remove) => remove()));

function planted(files: Record<string, string>, copy: string[] = []) {
  const tree = plantedTree(files, copy);
  removals.push(tree.remove);
  return { root: tree.root, server: sourcesBelow(tree.root, 'src') };
}

const lines = (count: number) => 'const x = 1;\n'.repeat(count);

it('checkHouse() finds this house in order', () => {
  expect(checkHouse(repository)).toEqual([]);
});

describe('checkSigns()', () => {
  const signs = (file: string) => {
    const { root, server } = planted({ 'src/base/index.ts': file }, ['rooms.json']);
    return checkSigns(root, server).filter(({ path }) => path === 'src/base/index.ts');
  };
  const sign =
    '/**\n * base — ground\n *\n * In: a\n * Out: b\n * Owns: c\n * Knows: nothing\n * Never: d\n * Start: e\n */\n';

  it('accepts a whole sign', () => {
    expect(signs(sign)).toEqual([]);
  });
  it('refuses a planted door without a heading', () => {
    expect(signs(sign.replace(' * Never: d\n', ''))[0]?.says).toBe('the sign lacks "Never:"');
  });
  it('refuses a planted sign that knows other rooms than rooms.json lets it', () => {
    expect(signs(sign.replace('nothing', 'journey'))[0]?.says).toContain('rooms.json says nothing');
  });
  it('refuses a room without a door', () => {
    const { root, server } = planted({}, ['rooms.json']);
    expect(checkSigns(root, server).map(({ says }) => says)).toContain('room base has no door');
  });
});

describe('checkSizes()', () => {
  const none = { files: {} };
  it('refuses a planted function of 81 lines', () => {
    const file = source('src/a/b.ts', `export function long(): void {\n${lines(78)}}\n`);
    expect(checkSizes([file], none)).toEqual([]);
    const longer = source('src/a/b.ts', `export const long = async (a: string) => {\n${lines(79)}};\n`);
    expect(checkSizes([longer], none)[0]?.says).toContain('a function of 81 lines');
  });
  it('does not count the lines of a text into a function, nor long objects as functions', () => {
    const sql = source(
      'src/a/table.ts',
      `function rows() {\n  return \`\n${'x\n'.repeat(90)}\`;\n}\nconst y = {\n${'a: 1,\n'.repeat(90)}};\n`,
    );
    expect(checkSizes([sql], none)).toEqual([]);
  });
  it('refuses a planted file of 401 lines, lets a reasoned one go to 600, and an idle reason not stand', () => {
    const file = source('src/a/b.ts', lines(401));
    expect(checkSizes([file], none)[0]?.says).toContain('401 lines');
    expect(checkSizes([file], { files: { 'src/a/b.ts': 'one grammar' } })).toEqual([]);
    expect(checkSizes([source('src/a/b.ts', lines(601))], { files: { 'src/a/b.ts': 'x' } })).toHaveLength(1);
    expect(checkSizes([source('src/a/b.ts', lines(9))], { files: { 'src/a/b.ts': 'x' } })).toHaveLength(1);
  });
});

it('checkNames() refuses planted files that are named for nothing, and deep folders', () => {
  const { root } = planted({ 'src/a/utils.ts': '', 'src/a/b/c/d.ts': '', 'shop/common/x.ts': '', 'src/a/fine.ts': '' });
  expect(checkNames(root).map(({ path }) => path)).toEqual(['src/a/b/c/d.ts', 'src/a/utils.ts', 'shop/common/x.ts']);
});

describe('checkClock()', () => {
  const says = (path: string, text: string) => checkClock([source(path, text)]).map((finding) => finding.says);

  it.each([
    'Date.now()',
    'new Date()',
    'Math.random()',
    'setTimeout(f, 1)',
    'setInterval(f, 1)',
    'await fetch(url)',
    'randomUUID()',
  ])('refuses a planted %s', (text) => {
    expect(says('src/journey/run.ts', `const x = ${text};`)).toHaveLength(1);
    expect(says('src/base/clock.ts', `const x = ${text};`)).toEqual([]);
  });
  it('lets a given time, the transports, and words in texts and comments be', () => {
    expect(
      says('src/journey/run.ts', 'const x = new Date(ms); // not Date.now()\nthis.fetch(); log("setTimeout");'),
    ).toEqual([]);
    expect(says('src/message/transport-smtp.ts', 'setTimeout(f, 1)')).toEqual([]);
    expect(says('src/journey/call.ts', 'fetch(url)')).toEqual([]);
  });
  it('refuses a test that sleeps', () => {
    expect(says('src/journey/run.test.ts', 'await new Promise((r) => setTimeout(r, 5));')).toHaveLength(1);
  });
});

describe('checkErrorPages()', () => {
  const declared = `defineErrors({ A_ONE: { status: 400, mend: 'B_TWO: no' },\n  C_THREE: { status: 500, mend: \`x\` } });`;
  it('reads the codes of a declaration', () => {
    expect(declaredCodes(source('src/a/error.ts', declared))).toEqual([
      { code: 'A_ONE', line: 1 },
      { code: 'C_THREE', line: 2 },
    ]);
  });
  it('refuses a planted code without a page, and a page without a code', () => {
    const { root, server } = planted({
      'src/a/error.ts': declared,
      'docs/error/A_ONE.md': '',
      'docs/error/GONE.md': '',
    });
    expect(checkErrorPages(root, server).map(({ path, says }) => `${path} ${says}`)).toEqual([
      'src/a/error.ts C_THREE has no page docs/error/C_THREE.md',
      'docs/error/GONE.md a page for a code that nothing declares',
    ]);
  });
});

describe('checkForget()', () => {
  const table = 'export const sql = `create table x (id uuid,\n profile_id uuid)`;';
  const check = (files: Record<string, string>, forget: Record<string, string> = {}) => {
    const { root, server } = planted(files, ['rooms.json']);
    return checkForget(root, server, { forget });
  };
  it('refuses a planted table that names a person in a room that cannot forget', () => {
    expect(check({ 'src/journey/table.ts': table })).toHaveLength(1);
  });
  it('accepts a room that can, or that is listed with a reason; an idle reason does not stand', () => {
    const able = 'class X { forget(id) {} exportFor(id) {} }';
    expect(check({ 'src/journey/table.ts': table, 'src/journey/forget.ts': able })).toEqual([]);
    expect(check({ 'src/journey/table.ts': table }, { journey: 'later' })).toEqual([]);
    expect(check({ 'src/journey/table.ts': table, 'src/journey/forget.ts': able }, { journey: 'later' })).toHaveLength(
      1,
    );
  });
});

it('checkScripts() refuses a planted thirteenth script', () => {
  const scripts = (count: number) =>
    JSON.stringify({ scripts: Object.fromEntries(Array.from({ length: count }, (_, i) => [`s${i}`, 'x'])) });
  expect(checkScripts(planted({ 'package.json': scripts(12) }).root)).toEqual([]);
  expect(checkScripts(planted({ 'package.json': scripts(13) }).root)).toHaveLength(1);
});

it('checkTraces() refuses planted paths of a machine and registry hosts', () => {
  const { root } = planted({
    'docs/a.md': ['', 'home', 'ada', 'beckon'].join('/'),
    'package-lock.json': `{"resolved": "https://${['registry', 'npmjs', 'org'].join('.')}/x"}`,
    'docs/fine.md': 'https://shop.example/home/lamps and /var/lib/beckon',
  });
  expect(checkTraces(root).map(({ path }) => path)).toEqual(['docs/a.md', 'package-lock.json']);
});
