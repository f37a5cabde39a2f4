import { describe, expect, it } from 'vitest';
import type { BoundRule, Item } from '../catalog/index.ts';
import type { Person, RecommendRequest } from './answer.ts';
import { noRules, type AnswerRules, type Asked, type Asking } from './asking.ts';
import { shippedCriteria } from './criteria-shipped.ts';
import type { CriterionContent, CriterionDefinition } from './criterion-definition.ts';
import { Dictionary } from './dictionary.ts';
import { execute, type Executed } from './execute.ts';
import { placesIn } from './scores.ts';
import type { ListQuery, Scored, Source } from './source.ts';

const now = Date.UTC(2026, 10, 24);
const nobody: Person = { profileId: null, viewed: [], cart: [], purchased: [], seed: 'ada/2026-11-24' };

/** Lists by hand: for each kind of list, ids from the best, with scores if they matter; a popular one besides. */
type Lists = Partial<Record<string, string | Record<string, number>>>;

function sourceOf(lists: Lists, asked: ListQuery[]): Source {
  const items = new Dictionary(1000);
  for (const id of alphabet) items.add(id);
  const nameOf = (query: ListQuery): string => {
    if (query.kind === 'related') return `${query.action}:${items.name(query.key)}`;
    if (query.kind === 'similar') return `similar:${items.name(query.key)}`;
    if (query.kind === 'popular') return query.group ? `popular:${query.group.value}` : `popular:${query.action}`;
    return query.kind;
  };
  const source: Source = {
    items,
    learned: 1,
    bytes: 0,
    newestAt: now,
    ranked: (query, limit, accept) => source.list(query, limit, accept).map(({ item }) => item),
    places: (query, numbers, { depth, accept }) => placesIn(source.ranked(query, depth, accept), numbers),
    list: (query, limit, accept): Scored[] => {
      asked.push(query);
      const list = lists[nameOf(query)] ?? '';
      const scores =
        typeof list === 'string' ? [...list].map((id, i) => [id, 1 / (i + 1)] as const) : Object.entries(list);
      const key = query.kind === 'related' || query.kind === 'similar' ? query.key : null;
      return scores
        .map(([id, score]): Scored => ({ item: items.find(id), score, count: 3, key, by: 'viewed-together' }))
        .filter(({ item }) => accept(item))
        .slice(0, limit);
    },
  };
  return source;
}

function itemOf(id: string, more: Partial<Item> = {}): Item {
  const plain = { categories: [], priceMinor: 1000, currency: 'EUR', url: null, imageUrl: null, stock: 5 };
  return { id, name: `Item ${id}`, attributes: {}, variantOf: null, updatedAt: now, ...plain, ...more };
}

const only = (rule: string, ids: string): BoundRule => ({
  rule,
  accepts: ({ id }) => ids.includes(id),
  acceptsNumber: () => true,
  size: null,
});

interface World {
  lists: Lists;
  items?: Record<string, Partial<Item>>;
  rules?: Partial<AnswerRules>;
  person?: Partial<Person>;
  criteria?: Record<string, Partial<CriterionContent>>;
  custom?: Record<string, string>;
  request?: Partial<RecommendRequest>;
  limit?: number;
}

const alphabet = [...'abcdefghijklmnopqrstuvwxyz'];

function ask(content: Partial<CriterionContent>, world: World): Executed & { ids: string; asked: ListQuery[] } {
  const shelf = new Map(alphabet.map((id) => [id, itemOf(id, world.items?.[id])]));
  const asked: ListQuery[] = [];
  const define = (key: string, own: Partial<CriterionContent>): CriterionDefinition => ({
    ...shippedCriteria[0]!,
    name: key,
    algorithm: { kind: 'for-you' },
    ...own,
    key,
  });
  const criteria = new Map(Object.entries(world.criteria ?? {}).map(([key, own]) => [key, define(key, own)]));
  const asking: Asking = {
    source: sourceOf(world.lists, asked),
    shelf: { get: (id) => shelf.get(id), all: () => shelf.values(), version: 1 },
    variants: (group) => [...shelf.values()].filter((one) => (one.variantOf ?? one.id) === group).map(({ id }) => id),
    // Without popular items by hand, nothing fills in.
    range: () => [],
    rules: { ...noRules, ...world.rules },
    criterion: (key) => criteria.get(key),
    customList: (list, key) => [...(world.custom?.[`${list}:${key}`] ?? '')],
    now,
    request: { criterion: 'it', ...world.request },
    person: world.person ? { ...nobody, ...world.person } : null,
  };
  const own: Asked = { name: 'It', algorithm: { kind: 'for-you' }, ...content, key: 'it' };
  const answer = execute(own, world.limit ?? 4, asking);
  return { ...answer, ids: answer.items.map(({ id }) => id).join(''), asked };
}

describe('keys (ALG-6, ALG-22, ALG-23)', () => {
  const item = (from: 'current' | 'last-viewed' | 'last-purchased' | 'most-viewed', keys = {}) => ({
    algorithm: { kind: 'item', action: 'viewed-viewed', item: { from }, keys } as const,
  });
  const lists = { 'viewed-viewed:a': 'xy', 'viewed-viewed:b': 'yzuv', 'viewed-viewed:c': 'w' };
  const person = {
    viewed: [
      { item: 'a', at: 3 },
      { item: 'b', at: 2 },
      { item: 'c', at: 1 },
    ],
    orders: [
      { items: ['c'], at: 1 },
      { items: ['b', 'a'], at: 2 },
    ],
    mostViewed: ['c', 'b'],
    profile: { wished: 'c' },
  };

  it('are the item of the request, or the last viewed, last bought or most viewed of the person', () => {
    expect(ask(item('current'), { lists, person, request: { item: 'b' } }).ids).toBe('yzuv');
    expect(ask(item('current'), { lists, person, request: { pageItem: 'a' } }).ids).toBe('xy');
    expect(ask(item('last-viewed'), { lists, person })).toMatchObject({ ids: 'xy', key: ['a'] });
    expect(ask(item('last-purchased'), { lists, person })).toMatchObject({ ids: 'yzuv', key: ['b'] });
    expect(ask(item('most-viewed'), { lists, person })).toMatchObject({ ids: 'w', key: ['c'] });
  });

  it('may stand in an attribute of the profile', () => {
    const algorithm = {
      kind: 'item',
      action: 'viewed-viewed',
      item: { from: 'attribute', attribute: 'profile.wished' },
    } as const;
    expect(ask({ algorithm }, { lists, person }).ids).toBe('w');
  });

  it('none: only the first; next: those before it fill up; whole: the first that fills all alone; nth begins there', () => {
    expect(ask(item('last-viewed', { when: 'next' }), { lists, person })).toMatchObject({
      ids: 'xyzu',
      key: ['a', 'b'],
    });
    expect(ask(item('last-viewed', { when: 'whole' }), { lists, person }).ids).toBe('yzuv');
    expect(ask(item('last-viewed', { when: 'whole' }), { lists, person, limit: 9 }).ids).toBe('');
    expect(ask(item('last-viewed', { nth: 3 }), { lists, person })).toMatchObject({ ids: 'w', key: ['c'] });
  });

  it('of a category: that of the request, the longest of the item’s, or the favourite (golden example 5, ALG-17)', () => {
    const within = (from: 'current' | 'favourite', when: 'none' | 'next' = 'none') => ({
      algorithm: { kind: 'popular', action: 'viewed', within: { category: { from } }, keys: { when } } as const,
    });
    const own = { lists: { 'popular:coats': 'ab', 'popular:coats:parka': 'c', 'popular:hats': 'd' } };
    const items = { x: { categories: ['coats', 'coats:parka'] } };
    expect(ask(within('current'), { ...own, request: { category: 'coats' } }).ids).toBe('ab');
    expect(ask(within('current'), { ...own, items, request: { item: 'x' } }).ids).toBe('c');
    expect(ask(within('favourite'), { ...own, person: { categories: ['hats', 'coats'] } }).ids).toBe('d');
    const next = ask(within('favourite', 'next'), { ...own, person: { categories: ['hats', 'coats'] } });
    expect(next.ids).toBe('dab');
    expect(next.items[1]!.because[0]).toMatchObject({ within: 'coats' });
  });

  it('of visitors alike: each attribute in turn, or all together and then one less (ALG-19); of items (ALG-18)', () => {
    const lists = {
      'popular:north': 'ab',
      'popular:gold': 'cd',
      'popular:north+gold': 'e',
      'popular:Acme': 'f',
    };
    const profile = { region: 'north', tier: 'gold', brand: 'Acme' };
    const alike = (as: 'in-turn' | 'together') => ({
      algorithm: { kind: 'popular', action: 'bought', within: { visitors: ['user.region', 'user.tier'], as } } as const,
    });
    expect(ask(alike('in-turn'), { lists, person: { profile } }).ids).toBe('abcd');
    const both = ask(alike('together'), { lists, person: { profile } });
    expect([both.ids, both.items[0]!.because[0]!.within]).toEqual(['eab', 'north+gold']);
    const brand = { kind: 'popular', action: 'bought', within: { item: 'brand', profile: 'profile.brand' } } as const;
    const found = ask({ algorithm: brand }, { lists, person: { profile } });
    expect(found.ids).toBe('f');
    expect(found.asked[0]).toMatchObject({ group: { by: 'attribute', name: 'brand', value: 'Acme' } });
  });

  it('of uploaded lists: an item, a category, an attribute, or none (ALG-21)', () => {
    const custom = { 'looks:a': 'xyz', 'looks:': 'uv', 'looks:hats': 'w' };
    const by = { item: { from: 'current' } } as const;
    const kind = 'custom';
    expect(ask({ algorithm: { kind, list: 'looks', by } }, { lists: {}, custom, request: { item: 'a' } }).ids).toBe(
      'xyz',
    );
    expect(ask({ algorithm: { kind, list: 'looks' } }, { lists: {}, custom }).ids).toBe('uv');
    const category = { category: { from: 'favourite' } } as const;
    const liked = { lists: {}, custom, person: { categories: ['hats'] } };
    expect(ask({ algorithm: { kind, list: 'looks', by: category } }, liked).ids).toBe('w');
  });
});

it('the item of the request counts in that very answer (ALG-24)', () => {
  const person = { visit: ['b', 'a'] };
  const found = ask({ algorithm: { kind: 'session' } }, { lists: { session: 'xy' }, person, request: { item: 'c' } });
  expect(found).toMatchObject({ ids: 'xy', key: ['a', 'b', 'c'] });
  const [query] = found.asked;
  const steps = query?.kind === 'session' ? query.steps : [];
  expect(steps.map(({ item }) => alphabet[item])).toEqual(['a', 'b', 'c']);
});

describe('what is left out, each with its rule', () => {
  const lists = { 'for-you': 'abcdefgh' };

  it('what the request excludes, for this answer; the item of the page (INC-13, golden example 12)', () => {
    const found = ask({}, { lists, request: { excludedIds: ['b'], pageItem: 'a' } });
    expect(found).toMatchObject({ ids: 'cdef', status: 'ok' });
    expect(found.filtered).toEqual([
      { rule: 'the item of the page', count: 1 },
      { rule: 'excluded by the request', count: 1 },
    ]);
    expect(ask({}, { lists }).ids).toBe('abcd');
  });

  it('bought items, unless they may be shown (INC-12, C-1); viewed and carted ones when they are to be hidden', () => {
    const person = { purchased: ['a'], viewed: [{ item: 'b', at: 1 }], cart: [{ item: 'c', quantity: 1 }] };
    const popular = {
      algorithm: { kind: 'popular', action: 'viewed' },
      backup: { when: 'none' },
    } satisfies Partial<CriterionContent>;
    const world = { lists: { 'popular:viewed': 'abcdefgh' }, person };
    expect(ask(popular, world).ids).toBe('bcde');
    expect(ask({ ...popular, hide: { purchased: false } }, world).ids).toBe('abcd');
    expect(ask({ ...popular, hide: { viewed: true, cart: true } }, world).ids).toBe('defg');
  });

  it('for you, all that the person had, unless the criterion lets it come back (ALG-14)', () => {
    const person = { purchased: ['a'], viewed: [{ item: 'b', at: 1 }], cart: [{ item: 'c', quantity: 1 }] };
    expect(ask({}, { lists, person })).toMatchObject({ ids: 'defg' });
    expect(ask({ hide: { viewed: false } }, { lists, person }).ids).toBe('bdef');
    expect(ask({ hide: { cart: false } }, { lists, person }).ids).toBe('cdef');
    expect(ask({ hide: { purchased: false } }, { lists, person }).ids).toBe('adef');
    const leftInCart = { algorithm: { kind: 'for-you', leftInCart: true } } as const;
    expect(ask(leftInCart, { lists, person }).ids).toBe('cdef');
    // The item that is asked about never comes back.
    expect(ask({ hide: { viewed: false } }, { lists, person, request: { item: 'b' } }).ids).toBe('defg');
  });

  it('for a visit, its own items, unless views are not hidden: then all but the newest', () => {
    const session = { algorithm: { kind: 'session' } } as const;
    const world = { lists: { session: 'abcdefgh' }, person: { visit: ['c', 'b'], viewed: [{ item: 'd', at: 1 }] } };
    expect(ask(session, world).ids).toBe('adef');
    expect(ask({ ...session, hide: { viewed: true } }, world).ids).toBe('aefg');
    const back = ask({ ...session, hide: { viewed: false } }, world);
    expect(back.ids).toBe('abde');
    expect(back.asked[0]).toMatchObject({ kind: 'session', repeats: true });
  });

  it('of promotions and backups, what was viewed or carted only when the criterion says so', () => {
    const person = { viewed: [{ item: 'p', at: 1 }], cart: [{ item: 'q', quantity: 1 }] };
    const world = { lists: { 'for-you': 'a', 'popular:viewed': 'pqr' }, person };
    expect([...ask({}, world).ids].sort().join('')).toBe('apqr');
    expect(ask({ hide: { viewed: true, cart: true } }, world).ids).toBe('ar');
  });

  it('for you, with viewed and bought items hidden (golden example 1: D, C, E)', () => {
    const merged = { D: 0.875, A: 0.75, B: 0.5, C: 0.25, E: 0.1 };
    const small = Object.fromEntries(Object.entries(merged).map(([id, score]) => [id.toLowerCase(), score]));
    const person = { viewed: [{ item: 'a', at: 1 }], purchased: ['b'] };
    expect(ask({ hide: { viewed: true } }, { lists: { 'for-you': small }, person }).ids).toBe('dce');
  });

  it('what is out of stock, below the least stock, or outside the price (INC-10, INC-11, CAT-10)', () => {
    const items = {
      a: { stock: 0 },
      b: { stock: 1 },
      c: { stock: null },
      d: { priceMinor: 5000 },
      e: { priceMinor: null },
    };
    const found = ask({ leastStock: 2, price: { min: 5, max: 20 } }, { lists, items });
    expect(found.ids).toBe('cfgh');
    expect(found.filtered).toEqual([
      { rule: 'out of stock', count: 1 },
      { rule: 'stock', count: 1 },
      { rule: 'price', count: 2 },
    ]);
  });

  it('exclusions and what lies outside the collection, of backups too (EXC-1, COL-1)', () => {
    const rules = {
      bindExclusions: () => [only('exclusion', 'bcdeghp')],
      bindCollection: () => only('collection', 'cdp'),
    };
    const found = ask({}, { lists: { ...lists, 'popular:viewed': 'pq' }, rules, request: { collection: 'x' } });
    expect(found).toMatchObject({ ids: 'cdp', filledBy: { criteria: 2, backup: 1 } });
    expect(found.filtered).toContainEqual({ rule: 'exclusion', count: 3 });
  });

  it('a collection, of what the person viewed too, which the answer says (C-2)', () => {
    const rules = { bindCollection: () => only('collection', 'bz') };
    const person = { viewed: ['a', 'b', 'c'].map((item, n) => ({ item, at: 9 - n })) };
    const recent = { algorithm: { kind: 'recent' }, backup: { when: 'none' } } as const;
    const found = ask(recent, { lists: {}, rules, person, request: { collection: 'x' } });
    expect([found.ids, found.filtered]).toEqual(['b', [{ rule: 'collection', count: 2 }]]);
  });

  it('what its rules do not let through; all must hold (INC-1), and nothing when one lets nothing through (INC-9)', () => {
    const bindInclusion: AnswerRules['bindInclusion'] = (given) =>
      given.includes('none') ? 'nothing' : given.map((rule) => only(String(rule), String(rule)));
    const bound = { rules: { bindInclusion } };
    expect(ask({ rules: ['abcef', 'bcefg'] }, { lists, ...bound }).ids).toBe('bcef');
    const found = ask(
      { rules: ['none'] },
      { lists: { ...lists, 'popular:viewed': 'p' }, ...bound, request: { reasons: true } },
    );
    expect(found).toMatchObject({ ids: '', status: 'empty', reasons: { empty: 'its rules let nothing through' } });
  });

  it('the key of rules is the item of the request as it tells itself, or the one that is named (INC-3)', () => {
    const keys: (Item | null)[] = [];
    const bindInclusion: AnswerRules['bindInclusion'] = (_rules, { key }) => (keys.push(key), []);
    const world = { lists, rules: { bindInclusion }, person: { viewed: [{ item: 'z', at: 1 }] } };
    ask({ rules: ['x'] }, { ...world, request: { item: 'y', parameters: { 'entity.brand': 'Acme' } } });
    expect(keys[0]).toMatchObject({ id: 'y', attributes: { brand: 'Acme' } });
    keys.length = 0;
    ask({ rules: ['x'], rulesKey: { from: 'last-viewed' } }, { ...world, request: { item: 'y' } });
    expect(keys[0]).toMatchObject({ id: 'z' });
  });

  it('key items and their variants, and all but one of a group (CAT variants)', () => {
    const items = Object.fromEntries([...'abc'].map((id) => [id, { variantOf: 'coat' }]));
    const hats = Object.fromEntries([...'de'].map((id) => [id, { variantOf: 'hat' }]));
    const cart = { algorithm: { kind: 'cart', action: 'bought-bought' } } as const;
    const world = { lists: { cart: 'bcdefg' }, items: { ...items, ...hats }, request: { cart: ['a'] }, limit: 3 };
    expect(ask(cart, world).ids).toBe('dfg');
    expect(ask({ ...cart, hide: { variants: false } }, world).ids).toBe('bcd');
  });
});

describe('backups and fewer items than slots (recommendations §1.6, golden example 7)', () => {
  const four = { lists: { 'for-you': 'ab', 'popular:viewed': 'abpqrs' } };
  const none = { lists: { 'popular:viewed': 'pqrs' } };
  const full = { lists: { 'for-you': 'abcdef', 'popular:viewed': 'pqrs' } };
  const scarce = { lists: { 'for-you': 'ab', 'popular:viewed': 'p' } };
  const off = { backup: { when: 'none' } } as const;

  // What fills all slots by itself, some of them, some with too few backups, none.
  it.each([
    ['partial off, backup off', { partial: false, ...off }, ['abcd', '', '', '']],
    ['partial on, backup off', { partial: true, ...off }, ['abcd', 'ab', 'ab', '']],
    ['partial on, backup on', { partial: true }, ['abcd', 'abpq', 'abp', 'pqrs']],
    ['partial off, backup on', { partial: false }, ['abcd', 'abpq', '', 'pqrs']],
  ] as [string, Partial<CriterionContent>, string[]][])('%s (BAK-2, BAK-4, BAK-5)', (_row, content, shown) => {
    expect([full, four, scarce, none].map((world) => ask(content, world).ids)).toEqual(shown);
  });

  it('too few says how many there were; the request may say otherwise', () => {
    const found = ask({ partial: false }, scarce);
    expect(found.reasons.empty).toBe('too few items: 3 of 4, and fewer are not allowed');
    expect(ask({ partial: false }, { ...scarce, request: { partial: true } }).ids).toBe('abp');
    expect(ask({}, { ...scarce, request: { partial: false } }).status).toBe('empty');
    expect(ask({}, { ...scarce, request: { backup: 'none' } }).ids).toBe('ab');
  });

  it('empty: backups only when it has nothing of its own', () => {
    expect(ask({ backup: { when: 'empty' } }, four).ids).toBe('ab');
    expect(ask({ backup: { when: 'empty' } }, none).ids).toBe('pqrs');
  });

  it('any criterion may be a backup of any other; each item tells which brought it (BAK-1 beyond, §5 no. 10)', () => {
    const criteria = { second: { algorithm: { kind: 'session' } }, third: { algorithm: { kind: 'recent' } } } as const;
    const person = { viewed: [{ item: 'v', at: 1 }], visit: ['z'] };
    const lists = { 'for-you': 'a', session: 'ab', 'popular:viewed': 'p' };
    const found = ask({ backup: { chain: ['second', 'third'] } }, { lists, criteria, person });
    expect(found.items.map(({ id, source, criterion }) => [id, source, criterion])).toEqual([
      ['a', 'criteria', 'it'],
      ['b', 'backup', 'second'],
      ['v', 'backup', 'third'],
      ['p', 'backup', 'popular'],
    ]);
    expect(found.reasons.asked.map(({ criterion, as, items }) => [criterion, as, items])).toEqual([
      ['it', 'criterion', 1],
      ['second', 'backup', 1],
      ['third', 'backup', 1],
      ['popular', 'popular', 1],
    ]);
  });

  it('its rules hold for backups too, unless it says otherwise (BAK-3)', () => {
    const bindInclusion = () => [only('rule', 'abq')];
    const world = { ...four, rules: { bindInclusion } };
    expect(ask({ rules: ['x'] }, world).ids).toBe('abq');
    expect(ask({ rules: ['x'], backup: { ruled: false } }, { ...world }).ids).toBe('abpq');
  });

  it('recently viewed has a backup of its own (BAK-7), and its backups hide what was bought', () => {
    const person = { viewed: [{ item: 'p', at: 1 }], purchased: ['p', 'q'] };
    const found = ask({ algorithm: { kind: 'recent' } }, { ...none, person });
    expect([...found.ids].sort().join('')).toBe('prs');
  });
});

describe('sequences (SEQ-1, SEQ-2, BAK-6)', () => {
  const criteria = {
    first: { algorithm: { kind: 'session' } },
    second: { algorithm: { kind: 'next-basket' } },
  } as const;
  const members = [{ criterion: 'first', slots: 2 }, { criterion: 'second' }];
  const lists = { session: 'abcd', 'next-basket': 'bcxy', 'popular:viewed': 'p' };
  const world = { lists, criteria, person: { visit: ['z'] } };
  const algorithm = { kind: 'sequence', members } as const;

  it('the first capped at two of four slots, the second fills two, no item twice (golden example 8)', () => {
    const found = ask({ algorithm }, world);
    expect(found.ids).toBe('abcx');
    expect(found.items.map(({ criterion }) => criterion)).toEqual(['first', 'first', 'second', 'second']);
    const scores = found.items.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  it('backups and partial designs are those of the sequence, after its last member', () => {
    const few = { ...world, lists: { session: 'a', 'popular:viewed': 'p' } };
    expect(ask({ algorithm, backup: { when: 'none' } }, few).ids).toBe('a');
    expect(ask({ algorithm }, few).ids).toBe('ap');
    expect(ask({ algorithm, partial: false }, few).ids).toBe('');
  });

  it('a member of a member counts as its own', () => {
    const nested = { ...criteria, inner: { algorithm } };
    const outer = { kind: 'sequence', members: [{ criterion: 'inner', slots: 3 }] } as const;
    expect(ask({ algorithm: outer, backup: { when: 'none' } }, { ...world, criteria: nested }).ids).toBe('abc');
  });
});

describe('promotions (PRO-1 to PRO-3)', () => {
  const lists = { 'for-you': 'abcdef', 'popular:viewed': 'pq' };
  const promoting = (items: string, front: number, back = 0) => ({
    promotion: () => ({ front, back, items: [...items], rule: 'promotion' }),
  });

  it('six slots, two in front: four are the criterion’s, and no id twice (golden example 9)', () => {
    const found = ask({}, { lists, rules: promoting('chg', 2), request: { promotions: ['p'] }, limit: 6 });
    expect(found).toMatchObject({ ids: 'chabde', filledBy: { criteria: 4, promotion: 2, backup: 0 } });
    expect(found.items[0]).toMatchObject({ source: 'promotion', criterion: 'p', reason: 'Chosen by the shop' });
    expect(found.reasons.promotions).toEqual([{ promotion: 'p', items: 2 }]);
  });

  it('behind, never more than there are slots, never what the request or the collection leaves out', () => {
    const request = { promotions: ['p'] };
    expect(ask({}, { lists, rules: promoting('h', 0, 1), request, limit: 3 }).ids).toBe('abh');
    expect(ask({}, { lists, rules: promoting('efg', 5, 5), request, limit: 2 }).ids).toBe('ef');
    expect(
      ask({}, { lists, rules: promoting('ef', 1), request: { ...request, excludedIds: ['e'] }, limit: 2 }).ids,
    ).toBe('fa');
    const inside = { ...promoting('hc', 1), bindCollection: () => only('collection', 'abc') };
    expect(ask({}, { lists, rules: inside, request: { ...request, collection: 'x' } }).ids).toBe('cab');
    const person = { purchased: ['h'] };
    expect(ask({}, { lists, rules: promoting('hg', 1), request, person, limit: 2 }).ids).toBe('ga');
  });

  it('are asked with the key item that they name (PRO-3)', () => {
    const keys: (string | undefined)[] = [];
    const rules: Partial<AnswerRules> = {
      definition: (_kind, key) => ({ key, keyItem: 'LAST_VIEWED', keyAttribute: null }),
      promotion: (_id, { key }) => (keys.push(key?.id), { front: 1, back: 0, items: ['g'], rule: 'p' }),
    };
    ask({}, { lists, rules, request: { promotions: ['p'] }, person: { viewed: [{ item: 'y', at: 1 }] } });
    expect(keys).toEqual(['y']);
  });
});

it('weights raise items by quarters of the best score and remove nothing (WGT-1, C-7)', () => {
  const lists = { 'for-you': { a: 1, b: 0.9, c: 0.5, d: 0.2 } };
  const rules = { bindInclusion: (given: readonly unknown[]) => [only('w', String(given[0]))] };
  const by = (weight: 0 | 1 | 2 | 3 | 4, rule = 'd') => ask({ weights: [{ rule, weight }] }, { lists, rules }).ids;
  expect([by(0), by(1), by(2), by(4)]).toEqual(['abcd', 'abcd', 'abdc', 'dabc']);
  expect(by(1, 'c')).toBe('abcd');
  expect(by(2, 'c')).toBe('acbd');
  const placed = ask({ weights: [{ rule: 'd', weight: 4 }] }, { lists, rules, request: { reasons: true } });
  expect(placed.items.map(({ rank, rankBefore }) => [rank, rankBefore])).toEqual([
    [1, 4],
    [2, 1],
    [3, 2],
    [4, 3],
  ]);
});

it('reasons are sentences in the language of the request, of the person, or English', () => {
  const lists = { 'viewed-viewed:a': 'b' };
  const content = { algorithm: { kind: 'item', action: 'viewed-viewed', item: { from: 'current' } } } as const;
  const titled = { ...content, title: 'Also', titles: { sv: 'Även' } };
  const say = (language: string | undefined, own: string | null) => {
    const request = { item: 'a', ...(language === undefined ? {} : { language }) };
    const { items, criterion } = ask(titled, { lists, request, person: { language: own } });
    return [items[0]!.reason, criterion.title];
  };
  expect(say(undefined, null)).toEqual(['Often looked at with Item a', 'Also']);
  expect(say('sv-SE', 'de')).toEqual(['Visas ofta tillsammans med Item a', 'Även']);
  expect(say(undefined, 'de-AT')).toEqual(['Oft angesehen mit Item a', 'Also']);
  expect(say('fr', null)[0]).toBe('Often looked at with Item a');
});

describe('a slot for what is new (recommender-quality §6)', () => {
  const lists = { 'for-you': 'abcdef', unproven: 'bxy' };
  const seeds = Array.from({ length: 400 }, (_none, n) => `person${n}/2026-11-24`);
  const askAll = (content: Partial<CriterionContent>, more: Partial<World> = {}) =>
    seeds.map((seed) => ask(content, { lists, person: { seed }, ...more }).ids);

  it('gives about one answer in twenty its last place, and always the same one', () => {
    const all = askAll({ explore: true });
    const explored = all.filter((ids) => ids === 'abcx');
    expect(explored.length).toBeGreaterThan(8);
    expect(explored.length).toBeLessThan(40);
    expect(all.filter((ids) => ids === 'abcd')).toHaveLength(400 - explored.length);
    expect(askAll({ explore: true })).toEqual(all);
  });

  it('does so only where a criterion wants it, for people that are known, and by all rules', () => {
    expect(new Set(askAll({}))).toEqual(new Set(['abcd']));
    expect(ask({ explore: true }, { lists }).ids).toBe('abcd');
    const request = { excludedIds: ['x'] };
    expect(new Set(askAll({ explore: true }, { request }))).toEqual(new Set(['abcd', 'abcy']));
    expect(new Set(askAll({ explore: true }, { limit: 1 }))).toEqual(new Set(['a']));
  });
});
