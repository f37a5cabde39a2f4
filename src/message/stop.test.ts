import { expect, it, vi } from 'vitest';
import { aDesk, type Desk } from '../../test/support/message.ts';
import { elapsed, pause } from '../base/index.ts';

vi.setConfig({ testTimeout: 600_000 });
/** How many mails wait; 1000000 for the long one. */
const waiting = Number(process.env['BECKON_QUEUE'] ?? 1500);

/** So many mails are due, of one person each. */
async function queue(desk: Desk): Promise<void> {
  const id = await desk.plan(desk.person());
  await desk.store.run({
    text: `insert into message select (m).* from (select jsonb_populate_record(m, jsonb_build_object(
        'id', gen_random_uuid(), 'key', m.key || n, 'run_id', gen_random_uuid()::text)) as m
      from message m cross join generate_series(2, $2::int) as n where m.id = $1) x`,
    values: [id, waiting],
  });
}

const states = async ({ store }: Desk) =>
  Object.fromEntries(
    (
      await store.rows<{ state: string; n: number }>({
        text: 'select state, count(*)::int as n from message group by state',
      })
    ).map(({ state, n }) => [state, n]),
  );

it('a stop in the middle of a long queue ends with the batch that is under way: nothing stays claimed, all the rest waits (trust row 70)', async () => {
  const desk = await aDesk({ settings: { caps: [] } });
  await queue(desk);
  let begun = 0;
  desk.transport.answer = () => {
    if (begun === 0) begun = elapsed();
    desk.messages.stop();
    return { kind: 'accepted', response: '250 ok' };
  };

  await desk.messages.work();

  expect(elapsed() - begun).toBeLessThan(30_000);
  const { accepted = 0, planned = 0, ready = 0, deferred = 0, ...rest } = await states(desk);
  expect(rest).toEqual({});
  expect(accepted).toBe(desk.transport.sent.length);
  expect(accepted + planned + ready + deferred).toBe(waiting);
  expect(planned).toBeGreaterThan(waiting / 2);
  // And nothing more is begun.
  await desk.messages.work();
  expect((await states(desk))['accepted']).toBe(accepted);
});

it('a mail host that does not answer holds the end up for a while only: what it has may be in doubt, and the rest is tried again', async () => {
  const desk = await aDesk({ settings: { caps: [], lastAnswersMs: 100 } });
  for (let no = 0; no < 8; no++) await desk.plan(desk.person({ email: `p${no}@example.com` }));
  desk.transport.answer = () => new Promise(() => {});

  const work = desk.messages.work();
  while (desk.transport.sent.length < desk.transport.width) await pause(5);
  desk.messages.stop();
  await work;

  expect(desk.transport.sent).toHaveLength(desk.transport.width);
  expect(await states(desk)).toEqual({ sending: 4, deferred: 4 });
});
