import { describe, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import type { ShopEvent } from './event.ts';
import { historyEvent, historyTables } from './history.ts';
import { migrations } from './table.ts';

function event(id: string, more: Partial<ShopEvent> = {}): ShopEvent {
  return {
    id,
    source: 'edge:demo',
    types: ['commerce.productViews'],
    happenedAt: 1_795_510_800_123,
    receivedAt: 1_795_510_800_456,
    level: 0,
    visitor: 'ecid:1',
    identities: [{ namespace: 'ecid', id: '1' }],
    ...more,
  };
}

const priced = (currency: string, minor: number) =>
  event(`${currency}${minor}`, {
    items: [{ id: 'a', quantity: 3, priceMinor: minor, currency }, { id: 'b' }, { id: 'c', priceMinor: 5 }],
    order: { id: 'o', totalMinor: minor, currency, refundId: 'r' },
    level: 3,
    types: ['commerce.purchases'],
  });

const events = [
  event('plain'),
  event('typed', { types: ['commerce.purchases', 'web.webpagedetails.pageViews'], level: 2 }),
  event('empty', { items: [], page: { url: 'https://shop.example/' }, data: { total: 1, nested: { price: null } } }),
  ...['EUR', 'JPY', 'KWD', 'CLF', 'XXQ', 'SEK'].flatMap((currency) =>
    [0, 1, 4950, 1_234_567].map((minor) => priced(currency, minor)),
  ),
];

describe('an event in a history', () => {
  it('is the same in memory and in the database, money in major units of every currency', async () => {
    const store = await freshStore(migrations);
    const { types, id, data, at } = historyTables({ spans: 'select 1', earlier: 'false' }, 'event.order.total > 1');
    for (const one of events) {
      const [row] = await store.rows<{ types: string[]; id: string; data: Record<string, unknown>; at: Date }>({
        text: `select ${types} as types, ${id} as id, ${data} as data, ${at} as at
          from (select $1::jsonb as body, $2::timestamptz as happened_at) e`,
        values: [JSON.stringify(one), new Date(one.happenedAt)],
      });
      const { id: known, types: kinds, at: moment, ...rest } = historyEvent(one)!;
      expect([row!.id, row!.types, row!.at.getTime()]).toEqual([known, kinds, moment]);
      for (const [field, value] of Object.entries(rest))
        expect({ field, value: row!.data[field] }).toEqual({ field, value });
    }
  });

  it('of a machine is none, and a browser’s purchase is no purchase (trust.md §3.5)', () => {
    expect(historyEvent(event('bot', { bot: true }))).toBeNull();
    expect(historyEvent(event('claim', { types: ['commerce.purchases'] }))!.types).toEqual([]);
  });

  it('is read as it is stored where nothing asks for money', () => {
    const plain = historyTables({ spans: 'select 1', earlier: 'false' }, 'event.page.url = "x"');
    expect(plain.data).toBe('e.body');
  });
});
