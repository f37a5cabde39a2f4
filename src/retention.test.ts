import { expect, it } from 'vitest';
import { freshStore } from '../test/support/database.ts';
import { joinRooms, migrations } from './app.ts';
import { quietLog, VirtualClock } from './base/index.ts';
import { readSettings } from './settings.ts';

const day = 86_400_000;

/** trust.md §1.12; of events, keys and the feed see event/tidy.test.ts, of notices message/hear.test.ts, of sign-ups forms.test.ts. */
it('a mail as it was made and what a met request about somebody said are forgotten after 30 days, by the process that moves journeys', async () => {
  const store = await freshStore(migrations);
  const clock = new VirtualClock();
  const start = Date.UTC(2026, 10, 23, 9);
  clock.freeze(start);
  const settings = { ...readSettings(['--no-demo'], {}), secret: 's'.repeat(40), databaseUrl: store.url };
  const rooms = await joinRooms(settings, { store, log: quietLog, clock });
  await rooms.mailbox.put(Buffer.from('Subject: Your cart\r\n\r\nDear Ada'), 'ada@example.com');
  const { key } = await rooms.webhooks.put('shop', { kind: 'shopify', secret: 'x'.repeat(32) });
  const body = { customer: { email: 'ada@example.com' }, shop_domain: 'shop.example' };
  for (const done of [true, false])
    await rooms.webhooks.taken(key, null, { tally: {}, request: { topic: 'customers/redact', body, done } });
  const kept = async () => ({
    mails: (await rooms.mailbox.list()).length,
    requests: (await rooms.webhooks.requests(key)).map((request) => JSON.stringify(request.body)).sort(),
  });

  clock.freeze(start + 29 * day);
  await rooms.pulse.settle();
  expect(await kept()).toEqual({ mails: 1, requests: [JSON.stringify(body), JSON.stringify(body)] });

  clock.freeze(start + 31 * day);
  await rooms.pulse.settle();
  // Who still waits for an answer is still named.
  expect(await kept()).toEqual({ mails: 0, requests: [JSON.stringify(body), '{}'].sort() });
  await rooms.transport.close();
});
