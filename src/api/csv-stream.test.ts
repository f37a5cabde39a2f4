import { array, assert, constantFrom, nat, property, string, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLimits, CsvReader, csvRecords, type CsvRecord } from './csv-stream.ts';

function read(...pieces: string[]): CsvRecord[] {
  const reader = new CsvReader();
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}
const cells = (...pieces: string[]) => read(...pieces).map((record) => record.cells);
const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;

describe('reading CSV while it comes', () => {
  it('gives back what any table holds, however the text is cut', () => {
    const cell = string({ unit: constantFrom('a', 'é', '"', ',', ';', '\t', '\n', '\r', ' ', '=', '𝒳') });
    const row = tuple(cell, cell, cell);
    assert(
      property(array(row, { minLength: 1, maxLength: 6 }), nat(), constantFrom('\n', '\r\n'), (rows, cut, end) => {
        const text = [['a', 'b', 'c'], ...rows].map((one) => one.map(quoted).join(',')).join(end) + end;
        const at = cut % text.length;
        expect(cells(text.slice(0, at), text.slice(at))).toEqual([['a', 'b', 'c'], ...rows]);
      }),
    );
  });

  it('takes semicolons and tabs, as spreadsheets in Sweden and Germany write them, and a byte order mark', () => {
    expect(cells('\ufeffa;b\n1,5;2')).toEqual([
      ['a', 'b'],
      ['1,5', '2'],
    ]);
    expect(cells('a\tb\n1\t"x\ty"')).toEqual([
      ['a', 'b'],
      ['1', 'x\ty'],
    ]);
    expect(cells('"a,b,c";d\n1;2')).toEqual([
      ['a,b,c', 'd'],
      ['1', '2'],
    ]);
    expect(cells('only')).toEqual([['only']]);
    expect(cells('')).toEqual([]);
  });

  it('loses one line by a quote that is never closed, and none of those after it', () => {
    const found = read('a,b\n1,"open\n2,fine\n3,fine\n');
    expect(found.map(({ line, fault }) => [line, fault === null])).toEqual([
      [1, true],
      [2, false],
      [3, true],
      [4, true],
    ]);
    const many = ['a,b', ...Array.from({ length: 30_000 }, (_, n) => (n === 3 ? `${n},"open` : `${n},some text`))];
    const faults = read(many.join('\n')).filter(({ fault }) => fault !== null);
    expect(faults).toMatchObject([{ line: 5 }]);
  });

  it('gives a file up that opens quotes without end, instead of reading it over and over', () => {
    const open = `1,"open\n${'plain text,2\n'.repeat(21_000)}`;
    expect(() => read(`a,b\n${open.repeat(22)}`)).toThrow('open a quote and never close it');
  });

  it('gathers no line without an end: a row of 20 MB is refused, and the next one read', () => {
    const piece = `${'x'.repeat(9_999)},`;
    const found = read('a,b\n', ...Array.from({ length: 2_000 }, () => piece), '\n1,2\n');
    expect(found.map(({ fault }) => fault === null)).toEqual([true, false, true]);
    expect(found[1]!.cells.length).toBeLessThanOrEqual(csvLimits.columns);
  });

  it('names what is wrong with a row: text after a quote, too many columns, too long, not UTF-8, NUL', () => {
    const fault = (row: string) => read(`a,b\n${row}\n`)[1]!.fault;
    expect(fault('"x"y,1')).toContain('after a closing quote');
    expect(fault(','.repeat(300))).toContain('more than 200 columns');
    expect(fault('x'.repeat(csvLimits.cell + 1))).toContain('longer than');
    expect(fault('M\ufffdller,1')).toContain('not UTF-8');
    expect(fault('a\0b,1')).toContain('U+0000');
    expect(fault('say "hi",1')).toBeNull();
  });

  it('refuses a file that is larger than 100 MB while it comes, and reads none of the rest', async () => {
    let pieces = 0;
    async function* flood(): AsyncGenerator<Buffer> {
      for (;;) {
        pieces++;
        yield Buffer.from('a,b\n'.repeat(250_000));
      }
    }
    const all = async () => {
      for await (const _record of csvRecords(flood()));
    };
    await expect(all()).rejects.toThrow(/larger than 100 MB|more than 1000000 rows/);
    expect(pieces).toBeLessThan(110);
  });
});
