import { describe, expect, it } from 'vitest';
import { aDesk } from '../../test/support/message.ts';

describe('the audit of the ledger (trust §2.5)', () => {
  it('finds nothing in mails that were sent, held back, refused or lost on the way', async () => {
    const desk = await aDesk();
    for (const result of [
      { kind: 'accepted', response: '250' },
      { kind: 'answered', stage: 'mail', code: 550, response: '550' },
      { kind: 'lost', bodyEnded: true, why: 'cut' },
      { kind: 'lost', bodyEnded: false, why: 'cut' },
    ] as const) {
      desk.transport.answer = () => result;
      await desk.plan(desk.person());
      await desk.messages.work();
    }
    desk.transport.answer = () => ({ kind: 'accepted', response: '250' });
    await desk.plan(desk.person({ consent: {} }));
    await desk.plan(desk.person(), { holdout: 0.9 });
    await desk.messages.work();
    expect((await desk.messages.audit({ after: null, limit: 100 })).broken).toEqual([]);
  });

  it.each([
    [`update message set told = false`, 'told'],
    ['delete from attempt', 'I10'],
    [`update message set arm = 'control'`, 'I7'],
    [
      `insert into attempt select shard, message_id, no + 1, started_at, mail_id, mime_sha256, transport, ended_at, result from attempt`,
      'I1',
    ],
    [`update message set state = 'ready', deadline = deadline - interval '9 days'`, 'I3'],
    [`update message set state = 'lost'`, 'I4'],
  ])('says what is wrong after: %s', async (damage, which) => {
    const desk = await aDesk();
    await desk.plan(desk.person());
    await desk.messages.work();
    await desk.store.run({ text: damage });
    const { broken } = await desk.messages.audit({ after: null, limit: 100 });
    expect(broken.map((one) => one.which)).toContain(which);
  });

  it.each([
    [`update message set state = 'in_doubt', doubt_at = now()`, 'delivered'],
    ['delete from suppression', 'complained'],
    ['delete from suppression', 'bounced'],
  ] as const)('says what is wrong with what was heard after: %s, of a mail that was %s (I16)', async (damage, kind) => {
    const desk = await aDesk();
    await desk.plan(desk.person());
    await desk.messages.work();
    const [{ id }] = (await desk.store.rows<{ id: string }>({ text: 'select id from message' })) as [{ id: string }];
    const more = kind === 'bounced' ? { class: 'hard' as const } : {};
    await desk.messages.hear({ source: 'p', id: '1', said: [{ messageId: id, address: null, kind, ...more }] });
    expect((await desk.messages.audit({ after: null, limit: 100 })).broken).toEqual([]);
    await desk.store.run({ text: damage });
    const { broken } = await desk.messages.audit({ after: null, limit: 100 });
    expect(broken.map((one) => one.which)).toEqual(['I16']);
  });

  it('knows of which runs nothing will ever be heard', async () => {
    const desk = await aDesk();
    const runId = desk.ids.next();
    await desk.plan(desk.person(), { runId });
    const place = { runId, activity: 'mail', visit: 1 };
    expect(await desk.messages.unheard([place, { ...place, visit: 2 }])).toEqual([{ ...place, visit: 2 }]);
    await desk.messages.work();
    expect(await desk.messages.unheard([place])).toEqual([place]);
  });
});
