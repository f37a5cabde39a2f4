import { beforeEach, describe, expect, it } from 'vitest';
import { aDesk, noon, type Desk } from '../../test/support/message.ts';
import { linkMac, linkToken, readToken, requireDestination, withClickId, wrapLinks } from './link.ts';

const key = Uint8Array.from({ length: 32 }, (_, i) => i);
const id = '0190f5f0-0000-7000-8000-0000000000aa';

describe('link tokens', () => {
  it('have the published mac (trust §6.11)', () => {
    const link = { message: 'm_01HZX', index: 3, to: 'https://shop.example/p/42?x=1&y=%C3%A9' };
    expect(linkMac(key, 'c', link)).toBe('NGAswxZgB8OpI5VTSvEbDJLqZs-YDqOpMqoE2b1EbXo');
  });

  it('carry message and number, and nothing that is not theirs is read as one', () => {
    const token = linkToken(key, 'c', { message: id, index: 7, to: 'https://a.example/' });
    expect(readToken(token)).toMatchObject({ message: id, index: 7 });
    for (const bad of ['', 'v1', token.replace('v1.1', 'v2.1'), `${token}x`, token.slice(0, -1), 'https://evil']) {
      expect(readToken(bad)).toBeNull();
    }
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    '//evil',
    'https:\\\\evil',
    'https://shop.example@evil.example/',
    'https://evil.example/',
    'https://shop.example/a b',
  ])('refuse the destination %s (trust row 89)', (to) => {
    expect(() => requireDestination(to, new Set(['shop.example']))).toThrow(/refused/);
  });

  it('append the click id to what the destination already has', () => {
    expect(withClickId('https://shop.example/cart?items=a:1,b:2#top', 'c1')).toBe(
      'https://shop.example/cart?items=a:1,b:2&bk_click=c1#top',
    );
  });

  it('wrap every http link, read its entities, and take the card’s data out', () => {
    const html =
      '<p><a href="https://s.example/a?x=1&amp;y=2" data-item="i&quot;1" data-position="2" data-rec="r">x</a> <a class="q" href="https://s.example/u/1">u</a> <a href="#top">t</a></p>';
    const options = { hosts: new Set(['s.example']), keep: new Set(['https://s.example/u/1']) };
    const made = wrapLinks(html, { ...options, address: (index) => `https://s.example/c/${index}` });
    expect(made.html).toBe(
      '<p><a href="https://s.example/c/0">x</a> <a class="q" href="https://s.example/u/1">u</a> <a href="#top">t</a></p>',
    );
    expect(made.links).toEqual([{ to: 'https://s.example/a?x=1&y=2', item: 'i"1', position: 2, recommendation: 'r' }]);
  });
});

describe('clicks and unsubscriptions', () => {
  let desk: Desk;
  let html: string;
  let unsubscribeToken: string;
  beforeEach(async () => {
    desk = await aDesk();
    await desk.plan(desk.person());
    await desk.messages.work();
    const raw = desk.transport.sent[0]!.raw.toString();
    const parts = raw.split(/\r\n\r\n/);
    html = parts
      .map((part) => Buffer.from(part.replace(/\r\n--[^]*$/, ''), 'base64').toString())
      .find((t) => t.includes('<html'))!;
    unsubscribeToken = /List-Unsubscribe:\s*<[^>]*\/u\/([^>]+)>/.exec(raw)![1]!;
  });

  it('are one link where picture and name of an item lead to the same for the same reason', () => {
    const card = (rec: string, words: string) =>
      `<a href="https://shop.example/p/1" data-item="1" data-position="2" data-rec="${rec}">${words}</a>`;
    const { html, links } = wrapLinks(`${card('r', 'picture')}${card('r', 'name')}${card('other', 'name')}`, {
      hosts: new Set(['shop.example']),
      keep: new Set(),
      address: (index) => `https://s.example/c/${index}`,
    });
    expect(html.match(/c\/\d/g)).toEqual(['c/0', 'c/0', 'c/1']);
    expect(links.map(({ recommendation }) => recommendation)).toEqual(['r', 'other']);
  });

  it('lead an item link to its page with a click id, and tell item, position and recommendation', async () => {
    const tokens = [...html.matchAll(/\/c\/([^"]+)"/g)].map(([, token]) => token!);
    const targets = await Promise.all(tokens.map((token) => desk.messages.click(token)));
    const coat = targets.find((target) => target?.event.message?.item === 'coat-1')!;
    expect(coat.location).toBe(`http://localhost:8080/shop/p/coat-1?bk_click=${coat.event.id}`);
    expect(coat.event).toMatchObject({
      types: ['message.clicked'],
      level: 2,
      message: { journey: 'abandoned-cart', item: 'coat-1', position: 1, recommendation: 'rec-1' },
    });
    expect(targets.map((target) => target?.location)).toContainEqual(
      expect.stringContaining('/shop/cart?items=coat-1:2,coat-2:2&bk_click='),
    );
    expect(html).not.toContain('data-item');
  });

  it('give nothing for a token with one flipped bit, of another purpose, or of another message (trust rows 12, 88)', async () => {
    const token = /\/c\/([^"]+)"/.exec(html)![1]!;
    const flipped = token.slice(0, -2) + (token.at(-2) === 'A' ? 'B' : 'A') + token.at(-1);
    expect(await desk.messages.click(flipped)).toBeNull();
    expect(await desk.messages.click(unsubscribeToken)).toBeNull();
    expect(await desk.messages.unsubscribe(token)).toBe(false);
    expect(await desk.messages.unsubscribePage(token)).toBeNull();
  });

  it('change nothing when the page is read a hundred times (trust row 9)', async () => {
    for (let i = 0; i < 100; i++) {
      expect(await desk.messages.unsubscribePage(unsubscribeToken)).toMatchObject({
        shop: 'Lumen & Loom',
        address: 'a…@example.com',
      });
    }
    expect(await desk.store.rows({ text: 'select 1 from suppression' })).toEqual([]);
  });

  it('unsubscribe once however often it is asked, at once, and cancel what has not left (trust rows 8, 11, 13)', async () => {
    const [ada] = desk.people.values();
    const pending = await desk.plan(ada!);
    const before = desk.events.length;
    const answers = await Promise.all(Array.from({ length: 20 }, () => desk.messages.unsubscribe(unsubscribeToken)));
    expect(answers.every(Boolean)).toBe(true);
    expect(desk.events.slice(before)).toMatchObject([
      { types: ['profile.consent', 'message.unsubscribed'], level: 2, consent: { 'email-marketing': 'out' } },
    ]);
    expect(await desk.messages.get(pending)).toMatchObject({ state: 'cancelled', reason: 'unsubscribed' });
    expect(desk.results.at(-1)).toMatchObject({ outcome: 'excluded', reason: 'unsubscribed' });
    // The fold has not read the event yet, and the address is written differently: still suppressed.
    const later = await desk.plan(desk.person({ email: 'Ada@EXAMPLE.com' }));
    await desk.messages.work();
    expect(await desk.messages.get(later)).toMatchObject({ state: 'skipped', reason: 'suppressed' });
  });

  it('are lifted by consent that was given later, not by one that was given before', async () => {
    const [ada] = desk.people.values();
    await desk.messages.unsubscribe(unsubscribeToken);
    const fact = (at: number) => ({
      name: 'consent.given',
      profileId: ada!.id,
      at,
      id: `f${at}`,
      bot: false,
      data: { purpose: 'email-marketing' },
    });
    const suppressed = async () => (await desk.store.rows({ text: 'select 1 from suppression' })).length;
    await desk.store.inTransaction((tx) => desk.messages.listen(tx, [fact(noon - 1)]));
    expect(await suppressed()).toBe(1);
    await desk.store.inTransaction((tx) => desk.messages.listen(tx, [fact(noon + 1)]));
    expect(await suppressed()).toBe(0);
  });
});
