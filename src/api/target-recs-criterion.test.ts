import * as fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { describe, expect, it, test } from 'vitest';
import type { CriterionAlgorithm, CriterionContent } from '../recommend/index.ts';
import { recsCriteria, recsKinds, viewOfKind, type RecsCriterion, type RecsKind } from './contract-target-criteria.ts';
import type { Naming } from './target-recs-algorithm.ts';
import { changedBy, contentFrom, criterionSaid } from './target-recs-criterion.ts';

const naming: Naming = {
  numberOf: (key) => Number(key.slice(1)),
  keyOf: (number) => `k${number}`,
  list: 'uploaded',
};
const optional = { requiredKeys: [] as never[] };
const word = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text.trim() === text && !text.includes('`'));
const profileName = word.map((name) => `profile.${name}`);
const oneOf = <const T>(...words: T[]) => fc.constantFrom(...words);

const matcher = fc.oneof(
  fc.record({
    attribute: word,
    operation: oneOf('equals', 'contains', 'lesserOrEquals'),
    values: fc.array(word, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    attribute: word,
    operation: oneOf('equals', 'notEquals', 'isContainedInList'),
    source: fc.record(
      { name: word, type: oneOf('ENTITY', 'PROFILE', 'MBOX'), defaultValue: word, excludeAllWhenEmpty: fc.boolean() },
      { requiredKeys: ['name', 'type'] },
    ),
  }),
  fc.record({
    attribute: fc.constant('value'),
    operation: fc.constant('dynamicallyRanges'),
    lowRange: fc.nat(200).map(String),
    highRange: fc.nat(200).map(String),
    source: fc.record({ name: word, type: oneOf('ENTITY') }),
  }),
);

const named = { name: word, criteriaTitle: fc.string({ maxLength: 20 }), description: fc.string({ maxLength: 20 }) };
const filling = {
  backupDisabled: fc.boolean(),
  backupInclusionFilteringEnabled: fc.boolean(),
  partialDesignAllowed: fc.boolean(),
};
const filtering = { excludePurchases: fc.boolean(), minInventory: fc.nat(100) };
const shared = { ...named, ...filling, ...filtering };
const days = oneOf('ONE_DAY', 'TWO_DAYS', 'ONE_WEEK', 'TWO_WEEKS', 'ONE_MONTH', 'TWO_MONTHS');
const itemKey = oneOf('CURRENT', 'LAST_VIEWED', 'LAST_PURCHASED', 'MOST_VIEWED');
const aggregation = oneOf('NONE', 'AGGREGATE', 'ALL_OR_NOTHING');
const ruling = {
  inclusionRules: fc.array(matcher, { maxLength: 3 }),
  priceRange: fc.record({ min: fc.nat(50), max: fc.integer({ min: 50, max: 900 }) }, optional),
};
const ranking = { rankingRules: fc.array(fc.record({ matcher, weighting: oneOf(0, 1, 2, 3, 4) }), { maxLength: 3 }) };
const source = { datasource: fc.constant('mboxes') };
const filterKey = { inclusionRulesKey: fc.oneof(itemKey, profileName), ...source };
const ordinal = { pastBehaviorOrdinal: fc.integer({ min: 1, max: 9 }) };
const window = fc.oneof(fc.record({ daysCount: days }), fc.record({ hoursCount: fc.constant(6) }), fc.constant({}));

type Made = fc.Arbitrary<object>;
const some = (model: Record<string, fc.Arbitrary<unknown>>, ...requiredKeys: string[]): Made =>
  fc.record(model, { requiredKeys }) as Made;
const joined = (...parts: Made[]): Made =>
  fc.tuple(...parts).map((all) => {
    const configurations = all.map((one) => ('configuration' in one ? (one.configuration as object) : {}));
    return { ...Object.assign({}, ...all), configuration: Object.assign({}, ...configurations) as object };
  });
const configured = (model: Record<string, fc.Arbitrary<unknown>>, ...requiredKeys: string[]): Made =>
  some(model, ...requiredKeys).map((configuration) => ({ configuration }));

/** Documents of each kind as Target's API describes them. */
const documents: Record<RecsKind, Made> = {
  cart: joined(
    some({ ...shared, daysCount: days }, 'name', 'daysCount'),
    fc.oneof(
      fc.constant({}),
      fc
        .tuple(oneOf(['VIEW', 'VIEW'], ['VIEW', 'PURCHASE'], ['PURCHASE', 'PURCHASE']), oneOf('SESSION', 'USER'))
        .map(([[actionOnKeyItems, actionOnRecommendedItems], basisForCoOccurrence]) => ({
          modelActionSettings: { actionOnKeyItems, actionOnRecommendedItems, basisForCoOccurrence },
        })),
    ),
    configured({ ...ruling, ...filterKey }),
  ),
  userhistory: joined(
    some({ ...shared, daysCount: days, excludeViews: fc.boolean() }, 'name', 'daysCount'),
    configured({ ...ruling, ...filterKey }),
  ),
  recent: joined(some({ ...named, ...filtering }, 'name'), configured({ ...ruling, ...ranking })),
  item: fc.oneof(
    joined(
      some(
        {
          ...shared,
          daysCount: days,
          key: itemKey,
          type: oneOf('VIEWED_CF', 'VIEWED_BOUGHT', 'BOUGHT_CF', 'SITE_AFFINITY'),
          aggregation,
        },
        'name',
        'daysCount',
        'key',
        'type',
      ),
      configured({
        ...ruling,
        ...ranking,
        ...source,
        ...ordinal,
        confidence: oneOf('VERY_WEAK', 'WEAK', 'MEDIUM', 'STRONG', 'VERY_STRONG'),
      }),
    ),
    joined(
      some({ ...shared, key: itemKey, type: fc.constant('SIMILARITY'), aggregation }, 'name', 'key', 'type'),
      configured({ ...ruling, ...ranking, ...source, ...ordinal, minSimilarity: oneOf(0.1, 0.4, 0.98) }),
    ),
  ),
  category: joined(
    some(
      { ...shared, key: oneOf('CURRENT', 'FAVORITE'), type: oneOf('BOUGHT', 'VIEWED'), aggregation },
      'name',
      'key',
      'type',
    ),
    window,
    configured({ ...ruling, ...ranking, ...ordinal }),
  ),
  popularity: joined(
    some({ ...shared, aggregation }, 'name'),
    window,
    configured({ ...ruling, ...ranking, ...source }),
    fc.oneof(
      fc.record({ type: oneOf('SELLERS', 'VIEWED') }),
      fc.constant({ type: 'METRIC', key: 'cartadditions' }),
      fc.constant({ type: 'METRIC', key: 'revenue' }),
      fc.constant({ type: 'METRIC', key: 'wishlist.Added' }),
      fc.tuple(oneOf('SELLERS', 'VIEWED'), profileName, word).map(([type, attribute, groupByEntityAttribute]) => ({
        type,
        key: 'customProfileAttribute',
        configuration: { attribute, groupByEntityAttribute },
      })),
      fc
        .tuple(
          oneOf('SELLERS', 'VIEWED'),
          oneOf('SEQUENTIAL', 'HIERARCHICAL'),
          fc.array(word, { minLength: 1, maxLength: 10 }),
        )
        .map(([type, how, attributes]) => ({ type, configuration: { grouping: { type: how, attributes } } })),
    ),
  ),
  profileattribute: joined(
    some(
      {
        ...shared,
        daysCount: days,
        type: oneOf('VIEWED_CF', 'VIEWED_BOUGHT', 'BOUGHT_CF', 'SITE_AFFINITY'),
        aggregation,
      },
      'name',
      'daysCount',
      'type',
    ),
    configured({ ...ruling, ...ranking, ...source, attribute: profileName }, 'attribute'),
  ),
  custom: joined(
    some({ ...shared }, 'name'),
    configured({ ...ruling, ...ranking }),
    fc.oneof(
      fc.record({ key: fc.oneof(itemKey, oneOf('CURRENT_CATEGORY', 'FAVORITE_CATEGORY')) }),
      profileName.map((attribute) => ({ key: 'PROFILE_ATTRIBUTE', configuration: { attribute } })),
    ),
  ),
  sequence: joined(
    some({ ...named, ...filling, minInventory: fc.nat(9) }, 'name'),
    fc.record({
      sequence: fc.array(
        fc.record(
          { id: fc.integer({ min: 1, max: 9999 }), slotCount: fc.integer({ min: 1, max: 100 }) },
          { requiredKeys: ['id'] },
        ),
        { minLength: 1, maxLength: 5 },
      ),
    }),
    configured({ ...ruling, ...ranking }),
  ),
};

/** What Target's API says where a body says nothing. */
function usual(kind: RecsKind, body: RecsCriterion): object {
  const isSimilar = body.type === 'SIMILARITY';
  const hasWindow = body.daysCount !== undefined || body.hoursCount !== undefined;
  const hasSource = ['cart', 'userhistory', 'item', 'popularity', 'profileattribute'].includes(kind);
  return {
    ...(kind === 'recent'
      ? {}
      : { backupDisabled: false, backupInclusionFilteringEnabled: true, partialDesignAllowed: false }),
    ...(kind === 'sequence' ? {} : { excludePurchases: false }),
    ...(kind === 'userhistory' ? { excludeViews: false } : {}),
    ...((kind === 'category' || kind === 'popularity') && !hasWindow && !isSimilar ? { daysCount: 'ONE_MONTH' } : {}),
    ...body,
    configuration: { ...(hasSource ? { datasource: 'mboxes' } : {}), ...body.configuration },
  };
}

const feed = {
  scheduleType: 'daily',
  scheduleTime: '03:30',
  connection: { type: 'url', attributes: { URL: 'https://shop.example/list.csv' } },
};
const groupOf = (kind: RecsKind) => kind.toUpperCase();

describe('what Target says comes back as it was sent (recommendations §3.4)', () => {
  test.each(recsKinds)('%s, whatever the document', (kind) => {
    const body = Compile(recsCriteria[kind]);
    const view = Compile(viewOfKind(kind));
    fc.assert(
      fc.property(documents[kind], (document) => {
        const sent = document as RecsCriterion;
        const whole = kind === 'custom' ? { ...sent, configuration: { ...sent.configuration, feed } } : sent;
        expect([...body.Errors(whole)]).toEqual([]);
        const content = contentFrom(kind, sent, naming);
        const told = criterionSaid(content, naming, kind === 'custom' ? feed : undefined);
        expect(told).toEqual({ kind, view: { ...usual(kind, whole as RecsCriterion), criteriaGroup: groupOf(kind) } });
        const noted = { id: 1, lastModified: '', lastModifiersName: '', lastModifiersEmail: '' };
        expect([...view.Errors({ ...told.view, ...noted })]).toEqual([]);
        // What was read may be sent again, and changes nothing.
        expect([...body.Errors({ ...told.view, ...noted })]).toEqual([]);
        expect(changedBy(content, told.view as RecsCriterion, { kind, naming })).toEqual(content);
      }),
      { numRuns: 300 },
    );
  });
});

const plain: CriterionContent = { name: 'Own', algorithm: { kind: 'recent' }, backup: { when: 'none' } };

describe('what Target has no words for', () => {
  test.each<[string, CriterionAlgorithm, RecsKind]>([
    ['the next item of a visit', { kind: 'session' }, 'userhistory'],
    ['the next basket', { kind: 'next-basket' }, 'userhistory'],
    ['for you with the cart first', { kind: 'for-you', leftInCart: true }, 'userhistory'],
    ['a likeness', { kind: 'item', action: 'viewed-viewed', item: { from: 'current' }, likeness: 'llr' }, 'item'],
    ['another support', { kind: 'item', action: 'site-affinity', item: { from: 'current' }, support: 3 }, 'item'],
    [
      'a support by an attribute',
      { kind: 'item', action: 'viewed-viewed', item: { from: 'attribute', attribute: 'x' }, support: 5 },
      'profileattribute',
    ],
    ['weights of words', { kind: 'similar', item: { from: 'current' }, weights: { brand: 7 } }, 'item'],
    [
      'likeness by an attribute',
      { kind: 'similar', item: { from: 'attribute', attribute: 'profile.x' }, least: 0.4 },
      'profileattribute',
    ],
    [
      'the n-th of an attribute',
      { kind: 'item', action: 'bought-bought', item: { from: 'attribute', attribute: 'x' }, keys: { nth: 2 } },
      'profileattribute',
    ],
    [
      'carts in a category',
      { kind: 'popular', action: 'carted', within: { category: { from: 'current' } } },
      'category',
    ],
    ['a list without keys', { kind: 'custom', list: 'uploaded' }, 'custom'],
    [
      'a list by an item of an attribute',
      { kind: 'custom', list: 'uploaded', by: { item: { from: 'attribute', attribute: 'profile.x' } } },
      'custom',
    ],
  ])('%s is shown beside the nearest, stays through a new name, and is not changed into it', (_, algorithm, kind) => {
    const content: CriterionContent = { name: 'Own', algorithm };
    const { view, ...told } = criterionSaid(content, naming);
    expect(told).toEqual({ kind });
    expect(view).toMatchObject({ beckon: { algorithm } });
    const purchased = !(view as RecsCriterion).excludePurchases;
    const renamed = { ...view, name: 'New', excludePurchases: purchased } as RecsCriterion;
    expect(changedBy(content, renamed, { kind, naming })).toMatchObject({
      name: 'New',
      algorithm,
      hide: { purchased },
    });
    const other: Partial<RecsCriterion> = {
      userhistory: {},
      item: { key: 'LAST_VIEWED' },
      profileattribute: { type: 'VIEWED_BOUGHT' },
      category: { key: 'FAVORITE' },
      custom: { key: 'FAVORITE_CATEGORY' },
    }[kind as 'item'];
    if (Object.keys(other).length === 0) return;
    expect(() => changedBy(content, { ...renamed, ...other }, { kind, naming })).toThrow(
      expect.objectContaining({ code: 'TARGET_CANNOT_SAY', status: 409 }),
    );
  });

  it('stays beside what Target changes: titles, page types, other things hidden, chains of backups, all that is kept', () => {
    const content: CriterionContent = {
      name: 'Own',
      title: 'For you',
      titles: { sv: 'För dig' },
      pageTypes: ['cart'],
      vertical: 'retail',
      algorithm: { kind: 'cart' },
      window: 'ever',
      hide: { cart: true, viewed: true, variants: false },
      weights: [{ rule: 'item.inStock', weight: 2 }],
      backup: { when: 'empty', chain: ['k7'] },
    };
    const { kind, view } = criterionSaid(content, naming);
    const { title: _t, name: _n, algorithm: _a, ...beyond } = content;
    expect(view).toMatchObject({
      daysCount: 'TWO_MONTHS',
      excludePurchases: true,
      partialDesignAllowed: true,
      beckon: beyond,
    });
    expect(changedBy(content, view as RecsCriterion, { kind, naming })).toEqual(content);
    const change = {
      ...view,
      criteriaTitle: 'Yours',
      excludePurchases: false,
      backupInclusionFilteringEnabled: false,
    } as RecsCriterion;
    expect(changedBy(content, change, { kind, naming })).toEqual({
      ...content,
      title: 'Yours',
      hide: { ...content.hide, purchased: false },
      backup: { when: 'fill', ruled: false, chain: ['k7'] },
    });
    const shorter = { ...view, daysCount: 'ONE_WEEK' } as RecsCriterion;
    expect(changedBy(content, shorter, { kind, naming }).window).toBe('7d');
  });

  it('is shown of what comes with Beckon: recently viewed has a backup, which Target’s has not (BAK-7)', () => {
    expect(criterionSaid({ name: 'Recent', algorithm: { kind: 'recent' } }, naming).view).toMatchObject({
      beckon: { backup: { when: 'fill' } },
    });
    expect(criterionSaid(plain, naming).view).not.toHaveProperty('beckon');
  });

  it('a custom criterion may show another list', () => {
    const content: CriterionContent = {
      name: 'Own',
      algorithm: { kind: 'custom', list: 'old', by: { category: { from: 'current' } } },
    };
    const { kind, view } = criterionSaid(content, { ...naming, list: 'old' });
    expect(view).not.toHaveProperty('beckon');
    expect(changedBy(content, view as RecsCriterion, { kind, naming }).algorithm).toMatchObject({ list: 'uploaded' });
  });

  it('another kind is refused', () => {
    expect(() => changedBy(plain, { name: 'x' }, { kind: 'cart', naming })).toThrow(
      expect.objectContaining({ code: 'API_INPUT_INVALID' }),
    );
  });
});

describe('what means nothing, or is not offered', () => {
  test.each<[RecsKind, Partial<RecsCriterion>, string]>([
    [
      'cart',
      { modelActionSettings: { actionOnKeyItems: 'PURCHASE', actionOnRecommendedItems: 'VIEW' } },
      'API_INPUT_INVALID',
    ],
    ['item', { key: 'CURRENT', type: 'VIEWED_CF' }, 'API_INPUT_INVALID'],
    [
      'item',
      { daysCount: 'ONE_WEEK', key: 'CURRENT', type: 'VIEWED_CF', configuration: { minSimilarity: 0.4 } },
      'API_INPUT_INVALID',
    ],
    ['item', { key: 'CURRENT', type: 'SIMILARITY', configuration: { confidence: 'WEAK' } }, 'API_INPUT_INVALID'],
    ['popularity', { type: 'METRIC', key: 'bounces' }, 'TARGET_NOT_OFFERED'],
    ['popularity', { type: 'VIEWED', key: 'revenue' }, 'API_INPUT_INVALID'],
    ['popularity', { type: 'VIEWED', key: 'wishlist.added' }, 'API_INPUT_INVALID'],
    ['popularity', { type: 'VIEWED', key: 'customProfileAttribute' }, 'API_INPUT_INVALID'],
    ['popularity', { type: 'VIEWED', daysCount: 'ONE_DAY', hoursCount: 6 }, 'API_INPUT_INVALID'],
    ['popularity', { type: 'VIEWED', configuration: { datasource: 'analytics' } }, 'TARGET_NOT_OFFERED'],
    ['custom', { key: 'PROFILE_ATTRIBUTE' }, 'API_INPUT_INVALID'],
  ])('%s with %j: %s', (kind, body, code) => {
    expect(() => contentFrom(kind, { name: 'x', ...body }, naming)).toThrow(expect.objectContaining({ code }));
  });
});
