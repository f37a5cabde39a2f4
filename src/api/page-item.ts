import type { Details } from './delivery-details.ts';
import type { House } from './house.ts';
import { asList, asNumber, asObject, asText, dig } from './json.ts';
import { readEntity, readTarget } from './xdm-target.ts';
import { asItemId } from './xdm-value.ts';

/** What a page says of an item, by Target's names without `entity.`. */
export interface SaidOfItem {
  id: string;
  said: Record<string, unknown>;
}

/** Hands what pages say to the catalogue, where the shop lets them (recommendations CAT-11); what is refused is noted. */
export function tellItems(house: House, source: string, read: () => readonly SaidOfItem[]): void {
  const { pageItems, intake } = house;
  if (pageItems?.isOn !== true) return;
  const refused = read().flatMap(({ id, said }) => pageItems.tell(id, said) ?? []);
  if (refused.length > 0) intake?.refused(source, refused);
}

/** What a place of a Delivery call says of its item; `detailsOnly` says it too (BEH-2). */
export function itemOfDetails({ item, entity, categories }: Details): SaidOfItem[] {
  if (item === undefined) return [];
  return [{ id: item, said: { ...entity, ...(categories.length > 0 ? { categoryId: categories } : {}) } }];
}

/** What an event of the Web SDK says: in Target's parameters, and of what is viewed in the lines of products. */
export function itemsOfXdm(event: unknown): SaidOfItem[] {
  const flat = asObject(dig(event, 'data', '__adobe', 'target')) ?? {};
  const { item } = readTarget(flat);
  const categories = flat['entity.categoryId'];
  const own =
    item === undefined ? [] : [{ id: item, said: { ...readEntity(flat), ...defined({ categoryId: categories }) } }];
  const isView = (asNumber(dig(event, 'xdm', 'commerce', 'productViews', 'value')) ?? 0) > 0;
  return isView
    ? [
        ...own,
        ...asList(dig(event, 'xdm', 'productListItems'))
          .slice(0, 20)
          .flatMap(lineOf),
      ]
    : own;
}

function lineOf(line: unknown): SaidOfItem[] {
  const id = asItemId(dig(line, 'SKU'));
  if (id === undefined) return [];
  const total = asNumber(dig(line, 'priceTotal'));
  const quantity = asNumber(dig(line, 'quantity')) ?? 1;
  const said = {
    name: asText(dig(line, 'name'), 500),
    thumbnailUrl: asText(dig(line, 'productImageUrl'), 4096),
    ...(total !== undefined && quantity > 0 ? { value: total / quantity, currency: dig(line, 'currencyCode') } : {}),
  };
  return [{ id, said: defined(said) }];
}

function defined(said: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}
