import type { CriterionView } from '../../src/api/contract-criterion.ts';

const noted = {
  number: 1,
  version: 1,
  needs: null,
  ready: true,
  lacks: null,
  createdAt: null,
  updatedAt: null,
  updatedBy: null,
};

/** A short name that comes along, and a long one of the shop's own. */
export const criteriaOf: CriterionView[] = [
  {
    ...noted,
    key: 'popular',
    name: 'Most viewed',
    shipped: true,
    title: 'Popular right now',
    description: '',
    algorithm: { kind: 'popular', action: 'viewed' },
    window: '7d',
  },
  {
    ...noted,
    key: 'goes-with-the-cart-in-stock-coats-first',
    name: 'Goes with the cart, in stock, coats before everything else that is in season',
    number: 40,
    version: 12,
    shipped: false,
    title: 'Complete your look',
    description: '',
    algorithm: { kind: 'cart', action: 'bought-bought', basis: 'visitor' },
    rules: ['item.price > 5 and anyEqual(item.attributes.season, ["autumn", "winter"])'],
    backup: { chain: ['popular'] },
  },
];

/** What rules over items count, before anybody wrote one. */
export const noRules = {
  matches: 0,
  of: 0,
  leaves: { asCollection: 0, asExclusion: 0 },
  rules: [],
  items: [],
};

/** What stands beside criteria, before anybody made any of it; by the door and the name of its list. */
export const nothingYet: Readonly<Record<string, Record<string, unknown>>> = {
  exclusions: { exclusions: [] },
  promotions: { promotions: [] },
  activities: { activities: [] },
  'custom-lists': { lists: [] },
  designs: { designs: [] },
  offers: { offers: [] },
  backtests: { backtests: [] },
  items: { items: [], matches: 0, of: 0 },
  'item-attributes': { attributes: [], looked: 0, of: 0 },
  'item-settings': { imageBase: null, fromPages: false, environment: null },
};
