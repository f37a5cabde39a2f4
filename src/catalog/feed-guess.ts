import { attributeName, type FeedMapping, type FieldSource } from './feed-mapping.ts';
import { googleName, type FeedShape } from './feed-read.ts';
import type { SourceRow } from './feed-row.ts';
import { textOf, type DecimalSign } from './feed-value.ts';

/** Target's names for our fields; its other columns are attributes (recommendations FEED-1). */
const targetFields: Readonly<Record<string, string>> = {
  id: 'id',
  name: 'name',
  categoryId: 'categories',
  value: 'price',
  currency: 'currency',
  inventory: 'stock',
  pageUrl: 'url',
  thumbnailUrl: 'imageUrl',
};

/** Google Merchant's attributes (recommendations §1.10), each with those that stand in when it says nothing. */
const googleFields: Readonly<Record<string, readonly string[]>> = {
  id: ['id', 'guid'],
  name: ['title'],
  'attributes.message': ['description', 'summary', 'content'],
  url: ['link', 'canonical_link'],
  imageUrl: ['image_link', 'image'],
  price: ['price'],
  salePrice: ['sale_price'],
  salePeriod: ['sale_price_effective_date'],
  categories: ['product_type', 'google_product_category'],
  'attributes.brand': ['brand'],
  availability: ['availability'],
  stock: ['quantity', 'sell_on_google_quantity', 'inventory'],
  variantOf: ['item_group_id'],
};

/** What Google wants for delivery, taxes and advertising, which says nothing of the item. */
const googlePassed =
  /^(shipping|tax|installment|subscription_cost|loyalty|ships_from|min_handling|max_handling|transit_time|min_energy|max_energy|free_shipping|ads_|adwords_|excluded_destination|included_destination|shopping_ads|promotion_id|cost_of_goods|identifier_exists|updated|published|author)/;

/** Names under which plain tables carry our fields, in English, Swedish and German; without signs, small letters. */
const plainNames: Readonly<Record<string, string>> = {
  id: 'id itemid sku productid articleid artikelnummer artikelnr artnr articlenumber itemnumber productcode code entityid offerid uniqueid',
  name: 'name title productname producttitle itemname entityname namn produktnamn benamning bezeichnung titel artikelname produktname',
  categories:
    'categories category categoryid categorypath productcategory producttype breadcrumb kategori kategorier kategorie kategorien warengruppe',
  price: 'price value unitprice listprice regularprice pris ordinariepris preis bruttopreis verkaufspreis',
  salePrice: 'saleprice specialprice discountprice kampanjpris reapris angebotspreis aktionspreis',
  salePeriod: 'salepriceeffectivedate saleperiod',
  currency: 'currency currencycode valuta waehrung wahrung',
  stock:
    'stock inventory quantity qty stockquantity inventoryquantity lager lagersaldo saldo bestand lagerbestand antal',
  availability: 'availability instock isinstock stockstatus available tillganglighet verfugbarkeit lagerstatus',
  url: 'url link pageurl producturl productlink permalink deeplink lank produktlank',
  imageUrl:
    'imageurl image imagelink thumbnailurl thumbnail picture pictureurl imagesrc mainimage bild bildurl bildlank',
  variantOf: 'variantof itemgroupid parentid parentsku groupid',
  environment: 'environment',
  'attributes.message': 'message description shortdescription beskrivning beschreibung',
  'attributes.brand': 'brand vendor manufacturer varumarke tillverkare marke hersteller',
  'attributes.margin': 'margin marginal marge',
  attributes: 'attributes',
  environments: 'environments',
};

const byPlainName = new Map(
  Object.entries(plainNames).flatMap(([field, names]) =>
    names.split(' ').map((name, rank) => [name, { field, rank }] as const),
  ),
);

/** The mapping that fits a file as well as can be told from its columns and first rows. Pure. */
export function guessMapping(shape: FeedShape, sample: readonly SourceRow[]): FeedMapping {
  if (shape.dialect === 'recs') return mappingOf(recsFields(shape.columns), '.');
  const fields = shape.dialect === 'google' ? googleSources(shape.columns) : plainSources(shape.columns);
  return mappingOf(fields, decimalOf(fields, shape, sample));
}

/** Columns that are no attributes although nothing names them. */
export function passedOf(shape: FeedShape): (column: string) => boolean {
  if (shape.dialect === 'google') return (column) => googlePassed.test(googleName(column));
  // Reserved by Target, where it means nothing.
  return shape.dialect === 'recs' ? (column) => attributeName(column) === 'environment' : () => false;
}

function mappingOf(fields: Record<string, FieldSource>, decimal: DecimalSign): FeedMapping {
  return { fields, others: 'attributes', decimal };
}

function recsFields(columns: readonly string[]): Record<string, FieldSource> {
  const fields: Record<string, FieldSource> = {};
  for (const column of columns) {
    const name = attributeName(column);
    if (Object.hasOwn(targetFields, name)) fields[targetFields[name]!] = { column };
  }
  return fields;
}

function googleSources(columns: readonly string[]): Record<string, FieldSource> {
  const fields: Record<string, FieldSource> = {};
  for (const [field, names] of Object.entries(googleFields)) {
    const found = names.flatMap((name) => columns.filter((column) => googleName(column) === name).slice(0, 1));
    if (found.length > 0) fields[field] = { column: found.length === 1 ? found[0]! : found };
  }
  return fields;
}

function plainSources(columns: readonly string[]): Record<string, FieldSource> {
  const best = new Map<string, { column: string; rank: number }>();
  for (const column of columns) {
    const found = byPlainName.get(bare(column));
    if (found && found.rank < (best.get(found.field)?.rank ?? Infinity)) {
      best.set(found.field, { column, rank: found.rank });
    }
  }
  const fields: Record<string, FieldSource> = {};
  for (const [field, { column }] of best) fields[field] = { column };
  return fields;
}

/** `Product-ID`, `product_id`, `Benämning` → `productid`, `benamning`. */
function bare(column: string): string {
  return attributeName(column)
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}

/** A comma before the cents only where the first rows leave no doubt, or the table is one of semicolons. */
function decimalOf(fields: Record<string, FieldSource>, shape: FeedShape, sample: readonly SourceRow[]): DecimalSign {
  const column = fields['price']?.column;
  if (typeof column !== 'string') return '.';
  const prices = sample
    .map(({ values }) => textOf(values[column]).replace(/[^\d.,]/g, ''))
    .filter((text) => text !== '');
  const commas = prices.filter((text) => /^[\d.]*,\d{1,2}$/.test(text)).length;
  const points = prices.filter((text) => /^[\d,]*\.\d{1,2}$/.test(text)).length;
  if (points > 0) return '.';
  return commas > 0 && (commas * 2 > prices.length || shape.delimiter === ';') ? ',' : '.';
}
