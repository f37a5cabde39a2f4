import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { aDesk } from '../../test/support/message.ts';
import type { Block, TemplateDocument } from './block.ts';
import { migrations } from './migration.ts';
import { recipeTemplates } from './recipe.ts';
import { Templates } from './template.ts';
import { faintPairs, shopTheme } from './theme.ts';

const documentOf = (blocks: Block[], more: Partial<TemplateDocument> = {}): TemplateDocument => ({
  name: 'Test',
  subject: 'Subject',
  preheader: 'A preheader that is long enough to fill the line in an inbox.',
  blocks: [{ kind: 'text', words: 'Hello' }, ...blocks, { kind: 'footer' }],
  ...more,
});

async function found(document: TemplateDocument): Promise<string[]> {
  const desk = await aDesk();
  const findings = await desk.messages.templates.check('test', document);
  return findings.map(({ severity, code, where }) => `${severity} ${code} ${where}`);
}

const shop = 'http://localhost:8080';
const long = (kilobytes: number) => 'Word '.repeat((kilobytes * 1024) / 5).trim();
const manyTexts = (kilobytes: number): Block[] =>
  Array.from({ length: Math.ceil(kilobytes / 9) }, () => ({ kind: 'text', words: long(9) }));

describe('checks at save (journeys M3, trust §1.10)', () => {
  it.each<[string, TemplateDocument, string[]]>([
    ['nothing', documentOf([]), []],
    ['a short preheader', documentOf([], { preheader: 'Short' }), ['warning MESSAGE_PREHEADER_LENGTH /preheader']],
    [
      'a picture without words and size',
      documentOf([{ kind: 'picture', src: `${shop}/a.png` }]),
      ['warning MESSAGE_ALT_MISSING /blocks/1/alt', 'warning MESSAGE_PICTURE_UNSIZED /blocks/1'],
    ],
    [
      'a picture by http',
      documentOf([{ kind: 'picture', src: 'http://shop.example/a.png', alt: 'a', width: 9, height: 9 }]),
      ['warning MESSAGE_PICTURE_PLAIN /blocks/1/src'],
    ],
    [
      'raw MJML without text, with a bare picture',
      documentOf([
        { kind: 'mjml', mjml: `<mj-section><mj-column><mj-image src="${shop}/a.png" /></mj-column></mj-section>` },
      ]),
      [
        'warning MESSAGE_TEXT_MISSING /blocks/1/text',
        'warning MESSAGE_ALT_MISSING /blocks/1/mjml',
        'warning MESSAGE_PICTURE_UNSIZED /blocks/1/mjml',
      ],
    ],
    [
      'an empty link',
      documentOf([{ kind: 'button', words: 'Go', href: '#' }]),
      ['error MESSAGE_LINK_REFUSED /blocks/1/href'],
    ],
    [
      'a link to another shop (trust row 89)',
      documentOf([{ kind: 'text', words: 'See [this](https://evil.example/)' }]),
      ['error MESSAGE_LINK_REFUSED /blocks/1/words'],
    ],
    [
      'a link of another kind',
      documentOf([{ kind: 'button', words: 'Go', href: 'javascript:alert(1)' }]),
      ['error MESSAGE_LINK_REFUSED /blocks/1/href'],
    ],
    [
      'a link that says nothing',
      documentOf([{ kind: 'button', words: 'Click here', href: `${shop}/shop` }]),
      ['warning MESSAGE_LINK_VAGUE /blocks/1/href'],
    ],
    [
      'words in one of two languages',
      documentOf([{ kind: 'text', words: { en: 'Hi', sv: 'Hej' } }], { subject: { en: 'Subject' } }),
      ['warning MESSAGE_LANGUAGE_PARTIAL /subject'],
    ],
    [
      'a coupon nobody gives out',
      documentOf([{ kind: 'coupon', code: 'TEN' }]),
      ['warning MESSAGE_COUPON_EMPTY /blocks/1/code'],
    ],
    [
      'a name there is not',
      documentOf([{ kind: 'text', words: '{{profile.fistName}}' }]),
      ['error LANGUAGE_PATH_UNKNOWN', 'error LANGUAGE_PATH_UNKNOWN'],
    ],
    ['a mail of 85 KB', documentOf(manyTexts(72)), ['warning MESSAGE_LARGE /blocks']],
    ['a mail over 100 KB (trust row 16)', documentOf(manyTexts(108)), ['error MESSAGE_TOO_LARGE /blocks']],
  ])('find %s', async (_what, document, expected) => {
    const all = await found(document);
    expect([...new Set(all.map((one) => one.replace(/ test\..*/, '')))]).toEqual([...new Set(expected)]);
  });

  it('find a way out that comes late', async () => {
    const mjml = `<mjml><mj-body><mj-section><mj-column><mj-text>${long(21)}</mj-text><mj-text><a href="{{message.unsubscribeUrl}}">Out</a> {{message.postalAddress}}</mj-text></mj-column></mj-section></mj-body></mjml>`;
    const document = { ...documentOf([]), blocks: [{ kind: 'mjml', mjml, text: 'x' }] } as TemplateDocument;
    expect(await found(document)).toEqual(['warning MESSAGE_UNSUBSCRIBE_LATE /blocks']);
  });

  it('find faint colours in light and dark', () => {
    expect(faintPairs(shopTheme)).toEqual([]);
    const faint = { ...shopTheme, dark: { ...shopTheme.dark, quiet: '#555555' } };
    expect(faintPairs(faint)).toEqual([{ where: '/dark/quiet', ratio: expect.any(Number) }]);
  });

  it('find nothing in what comes with Beckon, in any of its languages', async () => {
    const desk = await aDesk();
    for (const { key, ...document } of recipeTemplates) {
      expect([key, await desk.messages.templates.check(key, document)]).toEqual([key, []]);
    }
  });
});

describe('the guide', () => {
  it('shows a template that can be saved as it stands, without a warning', async () => {
    const page = readFileSync(new URL('../../docs/guide/write-a-mail.md', import.meta.url), 'utf8');
    const shown = /```json\n([^]*?)```/.exec(page)![1]!;
    expect(await found(JSON.parse(shown) as TemplateDocument)).toEqual([]);
  });
});

describe('templates from before there were blocks', () => {
  it('become a block of raw MJML, published as they were, and are sent in the frame', async () => {
    const split = migrations.findIndex(({ name }) => name === '0650-message-document');
    const store = await freshStore(migrations.slice(0, split));
    await store.run({
      text: `insert into message_template (key, version, origin, subject, preheader, mjml, body_text, requires, hash, html, published_at)
        values ('old', 3, 'shop', 'Old {{shop.name}}', 'Pre', '<mj-section><mj-column><mj-text>Old body</mj-text></mj-column></mj-section>',
          'Old text', '["context.x"]', 'h', '<html></html>', now())`,
    });
    for (const { sql } of migrations.slice(split)) await store.run({ text: sql });
    const desk = await aDesk();
    const templates = new Templates({ store, clock: desk.clock, senders: desk.messages.senders });
    expect((await templates.get('old')).body).toMatchObject({
      subject: 'Old {{shop.name}}',
      requires: ['context.x'],
      blocks: [{ kind: 'mjml', text: 'Old text' }, { kind: 'footer' }],
    });
    const compiled = (await templates.compiled(['old'])).get('old')!;
    expect([compiled.version, compiled.requires, [...compiled.languages.keys()]]).toEqual([3, ['context.x'], ['en']]);
  });
});
