import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { FakeClock } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import { Catalog } from './catalog.ts';
import type { ItemInput } from './input.ts';
import type { Item } from './item.ts';
import type { InclusionRule, Matcher, MatchOperation, RuleContext } from './rule.ts';
import { RuleBook } from './rule-book.ts';
import { checkRules } from './rule-check.ts';
import { keyOfRequest } from './rule-context.ts';
import { conditionOf, operations } from './rule-matcher.ts';
import { migrations } from './table.ts';

const now = Date.UTC(2026, 10, 23, 10);
const items: ItemInput[] = [
  {
    id: 'parka',
    name: 'Parka',
    categories: ['womens', 'womens:coats'],
    price: 200,
    stock: 4,
    attributes: { brand: 'Nord', genre: ['ab', 'bc', 'de'], rank: ['130', '191', '60', '75'] },
  },
  {
    id: 'anorak',
    name: 'Anorak',
    categories: ['mens', 'mens:coats'],
    price: 100,
    stock: 0,
    attributes: { brand: 'Fell', genre: ['abcde', 'de', 'ef'], rank: ['101', '200', '125'] },
  },
  {
    id: 'cap',
    name: 'Cap',
    categories: ['hats'],
    price: 20,
    attributes: { brand: 'nord', genre: 'abc', rank: 'none' },
  },
  { id: 'plain', name: 'Plain thing' },
];

let store: Store;
let catalog: Catalog;
let book: RuleBook;
const clock = new FakeClock(now);

beforeAll(async () => {
  store = await freshStore(migrations);
});
afterAll(async () => {
  await store.close();
});
beforeEach(async () => {
  await store.run({ text: 'truncate item, catalog_setting, rule_definition, rule_definition_version' });
  catalog = await Catalog.open(store, clock, { currency: 'EUR' });
  await catalog.upsert(items);
  book = await RuleBook.open({ store, clock, catalog, zone: 'UTC' });
});

function contextOf(more: Partial<RuleContext> = {}): RuleContext {
  return { key: null, request: {}, profile: {}, now, ...more };
}

/** Ids of the items that these rules let through, or `nothing`. */
function passing(rules: InclusionRule[], more: Partial<RuleContext> = {}): string[] | 'nothing' {
  const bound = book.bindInclusion(checkRules(rules, 'rules'), contextOf(more));
  if (bound === 'nothing') return bound;
  const all = [...catalog.shelf(more.environment ?? null).all()];
  const passed = all.filter((item) => bound.every((rule) => rule.accepts(item)));
  for (const item of all) {
    const number = book.standings(null).numberOf(item.id)!;
    expect(bound.every((rule) => rule.acceptsNumber(number))).toBe(passed.includes(item));
  }
  return passed.map(({ id }) => id).sort();
}

const all = ['anorak', 'cap', 'parka', 'plain'];

describe('static rules (INC-2): what each operation lets through', () => {
  const rows: [MatchOperation | 'less than', string, string[], string[]][] = [
    ['equals', 'genre', ['abc'], ['cap']],
    ['equals', 'brand', ['Nord', 'Fell'], ['anorak', 'parka']],
    ['notEquals', 'genre', ['abc'], ['anorak', 'parka', 'plain']],
    ['contains', 'genre', ['abc'], ['anorak', 'cap']],
    ['doesNotContain', 'genre', ['abc'], ['parka', 'plain']],
    ['startsWith', 'genre', ['abc', 'zz'], ['anorak', 'cap']],
    ['startsWith', 'category', ['womens:'], ['parka']],
    ['endsWith', 'category', [':coats'], ['anorak', 'parka']],
    ['equals', 'category', ['mens:coats'], ['anorak']],
    ['greaterOrEquals', 'value', ['100'], ['anorak', 'parka']],
    ['lesserOrEquals', 'value', ['20', '150'], ['anorak', 'cap']],
    ['greaterThan', 'value', ['100'], ['parka']],
    ['less than', 'value', ['100'], ['cap']],
    // INC-6: what is no number is passed over.
    ['greaterOrEquals', 'rank', ['x', '191'], ['anorak', 'parka']],
    // CAT-10: stock that is not said passes, in every comparison.
    ['greaterThan', 'inventory', ['0'], ['cap', 'parka', 'plain']],
    ['equals', 'inventory', ['0'], ['anorak', 'cap', 'plain']],
    ['greaterOrEquals', 'inventory', ['5'], ['cap', 'plain']],
    ['valueIsPresent', 'inventory', [], ['anorak', 'parka']],
    ['valueIsPresent', 'brand', [], ['anorak', 'cap', 'parka']],
    ['valueIsNotPresent', 'entity.brand', [], ['plain']],
    // INC-16: capitals count.
    ['equals', 'brand', ['nord'], ['cap']],
    ['isContainedInList', 'genre', ['de', 'zz'], ['anorak', 'parka']],
    ['isNotContainedInList', 'genre', ['de', 'zz'], ['cap', 'plain']],
    ['containsAllInList', 'genre', ['de', 'ab'], ['parka']],
    ['doesNotContainAllInList', 'genre', ['de', 'ab'], ['anorak', 'cap', 'plain']],
    ['equals', 'id', ['cap', 'parka'], ['cap', 'parka']],
    ['contains', 'name', ['r'], ['anorak', 'parka']],
  ];
  test.each(rows)('%s of %s with %j: %j', (operation, attribute, values, expected) => {
    expect(passing([{ operation: operation as MatchOperation, attribute, values }])).toEqual(expected);
  });
});

describe('dynamic rules: each operation against the key item, the visitor and the request, lists on the left too (INC-3…5, C-13)', () => {
  const key = (): Item => ({
    ...catalog.get('parka')!,
    attributes: { brand: 'Fell', genre: ['de'], price2: 100, letter: 'a', list: ['de', 'ab'] },
  });
  const rows: [MatchOperation, string, string, string[]][] = [
    ['equals', 'brand', 'brand', ['anorak']],
    ['dynamicallyMatches', 'brand', 'brand', ['anorak']],
    ['notEquals', 'brand', 'brand', ['cap', 'parka', 'plain']],
    ['greaterOrEquals', 'value', 'price2', ['anorak', 'parka']],
    ['lesserOrEquals', 'value', 'price2', ['anorak', 'cap']],
    ['contains', 'genre', 'letter', ['anorak', 'cap', 'parka']],
    ['doesNotContain', 'genre', 'letter', ['plain']],
    ['startsWith', 'genre', 'letter', ['anorak', 'cap', 'parka']],
    ['endsWith', 'genre', 'genre', ['anorak', 'parka']],
    ['isContainedInList', 'genre', 'list', ['anorak', 'parka']],
    ['isNotContainedInList', 'genre', 'list', ['cap', 'plain']],
    ['containsAllInList', 'genre', 'list', ['parka']],
    ['doesNotContainAllInList', 'genre', 'list', ['anorak', 'cap', 'plain']],
  ];
  const shapes: [string, Matcher['source'] & object, (said: Record<string, unknown>) => Partial<RuleContext>][] = [
    ['ENTITY', { name: '', type: 'ENTITY' }, () => ({ key: key() })],
    ['PROFILE', { name: 'profile.', type: 'PROFILE' }, (said) => ({ profile: said })],
    ['PROFILE of a script', { name: 'user.', type: 'PROFILE' }, (said) => ({ profile: said })],
    ['MBOX', { name: 'mbox.', type: 'MBOX' }, (said) => ({ request: said })],
    // Parameters carry lists as JSON in a text, and numbers as texts.
    [
      'MBOX in texts',
      { name: '', type: 'MBOX' },
      (said) => ({
        request: Object.fromEntries(
          Object.entries(said).map(([name, value]) => [
            name,
            typeof value === 'string' ? value : JSON.stringify(value),
          ]),
        ),
      }),
    ],
  ];
  for (const [shape, source, context] of shapes) {
    test.each(rows)(`${shape}: %s of %s with %s: %j`, (operation, attribute, name, expected) => {
      const rule: Matcher = { operation, attribute, source: { ...source, name: source.name + name } };
      expect(passing([rule], context(key().attributes))).toEqual(expected);
    });
  }

  it('takes a comma list in a parameter or a profile attribute for a list, where lists are asked for', () => {
    const rule = (type: 'MBOX' | 'PROFILE'): Matcher => ({
      attribute: 'genre',
      operation: 'isContainedInList',
      source: { name: 'liked', type },
    });
    expect(passing([rule('MBOX')], { request: { liked: 'zz, de' } })).toEqual(['anorak', 'parka']);
    expect(passing([rule('PROFILE')], { profile: { liked: 'zz,de' } })).toEqual(['anorak', 'parka']);
    expect(passing([{ ...rule('MBOX'), operation: 'equals' }], { request: { liked: 'zz, de' } })).toEqual([]);
  });

  it('ranges by percent of the reference (INC-8, golden example 4)', () => {
    const range = (lowRange?: string, highRange?: string): Matcher => ({
      attribute: 'rank',
      operation: 'dynamicallyRanges',
      ...(lowRange === undefined ? {} : { lowRange }),
      ...(highRange === undefined ? {} : { highRange }),
      source: { name: 'around', type: 'MBOX' },
    });
    expect(passing([range('80', '120')], { request: { around: '100' } })).toEqual(['anorak']);
    expect(passing([range('0', '70')], { request: { around: 100 } })).toEqual(['parka']);
    // No upper bound, and several reference values are alternatives.
    expect(passing([range('100')], { request: { around: '[195, 10000]' } })).toEqual(['anorak']);
  });

  it('takes the price of the key for up-selling', () => {
    const rule: Matcher = {
      attribute: 'value',
      operation: 'dynamicallyRanges',
      lowRange: '110',
      highRange: '1000',
      source: { name: 'value', type: 'ENTITY' },
    };
    expect(passing([rule], { key: catalog.get('anorak')! })).toEqual(['parka']);
  });
});

describe('an empty reference value (INC-9)', () => {
  const sources: ('ENTITY' | 'PROFILE' | 'MBOX')[] = ['ENTITY', 'PROFILE', 'MBOX'];
  const empties: Partial<RuleContext>[] = [
    {},
    { profile: { brand: '' }, request: { brand: '' } },
    { profile: { brand: [] }, request: { brand: '[]' } },
    { profile: { brand: null }, request: { brand: null } },
  ];
  for (const type of sources) {
    const rule = (more: object): Matcher => ({
      attribute: 'brand',
      operation: 'equals',
      source: { name: 'brand', type, ...more },
    });
    const negative = (more: object): Matcher => ({ ...rule(more), operation: 'notEquals' });
    test.each(empties)(`${type}: ignores the rule, shows nothing, or uses a static value, as it says (%j)`, (empty) => {
      expect(passing([rule({})], empty)).toEqual(all);
      expect(passing([rule({ excludeAllWhenEmpty: true })], empty)).toBe('nothing');
      expect(passing([negative({ excludeAllWhenEmpty: true })], empty)).toBe('nothing');
      expect(passing([rule({ defaultValue: 'Fell' })], empty)).toEqual(['anorak']);
      expect(passing([negative({ defaultValue: 'Fell' })], empty)).toEqual(['cap', 'parka', 'plain']);
    });
  }

  it('leaves a rule that is ignored out of what is bound, and says so by name where it has a say', () => {
    const rules: InclusionRule[] = [
      { attribute: 'brand', operation: 'equals', source: { name: 'brand', type: 'PROFILE' } },
      'item.price > 50',
    ];
    expect(book.bindInclusion(rules, contextOf())).toMatchObject([{ rule: 'item.price > 50', size: 2 }]);
    const bound = book.bindInclusion(rules, contextOf({ profile: { brand: 'Nord' } }));
    expect(bound).toMatchObject([
      { rule: 'profile.brand is empty or anyEqual(item.attributes.brand, profile.brand)', size: null },
      { size: 2 },
    ]);
  });
});

describe('values of two kinds (INC-15)', () => {
  it('a text of the item and a number of the key compare as what they say, and never fail', async () => {
    await catalog.upsert([
      { id: 'parka', attributes: { pairedPrice: '20', limit: 'none' } },
      { id: 'anorak', attributes: { pairedPrice: '20.00', limit: 30 } },
    ]);
    const key = catalog.get('cap')!;
    const rule = (attribute: string, operation: MatchOperation): Matcher => ({
      attribute,
      operation,
      source: { name: 'value', type: 'ENTITY' },
    });
    expect(passing([rule('pairedPrice', 'equals')], { key })).toContain('parka');
    expect(passing([rule('pairedPrice', 'notEquals')], { key })).not.toContain('parka');
    expect(passing([rule('limit', 'greaterOrEquals')], { key })).toEqual(['anorak']);
    expect(passing([rule('pairedPrice', 'greaterOrEquals')], { key })).toEqual(['anorak', 'parka']);
  });
});

describe('rules', () => {
  it('are joined by and, their values by or (INC-1)', () => {
    expect(
      passing([
        { attribute: 'brand', operation: 'equals', values: ['Nord', 'Fell'] },
        { attribute: 'value', operation: 'lesserOrEquals', values: ['150'] },
      ]),
    ).toEqual(['anorak']);
  });

  it('may be conditions of the language over item, key, request and profile', () => {
    const rules = ['item.price < key.price * 0.6 and item.id not in profile.viewed', 'request.`page.type` = "product"'];
    expect(
      passing(rules, { key: catalog.get('parka')!, request: { 'page.type': 'product' }, profile: { viewed: ['cap'] } }),
    ).toEqual(['anorak']);
    expect(passing(rules, { key: catalog.get('parka')!, request: { 'page.type': 'home' } })).toBe('nothing');
  });

  it('read the current item from the request before the catalogue (INC-3)', () => {
    const rule: Matcher = {
      attribute: 'brand',
      operation: 'equals',
      source: { name: 'brand', type: 'ENTITY', excludeAllWhenEmpty: true },
    };
    const request = {
      'entity.brand': 'Fell',
      'entity.value': '12.50',
      'entity.categoryId': 'a,b',
      'entity.event.detailsOnly': 'true',
    };
    const key = keyOfRequest(catalog.get('parka')!, request)!;
    expect(key).toMatchObject({
      id: 'parka',
      priceMinor: 1250,
      categories: ['a', 'b'],
      attributes: { brand: 'Fell', genre: ['ab', 'bc', 'de'] },
    });
    expect(passing([rule], { key })).toEqual(['anorak']);
    expect(passing([rule], { key: keyOfRequest(null, { 'entity.brand': 'nord' }) })).toEqual(['cap']);
    expect(keyOfRequest(null, { 'entity.event.detailsOnly': 'true' })).toBeNull();
    expect(catalog.get('parka')!.attributes['brand']).toBe('Nord');
  });

  it('see the values of the environment that asks (CAT-14)', async () => {
    await catalog.upsert([{ id: 'cap', environment: 'uk', price: 500 }]);
    const rules = ['item.price > 150'];
    expect(passing(rules)).toEqual(['parka']);
    expect(passing(rules, { environment: 'uk' })).toEqual(['cap', 'parka']);
    expect(passing(rules, { environment: 'nobody-knows' })).toEqual(['parka']);
  });

  it('act on changed items at once', async () => {
    const rules = ['item.price > 150', 'anyEqual(item.attributes.brand, "Nord")'];
    expect(passing(rules)).toEqual(['parka']);
    await catalog.upsert([
      { id: 'cap', price: 300, attributes: { brand: 'Nord' } },
      { id: 'new', name: 'New', price: 160, attributes: { brand: 'Nord' } },
    ]);
    await catalog.remove(['parka']);
    expect(passing(rules)).toEqual(['cap', 'new']);
  });

  test.each([
    ['item.prise > 5', 'did you mean price?'],
    ['cart.count > 5', 'cart'],
    ['happened("commerce.purchases")', ''],
    ['item.price >', ''],
    ['', 'says nothing'],
    [{ attribute: 'brand', operation: 'equal', values: ['x'] }, 'did you mean "equals"?'],
    [{ attribute: 'brand', operation: 'equals' }, 'needs values, or a source'],
    [{ attribute: 'value', operation: 'dynamicallyRanges', values: ['5'] }, 'needs a source'],
    [
      { attribute: 'value', operation: 'dynamicallyRanges', lowRange: '-5', source: { name: 'value', type: 'ENTITY' } },
      'not a percentage',
    ],
    [{ attribute: '', operation: 'equals', values: ['x'] }, 'not a name'],
    [{ attribute: 'entity.', operation: 'equals', values: ['x'] }, 'a part is empty'],
    [{ attribute: 'brand', operation: 'equals', source: { name: 'user.a..b', type: 'PROFILE' } }, 'a part is empty'],
    [{ attribute: 'brand', operation: 'equals', source: { name: 'mbox.', type: 'MBOX' } }, 'a part is empty'],
    [{ attribute: 'a`b', operation: 'equals', values: ['x'] }, 'back-tick'],
    [{ attribute: 'brand', operation: 'equals', source: { name: 'brand', type: 'COOKIE' } }, 'none of ENTITY'],
    [{ attribute: 'brand', operation: 'equals', values: ['x'.repeat(251)] }, 'at most 250'],
    [{ attribute: 'brand', operation: 'equals', values: Array.from({ length: 1001 }, () => 'x') }, '1001 values'],
    [7, 'neither a condition nor a matcher'],
  ])('%j is refused, with the place and the reason', (rule, why) => {
    expect(() => checkRules(['item.price > 1', rule], 'rules')).toThrow(
      expect.objectContaining({
        code: 'RULE_INVALID',
        where: expect.stringMatching(/^rules\[1\]/) as string,
        message: expect.stringContaining(why) as string,
      }),
    );
  });

  test.each(operations)(
    'the matcher %s is a condition that the language reads, with any name and value',
    (operation) => {
      const values = ['say "hi"\\', 'line\nbreak', '{{x}}', '5'];
      const sources: (Matcher['source'] | undefined)[] = [
        undefined,
        { name: 'a b.c-d', type: 'ENTITY' },
        { name: 'user.a.b', type: 'PROFILE', defaultValue: '"' },
        { name: 'mbox.x.y', type: 'MBOX', excludeAllWhenEmpty: true },
      ];
      for (const source of sources) {
        if (source === undefined && operation === 'dynamicallyRanges') continue;
        const rule: Matcher = {
          attribute: 'price-group 1',
          operation,
          values,
          lowRange: '80',
          highRange: '120.5',
          ...(source === undefined ? {} : { source }),
        };
        expect(checkRules([rule], 'rules')).toEqual([rule]);
        expect(conditionOf(rule)).toContain('item.attributes.`price-group 1`');
      }
    },
  );
});

describe('collections and exclusions', () => {
  const by = 'test';

  it('filter by name, count what they leave, and a change acts on the next request (COL-1, COL-2)', async () => {
    const made = await book.definitions.put('collection', 'coats', {
      input: { name: 'Coats', rules: [{ attribute: 'category', operation: 'endsWith', values: [':coats'] }] },
      by,
    });
    expect(made).toMatchObject({ key: 'coats', number: 1001, version: 1, updatedBy: by });
    const bound = () => book.bindCollection('coats', contextOf());
    expect(bound()).toMatchObject({ rule: 'collection "Coats"', size: 2 });
    expect(book.bindCollection(null, contextOf())).toMatchObject({ size: 4 });
    expect(book.bindCollection('1001', contextOf()).accepts(catalog.get('cap')!)).toBe(false);
    await book.definitions.put('collection', 'coats', { input: { name: 'Coats', rules: ['item.price < 50'] }, by });
    expect(bound().accepts(catalog.get('cap')!)).toBe(true);
    expect(bound().size).toBe(1);
    expect(
      (await book.definitions.versions('collection', 'coats')).map(({ version, by: who, content }) => [
        version,
        who,
        content.rules.length,
      ]),
    ).toEqual([
      [2, by, 1],
      [1, by, 1],
    ]);
  });

  it('saying the same again makes no version', async () => {
    const rules = [
      {
        attribute: 'brand',
        operation: 'equals',
        values: ['Nord'],
        source: { type: 'PROFILE', name: 'brand', defaultValue: 'x' },
      },
    ];
    await book.definitions.put('exclusion', 'nord', { input: { name: 'Nord', rules }, by });
    const again = await book.definitions.put('exclusion', 'nord', { input: { name: 'Nord', rules }, by });
    expect(again.version).toBe(1);
  });

  it('exclude for everybody while they are on (EXC-1)', async () => {
    expect(book.bindExclusions(contextOf())).toEqual([]);
    const exclusion = (on: boolean) => ({
      name: 'Nord',
      rules: [{ attribute: 'brand', operation: 'equals', values: ['Nord'] }],
      on,
    });
    await book.definitions.put('exclusion', 'nord', { input: exclusion(true), by });
    await book.definitions.put('exclusion', 'seen', {
      input: { name: 'Seen', rules: ['item.id in profile.viewed'] },
      by,
    });
    const [nord, seen, ...more] = book.bindExclusions(contextOf({ profile: { viewed: ['cap'] } }));
    expect(more).toEqual([]);
    expect(nord).toMatchObject({ rule: 'exclusion "Nord"', size: 3 });
    expect(seen).toMatchObject({ rule: 'exclusion "Seen"', size: null });
    expect([nord!.accepts(catalog.get('parka')!), nord!.accepts(catalog.get('cap')!)]).toEqual([false, true]);
    expect(seen!.accepts(catalog.get('cap')!)).toBe(false);
    await book.definitions.put('exclusion', 'nord', { input: exclusion(false), by });
    await book.definitions.remove('exclusion', 'seen');
    expect(book.bindExclusions(contextOf())).toEqual([]);
  });

  it('reach other processes with their reload, removed ones too', async () => {
    const other = await RuleBook.open({ store, clock, catalog, zone: 'UTC' });
    await book.definitions.put('collection', 'a', { input: { name: 'A', rules: ['item.price > 1'] }, by });
    expect(() => other.bindCollection('a', contextOf())).toThrow(expect.objectContaining({ code: 'RULE_UNKNOWN' }));
    await other.definitions.reload();
    expect(other.bindCollection('a', contextOf()).size).toBe(3);
    // Whoever has not heard yet makes no key that is taken.
    const second = await other.definitions.put('collection', null, {
      input: { name: 'A', rules: ['item.price > 2'] },
      by,
    });
    expect(second.key).toBe('a-2');
    await other.definitions.remove('collection', 'a');
    await book.definitions.reload();
    expect(book.definitions.list('collection').map(({ key }) => key)).toEqual(['a-2']);
  });

  it('come back under their number when they are made again', async () => {
    const input = { name: 'A', rules: ['item.price > 1'] };
    const { number } = await book.definitions.put('collection', 'a', { input, by });
    await book.definitions.remove('collection', 'a');
    expect(await book.definitions.put('collection', 'a', { input, by })).toMatchObject({ number, version: 2 });
  });

  it('cannot be removed while something uses them, and says what', async () => {
    await book.definitions.put('collection', 'coats', { input: { name: 'Coats', rules: ['item.price > 1'] }, by });
    await book.definitions.put('promotion', 'snow', { input: { name: 'First snow', collection: '1001' }, by });
    expect(book.definition('promotion', 'snow').collection).toBe('coats');
    await expect(book.definitions.remove('collection', 'coats')).rejects.toMatchObject({
      code: 'RULE_IN_USE',
      message: 'The collection "Coats" is used by promotion "First snow"',
    });
    book.definitions.onRemove((kind, key) => (kind === 'promotion' && key === 'snow' ? ['activity "Home"'] : []));
    await expect(book.definitions.remove('promotion', 'snow')).rejects.toMatchObject({ code: 'RULE_IN_USE' });
  });

  it('are refused without rules, under a bad key, and unknown ones with the nearest', async () => {
    const put = (key: string | null, rules: unknown) =>
      book.definitions.put('collection', key, { input: { name: 'X', rules }, by });
    await expect(put('x', [])).rejects.toMatchObject({ code: 'RULE_INVALID', where: 'rules' });
    for (const key of ['all', '12', 'A', 'a_b'])
      await expect(put(key, ['item.price > 1'])).rejects.toMatchObject({ code: 'RULE_INVALID', where: 'key' });
    await put('coats', ['item.price > 1']);
    expect(() => book.bindCollection('coat', contextOf())).toThrow('did you mean "coats"?');
  });
});

describe('promotions', () => {
  const by = null;
  const put = (input: object) => book.definitions.put('promotion', 'p', { input: { name: 'P', ...input }, by });
  const asked = (more: Partial<RuleContext> = {}) => book.promotion('p', contextOf(more));

  it('show ids as typed, without what is unknown, sold out or excluded (PRO-2)', async () => {
    await put({ ids: ['cap', 'nobody', 'anorak', 'parka', 'cap'], front: 2, back: 1 });
    expect(asked()).toEqual({ front: 2, back: 1, items: ['cap', 'parka'], rule: 'promotion "P"' });
    await book.definitions.put('exclusion', 'x', { input: { name: 'X', rules: ['item.id = "cap"'] }, by });
    expect(asked().items).toEqual(['parka']);
  });

  it('draw at random when the list is longer than the slots, the same for the same recipient and day (PRO-2)', async () => {
    await catalog.upsert(Array.from({ length: 20 }, (_, i) => ({ id: `i${i}`, name: `I ${i}` })));
    const ids = Array.from({ length: 20 }, (_, i) => `i${i}`);
    await put({ ids, front: 3, randomise: true });
    expect(asked({ seed: 'ada/1' }).items).toEqual(asked({ seed: 'ada/1' }).items);
    expect(asked({ seed: 'ada/1' }).items).not.toEqual(asked({ seed: 'bob/1' }).items);
    expect([...asked({ seed: 'ada/1' }).items].sort()).toEqual([...ids].sort());
    await put({ ids, front: 20, randomise: true });
    expect(asked({ seed: 'ada/1' }).items).toEqual(ids);
  });

  it('by rules and by collection show the dearest first, in stock (PRO-3, PRO-4)', async () => {
    await put({ rules: ['item.price > 10'] });
    expect(asked().items).toEqual(['parka', 'cap']);
    await catalog.upsert([{ id: 'cap', price: 999 }]);
    expect(asked().items).toEqual(['cap', 'parka']);
    await book.definitions.put('collection', 'coats', {
      input: { name: 'Coats', rules: [{ attribute: 'category', operation: 'endsWith', values: [':coats'] }] },
      by,
    });
    await put({ collection: 'coats' });
    expect(asked().items).toEqual(['parka']);
    await book.definitions.put('collection', 'coats', { input: { name: 'Coats', rules: ['item.id = "cap"'] }, by });
    expect(asked().items).toEqual(['cap']);
  });

  it('match dynamically, and promote nothing when the reference is empty and says so (INC-9)', async () => {
    await put({
      rules: [
        {
          attribute: 'brand',
          operation: 'equals',
          source: { name: 'brand', type: 'PROFILE', excludeAllWhenEmpty: true },
        },
      ],
    });
    expect(asked().items).toEqual([]);
    expect(asked({ profile: { brand: 'Nord' } }).items).toEqual(['parka']);
    expect(asked({ profile: { brand: 'nord' } }).items).toEqual(['cap']);
    await book.definitions.put('exclusion', 'x', { input: { name: 'X', rules: ['item.id = request.hide'] }, by });
    expect(asked({ profile: { brand: 'nord' }, request: { hide: 'cap' } }).items).toEqual([]);
    expect(asked({ profile: { brand: 'nord' } }).items).toEqual(['cap']);
  });

  it('hold from their start to before their end, and while they are on', async () => {
    await put({ ids: ['cap'], starts: '2026-11-23T10:00:00Z', ends: '2026-11-24' });
    const slots = (at: number) => asked({ now: at }).front;
    expect([now - 1, now, Date.UTC(2026, 10, 24) - 1, Date.UTC(2026, 10, 24)].map(slots)).toEqual([0, 1, 1, 0]);
    await put({ ids: ['cap'], on: false });
    expect(asked()).toMatchObject({ front: 0, back: 0, items: [] });
  });

  test.each([
    [{ front: 15, back: 6, ids: ['cap'] }, 'front'],
    [{ ids: ['cap'], rules: ['item.price > 1'] }, 'ids'],
    [{}, 'rules'],
    [{ ids: [' '] }, 'ids'],
    [{ ids: ['cap'], starts: 'soon' }, 'starts'],
    [{ ids: ['cap'], starts: '2026-11-24', ends: '2026-11-23' }, 'ends'],
    [{ ids: ['cap'], keyItem: 'PROFILE_ATTRIBUTE' }, 'keyAttribute'],
    [{ ids: ['cap'], front: 1.5 }, 'front'],
  ])('%j is refused', async (input, where) => {
    await expect(put(input)).rejects.toMatchObject({ code: 'RULE_INVALID', where });
  });
});
