import { describe, expect, it } from 'vitest';
import { BeckonError } from '../base/index.ts';
import { assignExperience, checkActivity, chooseActivity, experiencesOf, type ActivityDefinition } from './activity.ts';
import { previewToken, readPreview } from './activity-preview.ts';
import type { Known } from './offer.ts';

const known: Known = {
  criterion: (key) => ['popular', 'cart-based'].includes(key),
  design: (key) => key === 'row',
  offer: (key) => key === 'banner',
  audience: (key) => key === 'buyers',
  collection: () => false,
  promotion: () => false,
};

function activity(over: Partial<ActivityDefinition> = {}): ActivityDefinition {
  return {
    key: 'home',
    name: 'Home',
    location: 'home-recs',
    recommend: { criteria: [{ criterion: 'popular' }, { criterion: 'cart-based' }] },
    ...over,
  };
}

const live = (definition: ActivityDefinition) => ({ definition, version: 1, state: 'live' as const });
const nobody = { unit: 'ecid:1', audiences: new Set<string>() };
const at = Date.UTC(2026, 10, 24);

function shares(definition: ActivityDefinition, people = 20_000): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < people; i++) {
    const key = assignExperience(definition, `ecid:${i}`)?.key ?? 'control';
    counts[key] = (counts[key] ?? 0) + 1 / people;
  }
  return counts;
}

describe('assignExperience() (ACT-2)', () => {
  it('splits evenly where no weight is said, and criteria × designs are four', () => {
    const criteria = [{ criterion: 'popular' }, { criterion: 'cart-based' }];
    const definition = activity({ recommend: { criteria, designs: [{ design: 'row' }, { design: 'list' }] } });
    expect(Object.keys(shares(definition)).sort()).toEqual([
      'cart-based.list',
      'cart-based.row',
      'popular.list',
      'popular.row',
    ]);
    for (const share of Object.values(shares(definition))) expect(share).toBeCloseTo(0.25, 1);
  });

  it('splits by weight what the control group leaves', () => {
    const criteria = [{ criterion: 'popular', weight: 3 }, { criterion: 'cart-based' }];
    const counts = shares(activity({ control: 0.2, recommend: { criteria } }));
    expect(Math.abs(counts['control']! - 0.2)).toBeLessThan(0.015);
    expect(Math.abs(counts['popular']! - 0.6)).toBeLessThan(0.015);
    expect(Math.abs(counts['cart-based']! - 0.2)).toBeLessThan(0.015);
  });

  it('is the same for one visitor always, and another for another activity', () => {
    const keys = (key: string) =>
      Array.from({ length: 200 }, (_, i) => assignExperience(activity({ key }), `ecid:${i}`)?.key);
    expect(keys('home')).toEqual(keys('home'));
    expect(keys('home')).not.toEqual(keys('cart'));
  });

  it('weight 0 is never shown; a control share of 1 shows nothing', () => {
    const criteria = [{ criterion: 'popular', weight: 0 }, { criterion: 'cart-based' }];
    expect(Object.keys(shares(activity({ recommend: { criteria } }), 2000))).toEqual(['cart-based']);
    expect(Object.keys(shares(activity({ control: 1 }), 2000))).toEqual(['control']);
  });
});

describe('chooseActivity() (ACT-1, ACT-7)', () => {
  it('the highest priority answers, then the first key, and the others say why not', () => {
    const { choice, passed } = chooseActivity(
      [
        live(activity({ key: 'a' })),
        live(activity({ key: 'b', priority: 5 })),
        live(activity({ key: 'c', priority: 5 })),
      ],
      nobody,
      at,
    );
    expect(choice!.activity.key).toBe('b');
    expect(passed).toEqual([
      { activity: 'c', why: 'another has priority' },
      { activity: 'a', why: 'another has priority' },
    ]);
  });

  it.each([
    ['not begun', { start: '2026-11-25T00:00:00Z' }],
    ['has ended', { end: '2026-11-24T00:00:00Z' }],
    ['not in the audience', { audience: 'buyers' }],
  ] as const)('%s', (why, over) => {
    expect(chooseActivity([live(activity(over))], nobody, at)).toEqual({
      choice: null,
      passed: [{ activity: 'home', why }],
    });
  });

  it('answers within its dates, for its audience, and not while it is paused', () => {
    const one = activity({ start: '2026-11-24T00:00:00Z', end: '2026-11-24T00:00:01Z', audience: 'buyers' });
    const buyer = { unit: 'ecid:1', audiences: new Set(['buyers']) };
    expect(chooseActivity([live(one)], buyer, at).choice).not.toBeNull();
    expect(chooseActivity([{ ...live(one), state: 'paused' }], buyer, at).passed).toEqual([
      { activity: 'home', why: 'paused' },
    ]);
  });
});

describe('checkActivity()', () => {
  const whyNot = (over: Partial<ActivityDefinition>): string => {
    try {
      checkActivity(activity(over), known);
      return '';
    } catch (error) {
      if (!(error instanceof BeckonError)) throw error;
      return `${error.where}: ${error.message}`;
    }
  };
  const experience = (offers: never[] | object[]) =>
    [{ key: 'a', offers }] as unknown as ActivityDefinition['experiences'] & object;

  it('takes a sound one', () => expect(whyNot({ audience: 'buyers', control: 0.5 })).toBe(''));

  it.each([
    ['control', { control: 1.5 }],
    ['audience', { audience: 'buyer' }],
    ['location', { location: ' ' }],
    ['end', { start: '2026-11-24T00:00:00Z', end: '2026-11-23T00:00:00Z' }],
    ['start', { start: 'soon' }],
    ['recommend[0].criterion', { recommend: { criteria: [{ criterion: 'popula' }] } }],
    ['recommend[0].design', { recommend: { criteria: [{ criterion: 'popular' }], designs: [{ design: 'rwo' }] } }],
    ['recommend', { recommend: { criteria: [{ criterion: 'popular', weight: 0 }] } }],
    ['recommend[1]', { recommend: { criteria: [{ criterion: 'popular' }, { criterion: 'popular' }] } }],
  ] as [string, Partial<ActivityDefinition>][])('refuses %s', (where, over) =>
    expect(whyNot(over)).toMatch(`${where}: `),
  );

  it('refuses neither and both of experiences and recommend, and offers that are not there', () => {
    const { recommend: _recommend, ...bare } = activity();
    expect(() => checkActivity(bare, known)).toThrow(/either "experiences" or "recommend"/);
    expect(whyNot({ experiences: experience([]) })).toMatch(/either/);
    const without = { ...bare, experiences: experience([{ kind: 'offer', offer: 'gone' }]) };
    expect(() => checkActivity(without, known)).toThrow(/There is no offer "gone"/);
    expect(experiencesOf({ ...bare, experiences: experience([{ kind: 'offer', offer: 'banner' }]) })).toHaveLength(1);
  });
});

it('a preview token is read until its end, and only as it was made (ACT-6)', () => {
  const secret = new Uint8Array(32).fill(1);
  const preview = { activity: 'home', experience: 'popular.row', until: at };
  const token = previewToken(secret, preview);
  expect(readPreview(secret, token, at - 1)).toEqual(preview);
  expect(readPreview(secret, token, at)).toBeNull();
  expect(readPreview(secret, token.replace('pv1.', 'pv1.A'), at - 1)).toBeNull();
  expect(readPreview(new Uint8Array(32), token, at - 1)).toBeNull();
  expect(readPreview(secret, undefined, at)).toBeNull();
});
