import { describe, expect, it } from 'vitest';
import { asked } from '../../test/support/asked.ts';
import { aDesk, type Desk } from '../../test/support/message.ts';

/** What a mail costs the database: how often it is asked for a batch of them, and by which plan it answers. */

/** Statements of results come in groups as answers come in, however many that are. Those without a name are of the first use of something. */
const ofResults = /^(message-(results|attempt-results|told|over-accepted)|mail-slowed|begin|commit)$/;

async function send(count: number): Promise<{ desk: Desk; names: string[]; texts: Map<string, string> }> {
  const desk = await aDesk();
  for (let no = 0; no < count; no++) await desk.plan(desk.person({ email: `person${no}@example.com` }));
  await desk.messages.templates.compiled(['abandoned-cart']);
  const found = await asked(() => desk.messages.work());
  expect(desk.transport.sent).toHaveLength(count);
  return { desk, ...found };
}

describe('a batch of mails', () => {
  it('is claimed and begun by as many statements as one mail', async () => {
    const [one, many] = [await send(1), await send(40)];
    const claiming = (names: readonly string[]) => names.filter((name) => name.includes('-') && !ofResults.test(name));
    expect(claiming(many.names)).toEqual(claiming(one.names));
    for (const name of ['message-lock', 'message-lease', 'message-sending', 'message-attempt', 'slot-take'])
      expect(many.names.filter((one) => one === name)).toHaveLength(1);
  });

  it('is found by keys, however many mails were sent before', async () => {
    const { desk, texts } = await send(3);
    const { store } = desk;
    const [{ server_version_num: version } = { server_version_num: '0' }] = await store.rows<{
      server_version_num: string;
    }>({ text: 'show server_version_num' });
    if (Number(version) < 160_000) return; // without GENERIC_PLAN
    await sentBefore(desk);
    const looked: string[] = [];
    for (const [name, text] of texts) {
      if (!/\b(message|attempt|slot)\b/.test(text) || !/^(message|slot|mail)-/.test(name)) continue;
      const rows = await store.rows<{ 'QUERY PLAN': string }>({ text: `explain (generic_plan) ${text}` });
      const lines = rows.map((row) => row['QUERY PLAN']);
      const through = lines.filter((line) => /Seq Scan on (message|attempt|slot)\b/.test(line));
      expect(through, `${name}\n${lines.join('\n')}`).toEqual([]);
      looked.push(name);
    }
    expect(looked).toEqual(
      expect.arrayContaining([
        'message-lock',
        'message-lease',
        'message-sending',
        'message-attempt-results',
        'message-results',
      ]),
    );
  });
});

/** Many that were sent, written at once. */
async function sentBefore({ store }: Desk): Promise<void> {
  for (const text of [
    `insert into message (shard, id, key, run_id, journey, journey_version, activity, visit, profile_id, template, context, class,
        holdout, state, planned_at, due, deadline, fence, told, accepted_at, changed_at)
      select n % 64, gen_random_uuid(), 'before/' || n, 'before/' || n, 'before', 1, 'mail', 1, gen_random_uuid(), 'abandoned-cart', '{}',
        'marketing', 0, 'accepted', now(), now(), now(), 1, true, now(), now() from generate_series(1, 20000) n`,
    `insert into attempt (shard, message_id, no, mail_id, mime_sha256, transport, ended_at)
      select shard, id, 1, '<' || id || '@shop.example>', '', 'scripted', now() from message where journey = 'before'`,
    `insert into slot (shard, profile_id, message_id, journey, at)
      select shard, profile_id, id, journey, planned_at from message where journey = 'before'`,
    'analyze message',
    'analyze attempt',
    'analyze slot',
  ])
    await store.run({ text });
}
