import { expect, it } from 'vitest';
import { freshDatabase } from '../test/support/database.ts';
import { quietLog, type VirtualClock } from './base/index.ts';
import { readItems } from './catalog/index.ts';
import type { ShopEvent } from './event/index.ts';
import { onScratch } from './scratch.ts';
import { readSettings } from './settings.ts';
import { Walk } from './walking.ts';

const from = Date.UTC(2026, 9, 1);
const hour = 3_600_000;

it('what a running shop learns beside everything else is learned on the way', async () => {
  const settings = { ...readSettings([], {}), secret: 'w'.repeat(40) };
  const ground = { settings, databaseUrl: await freshDatabase(), log: quietLog };
  await onScratch(ground, { publicUrl: 'https://shop.example' }, async (rooms) => {
    (rooms.clock as VirtualClock).freeze(from);
    const about = (id: string, name: string) => ({
      id,
      name,
      price: 20,
      currency: 'EUR',
      stock: 3,
      categories: ['coats'],
    });
    const sold = [
      about('a', 'Warm winter coat of wool'),
      about('b', 'Winter coat of wool, long'),
      about('c', 'Tin mug'),
    ];
    await rooms.catalog.upsert(readItems(JSON.stringify(sold), 'json', from).items);
    expect(rooms.learning.standing().described).toEqual({ items: 0, whole: false });

    const seen: ShopEvent = {
      id: 'e1',
      source: 'edge:test',
      types: ['commerce.productViews'],
      happenedAt: from + hour,
      receivedAt: from + hour,
      level: 0,
      visitor: `ecid:${'7'.repeat(38)}`,
      identities: [{ namespace: 'ecid', id: '7'.repeat(38) }],
      items: [{ id: 'o1', quantity: 1 }],
    };
    const left = [seen];
    const walk = new Walk(rooms, { next: async () => left[0]?.receivedAt ?? null, take: async () => left.splice(0) });
    await walk.go({ from, to: from + 3 * hour, stepMs: hour, onStep: async () => true });

    const { items, whole } = rooms.learning.standing().described;
    expect(whole).toBe(true);
    expect(items).toBeGreaterThan(0);
  });
});
