import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BeckonError, FakeClock } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import { Criteria } from './criteria.ts';
import type { CriterionContent } from './criterion-definition.ts';
import { migrations } from './migration.ts';

let store: Store;
let criteria: Criteria;
const clock = new FakeClock(Date.UTC(2026, 10, 24));

beforeAll(async () => {
  store = await freshStore(migrations);
});

beforeEach(async () => {
  await store.run({ text: 'truncate criterion, criterion_number restart identity' });
  criteria = new Criteria({ store, clock, hasList: (name) => name === 'looks' });
  await criteria.refresh();
});

const plain: CriterionContent = { name: 'Mine', algorithm: { kind: 'recent' } };
const put = (key: string, content: Partial<CriterionContent> = {}, by: string | null = 'studio') =>
  criteria.put(key, { content: { ...plain, name: key, ...content }, by });

async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof BeckonError)) throw error;
    return `${error.code} ${error.where ?? ''}: ${error.message}`;
  }
  return 'nothing was refused';
}

describe('the criteria of a shop', () => {
  it('stand beside those of Beckon, by key and number, which stay', async () => {
    const made = await put('mine');
    expect(made).toMatchObject({ key: 'mine', number: 1001, version: 1, shipped: false, updatedBy: 'studio' });
    expect(criteria.find('1001')).toEqual(made);
    expect(criteria.find('1')).toMatchObject({ key: 'cart-based', shipped: true });
    await criteria.remove('mine');
    expect(criteria.find('mine')).toBeUndefined();
    await put('other');
    expect(await put('mine')).toMatchObject({ number: 1001, version: 3 });
  });

  it('keep what they said before; saying the same again changes nothing', async () => {
    await put('mine', { description: 'first' });
    clock.advance(1000);
    await put('mine', { description: 'second' }, 'key k1');
    expect(await put('mine', { description: 'second' })).toMatchObject({ version: 2 });
    const versions = await criteria.versions('mine');
    expect(versions.map(({ version, by, content }) => [version, by, content.description])).toEqual([
      [2, 'key k1', 'second'],
      [1, 'studio', 'first'],
    ]);
  });

  it('are seen by another process once it looks, with the events they ask for (ALG-20)', async () => {
    const other = new Criteria({ store, clock });
    await other.refresh();
    await put('mine', { algorithm: { kind: 'popular', action: 'event', event: 'wishlist.added' } });
    expect(other.find('mine')).toBeUndefined();
    expect([...other.eventTypes]).toEqual([]);
    await other.refresh();
    expect(other.find('mine')).toMatchObject({ name: 'mine' });
    expect([...other.eventTypes]).toEqual(['wishlist.added']);
    await criteria.remove('mine');
    expect([...criteria.eventTypes]).toEqual([]);
  });

  it('leave those of Beckon as they are, and whatever is used', async () => {
    expect(await refusal(() => put('popular'))).toMatch(/^CRITERION_SHIPPED key:/);
    expect(await refusal(() => criteria.remove('popular'))).toMatch(/^CRITERION_SHIPPED/);
    await put('inner');
    await put('outer', { backup: { chain: ['inner'] } });
    await put('row', { algorithm: { kind: 'sequence', members: [{ criterion: 'inner' }] } });
    criteria.onRemove((key) => (key === 'outer' ? ['the activity "home"'] : []));
    expect(await refusal(() => criteria.remove('inner'))).toContain('the criterion "outer", the criterion "row"');
    expect(await refusal(() => criteria.remove('outer'))).toContain('used by the activity "home"');
    await criteria.remove('row');
    expect(await refusal(() => criteria.get('row'))).toMatch(/^CRITERION_UNKNOWN/);
  });
});

describe('a criterion that could not answer is refused, with the place', () => {
  const sequence = (...members: string[]): Partial<CriterionContent> => ({
    algorithm: { kind: 'sequence', members: members.map((criterion) => ({ criterion })) },
  });
  const cases: [string, Partial<CriterionContent>, string][] = [
    [
      'unknown member',
      sequence('populr'),
      'algorithm.members[0].criterion: There is no criterion "populr"; did you mean "popular"?',
    ],
    ['unknown backup', { backup: { chain: ['nope-nope'] } }, 'backup.chain[0]: There is no criterion'],
    [
      'itself as backup',
      { backup: { chain: ['popular', 'mine'] } },
      'backup.chain[1]: "mine" cannot be a backup of itself',
    ],
    [
      'six members (SEQ-1)',
      sequence('popular', 'popular', 'popular', 'popular', 'popular', 'popular'),
      '1 to 5 criteria',
    ],
    ['no members', sequence(), '1 to 5 criteria'],
    [
      '101 slots (SEQ-2, C-6)',
      { algorithm: { kind: 'sequence', members: [{ criterion: 'popular', slots: 101 }] } },
      'slots from 1 to 100',
    ],
    ['a rule that cannot be asked', { rules: ['item.pric > 5'] }, 'RULE_INVALID rules[0]'],
    [
      'a weight that cannot be asked',
      { weights: [{ rule: 'item.pric > 5', weight: 2 }] },
      'RULE_INVALID weights[0].rule',
    ],
    ['a list that is not there', { algorithm: { kind: 'custom', list: 'books' } }, 'There is no uploaded list "books"'],
    [
      'further current keys (ALG-22)',
      { algorithm: { kind: 'similar', item: { from: 'current' }, keys: { when: 'next' } } },
      'algorithm.keys',
    ],
    ['a window without a meaning', { window: '7d' }, 'A window has no meaning for "recent"'],
    ['six hours of carts', { algorithm: { kind: 'cart' }, window: '6h' }, 'Six hours are for popularity only'],
    [
      'events without a type (ALG-20)',
      { algorithm: { kind: 'popular', action: 'event' } },
      'algorithm.event: "" is not the type of an event',
    ],
    [
      'events that are counted in visits',
      { algorithm: { kind: 'popular', action: 'event', event: 'commerce.productListAdds' } },
      'say the action "carted"',
    ],
    [
      'a type of events beside another action',
      { algorithm: { kind: 'popular', action: 'viewed', event: 'wishlist.added' } },
      'A type of events goes with the action "event"',
    ],
    [
      'events of visitors alike',
      {
        algorithm: {
          kind: 'popular',
          action: 'event',
          event: 'wishlist.added',
          within: { visitors: ['city'], as: 'in-turn' },
        },
      },
      'algorithm.within: Events are counted of all visitors together',
    ],
    ['prices between which nothing lies', { price: { min: 9, max: 3 } }, 'price: No price'],
    ['a name that is taken', { name: 'Top sellers' }, 'name: "Top sellers" is the name of the criterion "top-sellers"'],
  ];
  it.each(cases)('%s', async (_what, content, said) => {
    expect(await refusal(() => put('mine', content))).toContain(said);
  });

  it('a sequence that leads back to itself, with the way', async () => {
    await put('a', sequence('popular'));
    await put('b', sequence('a'));
    expect(await refusal(() => put('a', sequence('b')))).toContain('would lead back to itself: a → b → a');
    expect(await refusal(() => put('a', sequence('a')))).toContain('would lead back to itself: a → a');
  });

  it('and what is right is taken: lists that are there, rules in their one form', async () => {
    await put('mine', { algorithm: { kind: 'custom', list: 'looks', by: { item: { from: 'last-viewed' } } } });
    expect(criteria.whoUsesList('looks')).toEqual(['the criterion "mine"']);
    const ruled = await put('ruled', { rules: [' item.price > 5 '] });
    expect(ruled.rules).toEqual(['item.price > 5']);
  });
});
