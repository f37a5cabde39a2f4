import { Type, type Static } from 'typebox';
import {
  Button,
  Coupon,
  Divider,
  Mjml,
  Picture,
  Social,
  Text,
  UsedComponent,
  address,
  closed,
  short,
  words,
} from './block.ts';

/**
 * Components: blocks with parameters, made once and used in many messages: as a block, as the card of a grid, or in raw
 * MJML. Three come with Beckon; one of the shop under the same key stands in for it.
 */

const Parameter = Type.Object(
  {
    name: Type.String({
      pattern:
        '^(?!(?:profile|context|coupon|shop|message|this|true|false|null|and|or|not|in|is|let)$)[a-z][A-Za-z0-9]{0,39}$',
      description: 'As its blocks print it: {{name}}, of an item {{item.price}}',
    }),
    kind: Type.Union([
      Type.Literal('item'),
      Type.Literal('text'),
      Type.Literal('number'),
      Type.Literal('switch'),
      Type.Literal('address'),
    ]),
    label: Type.Optional(Type.String({ maxLength: 100, description: 'What the form calls it' })),
    default: Type.Optional(
      Type.Union([...words.anyOf, Type.Number(), Type.Boolean()], {
        description: 'What it is where it is not given; without one it must be given',
      }),
    ),
  },
  closed,
);
export type Parameter = Static<typeof Parameter>;

const path = '^[a-z][A-Za-z0-9]*(\\.[A-Za-z_][A-Za-z0-9_]*)*$';
const when = Type.Optional(
  Type.String({ pattern: path, maxLength: 200, description: 'Drawn only where this parameter says something' }),
);
const Price = Type.Object(
  { kind: Type.Literal('price'), item: Type.String({ pattern: path, maxLength: 200 }), when },
  { ...closed, description: 'Quantity and price of an item; drawn at opening where the grid is `live`' },
);
const Beside = Type.Object(
  {
    kind: Type.Literal('beside'),
    src: address('https'),
    alt: Type.Optional(short),
    href: Type.Optional(address('Where a click leads')),
    width: Type.Optional(Type.Integer({ minimum: 24, maximum: 280 })),
    words: Type.Optional(words),
    quiet: Type.Optional(words),
    when,
  },
  { ...closed, description: 'A small picture, and words beside it' },
);

const PartBlock = Type.Union([
  Type.Object({ ...Text.properties, when }, closed),
  Type.Object({ ...Picture.properties, when }, closed),
  Type.Object({ ...Button.properties, when }, closed),
  Type.Object({ ...Divider.properties, when }, closed),
  Type.Object({ ...Social.properties, when }, closed),
  Type.Object({ ...Coupon.properties, when }, closed),
  Type.Object({ ...UsedComponent.properties, when }, closed),
  Type.Object({ ...Mjml.properties, when }, { ...closed, description: 'What stands in a column of MJML' }),
  Beside,
  Price,
]);
export type PartBlock = Static<typeof PartBlock>;
export type PartOf<K extends PartBlock['kind']> = Extract<PartBlock, { kind: K }>;

export const ComponentDocument = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 250 }),
    language: Type.Optional(
      Type.String({
        pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$',
        description: 'Of words that say none; en if left out',
      }),
    ),
    parameters: Type.Array(Parameter, { maxItems: 8 }),
    blocks: Type.Array(PartBlock, { minItems: 1, maxItems: 20 }),
    text: Type.Optional(
      Type.String({ maxLength: 5000, description: 'In the plain-text part, instead of what its blocks say there' }),
    ),
  },
  closed,
);
export type ComponentDocument = Static<typeof ComponentDocument>;
export type Components = ReadonlyMap<string, ComponentDocument>;

export const partForms = new Map(PartBlock.anyOf.map((one) => [one.properties.kind.const as string, one] as const));

const item: Parameter = { name: 'item', kind: 'item' };
const price = '{%= formatCurrency(item.price, item.currency) %}';

/** Those that come with Beckon, in the form of a shop's own. */
export const shippedComponents: Components = new Map<string, ComponentDocument>([
  [
    'product-card',
    {
      name: 'Product card',
      parameters: [item],
      blocks: [
        {
          kind: 'picture',
          src: '{{item.imageUrl}}',
          alt: '{{item.name}}',
          href: '{{item.url}}',
          shape: 'square',
        },
        { kind: 'text', words: '**[{{item.name}}]({{item.url}})**' },
        { kind: 'component', component: 'price', values: { item: 'item' } },
        { kind: 'text', look: 'quiet', words: '{{item.reason}}', when: 'item.reason' },
      ],
      text: itemText(),
    },
  ],
  [
    'cart-line',
    {
      name: 'Cart line',
      parameters: [item],
      blocks: [
        {
          kind: 'beside',
          src: '{{item.imageUrl}}',
          alt: '{{item.name}}',
          href: '{{item.url}}',
          width: 88,
          words: '**[{{item.name}}]({{item.url}})**',
          quiet: '{{fragment id="price" item=item}}{%#if item.reason%}\n{{item.reason}}{%/if%}',
        },
      ],
      text: itemText(),
    },
  ],
  [
    'price',
    {
      name: 'Price',
      parameters: [item],
      blocks: [{ kind: 'price', item: 'item' }],
      text: `{%#if item.price%}${price}{%/if%}`,
    },
  ],
]);

/** An item of a list in the plain-text part; the last line is its page. */
function itemText(): string {
  return `- {%#if item.quantity%}{{item.quantity}} × {%/if%}{{item.name}}{%#if item.price%}, ${price}{%/if%}{%#if item.reason%}
  {{item.reason}}{%/if%}
  {{item.url}}`;
}

/** The component that draws the items of a list where it names none. */
export const usualCard = { products: 'product-card', cart: 'cart-line' } as const;

/** What a grid fills; undefined of a component that is about no item. */
export function itemOf({ parameters }: ComponentDocument): string | undefined {
  return parameters.find(({ kind }) => kind === 'item')?.name;
}

/** Is it no more than words, so that it may stand within others? */
export function isInline(component: ComponentDocument, components: Components): boolean {
  const [only, ...more] = component.blocks;
  if (only === undefined || more.length > 0) return false;
  if (only.kind !== 'component') return only.kind === 'text' || only.kind === 'price';
  const inner = components.get(only.component);
  return inner !== undefined && inner !== component && isInline(inner, components);
}
