import { beforeEach, describe, expect, it } from 'vitest';
import { aContext, aDesk, type Desk } from '../../test/support/message.ts';
import { viewOf } from '../profile/index.ts';
import type { Block, TemplateDocument } from './block.ts';
import type { ComponentDocument } from './component.ts';
import { expressionOf } from './component-use.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await aDesk();
  await desk.store.run({ text: `delete from message_template where origin = 'shop'` });
  await desk.store.run({ text: 'delete from message_component' });
  await desk.messages.templates.installRecipes();
});
const shelf = () => desk.messages.templates.components;
const list = 'context.journey.actions.Recommend.items';

const badge: ComponentDocument = {
  name: 'Badge',
  parameters: [
    { name: 'words', kind: 'text' },
    { name: 'times', kind: 'number', default: 2 },
    { name: 'loud', kind: 'switch', default: false },
  ],
  blocks: [
    { kind: 'text', words: 'Badge: {{words}} × {{times}}' },
    { kind: 'text', words: 'LOUD', when: 'loud' },
  ],
};
const card: ComponentDocument = {
  name: 'Card',
  parameters: [
    { name: 'thing', kind: 'item' },
    { name: 'tag', kind: 'text', default: { en: 'New', sv: 'Nytt' } },
  ],
  blocks: [
    { kind: 'picture', src: '{{thing.imageUrl}}', alt: '{{thing.name}}', href: '{{thing.url}}', shape: 'square' },
    { kind: 'text', words: '[{{thing.name}}]({{thing.url}}) is {{tag}}' },
    { kind: 'component', component: 'price', values: { item: 'thing' } },
  ],
};

const mail = (...blocks: Block[]): TemplateDocument => ({
  name: 'Spring',
  subject: 'Spring',
  preheader: 'A word before the mail that is long enough to be shown.',
  blocks: [...blocks, { kind: 'footer' }],
});
const used = (values: Record<string, string | number | boolean>, component = 'badge'): Block => ({
  kind: 'component',
  component,
  values,
});

async function shown(document: TemplateDocument, { language = 'en' } = {}) {
  const profile = viewOf(desk.person({ language }));
  const made = await desk.messages.preview('spring', { profile, context: aContext(), document });
  if (!('mail' in made)) throw new Error(JSON.stringify(made));
  return made.mail;
}

async function sentHtml(): Promise<string> {
  await desk.plan(desk.person(), { message: 'spring' });
  await desk.messages.work();
  return desk.transport.sent.at(-1)!.says!.html;
}

describe('components', () => {
  it('take the values they are given, their defaults otherwise, and are known nowhere else', async () => {
    await shelf().put('badge', badge);
    const { html, text } = await shown(
      mail(used({ words: 'for {{profile.firstName}} "now" }} %}' }), used({ words: 'again', times: 7, loud: true }), {
        kind: 'text',
        words: '{%#if profile.firstName%}Behind{%/if%}',
      }),
    );
    expect(html).toContain('Badge: for Ada &quot;now&quot; }} %} × 2');
    expect(html).toContain('Badge: again × 7');
    expect(html.match(/LOUD/g)).toHaveLength(1);
    expect(text).toContain('Badge: again × 7\nLOUD');
    await expect(shown(mail(used({ words: 'x' }), { kind: 'text', words: '{{words}}' }))).rejects.toThrow(/words/);
  });

  it('draw the items of a grid, with price and tracked links, in the reader’s language', async () => {
    await shelf().put('card', card);
    const grid: Block = { kind: 'products', list, columns: 3, card: { component: 'card' } };
    const document = { ...mail(grid), subject: { en: 'Spring', sv: 'Vår' } };
    const { html, text, links } = await shown(document, { language: 'sv' });
    expect(html).toMatch(/alt="The scarf" width="173" height="173"/);
    expect(html).toMatch(/The scarf<\/a> is Nytt/);
    expect(html).toMatch(/129,00\s€/);
    expect(text).toContain('is Nytt');
    expect(links).toContainEqual(
      expect.objectContaining({ item: 'scarf', position: 1, recommendation: expect.any(String) }),
    );
  });

  it('stand in raw MJML and within words by their tag', async () => {
    await shelf().put('inline', { ...badge, blocks: [badge.blocks[0]!] });
    const raw: Block = {
      kind: 'mjml',
      mjml: '<mj-section><mj-column><mj-text>In {{fragment id="inline" words="words"}}</mj-text>{{fragment id="badge" words=shop.name loud=true}}</mj-column></mj-section>',
      text: '{{fragment id="inline" words="text"}}',
    };
    await shelf().put('badge', badge);
    const { html, text } = await shown(mail(raw));
    expect(html).toContain('In Badge: words × 2');
    expect(html).toMatch(/Badge: Lumen &amp; Loom × 2[\s\S]*LOUD/);
    expect(text).toContain('Badge: text × 2');
  });

  it('within one another take values that go by the same names the other way round', async () => {
    const pair = (blocks: ComponentDocument['blocks']): ComponentDocument => ({
      name: 'Pair',
      parameters: [
        { name: 'left', kind: 'text' },
        { name: 'right', kind: 'text' },
      ],
      blocks,
    });
    await shelf().put('inner', pair([{ kind: 'text', words: '{{left}}-{{right}}' }]));
    const turned = { left: '{{right}}', right: '{{left}}' };
    await shelf().put('outer', pair([{ kind: 'component', component: 'inner', values: turned }]));
    const { html } = await shown(mail(used({ left: 'a', right: 'b' }, 'outer')));
    expect(html).toContain('b-a');
  });

  it('about an item that is sold out by now are left out, or the mail is', async () => {
    await shelf().put('card', card);
    const one = (item: string) => used({ thing: item }, 'card');
    await desk.messages.templates.put('spring', mail({ kind: 'text', words: 'Hello' }, one(`${list}[0]`)));
    await desk.messages.templates.publish('spring');
    expect(await sentHtml()).toContain('The scarf');
    for (const id of desk.items.keys()) desk.items.set(id, { ...desk.items.get(id)!, stock: 0 });
    await desk.plan(desk.person(), { message: 'spring' });
    await desk.messages.work();
    expect(desk.transport.sent).toHaveLength(1);
    expect(desk.results.at(-1)).toMatchObject({ outcome: 'excluded', reason: 'no items' });
  });

  it('are edited once: the messages that use them are told, and their next mail looks so', async () => {
    await shelf().put('badge', badge);
    await desk.messages.templates.put('spring', mail(used({ words: 'x' })));
    await desk.messages.templates.publish('spring');
    expect((await shelf().get('badge')).usedBy).toEqual({
      templates: [{ key: 'spring', name: 'Spring' }],
      components: [],
    });
    expect(await sentHtml()).toContain('Badge: x × 2');
    const changed = { ...badge, blocks: [{ kind: 'text' as const, words: 'Better: {{words}}' }] };
    expect(await shelf().put('badge', changed)).toMatchObject({ version: 2 });
    expect(await shelf().put('badge', changed), 'the same again is no version').toMatchObject({ version: 2 });
    expect(await sentHtml()).toContain('Better: x');
    expect((await shelf().versions('badge')).map(({ version }) => version)).toEqual([2, 1]);
    await shelf().restore('badge', 1);
    expect(await sentHtml()).toContain('Badge: x × 2');
  });

  it('are not stored when a message that uses them would break by it, nor removed while one does', async () => {
    await shelf().put('badge', badge);
    await desk.messages.templates.put('spring', mail(used({ words: 'x' })));
    const more = { ...badge, parameters: [...badge.parameters, { name: 'colour', kind: 'text' as const }] };
    await expect(shelf().put('badge', more)).rejects.toMatchObject({
      code: 'MESSAGE_COMPONENT_FAULT',
      message: expect.stringContaining('spring: The component "badge" is used without its parameter colour'),
    });
    expect(await shelf().get('badge')).toMatchObject({ version: 1, document: badge });
    await expect(shelf().remove('badge')).rejects.toMatchObject({
      code: 'MESSAGE_COMPONENT_IN_USE',
      message: expect.stringContaining('used by spring'),
    });
    await desk.store.run({ text: `delete from message_template where key = 'spring'` });
    await shelf().remove('badge');
    await expect(shelf().get('badge')).rejects.toMatchObject({ code: 'MESSAGE_COMPONENT_UNKNOWN' });
  });

  it('that come with Beckon are changed like others, for all grids at once, and are as they came again', async () => {
    expect((await shelf().list()).map(({ key, origin }) => `${key} ${origin}`)).toEqual([
      'cart-line shipped',
      'price shipped',
      'product-card shipped',
    ]);
    const { usedBy } = await shelf().get('price');
    expect(usedBy.components).toEqual(['product-card', 'cart-line']);
    expect(usedBy.templates.map(({ key }) => key)).toEqual(expect.arrayContaining(['abandoned-cart', 'only-wandered']));
    const price: ComponentDocument = {
      name: 'Price',
      parameters: [{ name: 'item', kind: 'item' }],
      blocks: [{ kind: 'text', look: 'quiet', words: 'only {%= formatCurrency(item.price, item.currency) %}' }],
    };
    await shelf().put('price', price);
    const html = async () => {
      await desk.plan(desk.person());
      await desk.messages.work();
      return desk.transport.sent.at(-1)!.says!.html;
    };
    expect((await html()).match(/only €129\.00/g)!.length).toBeGreaterThan(1);
    await shelf().remove('price');
    expect(await html()).not.toContain('only €');
    expect(await shelf().get('price')).toMatchObject({ origin: 'shipped', version: 0 });
  });

  it('draw their prices at opening in a grid that is live', async () => {
    await shelf().put('card', card);
    const { html, links } = await shown(mail({ kind: 'products', list, live: true, card: { component: 'card' } }));
    expect(html).toMatch(/<img src="http:\/\/localhost:8080\/l\/v1\.1\.[^"]+\.png" alt="€129\.00"/);
    expect(links.find(({ item }) => item === 'scarf')!.to).toContain('/l/v1.1.');
  });
});

describe('what is wrong with a component', () => {
  const wrong = (more: object) => ({ ...badge, ...more });
  it.each([
    [wrong({ parameters: [{ name: 'Words', kind: 'text' }] }), '/parameters/0/name'],
    [wrong({ parameters: [{ name: 'profile', kind: 'text' }] }), '/parameters/0/name'],
    [wrong({ parameters: [badge.parameters[0], badge.parameters[0]] }), '/parameters/1/name'],
    [wrong({ parameters: [{ name: 'n', kind: 'number', default: 'two' }] }), '/parameters/0/default'],
    [wrong({ parameters: [{ name: 'n', kind: 'text', default: '{%#if a%}' }] }), '/parameters/0/default'],
    [wrong({ blocks: [] }), '/blocks'],
    [wrong({ blocks: [{ kind: 'products', list }] }), '/blocks/0/kind'],
    [wrong({ blocks: [{ kind: 'txt' }] }), '/blocks/0/kind'],
  ])('%j is refused with the place', async (value, where) => {
    await expect(shelf().put('badge', value)).rejects.toMatchObject({ code: 'MESSAGE_COMPONENT_INVALID', where });
  });

  it.each([
    [{ ...badge, blocks: [{ kind: 'text', words: '{{wrds}}' }] }, /wrds/],
    [{ ...badge, blocks: [{ kind: 'button', words: 'Go', href: 'https://evil.example' }] }, /evil\.example/],
    [{ ...badge, blocks: [{ kind: 'component', component: 'badge', values: { words: 'x' } }] }, /badge → badge/],
    [{ ...badge, blocks: [{ kind: 'component', component: 'pric' }] }, /did you mean "price"/],
    [{ ...badge, blocks: [{ kind: 'mjml', mjml: '<mj-nothing/>' }] }, /mj-nothing/],
  ])('%j is not saved', async (value, says) => {
    await expect(shelf().put('badge', value)).rejects.toMatchObject({
      code: 'MESSAGE_COMPONENT_FAULT',
      message: expect.stringMatching(says),
    });
    expect(await shelf().list()).toHaveLength(3);
  });

  it.each<[Block, string, RegExp]>([
    [used({ words: 'x' }, 'badg'), 'MESSAGE_COMPONENT_UNKNOWN', /did you mean "badge"/],
    [used({}), 'MESSAGE_COMPONENT_VALUE', /without its parameter words/],
    [used({ words: 'x', tims: 2 }), 'MESSAGE_COMPONENT_VALUE', /no parameter tims; did you mean times/],
    [used({ words: 'x', times: 'two' }), 'MESSAGE_COMPONENT_VALUE', /takes a number as times/],
    [used({ words: '{{#if a}}x{{/if}}' }), 'MESSAGE_COMPONENT_VALUE', /no blocks/],
    [used({ item: 'first of all' }, 'price'), 'MESSAGE_COMPONENT_VALUE', /place of an item/],
    [{ kind: 'products', list, card: { component: 'badge' } }, 'MESSAGE_COMPONENT_VALUE', /cannot be the card/],
  ])('used as %j keeps a message from being saved, with the place', async (block, code, says) => {
    await shelf().put('badge', badge);
    const found = await desk.messages.templates.check('spring', mail(block));
    expect(found[0]).toMatchObject({ code, severity: 'error', message: expect.stringMatching(says) });
    expect(found[0]!.where).toMatch(/^\/blocks\/0/);
  });

  it('never leaves its place, whatever a value says (trust rows 76, 94)', async () => {
    await shelf().put('badge', badge);
    for (const words of ['<script>1</script>', '"] as |x|%}{{7*7}}', '\\" + profile.email + \\"', '{% let a = 1']) {
      const found = await desk.messages.templates.check('spring', mail(used({ words })));
      if (found.some(({ severity }) => severity === 'error')) continue;
      const { html } = await shown(mail(used({ words })));
      expect(html).not.toMatch(/<script|Badge: 49|ada@example\.com/);
    }
    expect(expressionOf('a "b" }} %}')).toBe('"a \\"b\\" }" + "} %" + "}"');
  });
});
