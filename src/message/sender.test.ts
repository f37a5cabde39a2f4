import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { aDesk, ScriptedTransport, type Desk } from '../../test/support/message.ts';
import { shardOf, type BeckonError } from '../base/index.ts';
import { fieldsOf } from './header.ts';
import { beginSending, lease, lockDue } from './table.ts';
import { shopTheme } from './theme.ts';

let desk: Desk;
let outlet: ScriptedTransport;
beforeEach(async () => {
  outlet = new ScriptedTransport();
  desk = await aDesk({ ways: new Map([['outlet', outlet]]), returnDomain: 'bounces.lumenloom.example' });
  await desk.store.run({ text: 'truncate message_sender' });
  await desk.store.run({ text: `delete from message_template where origin = 'shop'` });
});

const workshop = {
  name: 'Loom Workshop',
  from: '"Loom Workshop" <hello@workshop.example>',
  replyTo: 'bench@workshop.example',
  shopUrl: 'https://workshop.example',
  linkUrl: 'https://links.workshop.example',
  returnDomain: 'return.workshop.example',
  postalAddress: 'Verkstadsgatan 2, 411 10 Göteborg',
};
const signing = { ...workshop, dkim: [{ selector: 'bk1' }] };
const document = (more: object = {}) => ({
  name: 'News',
  subject: 'A word from {{shop.name}}',
  preheader: 'A preheader that is long enough to fill the line in an inbox.',
  sender: 'workshop',
  blocks: [{ kind: 'text', words: 'Hello, see [all of it]({{shop.url}}/all)' }, { kind: 'footer' }],
  ...more,
});

/** Publishes a template, plans it for somebody and gives the header fields of what left. */
async function sentBy(transport: ScriptedTransport, template: object, plan: object = {}) {
  await desk.messages.templates.put('news', template);
  await desk.messages.templates.publish('news');
  const profile = desk.person();
  const id = await desk.plan(profile, { message: 'news', context: {}, ...plan });
  await desk.messages.work();
  const mail = transport.sent.at(-1);
  return { id, profile, mail, fields: new Map(mail ? fieldsOf(mail.raw) : []) };
}
const state = async (id: string) => (await desk.messages.get(id))!;
const code = (wrong: Promise<unknown>) =>
  wrong.then(
    () => 'fine',
    (error: BeckonError) => error.code,
  );

describe('a shop of one brand', () => {
  it('has the sender of its settings, which nobody writes', async () => {
    const [only, ...others] = await desk.messages.senders.list();
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      key: 'default',
      origin: 'settings',
      sender: { name: 'Lumen & Loom', from: '"Lumen & Loom" <news@mail.lumenloom.example>' },
    });
    expect(await code(desk.messages.senders.put('default', workshop))).toBe('MESSAGE_SENDER_FIXED');
    expect(await code(desk.messages.senders.remove('default'))).toBe('MESSAGE_SENDER_FIXED');
  });
});

describe('a mail of another brand', () => {
  it('carries its names in every header that tells whose it is (trust M11, §1.1)', async () => {
    const { dkim } = await desk.messages.senders.put('workshop', signing);

    const { mail, fields } = await sentBy(desk.transport, document());

    expect(fields.get('From')).toBe('"Loom Workshop" <hello@workshop.example>');
    expect(fields.get('Reply-To')).toBe('bench@workshop.example');
    expect(fields.get('Subject')).toBe('A word from Loom Workshop');
    expect(fields.get('Message-ID')).toMatch(/@workshop\.example>$/);
    expect(fields.get('List-Id')).toBe('"Loom Workshop" <abandoned-cart.workshop.example>');
    expect(fields.get('Feedback-ID')).toBe('abandoned-cart:workshop:marketing:workshop');
    expect(fields.get('List-Unsubscribe')).toMatch(
      /^<https:\/\/links\.workshop\.example\/u\/[^>]+>, <mailto:unsub\+[^>]+@return\.workshop\.example>$/,
    );
    expect(fields.get('DKIM-Signature')).toContain('d=workshop.example; s=bk1;');
    expect(mail!.envelope.from).toMatch(/^bounce\+\w+@return\.workshop\.example$/);
    expect(mail!.says!.html).toContain('Verkstadsgatan 2');
    expect(mail!.says!.links.map(({ to }) => to)).toContain('https://workshop.example/all');
    expect(dkim).toMatchObject([{ selector: 'bk1', host: 'bk1._domainkey.workshop.example' }]);
  });

  it('is of the sender its journey names, before that of the template, and in its theme', async () => {
    const night = { ...shopTheme, light: { ...shopTheme.light, button: '#123456' } };
    await desk.messages.templates.themes.put('night', night);
    await desk.messages.senders.put('workshop', { ...workshop, theme: 'night' });
    const button = { kind: 'button', words: 'All of it', href: '{{shop.url}}' };
    const plain = document({ sender: undefined, blocks: [button, { kind: 'footer' }] });
    const own = JSON.parse(JSON.stringify(plain)) as object;

    const first = await sentBy(desk.transport, own, { sender: 'workshop', runId: desk.ids.next() });
    expect(first.fields.get('From')).toContain('workshop.example');
    expect(first.mail!.says!.html).toContain('#123456');

    const second = await sentBy(desk.transport, own);
    expect(second.fields.get('From')).toContain('lumenloom.example');
    expect(second.mail!.says!.html).not.toContain('#123456');

    const third = await sentBy(desk.transport, { ...own, sender: 'workshop' });
    expect(third.mail!.says!.html).toContain('#123456');
    await desk.messages.senders.put('workshop', workshop);
    const fourth = await sentBy(desk.transport, { ...own, sender: 'workshop' });
    expect(fourth.mail!.says!.html, 'worn at once, without saving the template').not.toContain('#123456');
  });

  it('leaves by the way that its sender chooses, and waits while there is none', async () => {
    await desk.messages.senders.put('workshop', { ...workshop, way: 'outlet' });
    const { id } = await sentBy(outlet, document());
    expect([outlet.sent.length, desk.transport.sent.length]).toEqual([1, 0]);
    const attempts = await desk.store.rows({
      text: 'select transport from attempt where message_id = $1',
      values: [id],
    });
    expect(attempts).toEqual([{ transport: 'scripted' }]);
    expect(await code(desk.messages.senders.put('other', { ...workshop, way: 'nowhere' }))).toBe(
      'MESSAGE_SENDER_INVALID',
    );

    await desk.store.run({
      text: `update message_sender set body = body || '{"way": "gone"}', saved_at = saved_at + interval '1 s'`,
    });
    const waiting = await desk.plan(desk.person(), { message: 'news', context: {} });
    await desk.messages.work();
    expect(await state(waiting)).toMatchObject({ state: 'held', reason: 'the way out "gone" is not set' });
  });

  it('keeps its private key sealed, shown to nobody, and the same until another is given', async () => {
    const first = await desk.messages.senders.put('workshop', signing);
    const again = await desk.messages.senders.put('workshop', { ...signing, name: 'Workshop' });
    expect(again.dkim).toEqual(first.dkim);
    const { privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    const two = [{ selector: 'bk1' }, { selector: 'ed', privateKey: pem }];
    const both = await desk.messages.senders.put('workshop', { ...workshop, dkim: two });
    expect(both.dkim.map(({ record }) => record.slice(0, 20))).toEqual([
      'v=DKIM1; k=rsa; p=MI',
      expect.stringContaining('k=ed25519'),
    ]);
    const stored = JSON.stringify(await desk.store.rows({ text: 'select * from message_sender' }));
    expect(stored + JSON.stringify(both)).not.toMatch(/PRIVATE|privateKey/);
    const bad = { ...workshop, dkim: [{ selector: 'x', privateKey: 'no key' }] };
    expect(await code(desk.messages.senders.put('workshop', bad))).toBe('MESSAGE_SENDER_INVALID');
  });

  it.each([
    [
      'a name that breaks the header (trust row 2)',
      { from: '"a\r\nBcc: x@y.example" <a@b.example>' },
      'MESSAGE_HEADER_REFUSED',
    ],
    ['an address that is none', { from: 'Shop <nobody>' }, 'MESSAGE_ADDRESS_REFUSED'],
    ['a link that is no address', { linkUrl: 'javascript:alert(1)' }, 'MESSAGE_SENDER_INVALID'],
    ['a field that there is not', { adress: 'x' }, 'MESSAGE_SENDER_INVALID'],
  ])('is refused with %s', async (_what, more, expected) => {
    expect(await code(desk.messages.senders.put('workshop', { ...workshop, ...more }))).toBe(expected);
  });

  it('is refused in a template that names no sender there is, and kept while one names it', async () => {
    expect(await code(desk.messages.templates.put('news', document({ sender: 'workshp' })))).toBe(
      'MESSAGE_TEMPLATE_FAULT',
    );
    await desk.messages.senders.put('workshop', workshop);
    expect(await desk.messages.templates.check('news', document({ sender: 'workshp' }))).toMatchObject([
      {
        code: 'MESSAGE_SENDER_UNKNOWN',
        where: '/sender',
        message: expect.stringContaining('did you mean "workshop"?'),
      },
    ]);
    await desk.messages.templates.put('news', document());
    expect(await code(desk.messages.senders.remove('workshop'))).toBe('MESSAGE_SENDER_IN_USE');
  });
});

describe('a theme', () => {
  it('is removed once nothing wears it, by itself or by its sender; that of the shop looks as it came', async () => {
    const { themes } = desk.messages.templates;
    await themes.put('night', { ...shopTheme, name: 'Night' });
    await desk.messages.senders.put('workshop', { ...workshop, theme: 'night' });
    expect(await code(themes.remove('night'))).toBe('MESSAGE_THEME_IN_USE');
    await desk.messages.senders.put('workshop', workshop);
    await themes.remove('night');
    expect(await code(themes.get('night'))).toBe('MESSAGE_THEME_UNKNOWN');
    await themes.put('shop', { ...shopTheme, name: 'Mine' });
    await themes.remove('shop');
    expect((await themes.get('shop')).name).toBe(shopTheme.name);
  });
});

describe('who unsubscribes from one of several brands (trust §1.2 "Scope")', () => {
  const token = (mail: { says?: { html: string } } | undefined) => /\/u\/([\w.-]+)"/.exec(mail!.says!.html)![1]!;

  it('leaves that list, and still gets what the others send', async () => {
    await desk.messages.senders.put('workshop', workshop);
    const { id, mail, profile } = await sentBy(desk.transport, document());
    const planned = await desk.plan(profile, { message: 'news', context: {}, quietHours: null });
    const kept = await desk.plan(profile, {});
    expect(await desk.messages.unsubscribePage(token(mail))).toMatchObject({ shop: 'Loom Workshop', several: true });

    expect(await desk.messages.unsubscribe(token(mail))).toBe(true);

    expect(await state(planned)).toMatchObject({ state: 'cancelled', reason: 'unsubscribed' });
    await desk.messages.work();
    expect((await state(kept)).state, 'the other brand').toBe('accepted');
    expect(await desk.messages.suppressions.of('ada@example.com')).toMatchObject([{ scope: 'list:workshop' }]);
    expect(
      desk.events.filter(({ consent }) => consent !== undefined),
      'no consent was taken back',
    ).toEqual([]);
    expect(desk.events.some(({ types, message }) => types.includes('message.unsubscribed') && message!.id === id)).toBe(
      true,
    );

    const later = await desk.plan(profile, { message: 'news', context: {} });
    await desk.messages.work();
    expect(await state(later)).toMatchObject({ state: 'skipped', reason: 'suppressed' });
  });

  it('leaves all of them by asking for that, and comes back to both', async () => {
    await desk.messages.senders.put('workshop', workshop);
    const { mail, profile } = await sentBy(desk.transport, document());
    expect(await desk.messages.unsubscribe(token(mail), true)).toBe(true);
    const other = await desk.plan(profile, {});
    await desk.messages.work();
    expect(await state(other)).toMatchObject({ state: 'skipped', reason: 'suppressed' });

    expect((await desk.messages.choices(token(mail)))!.state).toBe('out');
    await desk.messages.comeBack(token(mail), 'Yes');
    expect((await desk.messages.choices(token(mail)))!.state).toBe('in');
  });

  it('is heard when it comes between the claim and the first byte (invariant I2)', async () => {
    await desk.messages.senders.put('workshop', workshop);
    const { profile } = await sentBy(desk.transport, document());
    const key = (await state((await desk.messages.ofProfile(profile.id))[0]!.id)).addressKey!;
    const next = await desk.plan(profile, { message: 'news', context: {} });
    const going = await desk.store.inTransaction(async (tx) => {
      await lockDue(tx, [next], desk.clock.now());
      const { shard } = await state(next);
      await lease(tx, [{ id: next, shard, recipient: 'ada@example.com', addressKey: key }], 60_000);
      const text = `insert into suppression (shard, key, scope, reason, at) values ($1, $2, 'list:workshop', 'unsubscribed', now())`;
      await desk.store.run({ text, values: [shardOf(key), key] });
      const wire = {
        id: next,
        shard,
        keyShard: shardOf(key),
        fence: 1,
        addressKey: key,
        subject: 'x',
        links: '[]',
        templateVersion: 1,
      };
      const rest = { mailId: '<x>', sha256: 'x', transport: 'scripted' };
      const of = (sender: string) =>
        beginSending(tx, [{ ...wire, ...rest, sender }], { leaseMs: 1000, now: desk.clock.now() });
      return [await of('workshop'), await of('default')];
    });
    expect(going.map((ids) => ids.size)).toEqual([0, 1]);
  });
});
