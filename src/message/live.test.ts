import { beforeEach, describe, expect, it } from 'vitest';
import { aDesk, anItem, noon, type Desk } from '../../test/support/message.ts';
import { drawSvg } from './draw.ts';
import { liveForMs, liveToken, readLive } from './live.ts';
import { livePictureSize, livePictureSvg, liveView } from './live-picture.ts';
import { LivePictures } from './live-pictures.ts';

const key = Buffer.alloc(32, 1);
const claim = { item: 'coat-1', spares: ['coat-2', 'scarf'], language: 'sv', from: noon };
let desk: Desk;
beforeEach(async () => {
  desk = await aDesk();
});

describe('an address of open-time content', () => {
  it('says what it is about, and nothing that was changed on the way', () => {
    const token = liveToken(key, claim);
    expect(readLive(key, token, noon)).toEqual(claim);
    const flipped = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A');
    const longer = token.replace('v1.1.', 'v1.1.A');
    for (const wrong of [flipped, longer, '', 'v1.1..', `${token}.png`, token.replace('v1.1', 'v1.2')]) {
      expect(readLive(key, wrong, noon)).toBeNull();
    }
    expect(readLive(Buffer.alloc(32, 2), token, noon)).toBeNull();
    expect(readLive(key, token, noon + liveForMs)).not.toBeNull();
    expect(readLive(key, token, noon + liveForMs + 1000)).toBeNull();
  });

  it('is no click’s, and a click’s is none', async () => {
    expect(await desk.messages.click(liveToken(key, claim))).toBeNull();
  });
});

describe('what is drawn', () => {
  const get = (id: string) => desk.items.get(id);

  it('is the price and stock of the moment', () => {
    expect(liveView({ ...claim, language: 'en' }, get)).toEqual({
      price: '€129.00',
      state: 'few',
      left: 4,
      instead: null,
    });
    desk.items.set('coat-1', anItem('coat-1', { stock: 40, priceMinor: 9900 }));
    expect(liveView(claim, get)).toMatchObject({ state: 'inStock', left: null });
    expect(livePictureSvg(liveView(claim, get), 'sv-SE')).toMatch(/99,00\s€[\s\S]*I lager/);
  });

  it.each([
    ['sold out', () => desk.items.set('coat-1', anItem('coat-1', { stock: 0 })), 'soldOut'],
    ['gone', () => desk.items.delete('coat-1'), 'gone'],
  ])('is what stands in for an item that is %s, the first that can be had', (_what, change, state) => {
    change();
    desk.items.set('coat-2', anItem('coat-2', { stock: 0 }));
    expect(liveView(claim, get)).toMatchObject({ state, instead: { id: 'scarf', name: 'The scarf' } });
    desk.items.delete('scarf');
    expect(liveView(claim, get)).toMatchObject({ state, instead: null });
  });

  it.each(['<script>alert(1)</script>', '"/><image href="file:///etc/passwd"/>', '\u0000\uD800]]>', 'x'.repeat(5000)])(
    'is a picture whatever the item is called: %j',
    async (name) => {
      desk.items.delete('coat-1');
      desk.items.set('coat-2', anItem('coat-2', { name }));
      const svg = livePictureSvg(liveView(claim, get), 'en');
      expect(svg).not.toMatch(/<(script|image)/);
      expect(svg.length).toBeLessThan(1500);
      const png = Buffer.from(await drawSvg(svg));
      expect(png.subarray(1, 4).toString()).toBe('PNG');
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([livePictureSize.width, livePictureSize.height]);
      expect(png.length).toBeLessThan(60_000);
    },
  );

  it('is kept, and no more than so many new ones a second', async () => {
    let real = 0;
    const clock = { now: () => noon, real: () => real } as never;
    const pictures = new LivePictures({
      clock,
      linkKey: key,
      publicUrl: 'http://localhost:8080',
      hosts: new Set(['localhost:8080']),
      item: (id) => anItem(id, { stock: 10, priceMinor: Number(id) }),
    });
    const ask = (no: number) => pictures.picture(liveToken(key, { ...claim, item: String(no), spares: [] }));
    for (let no = 1; no <= 40; no++) expect(await ask(no)).toHaveProperty('png');
    expect(await ask(41)).toEqual({ busy: true });
    expect(await ask(1)).toHaveProperty('png');
    real = 1000;
    expect(await ask(41)).toHaveProperty('png');
    expect(await pictures.picture('v1.1.x.y')).toBeNull();
  });
});

describe('a mail with open-time content', () => {
  const list = 'context.journey.actions.Recommend.items';
  const document = {
    name: 'Live',
    subject: 'Live',
    preheader: 'What you looked at, with price and stock as you open this.',
    blocks: [{ kind: 'products', list, live: true }, { kind: 'cart', list, live: true }, { kind: 'footer' }],
  };

  it('holds pictures with words for who does not see them, and links to what is shown', async () => {
    const { messages, items } = desk;
    expect(await messages.templates.check('live', document)).toEqual([]);
    await messages.templates.put('live', document);
    await messages.templates.publish('live');
    const context = { journey: { actions: { Recommend: { items: [{ id: 'coat-1' }, { id: 'coat-2' }] } } } };
    await desk.plan(desk.person(), { message: 'live', context });
    await messages.work();
    const { html, text, links } = desk.transport.sent[0]!.says!;
    const [, token] = /src="http:\/\/localhost:8080\/l\/([^"]+)\.png" alt="€129\.00"/.exec(html)!;
    expect(text).toContain('The coat-1, €129.00');
    expect(links).toContainEqual(expect.objectContaining({ to: `http://localhost:8080/l/${token}`, item: 'coat-1' }));
    expect(await messages.livePicture(token!)).toHaveProperty('png');
    expect(messages.livePage(token!)).toBe('http://localhost:8080/shop/p/coat-1');
    items.set('coat-1', anItem('coat-1', { stock: 0 }));
    expect(messages.livePage(token!)).toBe('http://localhost:8080/shop/p/coat-2');
    items.clear();
    expect(messages.livePage(token!)).toBeNull();
  });
});
