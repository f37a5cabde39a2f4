import { beforeEach, describe, expect, it } from 'vitest';
import { aContext, aDesk, type Desk } from '../../test/support/message.ts';
import { viewOf } from '../profile/index.ts';
import type { Block, TemplateDocument } from './block.ts';
import type { RenderedMail } from './render.ts';
import { revisionOf } from './revision.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await aDesk();
  await desk.store.run({ text: `delete from message_template where origin = 'shop'` });
});

const raw = (mjml: string, text: string | null = 'Hello {{profile.firstName}}'): Block =>
  text === null ? { kind: 'mjml', mjml } : { kind: 'mjml', mjml, text };
const hello = '<mj-section><mj-column><mj-text>Hello {{profile.firstName}}</mj-text></mj-column></mj-section>';
const aTemplate = (more: Partial<TemplateDocument> = {}): TemplateDocument => ({
  name: 'Spring',
  subject: 'Spring at {{shop.name}}',
  preheader: 'A word before the mail, long enough to fill the line of the inbox.',
  blocks: [raw(hello), { kind: 'footer' }],
  ...more,
});
const whole = (foot: string) => [
  raw(`<mjml><mj-body><mj-section><mj-column><mj-text>${foot}</mj-text></mj-column></mj-section></mj-body></mjml>`),
];
const unsubscribe = '<a href="{{message.unsubscribeUrl}}">Unsubscribe</a>';

async function preview(key: string): Promise<RenderedMail> {
  const rendering = await desk.messages.preview(key, { profile: viewOf(desk.person()), context: aContext() });
  if (!('mail' in rendering)) throw new Error(JSON.stringify(rendering));
  return rendering.mail;
}

const row = ({ key, version, publishedAt }: { key: string; version: number; publishedAt: number | null }) =>
  `${key}@${version}${publishedAt === null ? '' : ' published'}`;

describe('templates', () => {
  it('has no place for a header of its own: a second From is refused before anything is sent (trust row 15)', async () => {
    const document = { ...aTemplate(), headers: { From: 'bank@example.com' } };
    await expect(desk.messages.templates.put('spring', document)).rejects.toMatchObject({
      code: 'MESSAGE_TEMPLATE_INVALID',
    });
  });

  it('are drafts until published, versions afterwards, and the same document is the same version', async () => {
    const { templates } = desk.messages;
    expect(row(await templates.put('spring', aTemplate()))).toBe('spring@1');
    expect((await templates.compiled(['spring'])).size).toBe(0);
    expect(row(await templates.publish('spring'))).toBe('spring@1 published');
    expect((await templates.compiled(['spring'])).get('spring')?.version).toBe(1);
    expect((await templates.put('spring', aTemplate())).version).toBe(1);
    expect((await templates.put('spring', aTemplate({ subject: 'Autumn' }))).version).toBe(2);
    expect((await templates.compiled(['spring'])).get('spring')?.version).toBe(1);
    expect((await templates.compiled(['spring@2'])).get('spring@2')?.version).toBe(2);
    expect((await templates.restore('spring', 1)).version).toBe(3);
    expect((await templates.versions('spring')).map(({ version }) => version)).toEqual([3, 2, 1]);
  });

  it('are changed only by who has seen the newest version', async () => {
    const { templates } = desk.messages;
    await expect(templates.put('spring', aTemplate(), '1-abc')).rejects.toMatchObject({
      code: 'MESSAGE_TEMPLATE_CHANGED',
    });
    const first = await templates.put('spring', aTemplate(), 'none');
    const second = await templates.put('spring', aTemplate({ subject: 'Two' }), revisionOf(first));
    await expect(templates.put('spring', aTemplate({ subject: 'Three' }), revisionOf(first))).rejects.toThrow(
      /changed by somebody else/,
    );
    await expect(templates.publish('spring', revisionOf(first))).rejects.toThrow(/changed by somebody else/);
    expect(row(await templates.publish('spring', revisionOf(second)))).toBe('spring@2 published');
    await expect(templates.version('spring', 9)).rejects.toMatchObject({ code: 'MESSAGE_TEMPLATE_VERSION' });
  });

  it('get the frame with footer and preheader around them, and the shop’s own name', async () => {
    await desk.messages.templates.put('spring', aTemplate());
    const { html, text, subject } = await preview('spring');
    expect(subject).toBe('Spring at Lumen & Loom');
    expect(html).toContain('A word before the mail');
    expect(html).toContain('Storgatan 1, 111 22 Stockholm');
    expect(html).toMatch(/href="http:\/\/localhost:8080\/u\/v1\.1\.[^"]+"[^>]*>Unsubscribe/);
    expect(text).toContain('Unsubscribe from these mails: http://localhost:8080/u/v1.1.');
  });

  it.each<[string, Partial<TemplateDocument>, RegExp]>([
    ['MJML that is none', { blocks: [raw('<mj-section><mj-nothing/></mj-section>')] }, /mj-nothing/],
    ['an empty subject', { subject: ' ' }, /subject is empty/],
    [
      'no unsubscribe link (trust row 38)',
      { blocks: whole('{{message.postalAddress}}') },
      /does not print message.unsubscribeUrl/,
    ],
    ['no postal address (trust row 38)', { blocks: whole(unsubscribe) }, /does not print message.postalAddress/],
    ['no footer (trust row 38)', { blocks: [raw(hello)] }, /does not print message.postalAddress/],
    ['no body', { blocks: [{ kind: 'footer' }] }, /body is empty/],
    ['an unknown component', { blocks: [raw(hello, '{{fragment id="nope" item=x}}')] }, /no component "nope"/],
    ['a component without its parameter', { blocks: [raw(hello, '{{fragment id="product-card"}}')] }, /parameter/],
  ])('with %s are not saved', async (_why, more, says) => {
    await expect(desk.messages.templates.put('spring', aTemplate(more))).rejects.toMatchObject({
      code: 'MESSAGE_TEMPLATE_FAULT',
      message: expect.stringMatching(says),
    });
    await expect(desk.messages.templates.get('spring')).rejects.toMatchObject({ code: 'MESSAGE_TEMPLATE_UNKNOWN' });
  });

  it.each([
    [{ subject: 'For {{profile.firstNam}}' }, 'spring.subject, line 1, column 7', 'did you mean firstName?'],
    [{ blocks: [raw(hello, 'Hi {{shop.nme}}')] }, /^spring\.text, line \d+, column \d+$/, 'did you mean name?'],
    [{ blocks: [raw(hello, 'Hi {{profile.viewed}}')] }, /^spring\.text/, 'cannot be printed'],
    [{ subject: '{{profil.id}}' }, 'spring.subject, line 1, column 3', 'did you mean profile?'],
    [{ subject: '{{profile.' }, /line 1/, 'profile'],
  ])('that read %j, which is not there or no text, are not saved (journeys.md §2.5)', async (more, where, says) => {
    const wrong = aTemplate({ blocks: [raw(hello), { kind: 'footer' }], ...more } as Partial<TemplateDocument>);
    if (wrong.blocks.length === 1) wrong.blocks.push({ kind: 'footer' });
    await expect(desk.messages.templates.put('spring', wrong)).rejects.toMatchObject({
      code: 'MESSAGE_TEMPLATE_FAULT',
      where: typeof where === 'string' ? where : expect.stringMatching(where),
      message: expect.stringContaining(says),
    });
  });

  it.each<[unknown, string, RegExp]>([
    [null, '/', /./],
    [{ name: 'x', subject: 'x', blocks: [{ kind: 'txt', words: '' }] }, '/blocks/0/kind', /did you mean "text"/],
    [{ name: 'x', subject: 'x', blocks: [{ kind: 'text', words: 3 }] }, '/blocks/0/words', /./],
    [
      { name: 'x', subject: 'x', blocks: [{ kind: 'text', words: 'x', colour: 'red' }] },
      '/blocks/0/colour',
      /no field/,
    ],
    [{ name: 'x', subject: 'x', blocks: [{ kind: 'products', list: 'a[0]' }] }, '/blocks/0/list', /pattern/],
    [{ name: 'x', subject: 'x', sendr: 'y', blocks: [] }, '/sendr', /no field/],
  ])('of another form, %j, are refused with the place', async (value, where, says) => {
    await expect(desk.messages.templates.put('spring', value)).rejects.toMatchObject({
      code: 'MESSAGE_TEMPLATE_INVALID',
      where,
      message: expect.stringMatching(says),
    });
  });

  it('that are not there are answered with the nearest', async () => {
    await expect(desk.messages.templates.publish('abandoned-card')).rejects.toThrow(/did you mean "abandoned-cart"/);
  });
});

describe('the recipes’ mails', () => {
  it('show picture, name, quantity, price and reason, with sizes and alternative text (trust §1.10)', async () => {
    const { html, text, links } = await preview('abandoned-cart');
    expect(html).toContain(
      'src="http://localhost:8080/shop/picture/coat-1.png" alt="The coat-1" width="88" height="88"',
    );
    expect(html).toContain('scarf.png" alt="The scarf" width="268" height="268"');
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
