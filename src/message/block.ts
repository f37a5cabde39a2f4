import { Type, type Static } from 'typebox';
import { gridPath } from './grid.ts';

/**
 * The published form of a message template: typed blocks, from which MJML, HTML and the plain-text part are made.
 * JSON, checked by the schema that stands in OpenAPI too.
 */

export const closed = { additionalProperties: false };

/** Words in one language, or in several by language tag: `{"en": "Hello", "sv": "Hej"}`. */
const said = (longest: number) =>
  Type.Union([
    Type.String({ maxLength: longest }),
    Type.Record(Type.String({ pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$' }), Type.String({ maxLength: longest })),
  ]);
export const words = said(10_000);
export const short = said(500);
export type Words = string | Record<string, string>;

export const align = Type.Optional(Type.Union([Type.Literal('left'), Type.Literal('center')]));
export const address = (description: string) => Type.String({ minLength: 1, maxLength: 2000, description });
const list = Type.String({
  pattern: '^context(\\.[A-Za-z_][A-Za-z0-9_]*)+$',
  maxLength: 200,
  description: 'Where the list stands, such as context.journey.actions.Recommend.items',
});
const keyOfComponent = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,99}$', description: 'Key of a component' });
const values = Type.Optional(
  Type.Record(
    Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,39}$' }),
    Type.Union([...words.anyOf, Type.Number(), Type.Boolean()]),
    {
      description:
        'What its parameters are here; an item is named by where it stands, such as context.journey.actions.Recommend.items[0]',
    },
  ),
);
const shown = {
  title: Type.Optional(short),
  card: Type.Optional(
    Type.Object(
      { component: keyOfComponent, values },
      { ...closed, description: 'The component that draws each item, instead of the one that comes with Beckon' },
    ),
  ),
  whenEmpty: Type.Optional(
    Type.Union([Type.Literal('skip'), Type.Literal('hide')], {
      description: 'With nothing to show: no mail at all (`skip`, the default), or the mail without this block',
    }),
  ),
  live: Type.Optional(
    Type.Boolean({ description: 'Price, stock and substitute are drawn when the mail is opened, not when it is sent' }),
  ),
};

export const Text = Type.Object(
  {
    kind: Type.Literal('text'),
    words,
    look: Type.Optional(
      Type.Union([Type.Literal('heading'), Type.Literal('title'), Type.Literal('body'), Type.Literal('quiet')]),
    ),
    align,
  },
  { ...closed, description: 'An empty line begins a paragraph; **bold**, [words](address), and the language' },
);
export const Picture = Type.Object(
  {
    kind: Type.Literal('picture'),
    src: address('https'),
    shape: Type.Optional(
      Type.Union([Type.Literal('own'), Type.Literal('square')], {
        description: '`square` fills the width on a light tile, whatever the picture measures',
      }),
    ),
    alt: Type.Optional(short),
    width: Type.Optional(Type.Integer({ minimum: 1, maximum: 600 })),
    height: Type.Optional(Type.Integer({ minimum: 1, maximum: 2000 })),
    href: Type.Optional(address('Where a click leads')),
    align,
  },
  closed,
);
export const Button = Type.Object(
  {
    kind: Type.Literal('button'),
    words: short,
    href: address('Where it leads'),
    look: Type.Optional(Type.Union([Type.Literal('filled'), Type.Literal('outline')])),
    align,
  },
  closed,
);
const Products = Type.Object(
  {
    kind: Type.Literal('products'),
    list: Type.Optional(list),
    criterion: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description:
          'Key of the criterion that chooses the items for each recipient when the mail is made; instead of `list`',
      }),
    ),
    ...shown,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 12 })),
    columns: Type.Optional(Type.Integer({ minimum: 1, maximum: 3 })),
  },
  { ...closed, description: 'A grid of product cards, of a list or by a criterion: one of the two' },
);
const Cart = Type.Object(
  {
    kind: Type.Literal('cart'),
    list,
    ...shown,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 20 })),
    total: Type.Optional(Type.Boolean({ description: 'With the sum of those shown' })),
  },
  { ...closed, description: 'Lines with picture, quantity and price' },
);
export const Divider = Type.Object(
  {
    kind: Type.Literal('divider'),
    line: Type.Optional(Type.Boolean()),
    space: Type.Optional(Type.Integer({ minimum: 0, maximum: 96 })),
  },
  closed,
);
export const Social = Type.Object(
  {
    kind: Type.Literal('social'),
    links: Type.Array(
      Type.Object({ name: Type.String({ minLength: 1, maxLength: 60 }), href: address('The page') }, closed),
      { minItems: 1, maxItems: 8 },
    ),
    align,
  },
  { ...closed, description: 'Names with links: no pictures from elsewhere, so it reads with pictures off' },
);
export const Coupon = Type.Object(
  {
    kind: Type.Literal('coupon'),
    code: Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,59}$', description: 'Printed as {{coupon.<code>}}' }),
    pool: Type.Optional(
      Type.String({
        pattern: '^[a-z0-9][a-z0-9-]{0,59}$',
        description: 'Each recipient gets a code of this pool of their own; left out, the journey gives the code',
      }),
    ),
    words: Type.Optional(short),
    terms: Type.Optional(short),
  },
  closed,
);
export const Mjml = Type.Object(
  {
    kind: Type.Literal('mjml'),
    mjml: Type.String({ maxLength: 100_000 }),
    text: Type.Optional(Type.String({ maxLength: 50_000, description: 'The same for the plain-text part' })),
  },
  { ...closed, description: 'Sections of MJML, or a whole <mjml>, which then is the only block' },
);
const Footer = Type.Object(
  {
    kind: Type.Literal('footer'),
    words: Type.Optional(words),
    unsubscribe: Type.Optional(short),
    preferences: Type.Optional(short),
    mirror: Type.Optional(short),
  },
  { ...closed, description: 'Why the reader gets this, the ways out, and the postal address' },
);

export const UsedComponent = Type.Object(
  { kind: Type.Literal('component'), component: keyOfComponent, values },
  { ...closed, description: 'A component with its parameters; one about an item that is not there is left out' },
);
export type Values = NonNullable<Static<typeof UsedComponent>['values']>;

const Small = Type.Union([Text, Picture, Button, Divider, Social, Coupon, UsedComponent]);
export type SmallBlock = Static<typeof Small>;
const Columns = Type.Object(
  {
    kind: Type.Literal('columns'),
    columns: Type.Array(
      Type.Object(
        {
          width: Type.Optional(Type.Integer({ minimum: 10, maximum: 90, description: 'Percent' })),
          blocks: Type.Array(Small, { minItems: 1, maxItems: 10 }),
        },
        closed,
      ),
      { minItems: 2, maxItems: 4 },
    ),
    stack: Type.Optional(Type.Boolean({ description: 'One below the other on a phone; the default' })),
  },
  closed,
);

export const Block = Type.Union([
  Text,
  Picture,
  Button,
  Products,
  Cart,
  Columns,
  Divider,
  Social,
  Coupon,
  UsedComponent,
  Mjml,
  Footer,
]);
export type Block = Static<typeof Block>;
export type BlockOf<K extends Block['kind']> = Extract<Block, { kind: K }>;

export const TemplateDocument = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 250 }),
    class: Type.Optional(Type.Union([Type.Literal('marketing'), Type.Literal('transactional')])),
    language: Type.Optional(
      Type.String({
        pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$',
        description: 'Of words that say none, and for whoever reads none of the others; en when left out',
      }),
    ),
    theme: Type.Optional(
      Type.String({ maxLength: 128, description: 'Key of a theme; when left out, that of the sender, or shop' }),
    ),
    sender: Type.Optional(
      Type.String({ maxLength: 60, description: 'Key of the sender it goes out for; default when left out' }),
    ),
    subject: short,
    preheader: Type.Optional(said(250)),
    requires: Type.Optional(
      Type.Array(Type.String({ maxLength: 200 }), {
        maxItems: 20,
        description: 'Paths that must have a value, besides the lists of its blocks',
      }),
    ),
    blocks: Type.Array(Block, { maxItems: 60 }),
  },
  closed,
);
export type TemplateDocument = Static<typeof TemplateDocument>;

export const kindsOfBlocks = Block.anyOf.map((one) => one.properties.kind.const);

/** Is the raw MJML a whole document, with head and body of its own? */
export function isWhole(block: Block): boolean {
  return block.kind === 'mjml' && block.mjml.includes('<mjml');
}

/** Lists without which the mail is not sent, and what the document itself requires. */
export function requiredOf(document: TemplateDocument): string[] {
  const lists = document.blocks.flatMap((block) =>
    showsList(block) && block.whenEmpty !== 'hide' ? [listOf(block)] : [],
  );
  return [...new Set([...lists, ...(document.requires ?? [])])];
}

export function showsList(block: Block): block is BlockOf<'products'> | BlockOf<'cart'> {
  return block.kind === 'products' || block.kind === 'cart';
}

/** Where its items stand: in what the run has gathered, or in what its criterion is asked for. */
export function listOf({ list, ...block }: { list?: string; criterion?: string }): string {
  return list ?? gridPath(block.criterion ?? '');
}

/** Each text of the document that people read, with the JSON pointer to where it stands. */
export function wordsOf(document: TemplateDocument): { at: string; words: Words }[] {
  const found: { at: string; words: Words }[] = [{ at: '/subject', words: document.subject }];
  if (document.preheader !== undefined) found.push({ at: '/preheader', words: document.preheader });
  for (const { at, block } of everyBlock(document)) {
    for (const name of ['words', 'title', 'alt', 'terms', 'unsubscribe', 'preferences', 'mirror'] as const) {
      const words = (block as Partial<Record<typeof name, Words>>)[name];
      if (words !== undefined) found.push({ at: `${at}/${name}`, words });
    }
  }
  return found;
}

/** All blocks, those within columns too, with JSON pointers. */
export function everyBlock(document: TemplateDocument): { at: string; block: Block }[] {
  return document.blocks.flatMap((block, index) => {
    const at = `/blocks/${index}`;
    if (block.kind !== 'columns') return [{ at, block }];
    const inside = block.columns.flatMap((column, place) =>
      column.blocks.map((one, no) => ({ at: `${at}/columns/${place}/blocks/${no}`, block: one as Block })),
    );
    return [{ at, block }, ...inside];
  });
}
