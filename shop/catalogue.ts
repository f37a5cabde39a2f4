/** The 200 things Lumen & Loom sells. Repeatable: the same call always gives the same catalogue. */

/** An item in the shape that `POST /v1/items` takes. */
export interface ShopItem {
  id: string;
  name: string;
  categories: string[];
  /** Decimal, in `currency`. */
  price: number;
  currency: string;
  /** Pieces in stock; 0 is sold out. */
  stock: number;
  url: string;
  imageUrl: string;
  attributes: { kind: Kind; cut: string; colour: string; pattern: string; material: string; brand: string };
}

export type Kind = 'coat' | 'sweat' | 'knit' | 'watch' | 'bag' | 'lamp' | 'textile' | 'kitchen';

/** A category as pages and addresses name it. */
export interface Category {
  slug: string;
  title: string;
  kind: Kind;
  /** One sentence under the heading of the category page. */
  lead: string;
}

export const categories: readonly Category[] = [
  {
    slug: 'winter-coats',
    title: 'Winter coats',
    kind: 'coat',
    lead: 'Warm, quiet coats for wind, sleet and long walks.',
  },
  {
    slug: 'sweatshirts',
    title: 'Sweatshirts',
    kind: 'sweat',
    lead: 'Heavy cotton, brushed inside, cut to be worn daily.',
  },
  { slug: 'knitwear', title: 'Knitwear', kind: 'knit', lead: 'Wool and alpaca, knitted slowly in small mills.' },
  { slug: 'watches', title: 'Watches', kind: 'watch', lead: 'Plain faces, honest movements, straps you can change.' },
  { slug: 'bags', title: 'Bags', kind: 'bag', lead: 'Carry a day, a week, or only the keys.' },
  { slug: 'lamps', title: 'Lamps', kind: 'lamp', lead: 'Soft light for tables, corners and late reading.' },
  {
    slug: 'textiles',
    title: 'Throws and textiles',
    kind: 'textile',
    lead: 'For the sofa, the floor and the end of the bed.',
  },
  { slug: 'kitchen', title: 'Kitchen', kind: 'kitchen', lead: 'Pots and cups that stay out on the table.' },
];

/** A model: one silhouette, sold in five colours. */
interface Model {
  cut: string;
  name: string;
  material: string;
  brand: string;
  price: number;
}

const models: Record<Kind, readonly Model[]> = {
  coat: [
    { cut: 'parka', name: 'Skerry parka', material: 'waxed cotton', brand: 'Nordvik', price: 249 },
    { cut: 'puffer', name: 'Firn down jacket', material: 'recycled nylon', brand: 'Halden', price: 189 },
    { cut: 'overcoat', name: 'Quayside wool coat', material: 'wool', brand: 'Osier & Sons', price: 319 },
    { cut: 'duffle', name: 'Harbour duffle coat', material: 'wool', brand: 'Nordvik', price: 279 },
    { cut: 'wrap', name: 'Evening wrap coat', material: 'wool and cashmere', brand: 'Studio Mirel', price: 359 },
  ],
  sweat: [
    { cut: 'crew', name: 'Loopback crew', material: 'organic cotton', brand: 'Plainday', price: 69 },
    { cut: 'hoodie', name: 'Sunday hoodie', material: 'organic cotton', brand: 'Plainday', price: 85 },
    { cut: 'zip-hoodie', name: 'Boathouse zip hoodie', material: 'cotton fleece', brand: 'Halden', price: 95 },
    { cut: 'half-zip', name: 'Cabin half-zip', material: 'cotton fleece', brand: 'Nordvik', price: 89 },
    { cut: 'raglan', name: 'Two-tone raglan', material: 'organic cotton', brand: 'Kestrel Row', price: 72 },
  ],
  knit: [
    { cut: 'jumper', name: 'Fisher jumper', material: 'lambswool', brand: 'Osier & Sons', price: 129 },
    { cut: 'roll-neck', name: 'Lighthouse roll neck', material: 'merino', brand: 'Studio Mirel', price: 119 },
    { cut: 'cardigan', name: 'Reading cardigan', material: 'alpaca', brand: 'Tovik', price: 149 },
    { cut: 'scarf', name: 'Long scarf', material: 'lambswool', brand: 'Tovik', price: 49 },
    { cut: 'beanie', name: 'Ribbed beanie', material: 'merino', brand: 'Tovik', price: 35 },
  ],
  watch: [
    { cut: 'dress', name: 'Meridian dress watch', material: 'steel', brand: 'Calder', price: 229 },
    { cut: 'diver', name: 'Tern dive watch', material: 'steel', brand: 'Halden', price: 349 },
    { cut: 'square', name: 'Atrium square watch', material: 'steel', brand: 'Studio Mirel', price: 199 },
    { cut: 'chronograph', name: 'Lap chronograph', material: 'brushed steel', brand: 'Calder', price: 429 },
    { cut: 'field', name: 'Ranger field watch', material: 'matt steel', brand: 'Nordvik', price: 159 },
  ],
  bag: [
    { cut: 'tote', name: 'Market tote', material: 'canvas', brand: 'Kestrel Row', price: 59 },
    { cut: 'backpack', name: 'Commuter backpack', material: 'waxed cotton', brand: 'Halden', price: 139 },
    { cut: 'satchel', name: 'Postal satchel', material: 'leather', brand: 'Osier & Sons', price: 179 },
    { cut: 'bucket', name: 'Drawstring bucket bag', material: 'leather', brand: 'Studio Mirel', price: 159 },
    { cut: 'weekender', name: 'Two-night weekender', material: 'canvas', brand: 'Kestrel Row', price: 169 },
  ],
  lamp: [
    { cut: 'dome', name: 'Hearth table lamp', material: 'spun steel', brand: 'Lumo', price: 119 },
    { cut: 'pendant', name: 'Canteen pendant', material: 'enamel', brand: 'Lumo', price: 139 },
    { cut: 'desk', name: 'Drafting desk lamp', material: 'aluminium', brand: 'Calder', price: 99 },
    { cut: 'globe', name: 'Low moon lamp', material: 'opal glass', brand: 'Lumo', price: 89 },
    { cut: 'floor', name: 'Corner floor lamp', material: 'oak and linen', brand: 'Tovik', price: 199 },
  ],
  textile: [
    { cut: 'throw', name: 'Sofa throw', material: 'lambswool', brand: 'Tovik', price: 89 },
    { cut: 'cushion', name: 'Square cushion', material: 'linen', brand: 'Plainday', price: 45 },
    { cut: 'rug', name: 'Hall rug', material: 'wool', brand: 'Tovik', price: 149 },
    { cut: 'towel', name: 'Bath towel', material: 'cotton terry', brand: 'Plainday', price: 29 },
    { cut: 'quilt', name: 'Patchwork quilt', material: 'cotton', brand: 'Kestrel Row', price: 159 },
  ],
  kitchen: [
    { cut: 'mug', name: 'Stoneware mug', material: 'stoneware', brand: 'Lera', price: 19 },
    { cut: 'kettle', name: 'Stove kettle', material: 'enamel', brand: 'Lera', price: 69 },
    { cut: 'pan', name: 'Shallow casserole', material: 'cast iron', brand: 'Halden', price: 129 },
    { cut: 'jug', name: 'Breakfast jug', material: 'stoneware', brand: 'Lera', price: 39 },
    { cut: 'bowl', name: 'Deep bowl', material: 'stoneware', brand: 'Lera', price: 25 },
  ],
};

/** Colour names in the order of the palette; the picture generator knows their values. */
export const colours = ['navy', 'rust', 'oat', 'moss', 'charcoal', 'mustard', 'plum', 'teal', 'rose', 'sand'] as const;
const patterns = ['plain', 'plain', 'stripe', 'plain', 'check'] as const;
/** Cuts that no mill makes in a pattern. */
const alwaysPlain = new Set(['parka', 'puffer', 'satchel', 'bucket', 'zip-hoodie']);
const patternOf: Partial<Record<Kind, readonly string[]>> = {
  knit: ['rib', 'cable', 'stripe', 'rib', 'fair isle'],
  textile: ['stripe', 'check', 'plain', 'zigzag', 'dots'],
  watch: ['plain', 'plain', 'plain', 'plain', 'plain'],
  lamp: ['plain', 'plain', 'plain', 'plain', 'plain'],
  kitchen: ['plain', 'glaze', 'plain', 'stripe', 'dots'],
  coat: ['plain', 'plain', 'herringbone', 'plain', 'check'],
};

/** What a name says of a pattern, where it is not the pattern's own word. */
const patternWord: Record<string, string> = { plain: '', stripe: ' stripes', 'fair isle': ' Fair Isle' };

/** Sold out, so that the shop, the mails and the gates have something to say about it. */
const soldOut = new Set(['coat-14', 'sweat-21', 'knit-9', 'watch-18', 'lamp-11', 'kitchen-23']);

/**
 * The whole catalogue, 25 items in each of 8 categories, ids `coat-1` … `kitchen-25`.
 * @param shopUrl where the shop lives, without a slash at the end: `https://shop.example/shop`
 */
export function catalogue(shopUrl: string): ShopItem[] {
  return categories.flatMap((category, row) =>
    Array.from({ length: 25 }, (_, index) => makeItem({ category, row, index, shopUrl })),
  );
}

function makeItem(place: { category: Category; row: number; index: number; shopUrl: string }): ShopItem {
  const { category, row, index, shopUrl } = place;
  const model = models[category.kind][index % 5]!;
  const turn = Math.floor(index / 5);
  const colour = colours[(row + (index % 5) * 2 + turn * 3) % colours.length]!;
  const pattern = alwaysPlain.has(model.cut)
    ? 'plain'
    : (patternOf[category.kind] ?? patterns)[(turn + (index % 5)) % 5]!;
  const extra = (pattern === 'plain' ? 0 : Math.round(model.price / 20)) + (turn === 4 ? 4 : 0);
  const id = `${category.kind}-${index + 1}`;
  return {
    id,
    name: `${model.name} in ${colour}${patternWord[pattern] ?? ` ${pattern}`}`,
    categories: [category.slug],
    price: Number((model.price + extra - 0.1).toFixed(2)),
    currency: 'EUR',
    stock: soldOut.has(id) ? 0 : 3 + ((index * 7 + row * 5) % 23),
    url: `${shopUrl}/p/${id}`,
    imageUrl: `${shopUrl}/picture/${id}.png`,
    attributes: {
      kind: category.kind,
      cut: model.cut,
      colour,
      pattern,
      material: model.material,
      brand: model.brand,
    },
  };
}

const sizeNames = ['XS', 'S', 'M', 'L', 'XL'] as const;
/** In which order pieces come into the sizes: most into the middle ones. */
const dealt = ['M', 'S', 'L', 'M', 'XL', 'S', 'L', 'M', 'XS'] as const;
const oneSize = new Set(['scarf', 'beanie']);

/**
 * The sizes of a piece of clothing with what is left of each; none for everything else. Beckon knows the item and its
 * whole stock; the size is the shop's own matter.
 */
export function sizesOf({ id, stock, attributes: { kind, cut } }: ShopItem): { size: string; stock: number }[] {
  if (!['coat', 'sweat', 'knit'].includes(kind) || oneSize.has(cut)) return [];
  const begin = Number(/\d+$/.exec(id)?.[0] ?? 0);
  const pieces = Array.from({ length: stock }, (_, piece) => dealt[(begin + piece) % dealt.length]!);
  return sizeNames.map((size) => ({ size, stock: pieces.filter((one) => one === size).length }));
}
