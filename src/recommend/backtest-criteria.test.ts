import { expect, it } from 'vitest';
import type { Item } from '../catalog/index.ts';
import { backtest, type BacktestResult } from './backtest.ts';
import { keyOf, shopCriteria } from './backtest-criteria.ts';
import { shippedCriteria } from './criteria-shipped.ts';
import type { CriterionContent, CriterionDefinition } from './criterion-definition.ts';
import type { PastEvent } from './evaluate-format.ts';

const start = Date.UTC(2026, 0, 1);
const hour = 3600 * 1000;

const item = (id: string, more: Partial<Item> = {}): Item => ({
  id,
  name: id,
  categories: ['all'],
  priceMinor: 1000,
  currency: 'EUR',
  stock: 1,
  url: null,
  imageUrl: null,
  attributes: {},
  variantOf: null,
  updatedAt: 0,
  ...more,
});

const own = (key: string, content: Partial<CriterionContent>): CriterionDefinition => ({
  name: key,
  algorithm: { kind: 'item', action: 'viewed-viewed', item: { from: 'current' } },
  key,
  number: 1000,
  version: 2,
  shipped: false,
  createdAt: 0,
  updatedAt: 0,
  updatedBy: null,
  ...content,
});

/** Everybody looks at the coat, then at the hat. */
const events: PastEvent[] = Array.from({ length: 60 }, (_, n) =>
  ['coat', 'hat'].map((what, i): PastEvent => {
    return { visitor: `v${n}`, session: `s${n}`, item: what, kind: 'view', at: start + n * hour + i * 60_000 };
  }),
).flat();

function tried(
  criteria: CriterionDefinition[],
  { items = [item('coat'), item('hat')], exclusions = [] as { name: string; rules: string[] }[] } = {},
): BacktestResult {
  const all = [...criteria, ...shippedCriteria];
  const find = (key: string) => all.find((one) => one.key === key);
  const get = (key: string) => find(key)!;
  const asked = criteria.map(({ key }) => key);
  const shop = shopCriteria(asked, { criteria: { find, get }, exclusions: () => exclusions, zone: 'UTC' });
  const work = backtest(events, { questions: 500, share: 0.5, criteria: asked }, { items, shop });
  for (let step = work.next(); ; step = work.next()) if (step.done) return step.value!;
}

/** In what share of the questions about the hat it stood in the list; half of all are. */
const hits = (result: BacktestResult, key: string) =>
  2 * (result.rows.find(({ criterion }) => criterion === key)?.scores.hitRate[5]!.value ?? Number.NaN);

it('a criterion of the shop is tried by its rules, and by the exclusions that are on', () => {
  const result = tried([own('plain', {}), own('dear', { rules: ['item.price > 20'] })]);
  expect([hits(result, 'plain'), hits(result, 'dear')]).toEqual([1, 0]);
  expect(result.gone).toEqual({ view: 0, cart: 0, purchase: 0 });
  const dear = { items: [item('coat'), item('hat', { priceMinor: 2500 })] };
  expect(hits(tried([own('dear', { rules: ['item.price > 20'] })], dear), 'dear')).toBe(1);
  const exclusions = [{ name: 'No hats', rules: ['item.id == "hat"'] }];
  expect(hits(tried([own('plain', {})], { exclusions }), 'plain')).toBe(0);
});

it('an item that is sold out today was sold then; one that the catalogue holds no more is counted as gone', () => {
  const soldOut = { items: [item('coat'), item('hat', { stock: 0 })] };
  expect(hits(tried([own('plain', {})], soldOut), 'plain')).toBe(1);
  const gone = tried([own('plain', {})], { items: [item('coat')] });
  expect([hits(gone, 'plain'), gone.gone]).toEqual([0, { view: 30, cart: 0, purchase: 0 }]);
});

it('sequences are tried with their members, and what was bought is hidden where the criterion says so', () => {
  const members = [{ criterion: 'viewed-together', slots: 1 }, { criterion: 'recently-viewed' }];
  expect(hits(tried([own('both', { algorithm: { kind: 'sequence', members } })]), 'both')).toBe(1);
});

it('says what the past does not tell, and tries what can be tried without', () => {
  const result = tried([
    own('list', { algorithm: { kind: 'custom', list: 'x' } }),
    own('mine', { algorithm: { kind: 'similar', item: { from: 'attribute', attribute: 'profile.best' } } }),
    own('alike', {
      algorithm: { kind: 'popular', action: 'viewed', within: { visitors: ['city'], as: 'in-turn' } },
    }),
    own('liked', {
      algorithm: { kind: 'popular', action: 'viewed', within: { category: { from: 'favourite' } } },
    }),
    own('ruled', {
      rules: [
        'item.attributes.size == profile.size or profile.size is empty',
        'item.name != "item.stock"',
        { attribute: 'brand', operation: 'equals', source: { name: 'brand', type: 'MBOX' } },
      ],
      leastStock: 2,
    }),
    own('text', { rules: ['item.name != "profile.x"'] }),
  ]);
  expect(result.criteria!.map(({ criterion, evaluated, lacks }) => [criterion, evaluated, lacks])).toEqual([
    ['list', false, ['uploaded-list']],
    ['mine', false, ['profile']],
    ['alike', false, ['visitor-attributes']],
    ['liked', false, ['favourite-category']],
    ['ruled', true, ['profile', 'request', 'stock']],
    ['text', true, []],
  ]);
  expect(result.rows.map(({ criterion }) => criterion)).toEqual(['ruled', 'text']);
  expect(hits(result, 'ruled')).toBe(1);
});

it('a criterion whose key is also a way is told apart from it', () => {
  expect([keyOf('criterion:cart'), keyOf('my-cart')]).toEqual(['cart', 'my-cart']);
});
