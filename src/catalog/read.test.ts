import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BeckonError } from '../base/index.ts';
import { readCsv } from './csv.ts';
import { checkItem } from './input.ts';
import { readItems } from './read.ts';

const now = Date.UTC(2026, 10, 23);

function faultOf(work: () => unknown): { code: string; message: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof BeckonError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a JSON array of items', () => {
  const coat = {
    id: 'coat-1',
    name: 'Winter coat',
    categories: ['coats'],
    price: 129.0,
    currency: 'EUR',
    stock: 4,
    url: 'https://shop.example/coat-1',
    imageUrl: '/pictures/coat-1.png',
    attributes: { brand: 'Nord' },
  };

  it('is read whole, with the place and the time of each row', () => {
    expect(readItems(JSON.stringify([coat]), 'json', now)).toEqual({
      items: [{ ...coat, row: 1, at: now }],
      refused: [],
    });
  });

  it('loses nothing but the bad row', () => {
    const text = JSON.stringify([coat, { id: 'x', prise: 1 }, 7, { ...coat, id: 'coat-2' }]);
    const { items, refused } = readItems(text, 'json', now);
    expect(items.map(({ id }) => id)).toEqual(['coat-1', 'coat-2']);
    expect(refused).toEqual([
      {
        row: 2,
        id: 'x',
        code: 'ITEM_FIELD_UNKNOWN',
        why: '"prise" is not a field of an item; did you mean "price"?',
      },
      { row: 3, id: null, code: 'ITEM_ROW_UNREADABLE', why: '7 is not an item; an item is an object with an id' },
    ]);
  });

  it('keeps the difference between a missing field and null', () => {
    const { items } = readItems('[{"id":"a","stock":null}]', 'json', now);
    expect(items[0]).toEqual({ id: 'a', stock: null, row: 1, at: now });
  });

  it('is refused whole when it is not JSON or no list', () => {
    expect(faultOf(() => readItems('[{"id":', 'json', now)).code).toBe('ITEMS_UNREADABLE');
    expect(faultOf(() => readItems('7', 'json', now)).code).toBe('ITEMS_UNREADABLE');
  });
});

describe('a value that an item cannot hold', () => {
  it.each([
    [{ id: '' }, 'ITEM_ID_INVALID'],
    [{ id: 'a,b' }, 'ITEM_ID_INVALID'],
    [{ id: 'a\u0000' }, 'ITEM_ID_INVALID'],
    [{ id: 'x'.repeat(257) }, 'ITEM_ID_INVALID'],
    [{ id: 'a', name: null }, 'ITEM_FIELD_INVALID'],
    [{ id: 'a', name: 'half \ud800' }, 'ITEM_FIELD_INVALID'],
    [{ id: 'a', price: -1 }, 'ITEM_PRICE_INVALID'],
    [{ id: 'a', price: '15,99' }, 'ITEM_PRICE_INVALID'],
    [{ id: 'a', price: Number.NaN }, 'ITEM_PRICE_INVALID'],
    [{ id: 'a', currency: 'euro' }, 'ITEM_PRICE_INVALID'],
    [{ id: 'a', stock: 1.5 }, 'ITEM_FIELD_INVALID'],
    [{ id: 'a', url: 'javascript:alert(1)' }, 'ITEM_FIELD_INVALID'],
    [{ id: 'a', imageUrl: 'data:text/html,x' }, 'ITEM_FIELD_INVALID'],
    [{ id: 'a', categories: 'coats' }, 'ITEM_FIELD_INVALID'],
    [{ id: 'a', attributes: { size: [1, 'two'] } }, 'ITEM_ATTRIBUTE_INVALID'],
    [{ id: 'a', attributes: { size: { eu: 40 } } }, 'ITEM_ATTRIBUTE_INVALID'],
    [{ id: 'a', attributes: { size: [[1]] } }, 'ITEM_ATTRIBUTE_INVALID'],
    [JSON.parse('{"id":"a","attributes":{"__proto__":1}}'), 'ITEM_ATTRIBUTE_INVALID'],
  ])('%j is refused as %s', (raw, code) => {
    expect(faultOf(() => checkItem(raw)).code).toBe(code);
  });
});

describe('NDJSON', () => {
  it('is read line by line and names the line that is broken', () => {
    const { items, refused } = readItems('{"id":"a"}\r\n\n{"id":\n{"id":"b"}\n', 'ndjson', now);
    expect(items.map(({ id, row }) => [id, row])).toEqual([
      ['a', 1],
      ['b', 4],
    ]);
    expect(refused.map(({ row, code }) => [row, code])).toEqual([[3, 'ITEM_ROW_UNREADABLE']]);
  });
});

describe('CSV in Target’s RECS form (recommendations FEED-1)', () => {
  const text = [
    '## RECSRecommendations Upload File',
    '## RECS"all lines beginning so are comments',
    '## RECSentity.id,entity.name,entity. categoryId ,entity.message,entity.thumbnailUrl,entity.value,entity.pageUrl,entity.inventory,entity.margin,entity.sizes,entity.environment',
    'coat-1,"Winter ""Nord"" coat","womens,womens:coats",Warm,/p/1.png,129.00,https://shop.example/1,4,0.3,"[""S"",""M""]",5',
    'coat-2,Coat,,,,"15,99",,,,,',
    '',
  ].join('\r\n');

  it('takes the last comment line as header, trims stray spaces, and maps the columns', () => {
    const { items } = readItems(text, 'csv', now);
    expect(items).toEqual([
      {
        id: 'coat-1',
        name: 'Winter "Nord" coat',
        categories: ['womens', 'womens:coats'],
        price: 129,
        stock: 4,
        url: 'https://shop.example/1',
        imageUrl: '/p/1.png',
        attributes: { message: 'Warm', margin: '0.3', sizes: ['S', 'M'] },
        row: 4,
        at: now,
      },
    ]);
  });

  it('refuses a price with a comma by its line and id (CAT-5)', () => {
    expect(readItems(text, 'csv', now).refused).toEqual([
      { row: 5, id: 'coat-2', code: 'ITEM_PRICE_INVALID', why: '"15,99" is not a price' },
    ]);
  });
});

describe('CSV with a plain header', () => {
  it('takes known columns as fields and others as attributes; empty keeps, NULL clears (CAT-9, FEED-8)', () => {
    const text =
      '\ufeffID,Name,Stock,categories,brand,attributes.size\na,Coat,,"[""x"",""y""]",Nord,NULL\nb,Hat,NULL,x,,\n';
    expect(readItems(text, 'csv', now).items).toEqual([
      { id: 'a', name: 'Coat', categories: ['x', 'y'], attributes: { brand: 'Nord', size: null }, row: 2, at: now },
      { id: 'b', name: 'Hat', stock: null, categories: ['x'], row: 3, at: now },
    ]);
  });

  it('refuses a row with too few cells, a text after a quote, and an open quote, each alone', () => {
    const { items, refused } = readItems('id,name\na\nb,"B"x\nc,C\nd,"D\ne,E\n', 'csv', now);
    expect(items.map(({ id }) => id)).toEqual(['c']);
    expect(refused.map(({ row, id, code }) => [row, id, code])).toEqual([
      [2, 'a', 'ITEM_ROW_UNREADABLE'],
      [3, 'b', 'ITEM_ROW_UNREADABLE'],
      [5, 'd', 'ITEM_ROW_UNREADABLE'],
    ]);
  });

  it('counts lines through cells that hold line ends', () => {
    const { items, refused } = readItems('id,brand\na,"two\nlines"\n,\n', 'csv', now);
    expect(items[0]?.attributes).toEqual({ brand: 'two\nlines' });
    expect(refused[0]?.row).toBe(4);
  });

  it.each([
    ['', 'ITEMS_HEADER_INVALID'],
    ['name,price\n', 'ITEMS_HEADER_INVALID'],
    ['id,name,Name\n', 'ITEMS_HEADER_INVALID'],
    ['## RECSentity.name\nCoat\n', 'ITEMS_HEADER_INVALID'],
    ['## RECSonly a comment\n', 'ITEMS_HEADER_INVALID'],
  ])('%j is refused whole', (text, code) => {
    expect(faultOf(() => readItems(text, 'csv', now)).code).toBe(code);
  });
});

describe('any table written as RFC 4180 says', () => {
  it('is read back cell by cell', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r\n', ' ', 'é'), maxLength: 6 });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), (rows, end) => {
        const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const text = rows.map((row) => row.map(quote).join(',') + end).join('');
        expect([...readCsv(text)].map(({ cells, fault }) => ({ cells, fault }))).toEqual(
          rows.map((cells) => ({ cells, fault: null })),
        );
      }),
    );
  });

  it('never throws and never loops, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r') }), (text) => {
        expect([...readCsv(text)].length).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});
