import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { FakeClock } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { readCustomList } from './custom-list.ts';
import { CustomLists } from './custom-lists.ts';
import { migrations } from './migration.ts';

const day = 24 * 3600 * 1000;
const plain = (cell: string) => cell;
let store: Store;
let clock: FakeClock;
let lists: CustomLists;

beforeAll(async () => {
  store = await freshStore(migrations);
});

beforeEach(async () => {
  await store.run({ text: 'truncate custom_list cascade' });
  clock = new FakeClock(Date.UTC(2026, 10, 24));
  lists = new CustomLists({ store, clock });
});

const make = (expires = false) => lists.put({ key: 'look', name: 'Look book', expires });
const upload = (text: string, mode: 'replace' | 'merge' = 'replace', dry = false) =>
  lists.upload('look', { text, mode, dry, plain });

describe('reading a file of lists', () => {
  it('takes a row a key, comments and a head left out, each item once (CUS-1)', () => {
    const text = '# made by hand\r\nkey,item 1,item 2\r\ncoat,hat,scarf,hat,\r\n\r\n,hat\r\n*,lamp\r\n# EndOfFile\r\n';
    expect(readCustomList(text, plain)).toEqual({
      rows: [
        { key: 'coat', items: ['hat', 'scarf'] },
        { key: '', items: ['hat'] },
        { key: '*', items: ['lamp'] },
      ],
      refused: [],
    });
  });

  it('refuses rows one by one, with their lines', () => {
    const many = Array.from({ length: 1001 }, (_none, n) => `i${n}`).join(',');
    const text = `coat,hat\n# a comment\nlamp\nrope,${many}\ncoat,scarf\n"tent,stove\n`;
    const { rows, refused } = readCustomList(text, plain);
    expect(rows).toEqual([{ key: 'coat', items: ['hat'] }]);
    expect(refused.map(({ row, code }) => [row, code])).toEqual([
      [3, 'CUSTOM_ROW_REFUSED'],
      [4, 'CUSTOM_ROW_REFUSED'],
      [5, 'CUSTOM_ROW_REFUSED'],
      [6, 'CUSTOM_ROW_REFUSED'],
    ]);
    expect(refused.map(({ why }) => why)).toEqual([
      'The row of "lamp" names no item',
      'The row of "rope" names 1001 items; 1000 are allowed',
      'The key "coat" stands on line 1 already',
      'a quote is opened and never closed',
    ]);
  });

  it('takes no comment inside of quotes for one', () => {
    expect(readCustomList('coat,"a\n#b"\nhat,c', plain).refused).toHaveLength(1);
    expect(readCustomList('"#1",hat', plain).rows).toEqual([{ key: '#1', items: ['hat'] }]);
  });
});

describe('lists of a shop', () => {
  it('answer for a key, else for everybody, else with the row of * (ALG-21)', async () => {
    await make();
    await upload('coat,hat,scarf\n*,lamp');
    expect(lists.find('look', 'coat')).toEqual({ items: ['hat', 'scarf'], key: 'coat' });
    expect(lists.find('look', 'tent')).toEqual({ items: ['lamp'], key: '*' });
    await upload(',rope', 'merge');
    expect(lists.find('look', 'tent')).toEqual({ items: ['rope'], key: '' });
    expect(lists.find('look', null)).toEqual({ items: ['rope'], key: '' });
    expect(lists.find('unknown', null)).toEqual({ items: [], key: null });
  });

  it('are replaced as a whole, or merged key by key (CUS-3)', async () => {
    await make();
    await upload('coat,hat\ntent,stove');
    expect(await upload('coat,scarf', 'merge')).toMatchObject({ kept: 1, removed: 0 });
    expect(lists.find('look', 'coat').items).toEqual(['scarf']);
    expect(lists.find('look', 'tent').items).toEqual(['stove']);
    expect(await upload('coat,hat', 'replace', true)).toMatchObject({ kept: 1, removed: 1 });
    expect(lists.get('look').rows).toBe(2);
    expect(await upload('coat,hat')).toMatchObject({ kept: 1, removed: 1 });
    expect(lists.find('look', 'tent').items).toEqual([]);
  });

  it('let rows go after 31 days where the shop asks for it, and never else (CUS-3)', async () => {
    for (const expires of [true, false]) {
      await make(expires);
      await upload('coat,hat\ntent,stove');
      clock.advance(20 * day);
      await upload('coat,hat', 'merge');
      clock.advance(12 * day);
      expect(lists.find('look', 'tent').items).toEqual(expires ? [] : ['stove']);
      expect(lists.get('look').rows).toBe(expires ? 1 : 2);
      await upload('rope,boots', 'merge');
      expect((await lists.rows('look', { after: null, limit: 10 })).map(({ key }) => key)).toEqual(
        expires ? ['coat', 'rope'] : ['coat', 'rope', 'tent'],
      );
    }
  });

  it('stay as they were when no row can be taken', async () => {
    await make();
    await upload('coat,hat');
    await expect(upload('# nothing\nlamp\n')).rejects.toMatchObject({ code: 'CUSTOM_LIST_EMPTY' });
    expect(lists.find('look', 'coat').items).toEqual(['hat']);
  });

  it('are the same in another process, which takes in what was saved and removed', async () => {
    const other = new CustomLists({ store, clock });
    await make();
    await upload('coat,hat');
    await other.refresh();
    expect(other.find('look', 'coat').items).toEqual(['hat']);
    await upload('coat,scarf');
    await other.refresh();
    expect(other.find('look', 'coat').items).toEqual(['scarf']);
    await lists.remove('look');
    await other.refresh();
    expect(other.list()).toEqual([]);
  });

  it('are not removed while something shows them, and unknown ones are named', async () => {
    await make();
    lists.whoUses((key) => (key === 'look' ? ['the criterion "Looks"'] : []));
    await expect(lists.remove('look')).rejects.toMatchObject({ code: 'CUSTOM_LIST_IN_USE' });
    lists.whoUses(() => []);
    await lists.remove('look');
    await expect(upload('coat,hat')).rejects.toMatchObject({ code: 'CUSTOM_LIST_UNKNOWN' });
  });

  it('are read page by page in order of their keys, thousands of them', async () => {
    await make();
    const text = Array.from({ length: 5000 }, (_none, n) => `k${String(n).padStart(4, '0')},i${n}`).join('\n');
    await upload(text);
    const page = await lists.rows('look', { after: 'k0009', limit: 2 });
    expect(page.map(({ key, items }) => [key, items])).toEqual([
      ['k0010', ['i10']],
      ['k0011', ['i11']],
    ]);
    expect(lists.get('look').rows).toBe(5000);
    expect(lists.find('look', 'k4999').items).toEqual(['i4999']);
  });
});
