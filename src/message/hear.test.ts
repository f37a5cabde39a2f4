import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { aComplaint, aLetter, aReport } from '../../test/support/letters.ts';
import { aDesk, noon, type Desk } from '../../test/support/message.ts';
import type { Profile } from '../profile/index.ts';
import type { Said } from './heard.ts';

const hour = 3_600_000;
const day = 24 * hour;
let desk: Desk;
beforeEach(async () => {
  desk = await aDesk();
});

/** A mail that the next hop has taken; its return path as it stood on the wire. */
async function sent(ada: Profile): Promise<{ id: string; to: string; unsub: string }> {
  const id = await desk.plan(ada);
  await desk.messages.work();
  const mail = desk.transport.sent.at(-1)!;
  const unsub = /mailto:([^>]+)>/.exec(mail.raw.toString())?.[1] ?? '';
  return { id, to: mail.envelope.from, unsub };
}

const come = (raw: Buffer, to: string, from: string | null = '') =>
  desk.messages.letter({ source: 'smtp', raw, from, to: [to] });
const listed = () => desk.store.rows({ text: 'select scope, reason, until from suppression order by scope' });
const next = async (ada: Profile) => {
  const id = await desk.plan(ada, { deadline: desk.clock.now() + day });
  await desk.messages.work();
  return (await desk.messages.get(id))!;
};
const types = () => desk.events.map((event) => event.types.at(-1));

describe('a bounce', () => {
  it('of a mailbox that does not exist ends all mail to it before the next claim (trust rows 20, 21)', async () => {
    const ada = desk.person();
    const { id, to } = await sent(ada);
    const waiting = await desk.plan(ada);
    expect(await come(aReport({ to }, { status: '5.1.1', says: '550 5.1.1 no such user' }), to)).toBe('machine');
    await desk.messages.work();
    expect(await desk.messages.get(waiting)).toMatchObject({ state: 'skipped', reason: 'suppressed' });
    expect(await listed()).toEqual([{ scope: 'all', reason: 'bounced', until: null }]);
    expect((await desk.messages.get(id))!.state, 'it stays accepted, and in its arm').toBe('accepted');
    expect(types()).toEqual(['message.accepted', 'message.bounced']);
    expect(desk.transport.sent).toHaveLength(1);
  });

  it('that is forged changes nothing (trust row 17)', async () => {
    const { to } = await sent(desk.person());
    const forged = to.replace(/(bounce\+.)(.)/, (_all, a: string, b: string) => a + (b === 'a' ? 'b' : 'a'));
    const raw = aReport({ to: forged }, { status: '5.1.1', says: '550 5.1.1 no such user' });
    expect(await come(raw, forged)).toBe('strange');
    expect(await come(raw, 'bounce@shop.example')).toBe('strange');
    expect(await listed()).toEqual([]);
  });

  it('of our own doing suppresses nobody, however many there are (trust row 19)', async () => {
    for (let i = 0; i < 12; i++) {
      const { to } = await sent(desk.person({ email: `p${i}@example.com` }));
      await come(aReport({ to, recipient: `p${i}@example.com` }, { status: '5.7.26', says: '550 5.7.26 DMARC' }), to);
    }
    expect(await listed()).toEqual([]);
    expect(await desk.messages.harm({ journey: 'abandoned-cart', since: 0 })).toMatchObject({
      sent: 12,
      bounced: { policy: 12 },
    });
  });

  it('that only says "later" is none (trust row 18)', async () => {
    const { to } = await sent(desk.person());
    await come(aReport({ to }, { action: 'delayed', status: '4.4.1', says: 'connection timed out' }), to);
    expect(types()).toEqual(['message.accepted']);
  });

  it('of a full mailbox rests the address after five mails a day apart, and five reports of one mail are one (row 20)', async () => {
    const ada = desk.person();
    for (let mail = 1; mail <= 5; mail++) {
      const { to } = await sent(ada);
      for (const times of [1, 2, 3])
        await come(aReport({ to }, { status: '5.2.2', says: `552 5.2.2 mailbox full (${times})` }), to);
      expect(await listed()).toHaveLength(mail === 5 ? 1 : 0);
      desk.clock.advance(25 * hour);
    }
    expect(await listed()).toMatchObject([{ scope: 'all', reason: 'cooling' }]);
    expect(await next(ada)).toMatchObject({ state: 'skipped', reason: 'suppressed' });
    desk.clock.advance(180 * day);
    expect(await next(ada), 'it has rested').toMatchObject({ state: 'accepted' });
  });

  it('is forgotten by a mail that came through in between', async () => {
    const ada = desk.person();
    for (let mail = 1; mail <= 6; mail++) {
      const { id, to } = await sent(ada);
      if (mail === 3) await desk.messages.hear({ source: 'p', id, said: [said(id, 'delivered')] });
      else await come(aReport({ to }, { status: '5.2.2', says: '552 5.2.2 full' }), to);
      desk.clock.advance(25 * hour);
    }
    expect(await listed()).toEqual([]);
  });

  it('of where a mailbox sends its mail on to is not enough the first time', async () => {
    const ada = desk.person();
    const { to } = await sent(ada);
    const raw = aReport({ to, recipient: 'old@elsewhere.example' }, { status: '5.1.1', says: '550 5.1.1 unknown' });
    await come(raw, to);
    expect(await listed()).toEqual([]);
  });

  it('at once weighs the same as one that comes later', async () => {
    desk.transport.answer = () => ({
      kind: 'answered',
      stage: 'mail',
      code: 550,
      response: '550 5.1.1 unknown <ada@example.com>',
    });
    await desk.plan(desk.person());
    await desk.messages.work();
    expect(await listed()).toEqual([{ scope: 'all', reason: 'bounced', until: null }]);
    const [heard] = await desk.store.rows<{ says: string }>({ text: 'select says from message_heard' });
    expect(heard!.says, 'the address is kept in one place').toBe('550 5.1.1 unknown <the recipient>');
  });

  it('by the link of a mail in doubt, to get no more, says that it had arrived (I16)', async () => {
    desk.transport.answer = () => ({ kind: 'lost', bodyEnded: true, why: 'reset' });
    const { id } = await sent(desk.person());
    const [, token] =
      /\/u\/(v1\.[\w.-]+)>/.exec(
        desk.transport.sent
          .at(-1)!
          .raw.toString()
          .replace(/\r\n\s/g, ''),
      ) ?? [];
    expect((await desk.messages.get(id))!.state).toBe('in_doubt');
    expect(await desk.messages.unsubscribe(token!)).toBe(true);
    expect((await desk.messages.get(id))!.state).toBe('accepted');
  });

  it('that comes before anybody is in doubt leaves no doubt (I16)', async () => {
    const ada = desk.person();
    const id = await desk.plan(ada);
    // The host tells of it while the connection is still open, and then the connection breaks.
    desk.transport.answer = async () => {
      await desk.messages.hear({ source: 'p', id: 'early', said: [said(id, 'delivered')] });
      return { kind: 'lost', bodyEnded: true, why: 'reset' };
    };
    await desk.messages.work();
    expect((await desk.messages.get(id))!.state).toBe('accepted');
    expect(types()).toContain('message.accepted');
  });

  it('of a mail in doubt says that it had arrived', async () => {
    desk.transport.answer = () => ({ kind: 'lost', bodyEnded: true, why: 'reset' });
    const { id, to } = await sent(desk.person());
    expect((await desk.messages.get(id))!.state).toBe('in_doubt');
    await come(aReport({ to }, { status: '5.2.2', says: '552 5.2.2 full' }), to);
    expect((await desk.messages.get(id))!.state).toBe('accepted');
    expect(types()).toEqual(['message.accepted', 'message.bounced']);
  });
});

describe('a complaint', () => {
  it('ends all marketing to the person, and what was planned; an order’s mail still goes', async () => {
    const ada = desk.person();
    const { to } = await sent(ada);
    const waiting = await desk.plan(ada, { deadline: noon + day });
    await come(aComplaint({ to }), to, 'staff@hostedmail.example');
    expect((await desk.messages.get(waiting))!).toMatchObject({ state: 'cancelled', reason: 'complained' });
    expect(await listed()).toEqual([{ scope: 'marketing', reason: 'complained', until: null }]);
    const receipt = await desk.plan(ada, { class: 'transactional' });
    await desk.messages.work();
    expect((await desk.messages.get(receipt))!.state).toBe('accepted');
    expect(types()).toContain('message.complained');
  });

  it('is known by the copy it brings, where it came to another address', async () => {
    const { to } = await sent(desk.person());
    await come(
      aComplaint({ to: 'abuse@shop.example' }, 'abuse', `Return-Path: <${to}>\n`),
      'abuse@shop.example',
      'x@y.example',
    );
    expect(await listed()).toMatchObject([{ reason: 'complained' }]);
  });

  it('"not spam" changes nothing (trust row 23)', async () => {
    const { to } = await sent(desk.person());
    expect(await come(aComplaint({ to }, 'not-spam'), to, 'x@y.example')).toBe('machine');
    expect(await listed()).toEqual([]);
  });

  it('of somebody erased holds by the hash, and makes no profile (trust row 22)', async () => {
    const ada = desk.person();
    const { to } = await sent(ada);
    await desk.store.inTransaction((tx) => desk.messages.forget(tx, ada.id));
    desk.people.delete(ada.id);
    await come(aComplaint({ to }), to, 'x@y.example');
    const rows = await desk.store.rows({ text: 'select reason, address from suppression' });
    expect(rows).toEqual([{ reason: 'complained', address: null }]);
  });

  it('is not lifted by a later consent, while an unsubscription is', async () => {
    const ada = desk.person();
    const { id, to } = await sent(ada);
    await desk.messages.hear({ source: 'p', id: 'u', said: [said(id, 'unsubscribed')] });
    await come(aComplaint({ to }), to, 'x@y.example');
    desk.clock.advance(hour);
    const fact = {
      name: 'consent.given',
      profileId: ada.id,
      at: desk.clock.now(),
      data: { purpose: 'email-marketing' },
    };
    await desk.store.inTransaction((tx) => desk.messages.listen(tx, [fact as never]));
    expect(await listed()).toMatchObject([{ reason: 'complained' }]);
  });
});

describe('an answer', () => {
  const from = { From: 'Ada <ada@example.com>', Subject: 'Re: You left something' };
  it('of a person is told to the log once, one of a machine never', async () => {
    const { id, to } = await sent(desk.person());
    desk.clock.advance(hour);
    await come(aLetter({ ...from, To: to, 'Auto-Submitted': 'auto-replied' }, 'I am away'), to);
    await come(aLetter({ ...from, To: to }, 'In blue?'), to, 'ada@example.com');
    await come(aLetter({ ...from, To: to }, 'And in red?'), to, 'ada@example.com');
    expect(desk.events.filter(({ types: of }) => of.includes('message.replied'))).toMatchObject([
      { id: `replied:${id}`, level: 2, message: { id, journey: 'abandoned-cart', activity: 'mail' } },
    ]);
    const heard = await desk.store.rows({ text: 'select kind from message_heard order by kind' });
    expect(heard).toEqual([{ kind: 'auto-replied' }, { kind: 'replied' }]);
  });

  it('that comes faster than anybody reads is a machine’s, and so is the fourth of a day: no loop turns for long', async () => {
    const ada = desk.person();
    const quick = await sent(ada);
    await come(aLetter({ ...from, To: quick.to }, 'Thank you'), quick.to, 'ada@example.com');
    expect(types()).not.toContain('message.replied');
    for (let turn = 0; turn < 6; turn++) {
      // A journey that answers answers: each mail is transactional, so that no cap ends it.
      await desk.plan(ada, { class: 'transactional' });
      await desk.messages.work();
      const to = desk.transport.sent.at(-1)!.envelope.from;
      desk.clock.advance(60_000);
      await come(aLetter({ ...from, To: to }, `turn ${turn}`), to, 'ada@example.com');
    }
    expect(types().filter((type) => type === 'message.replied')).toHaveLength(3);
  });
});

describe('whatever is told', () => {
  it('again, late or in another order ends in the same (trust row 27, invariant I16, property)', async () => {
    const one = fc.constantFrom<Partial<Said> & { kind: Said['kind'] }>(
      { kind: 'delivered' },
      { kind: 'deferred' },
      { kind: 'bounced', class: 'soft' },
      { kind: 'bounced', class: 'hard' },
      { kind: 'bounced', class: 'policy' },
      { kind: 'complained' },
      { kind: 'unsubscribed' },
    );
    const outcome = async (list: (Partial<Said> & { kind: Said['kind'] })[]) => {
      desk = await aDesk();
      const { id } = await sent(desk.person());
      for (const [no, about] of list.entries())
        await desk.messages.hear({ source: 'p', id: `n${no}`, said: [{ ...said(id, about.kind), ...about }] });
      return {
        list: await desk.store.rows({ text: 'select scope, reason from suppression order by scope, reason' }),
        heard: await desk.store.rows({ text: 'select kind, class from message_heard order by kind' }),
        log: [...new Set(desk.events.map(({ types: of }) => of.at(-1)))].sort(),
      };
    };
    await fc.assert(
      fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 5 }), async (list) => {
        const forward = await outcome(list);
        const back = await outcome([...list, ...list].reverse());
        expect(back).toEqual(forward);
      }),
      { numRuns: 6 },
    );
  });

  it('by the same id has its effect once, and 20 at the same time too', async () => {
    const { id } = await sent(desk.person());
    const notice = { source: 'ses', id: 'event-1', said: [said(id, 'complained')] };
    const fresh = await Promise.all(Array.from({ length: 20 }, () => desk.messages.hear(notice)));
    expect(fresh.filter(Boolean)).toHaveLength(1);
    expect(types().filter((type) => type === 'message.complained')).toHaveLength(1);
  });

  it('is forgotten a month after it took effect, what it did stays', async () => {
    const { id } = await sent(desk.person());
    await desk.messages.hear({ source: 'ses', id: 'event-1', said: [said(id, 'complained')] });
    await desk.messages.hear({ source: 'ses', id: 'event-2', said: [], raw: '{"eventType":"Tomorrow"}' });
    desk.clock.advance(29 * day);
    expect(await desk.messages.tidy()).toBe(0);
    desk.clock.advance(2 * day);
    expect(await desk.messages.tidy()).toBe(2);
    expect(await listed()).toHaveLength(1);
  });

  it('of a mail that the ledger does not know holds for the address where that is sure (trust row 24)', async () => {
    const strange = { ...said('00000000-0000-7000-8000-000000000000', 'bounced'), class: 'hard' as const };
    await desk.messages.hear({ source: 'ses', id: '1', said: [{ ...strange, address: 'Gone@Example.com' }] });
    const gone = desk.person({ email: 'gone@example.COM' });
    expect(await next(gone)).toMatchObject({ state: 'skipped', reason: 'suppressed' });
    await desk.messages.hear({
      source: 'ses',
      id: '2',
      said: [{ ...strange, class: 'soft', address: 'bo@example.com' }],
    });
    expect(await listed()).toHaveLength(1);
  });
});

function said(messageId: string, kind: Said['kind']): Said {
  return { messageId, address: null, kind };
}
