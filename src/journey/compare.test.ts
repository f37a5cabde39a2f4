import { describe, expect, it } from 'vitest';
import { differencesOf, readableJourney, revisionOf, standingOf } from './compare.ts';
import { recipes } from './recipe.ts';

const [cart] = recipes();

/** As a database gives it back: names by length, then by letters. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  const pairs = Object.entries(value).sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1));
  return Object.fromEntries(pairs.map(([name, one]) => [name, shuffled(one)]));
}

describe('comparing journeys', () => {
  it('knows the same document by its revision, whatever the order and the schema it names', () => {
    const other = shuffled({ ...cart, $schema: 'http://localhost/v1/schema/journey' }) as typeof cart;
    expect(revisionOf(other!)).toBe(revisionOf(cart!));
    expect(revisionOf({ ...cart!, name: 'Other' })).not.toBe(revisionOf(cart!));
  });

  it.each([
    ['a', 'a', null, 'same'],
    ['a', null, null, 'only here'],
    [null, 'a', 'a', 'only there'],
    ['b', 'a', 'a', 'changed here'],
    ['a', 'b', 'a', 'changed there'],
    ['b', 'c', 'a', 'changed in both'],
    ['a', 'b', null, 'changed in both'],
  ])('says of here %s, there %s, before %s: %3$s', (here, there, base, standing) => {
    expect(standingOf({ here, there, base })).toBe(standing);
  });

  it('names each place where they differ', () => {
    const wait = { kind: 'wait', for: 'PT6H', next: 'reachable' };
    const { holdout: _holdout, ...rest } = cart!;
    const after = { ...rest, activities: { ...cart!.activities, wait }, exits: cart!.exits!.slice(0, 3) };
    expect(differencesOf(cart, after)).toEqual([
      { where: 'exits[3]', before: cart!.exits![3], after: undefined },
      { where: 'holdout', before: 0.1, after: undefined },
      { where: 'activities.wait.for', before: 'PT4H', after: 'PT6H' },
    ]);
  });

  it.each(recipes().map((one) => [one.key, one] as const))('writes %s so that people can read it', (_key, recipe) => {
    const made = readableJourney(shuffled(recipe) as typeof recipe);
    expect(made).toEqual(recipe);
    expect(Object.keys(made).slice(0, 2)).toEqual(['key', 'name']);
    expect(Object.keys(made.activities)[0]).toBe(recipe.start);
    for (const activity of Object.values(made.activities)) expect(Object.keys(activity)[0]).toBe('kind');
  });

  it('keeps what it does not know, after what it knows', () => {
    const made = readableJourney({ 'x-team': 'crm', ...cart! } as typeof cart & object);
    expect(Object.keys(made).at(-1)).toBe('x-team');
  });
});
