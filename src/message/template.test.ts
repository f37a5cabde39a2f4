import { beforeEach, describe, expect, it } from 'vitest';
import { aContext, aDesk, type Desk } from '../../test/support/message.ts';
import { viewOf } from '../profile/index.ts';
import { expandFragments } from './compile.ts';
import type { RenderedMail } from './render.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await aDesk();
  await desk.store.run({ text: `delete from message_template where origin = 'shop'` });
});

const footer = `<mj-section><mj-column><mj-text><a href="{{message.unsubscribeUrl}}">Unsubscribe</a> {{message.postalAddress}}</mj-text></mj-column></mj-section>`;
const aTemplate = (more: object = {}) => ({
  key: 'spring',
  subject: 'Spring at {{shop.name}}',
  preheader: 'A word before the mail, long enough to fill the line of the inbox.',
  mjml: '<mj-section><mj-column><mj-text>Hello {{profile.firstName}}</mj-text></mj-column></mj-section>',
  text: 'Hello {{profile.firstName}}',
  requires: [],
  ...more,
});

async function preview(key: string): Promise<RenderedMail> {
  const rendering = await desk.messages.preview(key, { profile: viewOf(desk.person()), context: aContext() });
  if (!('mail' in rendering)) throw new Error(JSON.stringify(rendering));
  return rendering.mail;
}

describe('templates', () => {
  it('are drafts until published, versions afterwards, and the same source is the same version', async () => {
    const { templates } = desk.messages;
    expect(await templates.put(aTemplate())).toEqual({ key: 'spring', version: 1 });
    expect((await templates.compiled(['spring'])).size).toBe(0);
    await templates.publish('spring');
    expect((await templates.compiled(['spring'])).get('spring')?.version).toBe(1);
    expect(await templates.put(aTemplate())).toEqual({ key: 'spring', version: 1 });
    expect(await templates.put(aTemplate({ text: 'Hi {{profile.firstName}}' }))).toEqual({ key: 'spring', version: 2 });
    expect((await templates.compiled(['spring'])).get('spring')?.version).toBe(1);
  });

  it('get the layout with footer and preheader around them, and the shop’s own name', async () => {
    await desk.messages.templates.put(aTemplate());
    const { html, text, subject } = await preview('spring');
    expect(subject).toBe('Spring at Lumen & Loom');
    expect(html).toContain('A word before the mail');
    expect(html).toContain('Storgatan 1, 111 22 Stockholm');
    expect(html).toMatch(/href="http:\/\/localhost:8080\/u\/v1\.1\.[^"]+"[^>]*>Unsubscribe/);
    expect(text).toContain('Unsubscribe: http://localhost:8080/u/v1.1.');
  });

  it.each([
    ['MJML that is none', { mjml: '<mj-section><mj-nothing/></mj-section>' }, 'MESSAGE_TEMPLATE_FAULT'],
    ['an empty subject', { subject: ' ' }, 'MESSAGE_TEMPLATE_FAULT'],
    [
      'no unsubscribe link (trust row 38)',
      { mjml: `<mjml><mj-body>${footer.replace('unsubscribeUrl', 'x')}</mj-body></mjml>` },
      'MESSAGE_TEMPLATE_FAULT',
    ],
    [
      'no postal address (trust row 38)',
      { mjml: `<mjml><mj-body>${footer.replace('postalAddress', 'x')}</mj-body></mjml>` },
      'MESSAGE_TEMPLATE_FAULT',
    ],
    ['an unknown component', { text: '{{fragment id="nope" item=x}}' }, 'MESSAGE_TEMPLATE_FAULT'],
    ['a component without its parameter', { text: '{{fragment id="product-card"}}' }, 'MESSAGE_TEMPLATE_FAULT'],
  ])('with %s are not published', async (_why, more, code) => {
    await desk.messages.templates.put(aTemplate(more));
    await expect(desk.messages.templates.publish('spring')).rejects.toMatchObject({ code });
    expect((await desk.messages.templates.compiled(['spring'])).size).toBe(0);
  });

  it('with a fault in the language are refused with the place', async () => {
    await desk.messages.templates.put(aTemplate({ subject: '{{profile.' }));
    await expect(desk.messages.templates.publish('spring')).rejects.toMatchObject({
      where: expect.stringMatching(/line 1/),
    });
  });

  it.each([
    [{ subject: 'For {{profile.firstNam}}' }, 'spring.subject, line 1, column 7', 'did you mean firstName?'],
    [{ text: 'Hi {{shop.nme}}' }, /^spring\.text, line \d+, column \d+$/, 'did you mean name?'],
    [{ text: 'Hi {{profile.viewed}}' }, /^spring\.text/, 'cannot be printed'],
    [{ subject: '{{profil.id}}' }, 'spring.subject, line 1, column 3', 'did you mean profile?'],
  ])('that read %j, which is not there or no text, are not published (journeys.md §2.5)', async (more, where, says) => {
    await desk.messages.templates.put(aTemplate(more));
    await expect(desk.messages.templates.publish('spring')).rejects.toMatchObject({
      code: 'MESSAGE_TEMPLATE_FAULT',
      where: typeof where === 'string' ? where : expect.stringMatching(where),
      message: expect.stringContaining(says),
    });
  });

  it('that are not there are answered with the nearest', async () => {
    await expect(desk.messages.templates.publish('abandoned-card')).rejects.toThrow(/did you mean "abandoned-cart"/);
  });

  it('bind a component’s parameters before its source', () => {
    expect(expandFragments('{{fragment id="product-card" item=line}}', 'text')).toMatch(/^\{% let item = line %\}- /);
    expect(expandFragments('{{fragment id="product-card" item=item}}', 'text')).toMatch(/^- /);
  });
});

describe('the recipes’ mails', () => {
  it('show picture, name, quantity, price and reason, with sizes and alternative text (trust §1.10)', async () => {
    const { html, text, links } = await preview('abandoned-cart');
    expect(html).toContain(
      'src="http://localhost:8080/shop/picture/coat-1.png" alt="The coat-1" width="268" height="268"',
    );
    expect(html).toMatch(/2 ×/);
    expect(html).toContain('€129.00');
    expect(html).toContain('Often bought with it');
    expect(html).not.toMatch(/stale name|undefined|\[object|\{\{|\{%/);
    expect(text).toContain('- 2 × The coat-1, €129.00\n  http://localhost:8080/shop/p/coat-1');
    expect(links).toContainEqual({ to: 'http://localhost:8080/shop/cart?items=coat-1:2,coat-2:2' });
  });

  it('write prices as the recipient’s language does', async () => {
    const profile = viewOf(desk.person({ language: 'sv-SE' }));
    const made = await desk.messages.preview('abandoned-cart', { profile, context: aContext() });
    expect('mail' in made && made.mail.html).toMatch(/129,00\s€/);
  });

  it('take a name that looks like a template or like HTML literally (trust rows 76, 94, 95)', async () => {
    const item = desk.items.get('coat-1')!;
    desk.items.set('coat-1', { ...item, name: '<img src=x onerror=1>{{7*7}}"' });
    const { html } = await preview('abandoned-cart');
    expect(html).not.toContain('<img src=x');
    expect(html).toContain('&lt;img src=x onerror=1&gt;');
    expect(html).not.toContain('49');
  });

  it.each(['viewed-not-bought', 'only-wandered'])(
    '%s shows the items it was given, and greets by name or without',
    async (key) => {
      expect((await preview(key)).html).toContain('Ada,');
      const profile = viewOf(desk.person({ attributes: {} }));
      const made = await desk.messages.preview(key, { profile, context: aContext([], ['watch']) });
      expect('mail' in made && made.mail.html).toContain('The watch');
      expect('mail' in made && made.mail.html).not.toContain('Ada');
    },
  );
});
