import type { Block, PartBlock, TemplateDocument } from '../../src/api/contract-message.ts';

/** Changes of a document as the page makes them; each gives a new one. Pure. */

type Words = string | Record<string, string>;

/** The language of words that say none. */
export const ownLanguage = ({ language }: Pick<TemplateDocument, 'language'>): string => language ?? 'en';

/** Every language in which the document says anything, its own first. */
export function languagesIn(document: TemplateDocument): string[] {
  const found = new Set([ownLanguage(document)]);
  const look = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inside] of Object.entries(value)) {
      if (wordFields.has(name) && typeof inside === 'object' && inside !== null && !Array.isArray(inside)) {
        for (const language of Object.keys(inside)) found.add(language);
      } else look(inside);
    }
  };
  look(document);
  return [...found];
}

const wordFields = new Set([
  'subject',
  'preheader',
  'words',
  'title',
  'alt',
  'terms',
  'unsubscribe',
  'preferences',
  'mirror',
]);

/** What words say in one language; empty when they do not. */
export function wordIn(words: Words | undefined, language: string, own: string): string {
  if (words === undefined) return '';
  if (typeof words === 'string') return language === own ? words : '';
  return words[language] ?? '';
}

/** The words with one language's changed: one text as long as there is one language, nothing when nothing is said. */
export function withWord(
  words: Words | undefined,
  said: string,
  { language, own }: { language: string; own: string },
): Words | undefined {
  const all: Record<string, string> = typeof words === 'string' ? { [own]: words } : { ...words };
  if (said === '') delete all[language];
  else all[language] = said;
  const names = Object.keys(all);
  if (names.length === 0) return undefined;
  return names.length === 1 && names[0] === own ? all[own] : all;
}

/** The list with the item at `from` moved by so many places; as it was where there is no such place. */
export function moved<T>(list: readonly T[], from: number, by: number): T[] {
  const to = from + by;
  if (to < 0 || to >= list.length) return [...list];
  const rest = list.filter((_, index) => index !== from);
  return [...rest.slice(0, to), list[from]!, ...rest.slice(to)];
}

/** Kinds of blocks, of a message or of a component. */
export type Kind = Block['kind'] | PartBlock['kind'];

/** What a field of a block is edited with. */
export type Field =
  | {
      name: string;
      as:
        | 'words'
        | 'long'
        | 'text'
        | 'code'
        | 'columns'
        | 'links'
        | 'list'
        | 'filled'
        | 'pool'
        | 'switch'
        | 'component'
        | 'card';
    }
  | { name: string; as: 'number'; least: number; most: number }
  | { name: string; as: 'choice'; of: readonly string[] };

const align: Field = { name: 'align', as: 'choice', of: ['left', 'center'] };
const shown: Field[] = [
  { name: 'card', as: 'card' },
  { name: 'whenEmpty', as: 'choice', of: ['skip', 'hide'] },
  { name: 'live', as: 'switch' },
];

/** Fields of each kind of block, in the order of the form. */
export const fields: Record<Kind, readonly Field[]> = {
  text: [
    { name: 'words', as: 'long' },
    { name: 'look', as: 'choice', of: ['body', 'heading', 'title', 'quiet'] },
    align,
  ],
  picture: [
    { name: 'src', as: 'code' },
    { name: 'alt', as: 'words' },
    { name: 'width', as: 'number', least: 1, most: 600 },
    { name: 'height', as: 'number', least: 1, most: 2000 },
    { name: 'shape', as: 'choice', of: ['own', 'square'] },
    { name: 'href', as: 'code' },
    align,
  ],
  button: [
    { name: 'words', as: 'words' },
    { name: 'href', as: 'code' },
    { name: 'look', as: 'choice', of: ['filled', 'outline'] },
    align,
  ],
  products: [
    { name: 'list', as: 'filled' },
    { name: 'title', as: 'words' },
    { name: 'limit', as: 'number', least: 1, most: 12 },
    { name: 'columns', as: 'number', least: 1, most: 3 },
    ...shown,
  ],
  cart: [
    { name: 'list', as: 'list' },
    { name: 'title', as: 'words' },
    { name: 'limit', as: 'number', least: 1, most: 20 },
    { name: 'total', as: 'switch' },
    ...shown,
  ],
  columns: [
    { name: 'columns', as: 'columns' },
    { name: 'stack', as: 'switch' },
  ],
  divider: [
    { name: 'line', as: 'switch' },
    { name: 'space', as: 'number', least: 0, most: 96 },
  ],
  social: [{ name: 'links', as: 'links' }, align],
  coupon: [
    { name: 'pool', as: 'pool' },
    { name: 'code', as: 'code' },
    { name: 'words', as: 'words' },
    { name: 'terms', as: 'words' },
  ],
  component: [{ name: 'component', as: 'component' }],
  beside: [
    { name: 'src', as: 'code' },
    { name: 'alt', as: 'words' },
    { name: 'width', as: 'number', least: 24, most: 280 },
    { name: 'href', as: 'code' },
    { name: 'words', as: 'long' },
    { name: 'quiet', as: 'long' },
  ],
  price: [{ name: 'item', as: 'code' }],
  mjml: [
    { name: 'mjml', as: 'text' },
    { name: 'text', as: 'text' },
  ],
  footer: [
    { name: 'words', as: 'long' },
    { name: 'unsubscribe', as: 'words' },
    { name: 'preferences', as: 'words' },
    { name: 'mirror', as: 'words' },
  ],
};

const list = 'context.journey.actions.Recommend.items';

export type Products = Extract<Block, { kind: 'products' }>;

/** A grid filled by the other of the two: a list of the run, or a criterion that the mail asks itself. */
export function filledBy(block: Products, by: { list: string } | { criterion: string }): Products {
  const { list: _list, criterion: _criterion, kind, ...rest } = block;
  return { kind, ...by, ...rest };
}

/** How a block of each kind begins. */
export const beginnings: { [K in Block['kind']]: Block & { kind: K } } = {
  text: { kind: 'text', words: '' },
  picture: { kind: 'picture', src: 'https://', width: 568, height: 284 },
  button: { kind: 'button', words: '', href: '{{shop.url}}' },
  products: { kind: 'products', list, limit: 4 },
  cart: { kind: 'cart', list: 'context.journey.actions.Recommend.cart', total: true },
  columns: {
    kind: 'columns',
    columns: [{ blocks: [{ kind: 'text', words: '' }] }, { blocks: [{ kind: 'text', words: '' }] }],
  },
  divider: { kind: 'divider' },
  social: { kind: 'social', links: [{ name: 'Instagram', href: 'https://' }] },
  coupon: { kind: 'coupon', code: 'CODE' },
  component: { kind: 'component', component: '' },
  mjml: {
    kind: 'mjml',
    mjml: '<mj-section>\n  <mj-column>\n    <mj-text></mj-text>\n  </mj-column>\n</mj-section>',
    text: '',
  },
  footer: { kind: 'footer' },
};

/** How a block of a component begins. */
export const partBeginnings: Record<PartBlock['kind'], PartBlock> = {
  text: { kind: 'text', words: '' },
  picture: { kind: 'picture', src: '{{item.imageUrl}}', alt: '{{item.name}}', href: '{{item.url}}', shape: 'square' },
  beside: {
    kind: 'beside',
    src: '{{item.imageUrl}}',
    alt: '{{item.name}}',
    href: '{{item.url}}',
    words: '**[{{item.name}}]({{item.url}})**',
  },
  price: { kind: 'price', item: 'item' },
  button: { kind: 'button', words: '', href: '{{item.url}}' },
  component: { kind: 'component', component: 'price', values: { item: 'item' } },
  divider: { kind: 'divider' },
  social: { kind: 'social', links: [{ name: 'Instagram', href: 'https://' }] },
  coupon: { kind: 'coupon', code: 'CODE' },
  mjml: { kind: 'mjml', mjml: '<mj-text></mj-text>', text: '' },
};

/** Where a new template begins. */
export const blank: TemplateDocument = {
  name: '',
  subject: '',
  blocks: [beginnings.text, beginnings.products, beginnings.button, beginnings.footer],
};

/** Which block a finding is about, by its place in the document; null when it is about all of it. */
export function blockOf(where: string): number | null {
  const found = /^\/blocks\/(\d+)/.exec(where);
  return found ? Number(found[1]) : null;
}

/** A block with one field changed; taken away where there is nothing. */
export function withField<B extends Block | PartBlock>(block: B, name: string, value: unknown): B {
  const { [name]: _before, ...rest } = block as Record<string, unknown>;
  return (value === undefined ? rest : { ...block, [name]: value }) as B;
}

/** A mail's HTML as a program shows it that loads no pictures. */
export function withoutPictures(html: string): string {
  return html.replace(
    /<head(\s[^>]*)?>/i,
    (head) => `${head}<meta http-equiv="Content-Security-Policy" content="img-src 'none'">`,
  );
}
