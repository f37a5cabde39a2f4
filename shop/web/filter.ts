import { type ShopItem, sizesOf } from '../catalogue.ts';

/** What a shelf is narrowed to. It lives in the address, so that it can be sent to somebody and gone back to. */
export interface Filter {
  colours: string[];
  sizes: string[];
  maker: string;
  /** Highest price, or 0 for any. */
  price: number;
  inStock: boolean;
  sort: 'usual' | 'cheap' | 'dear' | 'name';
}

const sorts = ['usual', 'cheap', 'dear', 'name'] as const;

export function readFilter(params: URLSearchParams): Filter {
  const wanted = params.get('sort');
  return {
    colours: params.getAll('colour'),
    sizes: params.getAll('size'),
    maker: params.get('maker') ?? '',
    price: Math.max(0, Number(params.get('price')) || 0),
    inStock: params.get('stock') === '1',
    sort: sorts.find((sort) => sort === wanted) ?? 'usual',
  };
}

/** The items that pass, in the order asked for. */
export function narrow(items: readonly ShopItem[], filter: Filter, nameOf: (item: ShopItem) => string): ShopItem[] {
  const passes = (item: ShopItem) =>
    (filter.colours.length === 0 || filter.colours.includes(item.attributes.colour)) &&
    (filter.sizes.length === 0 || sizesOf(item).some(({ size, stock }) => stock > 0 && filter.sizes.includes(size))) &&
    (filter.maker === '' || item.attributes.brand === filter.maker) &&
    (filter.price === 0 || item.price <= filter.price) &&
    (!filter.inStock || item.stock > 0);
  const found = items.filter(passes);
  const order: Record<Filter['sort'], (a: ShopItem, b: ShopItem) => number> = {
    usual: () => 0,
    cheap: (a, b) => a.price - b.price,
    dear: (a, b) => b.price - a.price,
    name: (a, b) => nameOf(a).localeCompare(nameOf(b)),
  };
  return found.sort(order[filter.sort]);
}

/** What there is to choose from among these items. */
export function choices(items: readonly ShopItem[]) {
  const unique = (list: string[]) => [...new Set(list)];
  const sizes = unique(items.flatMap((item) => sizesOf(item).map(({ size }) => size)));
  const prices = items.map(({ price }) => price);
  const steps = [50, 100, 150, 200, 250, 300, 400];
  return {
    colours: unique(items.map(({ attributes }) => attributes.colour)),
    sizes,
    makers: unique(items.map(({ attributes }) => attributes.brand)).sort(),
    prices: steps.filter((step) => step > Math.min(...prices) && step < Math.max(...prices)),
  };
}
