import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BeckonError } from '../base/index.ts';
import { CsvStream } from './csv-stream.ts';
import { guessMapping, passedOf } from './feed-guess.ts';
import { compileMapping, type FeedMapping } from './feed-mapping.ts';
import { openFeed, usualReading, type FeedShape, type ReadOptions } from './feed-read.ts';
import type { SourceRow } from './feed-row.ts';

const now = Date.UTC(2026, 10, 24, 9);

async function* inPieces(data: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

const octetsOf = (data: string | Uint8Array) => (typeof data === 'string' ? Buffer.from(data) : data);

async function read(
  data: string | Uint8Array,
  options: Partial<ReadOptions> = {},
  size = 7,
): Promise<{ shape: FeedShape; rows: SourceRow[]; sample: SourceRow[] }> {
  const feed = await openFeed(inPieces(octetsOf(data), size), { ...usualReading, ...options });
  const rows: SourceRow[] = [];
  for await (const lot of feed.rows) rows.push(...lot);
  return { shape: feed.shape, rows, sample: feed.sample };
}

/** Items as the usual mapping makes them. */
async function items(data: string | Uint8Array, more: { mapping?: FeedMapping; size?: number } = {}) {
  const { shape, rows, sample } = await read(data, {}, more.size ?? 4096);
  const { map } = compileMapping(more.mapping ?? guessMapping(shape, sample), { passed: passedOf(shape) });
  return rows.map((row) => (row.fault === null ? map(row, now) : { fault: row.fault }));
}

/** The code that a file is refused with, and how long it took, ms of the processor: the machine may be busy. */
async function refusal(
  data: string | Uint8Array,
  options: Partial<ReadOptions> = {},
): Promise<{ code: string; message: string; ms: number }> {
  const began = process.cpuUsage();
  const spent = () => process.cpuUsage(began).user / 1000;
  try {
    await read(data, options, 64 * 1024);
  } catch (error) {
    if (!(error instanceof BeckonError)) throw error;
    return { code: error.code, message: error.message, ms: spent() };
  }
  return { code: 'none', message: '', ms: spent() };
}

describe('formats', () => {
  it("reads Target's RECS table: the last line of ## RECS names the columns, stray spaces are trimmed (FEED-1)", async () => {
    const file =
      '## RECSRecommendations Feed\r\n## RECS"Version 1.0",x\r\n' +
      '## RECSentity.id,entity.name,entity. categoryId ,entity.message,entity.thumbnailUrl,entity.value,entity.pageUrl,entity.inventory,entity.margin,entity.season\r\n' +
      'coat,"Coat, ""warm""","[""Women"",""Coats""]",,/c.png,129.00,/coat,4,0.5,"[""autumn"",""winter""]"\r\n';
    expect(await items(file)).toEqual([
      {
        id: 'coat',
        name: 'Coat, "warm"',
        categories: ['Women', 'Coats'],
        price: 129,
        stock: 4,
        url: '/coat',
        imageUrl: '/c.png',
        attributes: { margin: '0.5', season: ['autumn', 'winter'] },
      },
    ]);
  });

  it('reads a plain table with a byte order mark, semicolons, quotes, and commas before the cents', async () => {
    const file =
      '\ufeffArtikelnr;Benämning;Pris;Lagersaldo;Färg\nA1;"Kappa; varm";"1 299,00 kr";3;grå\n\nA2;Hatt;99,50;0;\n';
    expect(await items(file)).toEqual([
      { id: 'A1', name: 'Kappa; varm', price: 1299, stock: 3, attributes: { Färg: 'grå' } },
      { id: 'A2', name: 'Hatt', price: 99.5, stock: 0 },
    ]);
  });

  it('reads Google Merchant as RSS with the namespace g, sale, availability, group, and without shipping (FEED-2)', async () => {
    const file = `<?xml version="1.0"?>
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>Shop</title><link>https://shop.example</link>
<item><g:id>A1</g:id><title>ignored</title><g:title>Coat &amp; hat</g:title><description><![CDATA[<p>Warm&nbsp;wool</p><p>Long</p>]]></description>
<link>https://shop.example/a1</link><g:image_link>https://cdn.example/a1.jpg</g:image_link>
<g:price>129.00 SEK</g:price><g:sale_price>99.00 SEK</g:sale_price>
<g:sale_price_effective_date>2026-11-20T00:00+0100/2026-11-30T23:59+0100</g:sale_price_effective_date>
<g:availability>in stock</g:availability><g:product_type>Home &gt; Women &gt; Coats</g:product_type><g:google_product_category>5598</g:google_product_category>
<g:item_group_id>G1</g:item_group_id><g:brand>Loom</g:brand><g:color>grey</g:color>
<g:additional_image_link>https://cdn.example/2.jpg</g:additional_image_link><g:additional_image_link>https://cdn.example/3.jpg</g:additional_image_link>
<g:shipping><g:country>SE</g:country><g:price>0 SEK</g:price></g:shipping></item>
<item><g:id>A2</g:id><title>Hat</title><g:price>20 EUR</g:price><g:sale_price>10 EUR</g:sale_price><g:sale_price_effective_date>2026-12-20T00:00+0100/2026-12-30T23:59+0100</g:sale_price_effective_date><g:availability>out_of_stock</g:availability></item>
</channel></rss>`;
    expect(await items(file)).toEqual([
      {
        id: 'A1',
        name: 'Coat & hat',
        categories: ['Home', 'Women', 'Coats'],
        price: 99,
        currency: 'SEK',
        stock: null,
        url: 'https://shop.example/a1',
        imageUrl: 'https://cdn.example/a1.jpg',
        variantOf: 'G1',
        attributes: {
          message: 'Warm wool Long',
          brand: 'Loom',
          color: 'grey',
          regularPrice: 129,
          additional_image_link: ['https://cdn.example/2.jpg', 'https://cdn.example/3.jpg'],
        },
      },
      { id: 'A2', name: 'Hat', price: 20, currency: 'EUR', stock: 0, attributes: { regularPrice: null } },
    ]);
  });

  it('reads Google Merchant as Atom, and takes the link to the page', async () => {
    const file = `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><title>Shop</title>
<entry><g:id>7</g:id><title>Watch</title><link href="https://shop.example/7"/><link rel="enclosure" href="https://x.example"/><g:price>EUR 5.00</g:price></entry></feed>`;
    expect(await items(file)).toEqual([
      { id: '7', name: 'Watch', price: 5, currency: 'EUR', url: 'https://shop.example/7' },
    ]);
  });

  it('reads Google Merchant as a table of tabs, with quotes that mean inches', async () => {
    const file =
      'id\ttitle\timage link\tprice\tavailability\tgtin\n9\t"24" screen\t/s.png\t1,299.00 USD\tin_stock\t0012\n';
    expect(await items(file)).toEqual([
      {
        id: '9',
        name: '"24" screen',
        price: 1299,
        currency: 'USD',
        stock: null,
        imageUrl: '/s.png',
        attributes: { gtin: '0012' },
      },
    ]);
  });

  it('reads an export of classifications of an analytics tool, by a mapping (FEED-3)', async () => {
    const file = 'Key\tProduct Name\tBrand\nsku-1\tWinter coat\tNord\nsku-2\tHat\t\n';
    const fields = { id: { column: 'Key' }, name: { column: 'Product Name' }, 'attributes.brand': { column: 'Brand' } };
    expect(await items(file, { mapping: { fields, others: 'leave', decimal: '.' } })).toMatchObject([
      { id: 'sku-1', name: 'Winter coat', attributes: { brand: 'Nord' } },
      { id: 'sku-2', name: 'Hat' },
    ]);
  });

  it("reads a shop's own XML by its rows and attributes", async () => {
    const file =
      '<products><product sku="x1"><name>Lamp</name><price>10.50</price><tags><tag>a</tag></tags></product></products>';
    expect(await items(file)).toEqual([{ id: 'x1', name: 'Lamp', price: 10.5 }]);
  });

  it('reads JSON as a list, as an object that holds one, as one item, and one object a line', async () => {
    const one = {
      id: 7,
      name: 'Lamp',
      price: 10.5,
      stock: 3,
      categories: ['Home', 'Lamps'],
      attributes: { colour: 'red' },
    };
    const wanted = { ...one };
    const forms = [
      JSON.stringify([one]),
      JSON.stringify({ errors: [], meta: { page: [1, 2] }, products: [one], next: null }, null, 2),
      JSON.stringify(one, null, 1),
      `${JSON.stringify(one)}\n`,
      `\ufeff${JSON.stringify(one)}\r\n\n`,
    ];
    for (const form of forms) expect(await items(form, { size: 5 })).toEqual([wanted]);
    expect(await items('[]')).toEqual([]);
    expect(await items('{"id":1,"name":"a"}\n{"id":2,"name":"b","tags":[{"x":1}]}\n')).toHaveLength(2);
  });

  it('reads each of them packed with gzip', async () => {
    const { shape, rows } = await read(gzipSync('id,name\n1,Lamp\n'));
    expect(shape).toMatchObject({ packed: true, format: 'csv', columns: ['id', 'name'] });
    expect(rows).toEqual([{ row: 2, values: { id: '1', name: 'Lamp' }, fault: null }]);
  });

  it('reads UTF-16 by its mark, and an encoding that is set or declared', async () => {
    const utf16 = Buffer.from('\ufeffid,name\n1,Kåpa\n', 'utf16le');
    expect((await read(utf16)).rows[0]!.values).toEqual({ id: '1', name: 'Kåpa' });
    const latin = Buffer.from('id,name\n1,Kåpa\n', 'latin1');
    expect((await read(latin, { encoding: 'windows-1252' })).rows[0]!.values).toEqual({ id: '1', name: 'Kåpa' });
    const xml = Buffer.from(
      '<?xml version="1.0" encoding="ISO-8859-1"?><r><item><id>1</id><title>Kåpa</title></item></r>',
      'latin1',
    );
    expect((await read(xml)).rows[0]!.values).toEqual({ id: '1', title: 'Kåpa' });
  });

  it('maps by expressions over the row and the value', async () => {
    const mapping: FeedMapping = {
      fields: {
        id: { column: 'nr', expression: '"sku-" + value' },
        name: { expression: 'row.brand + " " + row.model' },
        price: { column: ['offer', 'list'] },
        'attributes.tags': { column: 'tags', separator: '/' },
      },
      others: 'leave',
      decimal: '.',
    };
    const file = 'nr,brand,model,offer,list,tags,secret\n1,Loom,X,,20,a/b,s\n2,Loom,Y,5,20,,s\n';
    expect(await items(file, { mapping })).toEqual([
      { id: 'sku-1', name: 'Loom X', price: 20, attributes: { tags: ['a', 'b'] } },
      { id: 'sku-2', name: 'Loom Y', price: 5 },
    ]);
  });
});

it('a comma within the name of a listed category is no separator, in a plain cell it is', async () => {
  const listed = await items('[{"id":"1","name":"a","categories":["Home, garden","Tools > Saws"]}]');
  expect(listed[0]).toMatchObject({ categories: ['Home, garden', 'Tools', 'Saws'] });
  const plain = await items('id,name,categories\n1,a,"Home,Garden"\n2,b,Home|Garden\n3,c,Home &gt; Garden\n');
  for (const item of plain) expect(item).toMatchObject({ categories: ['Home', 'Garden'] });
});

describe('rows that are bad cost no other row', () => {
  it('cells too few or too many, and a quote that is never closed', async () => {
    const file = 'id,name\n1,a\n2\n3,b,c\n4,d,,\n5,"open\n6,e\n7,f\n';
    const { rows } = await read(file);
    expect(rows.map(({ row, fault }) => [row, fault === null])).toEqual([
      [2, true],
      [3, false],
      [4, false],
      [5, true],
      [6, false],
      [7, true],
      [8, true],
    ]);
  });

  it('a cell of a megabyte, or 10^6 columns, in one row', async () => {
    const file = `id,name\n1,${'x'.repeat(1 << 20)}\n2,"${'y'.repeat(70_000)}"\n3,${'a,'.repeat(1e6)}\n4,ok\n`;
    const { rows } = await read(file, {}, 64 * 1024);
    expect(rows.map(({ row, fault }) => [row, fault?.slice(0, 30) ?? null])).toEqual([
      [2, 'the line is longer than 104857'],
      [3, 'column 2 is longer than 65536 '],
      [4, 'the line is longer than 104857'],
      [5, null],
    ]);
  });

  it('a line of NDJSON that is none, is too deep, or is too long', async () => {
    const deep = '{"a":'.repeat(60) + '1' + '}'.repeat(60);
    const file = `{"id":"1"}\n{oops\n${deep}\n{"id":"${'x'.repeat(1 << 20)}"}\n{"id":"5"}\n[1]\n`;
    const { rows } = await read(file, { format: 'ndjson' }, 64 * 1024);
    expect(rows.map(({ row, fault }) => [row, fault === null])).toEqual([
      [1, true],
      [2, false],
      [3, false],
      [4, false],
      [5, true],
      [6, false],
    ]);
  });

  it('characters that are not of the encoding are told at their row', async () => {
    const bad = Buffer.concat([
      Buffer.from(`id,name\n${'1,a\n'.repeat(20_000)}2,`),
      Buffer.from([0xe5]),
      Buffer.from('\n'),
    ]);
    const { rows, shape, sample } = await read(bad, {}, 64 * 1024);
    const { map } = compileMapping(guessMapping(shape, sample));
    expect(() => map(rows.at(-1)!, now)).toThrow('could not be read in the encoding');
  });

  it('__proto__ of JSON becomes no prototype', async () => {
    const { rows } = await read('[{"id":"1","name":"a","__proto__":{"admin":true}}]');
    const { map } = compileMapping({ fields: { id: { column: 'id' } }, others: 'attributes', decimal: '.' });
    const item = map(rows[0]!, now) as { attributes: Record<string, unknown>; admin?: unknown };
    expect(item.admin).toBeUndefined();
    expect((item.attributes as { admin?: unknown }).admin).toBeUndefined();
  });
});

describe('hostile files are refused in milliseconds (trust.md §3.7)', () => {
  const laughs = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">${Array.from({ length: 9 }, (_, i) => `<!ENTITY lol${i + 1} "${`&lol${i === 0 ? '' : i};`.repeat(10)}">`).join('')}]><rss><item><id>&lol9;</id></item></rss>`;
  const hostile: [string, string | Uint8Array, string, Partial<ReadOptions>?][] = [
    ['trust row 97: billion laughs', laughs, 'FEED_FILE_REFUSED'],
    [
      'trust row 97: an external entity',
      '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><rss><item><id>&e;</id></item></rss>',
      'FEED_FILE_REFUSED',
    ],
    [
      'trust row 97: one entity of 50 KB a thousand times',
      `<!DOCTYPE x [<!ENTITY e "${'a'.repeat(50_000)}">]><r>${'<item><id>&e;</id></item>'.repeat(1000)}</r>`,
      'FEED_FILE_REFUSED',
    ],
    [
      'trust row 97: a million numeric references',
      `<r><item><id>${'&#65;'.repeat(1e6)}</id></item></r>`,
      'FEED_FILE_REFUSED',
    ],
    ['a DOCTYPE in small letters after a comment', '<!-- a --><!doctype x><r/>', 'FEED_FILE_REFUSED'],
    ['a DOCTYPE after a comment that looks like an element', '<!-- <a> --><!DOCTYPE r []><r/>', 'FEED_FILE_REFUSED'],
    ['XML 200 elements deep', `<r><item>${'<a>'.repeat(200)}`, 'FEED_FILE_REFUSED'],
    [
      'an element with 10^6 attributes',
      `<r><item ${Array.from({ length: 1e5 }, (_, i) => `a${i}="1"`).join(' ')}/></r>`,
      'FEED_FILE_REFUSED',
    ],
    ['a comment of megabytes', `<r><!-- ${'x'.repeat(2e6)} --></r>`, 'FEED_FILE_REFUSED'],
    ['XML that is cut short', '<r><item><id>1</id></item><item><id>2', 'FEED_FILE_BROKEN'],
    ['XML with crossed elements', '<r><item><id>1</item></id></r>', 'FEED_FILE_BROKEN'],
    ['a gzip bomb', gzipSync(Buffer.alloc(50_000_000, `${'id,name'.padEnd(1000)}\n`)), 'FEED_FILE_REFUSED'],
    ['gzip within gzip', gzipSync(gzipSync('id,name\n1,a\n')), 'FEED_FILE_REFUSED'],
    ['gzip that is cut short', gzipSync('id,name\n1,a\n'.repeat(100)).subarray(0, 40), 'FEED_FILE_BROKEN'],
    // trust row 98: no archive is ever opened, so none can unpack anywhere.
    ['a ZIP archive', Buffer.from('PK\u0003\u0004rest'), 'FEED_NOT_A_FEED'],
    ['JSON 100 000 levels deep', '['.repeat(100_000), 'FEED_FILE_REFUSED'],
    ['an object 100 000 levels deep', '{"a":'.repeat(100_000), 'FEED_FILE_REFUSED', { format: 'json' }],
    ['JSON with a text of megabytes', `[{"id":"${'x'.repeat(3e6)}"}]`, 'FEED_FILE_REFUSED'],
    ['JSON that is cut short', '[{"id":"1"},{"id":', 'FEED_FILE_BROKEN'],
    ['JSON that closes too much', '[{"id":"1"}]]', 'FEED_FILE_BROKEN'],
    ['a table of 10^6 columns', `${'a,'.repeat(5e5)}\n`, 'FEED_FILE_REFUSED'],
    ['an error page', '\n<!DOCTYPE html><html><head><title>404 Not found</title></head></html>', 'FEED_NOT_A_FEED'],
    ['an empty file', '', 'FEED_NOT_A_FEED'],
    ['octets of zero', Buffer.alloc(10_000), 'FEED_NOT_A_FEED'],
    ['latin-1 that is not told', Buffer.from('id,name\n1,Kåpa\n', 'latin1'), 'FEED_ENCODING_WRONG'],
    ['an encoding that nobody knows', '<?xml version="1.0" encoding="klingon"?><r/>', 'FEED_ENCODING_WRONG'],
    ['a header that names a column twice', 'id,name,name\n', 'FEED_COLUMNS_UNKNOWN'],
  ];
  it.each(hostile)('%s', async (_name, data, code, options) => {
    const octets = octetsOf(data);
    const tries = [];
    for (let i = 0; i < 5; i++) tries.push(await refusal(octets, options));
    const { ms, message } = tries.reduce((best, one) => (one.ms < best.ms ? one : best));
    for (const one of tries) expect(one).toMatchObject({ code });
    expect(message).not.toContain('root:');
    expect(ms, message).toBeLessThan(50);
  });

  it('gives a file up in which quotes are opened again and again and never closed', async () => {
    const line = `1,"${'x'.repeat(1_050_000)}\n`;
    expect(await refusal(`id,name\n${line.repeat(21)}`)).toMatchObject({ code: 'FEED_FILE_BROKEN' });
    expect((await read(`id,name\n${line.repeat(2)}2,b\n`, {}, 64 * 1024)).rows.map(({ fault }) => fault)).toEqual([
      'a quote is opened and never closed',
      'a quote is opened and never closed',
      null,
    ]);
  });

  it('says what the error page was, and where the encoding is wrong', async () => {
    expect((await refusal('<html><title>Log in</title>')).message).toContain('titled "Log in"');
    const latin = await refusal(Buffer.from('id,name\n1,Kåpa\n', 'latin1'));
    expect(latin.message).toContain('octet 11 is 0xe5');
  });

  it('takes text of formulas as text, and HTML out of texts', async () => {
    const [item] = await items(
      'id,name,note\n1,"=cmd|\' /C calc\'!A0","<script>alert(1)</script><b>Bold</b> &amp; fine"\n',
    );
    expect(item).toEqual({ id: '1', name: "=cmd|' /C calc'!A0", attributes: { note: 'Bold & fine' } });
  });
});

describe('reading in pieces', () => {
  const cell = fc.oneof(
    fc.stringMatching(/^[a-zåäö€😀0-9 ]{0,12}$/u),
    fc.constantFrom('a,b', 'say "x"', 'two\nlines', '\r\n', ';', ''),
  );

  it('gives the same rows wherever the pieces are cut, and what was written', () => {
    const table = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 40 }), fc.constantFrom('\n', '\r\n'), (rows, size, end) => {
        const text = rows.map((cells) => cells.map((one) => `"${one.replaceAll('"', '""')}"`).join(',')).join(end);
        const stream = new CsvStream(',');
        const found: string[][] = [];
        for (let at = 0; at < text.length; at += size) {
          found.push(...stream.push(text.slice(at, at + size)).map(({ cells }) => cells));
        }
        found.push(...stream.end().map(({ cells }) => cells));
        expect(found).toEqual(rows);
      }),
      { seed: 97, numRuns: 200 },
    );
  });

  it('of anything at all it makes rows or one of our refusals, the same wherever it is cut', async () => {
    const scrap = fc.constantFrom(
      '<',
      '>',
      '<item>',
      '</item>',
      '<g:id>',
      '&amp;',
      '&#0;',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ':',
      ',',
      ';',
      '\t',
      '\n',
      '\r',
      '## RECS',
      'id',
      'name',
      '1',
      'null',
      '=',
      '\ufeff',
      '\0',
      'å',
      '😀',
      '<!DOCTYPE',
    );
    const mess = fc.array(scrap, { maxLength: 40 }).map((parts) => parts.join(''));
    const start = fc.constantFrom(
      '',
      'id,name\n',
      '<r>',
      '[',
      '{"id":1}\n',
      '{"products":[',
      '## RECSentity.id\n',
      'id\tname\n',
    );
    await fc.assert(
      fc.asyncProperty(start, mess, fc.integer({ min: 1, max: 30 }), async (head, rest, size) => {
        const one = await outcome(head + rest, size);
        expect(await outcome(head + rest, 4096)).toEqual(one);
      }),
      { seed: 66, numRuns: 400 },
    );
  });
});

async function outcome(text: string, size: number): Promise<unknown> {
  try {
    const { rows } = await read(text, {}, size);
    return rows;
  } catch (error) {
    if (error instanceof BeckonError) return error.code;
    throw error;
  }
}

it('docs/recommend/feeds.md: each form that it shows says the same item', async () => {
  const page = readFileSync(new URL('../../docs/recommend/feeds.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/```\w+ feed\n([\s\S]*?)```/g)].map(([, text]) => text!);
  expect(blocks).toHaveLength(5);
  for (const text of blocks) {
    const [item] = (await items(text)) as [Record<string, unknown>];
    expect(item).toMatchObject({
      id: 'coat-1',
      name: 'Winter coat',
      categories: ['Women', 'Coats'],
      price: 129,
      stock: 4,
      imageUrl: 'https://shop.example/coat.jpg',
      attributes: { colour: 'grey' },
    });
  }
});
