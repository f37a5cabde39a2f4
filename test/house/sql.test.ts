import { afterEach, expect, it } from 'vitest';
import { checkSql } from '../../tool/check-sql.ts';
import { plantedTree, repository } from '../support/tree.ts';

let remove = () => {};
afterEach(() => remove());

function says(code: string, sql: object = {}): string[] {
  const tree = plantedTree({ 'src/shop/table.ts': code, 'tool/exceptions.json': JSON.stringify({ sql }) });
  remove = tree.remove;
  return checkSql(tree.root).map(({ path, line, says: what }) => `${path}:${line} ${what.split(',')[0]}`);
}

it('the SQL of this repository runs where PostgreSQL is spoken, but for what is named with its reason', () => {
  expect(checkSql(repository)).toEqual([]);
});

it('planted SQL that keeps to one PostgreSQL is found, at its line', () => {
  const code = [
    'export const a = `select pg_advisory_xact_lock(1)`;',
    'export const b = `create table x (',
    '  id bigserial primary key)`;',
    "export const c = 'listen shop';",
    "export const d = 'delete from x where ctid = any($1)';",
    "export const e = 'create trigger t after insert on x';",
  ].join('\n');
  expect(says(code)).toEqual([
    'src/shop/table.ts:1 advisory locks',
    'src/shop/table.ts:3 generated numbers',
    'src/shop/table.ts:4 listen and notify',
    'src/shop/table.ts:5 ctid',
    'src/shop/table.ts:6 triggers',
  ]);
});

it('words in texts that are no SQL are let be, and an exception that nothing needs is told', () => {
  expect(says("export const a = 'We listen to notify you of an advisory ctid';")).toEqual([]);
  expect(says('export const a = 1;', { 'src/shop/table.ts': { ctid: 'quick' } })).toEqual([
    'tool/exceptions.json:1 src/shop/table.ts no longer needs its exception for ctid',
  ]);
});
