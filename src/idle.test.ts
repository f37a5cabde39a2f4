import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshStore } from '../test/support/database.ts';
import { joinRooms, migrations, type Rooms } from './app.ts';
import { quietLog } from './base/index.ts';
import { readSettings } from './settings.ts';
import type { Store } from './store/index.ts';

let rooms: Rooms;
let asked: string[] = [];

beforeAll(async () => {
  const store = await freshStore(migrations);
  const counting = new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        const statement = given[0] as { name?: string; text?: string } | undefined;
        if (name === 'rows' || name === 'run') asked.push(statement?.name ?? statement?.text?.slice(0, 60) ?? '');
        return (value as (...all: unknown[]) => unknown).apply(target, given);
      };
    },
  });
  const settings = { ...readSettings([], {}), secret: 's'.repeat(40), databaseUrl: store.url };
  rooms = await joinRooms(settings, { store: counting as Store, log: quietLog });
  await rooms.pulse.settle();
});
afterAll(() => rooms.transport.close());

it('an idle Beckon looks once a beat for waits that are over, and a beat is at most one a second', async () => {
  asked = [];
  await rooms.pulse.settle();
  expect(asked.filter((name) => name === 'journey.due')).toHaveLength(1);
  expect(asked.length, 'of all rooms together').toBeLessThanOrEqual(30);
});
