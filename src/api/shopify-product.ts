import { asList, asNumber, asText, dig } from './json.ts';
import { ignored, plain, refused, timeOf, type PlatformContext, type Taken } from './webhook-platform.ts';
import { asItemId } from './xdm-value.ts';

/**
 * `products/create`, `products/update` and `products/delete`: a product for the catalogue, as one item, or one for each
 * variant, as the settings say. A draft, an archived or an unpublished product is sold no more. Pure.
 */
export function shopifyProduct(body: unknown, context: PlatformContext): Taken {
  const id = asItemId(dig(body, 'id'));
  if (id === undefined) return refused(undefined, 'The body is not that of a product');
  const at = timeOf(dig(body, 'updated_at'), context.now) ?? context.now;
  const subject = { id: `product:${id}`, at };
  const variants = asList(dig(body, 'variants')).slice(0, 2048);
  const ids = variants.flatMap((variant) => itemId(variant, context) ?? []);
  // The body of a deletion is the id alone; variants are then not named.
  if (dig(body, 'title') === undefined) {
    if (!ownItems(context)) return { events: [], refused: [], gone: [id], subject };
    return ignored(`Product ${id} was deleted, and Shopify does not say which variants it had`);
  }
  const isSold = (asText(dig(body, 'status'), 32) ?? 'active') === 'active' && dig(body, 'published_at') !== null;
  if (!isSold) return { events: [], refused: [], gone: ownItems(context) ? ids : [id], subject };
  const items: Record<string, unknown>[] = ownItems(context)
    ? variants.map((variant) => variantItem(body, variant, context)).filter((item) => item !== undefined)
    : [productItem(id, body, context)];
  return { events: [], refused: [], items, subject };
}

function ownItems({ settings }: PlatformContext): boolean {
  return settings.itemId === 'variant' || settings.itemId === 'sku';
}

function itemId(variant: unknown, { settings }: PlatformContext): string | undefined {
  return settings.itemId === 'sku' ? asItemId(dig(variant, 'sku')) : asItemId(dig(variant, 'id'));
}

function productItem(id: string, body: unknown, context: PlatformContext): Record<string, unknown> {
  const variants = asList(dig(body, 'variants'));
  const prices = variants.flatMap((variant) => asNumber(dig(variant, 'price')) ?? []);
  const stocks = variants.map(stockOf);
  return {
    ...shared(body, context),
    id,
    name: plain(dig(body, 'title'), 500) ?? id,
    // The cheapest variant, as shops print it: "from 19.00".
    price: prices.length > 0 ? Math.min(...prices) : null,
    // One variant that is always there makes the product available.
    stock: stocks.includes(null) ? null : stocks.reduce<number>((sum, stock) => sum + Math.max(0, stock ?? 0), 0),
    imageUrl: imageOf(dig(body, 'image')) ?? imageOf(asList(dig(body, 'images'))[0]) ?? null,
  };
}

function variantItem(body: unknown, variant: unknown, context: PlatformContext): Record<string, unknown> | undefined {
  const id = itemId(variant, context);
  if (id === undefined) return undefined;
  const title = plain(dig(variant, 'title'), 200);
  const name = plain(dig(body, 'title'), 250) ?? id;
  const images = asList(dig(body, 'images'));
  const own = images.find((image) => {
    const imageId = dig(variant, 'image_id');
    return imageId !== null && imageId !== undefined && dig(image, 'id') === imageId;
  });
  const common = shared(body, context);
  const path =
    typeof common['url'] === 'string' ? `${common['url']}?variant=${asText(dig(variant, 'id'), 64) ?? ''}` : null;
  return {
    ...common,
    id,
    name: title === undefined || title === 'Default Title' ? name : `${name} – ${title}`,
    url: path,
    price: asNumber(dig(variant, 'price')) ?? null,
    stock: stockOf(variant),
    imageUrl: imageOf(own) ?? imageOf(dig(body, 'image')) ?? imageOf(images[0]) ?? null,
  };
}

/** What all items of a product share. Collections are not in the body, so the product type is the category. */
function shared(body: unknown, context: PlatformContext): Record<string, unknown> {
  const type = plain(dig(body, 'product_type'), 250);
  const brand = plain(dig(body, 'vendor'), 256);
  const tags = (
    typeof dig(body, 'tags') === 'string' ? (dig(body, 'tags') as string).split(',') : asList(dig(body, 'tags'))
  )
    .flatMap((tag) => plain(tag, 256) ?? [])
    .slice(0, 250);
  return {
    categories: type === undefined ? [] : [type],
    currency: context.settings.currency ?? context.currency,
    url: linkOf(body, context),
    attributes: { brand: brand ?? null, tags: tags.length > 0 ? tags : null },
  };
}

/** The shop's own address when the settings have it, else the platform's, which leads there too. */
function linkOf(body: unknown, { settings, headers }: PlatformContext): string | null {
  const handle = plain(dig(body, 'handle'), 255);
  const domain = headers['x-shopify-shop-domain'] ?? '';
  const fallback = /^[a-z0-9-]{1,60}\.myshopify\.com$/.test(domain) ? `https://${domain}` : undefined;
  const shop = settings.shopUrl ?? fallback;
  return handle === undefined || shop === undefined ? null : `${shop}/products/${encodeURIComponent(handle)}`;
}

/** Pieces in stock; null where nobody counts, or where it sells on at none. */
function stockOf(variant: unknown): number | null {
  const quantity = asNumber(dig(variant, 'inventory_quantity'));
  const counts = dig(variant, 'inventory_management') !== null && dig(variant, 'inventory_policy') !== 'continue';
  return counts && quantity !== undefined ? Math.trunc(quantity) : null;
}

function imageOf(image: unknown): string | undefined {
  const source = asText(dig(image, 'src'), 4096);
  return source?.startsWith('//') ? `https:${source}` : source;
}
