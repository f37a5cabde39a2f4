import { simpleParser } from 'mailparser';
import { assert, asyncProperty, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anItem } from '../../test/support/message.ts';
import { blankState, viewOf, type ProfileView } from '../profile/index.ts';
import { kindsOfBlocks, type Block, type TemplateDocument } from './block.ts';
import { compileDocument } from './compile.ts';
import { compilePieces } from './compiled.ts';
import { inspect } from './inspect.ts';
import { chosenLanguage } from './compiled.ts';
import { composeMail } from './mime.ts';
import { renderMail, type RenderedMail, type RenderSetting } from './render.ts';
import { contrast, shopTheme, type Theme } from './theme.ts';
import { richHtml, richText } from './words.ts';

const items = new Map(['coat', 'scarf', 'watch'].map((id) => [id, anItem(id)]));
const setting: RenderSetting = {
  shop: { name: 'Lumen & Loom', url: 'https://shop.example' },
  publicUrl: 'https://mail.shop.example',
  postalAddress: 'Storgatan 1, 111 22 Stockholm',
  hosts: new Set(['shop.example', 'mail.shop.example']),
  linkKey: Buffer.alloc(32, 1),
  item: (id) => items.get(id),
};
const now = Date.UTC(2026, 10, 23, 9);

function reader(more: { language?: string; firstName?: string } = {}): ProfileView {
  const { language = 'en', firstName = 'Ada' } = more;
  const state = { ...blankState(now), email: 'ada@example.com', language, attributes: { firstName } };
  return viewOf({ id: '00000000-0000-0000-0000-000000000000', shard: 0, version: 0, state }, now);
}

const list = 'context.journey.actions.Recommend.items';
const contextOf = (ids: string[]) => ({
  coupon: { WELCOME: 'AB-12' },
  journey: { actions: { Recommend: { trackingToken: 'r1', items: ids.map((id) => ({ id, quantity: 2 })) } } },
});

const documentOf = (blocks: Block[], more: Partial<TemplateDocument> = {}): TemplateDocument => ({
  name: 'Test',
  subject: 'A word from {{shop.name}}',
  preheader: 'A preheader that is long enough to fill the line in an inbox.',
  blocks: [...blocks, { kind: 'footer' }],
  ...more,
});

async function make(
  document: TemplateDocument,
  {
    profile = reader(),
    ids = ['coat', 'scarf'],
    theme = shopTheme,
  }: { profile?: ProfileView; ids?: string[]; theme?: Theme } = {},
) {
  const template = compilePieces({ key: 'test', version: 1 }, await compileDocument('test', document, { theme }));
  const messageId = '00000000-0000-0000-0000-000000000000';
  return renderMail({ template, messageId, context: contextOf(ids), profile, now, timeZone: 'UTC' }, setting);
}

async function mailOf(...given: Parameters<typeof make>): Promise<RenderedMail> {
  const made = await make(...given);
  if (!('mail' in made)) throw new Error(JSON.stringify(made));
  return made.mail;
}

const samples: Record<Block['kind'], { block: Block; html: RegExp; text: RegExp }> = {
  text: {
    block: { kind: 'text', words: 'Dear {{profile.firstName}},\n\n**bold** [the coats](https://shop.example/coats)' },
    html: /Dear Ada,<br><br><strong>bold<\/strong> <a href="https:\/\/mail\.shop\.example\/c\/[^"]+"[^>]*>the coats/,
    text: /Dear Ada,\n\nbold the coats: https:\/\/shop\.example\/coats/,
  },
  picture: {
    block: { kind: 'picture', src: 'https://shop.example/a.png', alt: 'A coat', width: 300, height: 200 },
    html: /<img src="https:\/\/shop\.example\/a\.png" alt="A coat" width="300" height="200"/,
    text: /^A coat$/m,
  },
  button: {
    block: { kind: 'button', words: 'See it', href: 'https://shop.example/a?x=1&y=2' },
    html: /href="https:\/\/mail\.shop\.example\/c\/[^"]+"[^>]*>\s*See it/,
    text: /See it: https:\/\/shop\.example\/a\?x=1&y=2/,
  },
  products: {
    block: { kind: 'products', list, title: 'For you' },
    html: /For you[\s\S]*alt="The coat" width="268" height="268"[\s\S]*€129\.00/,
    text: /For you:\n\n- 2 × The coat, €129\.00\n {2}https:\/\/mail\.shop\.example\/shop\/p\/coat\n- /,
  },
  cart: {
    block: { kind: 'cart', list, total: true },
    html: /alt="The coat" width="88" height="88"[\s\S]*2 ×[\s\S]*Together <strong>€516\.00/,
    text: /- 2 × The scarf, €129\.00[\s\S]*Together: €516\.00/,
  },
  columns: {
    block: {
      kind: 'columns',
      columns: [
        { blocks: [{ kind: 'text', words: 'left' }] },
        { width: 40, blocks: [{ kind: 'text', words: 'right' }] },
      ],
    },
    html: /left[\s\S]*right/,
    text: /left\n\nright/,
  },
  divider: { block: { kind: 'divider' }, html: /class="bk-rule"/, text: /^-----$/m },
  social: {
    block: { kind: 'social', links: [{ name: 'Instagram', href: 'https://instagram.example/shop' }] },
    html: />Instagram<\/a>/,
    text: /Instagram: https:\/\/instagram\.example\/shop/,
  },
  coupon: {
    block: { kind: 'coupon', code: 'WELCOME', words: 'Ten percent', terms: 'Until Sunday' },
    html: /Ten percent<br><strong[^>]*>AB-12<\/strong>[\s\S]*Until Sunday/,
    text: /Ten percent: AB-12\nUntil Sunday/,
  },
  component: {
    block: { kind: 'component', component: 'product-card', values: { item: `${list}[1]` } },
    html: /alt="The scarf" width="552" height="552"[\s\S]*2 ×[\s\S]*€129\.00/,
    text: /- 2 × The scarf, €129\.00\n {2}https:\/\/mail\.shop\.example\/shop\/p\/scarf/,
  },
  mjml: {
    block: {
      kind: 'mjml',
      mjml: '<mj-section><mj-column><mj-text>Raw {%#if 2 > 1%}{{profile.firstName}}{%/if%}</mj-text></mj-column></mj-section>',
      text: 'Raw too',
    },
    html: /Raw Ada/,
    text: /Raw too/,
  },
  footer: {
    block: { kind: 'footer', words: 'Because you asked.' },
    html: /Because you asked\.[\s\S]*\/u\/v1[\s\S]*\/m\/v1[\s\S]*Storgatan 1/,
    text: /^--\nBecause you asked\.[\s\S]*Choose what you get: https[\s\S]*View in browser: https[\s\S]*Storgatan 1/m,
  },
};

describe('blocks', () => {
  it.each(kindsOfBlocks)('%s becomes HTML and plain text, and nothing in it is wrong', async (kind) => {
    const { block, html, text } = samples[kind];
    const document =
      kind === 'footer'
        ? documentOf([{ kind: 'text', words: 'Hello' }], { blocks: [{ kind: 'text', words: 'Hello' }, block] })
        : documentOf([block, { kind: 'text', words: 'Hello' }]);
    const mail = await mailOf(document);
    expect(mail.html).toMatch(html);
    expect(mail.text).toMatch(text);
    expect(`${mail.html}${mail.text}`).not.toMatch(/undefined|\[object|\{\{|\{%|\uE000/);
    const compiled = await compileDocument('test', document, { theme: shopTheme });
    const found = inspect(document, compiled, { key: 'test', theme: shopTheme, render: setting, now });
    expect(found.filter(({ code }) => code !== 'MESSAGE_COUPON_EMPTY')).toEqual([]);
  });

  it('say that they look right in the dark, to programs that follow the system and to Outlook’s (trust §1.10)', async () => {
    const { html } = await mailOf(documentOf([{ kind: 'text', words: 'Hello' }]));
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    expect(html).toMatch(/@media \(prefers-color-scheme: dark\)[\s\S]*#1c1d20/);
    expect(html, 'names of cart lines').toMatch(/\.bk-line a, \.bk-line strong \{ color: #ececea/);
    expect(html).toMatch(/\[data-ogsc\] \.bk-ink[^{]*\{ color: #ececea/);
    expect(html).toMatch(/<html lang="en" dir="ltr"/);
  });

  it('wear their theme: colours, corners, logo, and its postal address', async () => {
    const logo = { src: 'https://shop.example/logo.png', alt: 'Shop', width: 120, height: 40 };
    const light = { ...shopTheme.light, button: '#123456' };
    const theme = { ...shopTheme, light, radius: 0, logo, address: 'Other street 2' };
    const { html, text } = await mailOf(documentOf([{ kind: 'button', words: 'Go', href: 'https://shop.example' }]), {
      theme,
    });
    expect(html).toContain('background:#123456');
    expect(html).toContain('<img src="https://shop.example/logo.png" alt="Shop" width="120" height="40"');
    expect(html).not.toContain('border-radius:8px');
    expect(text).toContain('Other street 2');
  });

  it('speak the reader’s language, and the template’s own where there is no other', async () => {
    const document = documentOf([{ kind: 'text', words: { en: 'Good day', sv: 'God dag' } }], {
      subject: { en: 'News', sv: 'Nytt', de: 'Neues' },
    });
    const said = async (language: string) => {
      const { subject, text, html, language: told } = await mailOf(document, { profile: reader({ language }) });
      return [subject, /^(Good day|God dag)/.exec(text)?.[1], /<html lang="(\w+)"/.exec(html)?.[1], told];
    };
    expect(await said('sv-FI')).toEqual(['Nytt', 'God dag', 'sv', 'sv']);
    expect(await said('de')).toEqual(['Neues', 'Good day', 'de', 'de']);
    expect(await said('fr')).toEqual(['News', 'Good day', 'en', 'en']);
  });

  it('with an own language that is not English fall back to that', () => {
    expect(chosenLanguage('sv', ['de', 'en'], 'de')).toBe('de');
    expect(chosenLanguage('pt', ['de', 'pt-BR'], 'de')).toBe('pt-BR');
    expect(chosenLanguage(null, ['de', 'en'], 'de')).toBe('de');
    expect(chosenLanguage('SV_se', ['en', 'sv'], 'en')).toBe('sv');
  });

  it('never show an empty list: no mail, or the mail without the block (journeys §5.20)', async () => {
    const must = documentOf([{ kind: 'products', list, title: 'For you' }]);
    expect(await make(must, { ids: [] })).toEqual({ skip: 'no items' });
    const may = documentOf([
      { kind: 'text', words: 'Hello' },
      { kind: 'products', list, title: 'For you', whenEmpty: 'hide' },
    ]);
    const shown = await mailOf(may);
    expect(shown.html).toContain('For you');
    items.set('coat', anItem('coat', { stock: 0 }));
    items.delete('scarf');
    const made = await make(may);
    items.set('coat', anItem('coat')).set('scarf', anItem('scarf'));
    expect(made).toEqual({ skip: 'no items' });
  });
});

describe('items that are gone when the mail is made', () => {
  it('give way to the next of the list, prices are those of the moment, and none is shown twice', async () => {
    const document = documentOf([{ kind: 'products', list, limit: 2 }]);
    items.set('coat', anItem('coat', { stock: 0 })).set('watch', anItem('watch', { priceMinor: 5000 }));
    const { text } = await mailOf(document, { ids: ['coat', 'scarf', 'watch', 'never-sold'] });
    items.set('coat', anItem('coat')).set('watch', anItem('watch'));
    expect([...text.matchAll(/^- 2 × (.*)$/gm)].map((found) => found[1])).toEqual([
      'The scarf, €129.00',
      'The watch, €50.00',
    ]);
  });
});

describe('words', () => {
  it.each([
    ['a <b> & "c"', 'a &lt;b&gt; &amp; &quot;c&quot;', 'a <b> & "c"'],
    ['[{{a.name}}]({{a.url}})', '<a href="{{a.url}}" style="s">{{a.name}}</a>', '{{a.name}}: {{a.url}}'],
    ['{%#if a > 1%}**x**{%/if%}', '{%#if a > 1%}<strong>x</strong>{%/if%}', '{%#if a > 1%}x{%/if%}'],
    ['one\ntwo\n\n\nthree', 'one<br>two<br><br>three', 'one\ntwo\n\n\nthree'],
    ['[x](https://a/"onclick=1)', '<a href="https://a/&quot;onclick=1" style="s">x</a>', 'x: https://a/"onclick=1'],
  ])('%j', (source, html, text) => {
    expect(richHtml(source, 's')).toBe(html);
    expect(richText(source)).toBe(text);
  });
});

describe('a hostile template, item, name or address changes nothing but its own mail', () => {
  const unicode = string({ unit: 'binary', maxLength: 60 });

  it('any words, name and item become a mail that an independent parser reads back (trust rows 4, 76, 94, 95)', async () => {
    const document = documentOf([
      { kind: 'text', words: '{{profile.firstName}} and {{context.note}}' },
      { kind: 'products', list },
    ]);
    const compiled = compilePieces(
      { key: 't', version: 1 },
      await compileDocument('t', document, { theme: shopTheme }),
    );
    const property = asyncProperty(unicode, unicode, unicode, async (firstName, name, note) => {
      items.set('coat', anItem('coat', { name: name || 'x' }));
      const context = { ...contextOf(['coat']), note };
      const profile = { ...reader(), firstName: firstName || 'x' };
      const messageId = '00000000-0000-0000-0000-000000000000';
      const made = renderMail({ template: compiled, messageId, context, profile, now, timeZone: 'UTC' }, setting);
      if (!('mail' in made)) return;
      expect(made.mail.html).not.toMatch(/<(script|iframe|object|form)\b/i);
      expect(made.mail.links.every(({ to }) => to.startsWith('https://'))).toBe(true);
      const { raw } = composeMail({
        from: { name: 'Shop', address: 'news@shop.example' },
        replyTo: null,
        to: 'ada@example.com',
        ...made.mail,
        at: now,
        message: { key: 'k', journey: 'j', class: 'marketing' },
        stream: { name: 'Shop', domain: 'mail.shop.example', sender: 'default' },
        returns: { path: 'bounce+t@shop.example', unsubscribe: null, feedback: null, tag: 'fbl+t' },
        secret: Buffer.alloc(32, 1),
      });
      const parsed = await simpleParser(raw);
      expect(parsed.text?.trimEnd()).toBe(made.mail.text.replace(/\r\n?/g, '\n').trimEnd());
      expect(parsed.html).toBe(made.mail.html.replace(/\r\n?/g, '\n'));
      expect(
        parsed.headerLines.filter(({ key }) => ['from', 'to', 'subject', 'message-id', 'date'].includes(key)),
      ).toHaveLength(5);
    });
    await assert(property, { numRuns: 100 });
    items.set('coat', anItem('coat'));
  });

  it('words of the author that look like markup of ours stay words', async () => {
    const words = '</mj-text><mj-raw><script>alert(1)</script></mj-raw> \uE0000\uE001 <!-- [[content]] --> ]]>';
    const { html } = await mailOf(documentOf([{ kind: 'text', words }]));
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  it.each([
    'javascript:alert(1)',
    'https://evil.example/x',
    'https://shop.example@evil.example/',
    'https://shop.example\\@evil',
  ])('an item whose page is %s fails its own mail, and no other (trust row 89)', async (url) => {
    items.set('coat', anItem('coat', { url }));
    const made = await make(documentOf([{ kind: 'products', list }]));
    items.set('coat', anItem('coat'));
    expect(JSON.stringify(made)).toMatch(/MESSAGE_LINK_REFUSED|RENDER_ADDRESS|no items/);
    expect(await make(documentOf([{ kind: 'products', list }]))).toHaveProperty('mail');
  });

  it('mj-include reads no file', async () => {
    const mjml =
      '<mj-include path="/etc/passwd" /><mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section>';
    const made = await make(documentOf([{ kind: 'mjml', mjml, text: 'x' }])).catch((error: Error) => error.message);
    expect(JSON.stringify(made)).not.toContain('root:');
  });
});

describe('contrast', () => {
  it('is that of WCAG 2', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });
});
