import { expect, it } from 'vitest';
import { freshStore } from '../test/support/database.ts';
import { settingsOf } from '../test/crash/ground.ts';
import { joinRooms, migrations } from './app.ts';
import { FakeClock, type Log } from './base/index.ts';

it('says in the log and in /healthz what must never be, once', async () => {
  const store = await freshStore(migrations);
  const said: unknown[] = [];
  const note = (event: string, about?: object) => void (event === 'invariant.broken' && said.push(about));
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: note } as unknown as Log;
  const clock = new FakeClock(Date.UTC(2026, 10, 24, 9));
  const settings = settingsOf({ databaseUrl: store.url, smtpUrl: 'smtp://127.0.0.1:9' });
  const rooms = await joinRooms(settings, { store, log, clock });
  await store.run({
    text: `insert into journey_run (id, shard, journey, version, profile_id, key, state, activity, moves, context, entered_at, moved_at)
      values ('01900000-0000-7000-8000-000000000001', 0, 'lost', 1, '01900000-0000-7000-8000-000000000002', '', 'acting', 'ask', 3, '{}', now(), now())`,
  });
  await store.run({
    text: `insert into journey_step (run_id, no, shard, profile_id, journey, at, activity, kind)
      select id, 0, shard, profile_id, journey, now(), 'entry', 'entered' from journey_run`,
  });
  for (let minute = 0; minute < 3; minute++) {
    await rooms.auditing.duty.work();
    clock.advance(60_000);
  }
  const id = '01900000-0000-7000-8000-000000000001';
  expect(said).toEqual([{ which: 'mover', what: 'It acts, and nothing is queued for it', id }]);
  expect(rooms.auditing.found.size).toBe(1);
  await rooms.transport.close();
});
