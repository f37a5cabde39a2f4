import { beforeAll, describe, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { readBytes } from './copy-out.ts';
import type { Store } from './database.ts';

let store: Store;
beforeAll(async () => {
  store = await freshStore([{ name: '0001-blob', sql: 'create table blob (n integer, bytes bytea)' }], {
    connections: 1,
  });
  const rows = [Buffer.from('one'), Buffer.alloc(3_000_000, 7), Buffer.alloc(0)];
  for (const [n, bytes] of rows.entries())
    await store.run({ text: 'insert into blob values ($1, $2)', values: [n, bytes] });
});

const all = 'select n, bytes from blob order by n';

describe('reading bytes', () => {
  it('gives each row as it was written, the first and the large and the empty one', async () => {
    const read: [number, Buffer][] = [];
    await readBytes(store, all, (n, bytes) => read.push([n, Buffer.from(bytes)]));
    expect(read.map(([n, bytes]) => [n, bytes.length])).toEqual([
      [0, 3],
      [1, 3_000_000],
      [2, 0],
    ]);
    expect([read[0]![1].toString(), read[1]![1].every((byte) => byte === 7)]).toEqual(['one', true]);
  });

  it('gives nothing when there is nothing', async () => {
    await readBytes(store, 'select n, bytes from blob where n > 5', () => expect.fail('no row'));
  });

  it('says what the database says, and ends with what the reader throws; the connection serves on', async () => {
    await expect(readBytes(store, 'select n, bytes from nowhere', () => {})).rejects.toThrow(
      '"nowhere" does not exist',
    );
    const stop = () => {
      throw new Error('enough');
    };
    await expect(readBytes(store, all, stop)).rejects.toThrow('enough');
    expect(await store.rows({ text: 'select 1 as one' })).toEqual([{ one: 1 }]);
  });
});
