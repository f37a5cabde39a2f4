import { describe, expect, it } from 'vitest';
import type { CriterionView } from '../../src/api/contract-criterion.ts';
import { algorithmOf, contentOf, put, readJson, sent, withAlgorithm, withHidden, withKey } from './draft.ts';
import type { Content } from './sentence.ts';

const draft: Content = { name: 'Coats', algorithm: { kind: 'popular', action: 'viewed' }, window: '6h' };

describe('a draft of a criterion', () => {
  it('begins as what was said: what the door fills in stays unsaid', () => {
    const view = {
      ...draft,
      key: 'coats',
      number: 40,
      version: 2,
      shipped: false,
      needs: null,
      title: 'Coats',
      description: '',
      createdAt: null,
      updatedAt: null,
      updatedBy: null,
      ready: true,
      lacks: null,
    } satisfies CriterionView;
    expect(contentOf(view)).toEqual(draft);
    expect(contentOf({ ...view, title: 'For the cold', description: 'x' })).toEqual({
      ...draft,
      title: 'For the cold',
      description: 'x',
    });
    const titles = { en: 'Warm', sv: 'Varmt' };
    expect(contentOf({ ...view, title: 'Warm', titles })).toEqual({ ...draft, titles });
  });

  it('says a field, or nothing of it where there is nothing to say', () => {
    expect(put(draft, 'price', { min: 5 })).toEqual({ ...draft, price: { min: 5 } });
    expect(put(put(draft, 'price', { min: 5 }), 'price', {})).toEqual(draft);
    expect(put(put(draft, 'title', 'x'), 'title', '')).toEqual(draft);
  });

  it('keeps of another algorithm what has a meaning: the item, and a window that it may have', () => {
    expect(algorithmOf('similar', { kind: 'item', action: 'viewed-viewed', item: { from: 'last-viewed' } })).toEqual({
      kind: 'similar',
      item: { from: 'last-viewed' },
    });
    expect(withAlgorithm(draft, { kind: 'cart' })).toEqual({ name: 'Coats', algorithm: { kind: 'cart' } });
    expect(withAlgorithm({ ...draft, window: '7d' }, { kind: 'recent' }).window).toBeUndefined();
    expect(withAlgorithm({ ...draft, window: '7d' }, { kind: 'cart' }).window).toBe('7d');
  });

  it('does not go on with another key where the page has just one (ALG-22)', () => {
    const similar = { kind: 'similar', item: { from: 'last-viewed' }, keys: { when: 'next' } } as const;
    expect(withKey(similar, { from: 'current' })).toEqual({ kind: 'similar', item: { from: 'current' } });
    expect(withKey(similar, { from: 'most-viewed' })).toMatchObject({ keys: { when: 'next' } });
  });

  it('says only what it hides beyond what is usual', () => {
    const seen = withHidden(draft, 'viewed', true);
    expect(seen.hide).toEqual({ viewed: true });
    expect(withHidden(seen, 'viewed', false)).toEqual(draft);
    expect(withHidden(draft, 'purchased', false).hide).toEqual({ purchased: false });
  });

  it('sends no rule and no weight that is not whole', () => {
    const empty = { attribute: 'brand', operation: 'equals', values: [] };
    const whole = { ...empty, values: ['Nord'] };
    const said = { ...draft, rules: ['item.inStock'], weights: [{ rule: whole, weight: 2 as const }] };
    const more = {
      ...said,
      rules: [...said.rules, ' ', empty],
      weights: [...said.weights, { rule: '', weight: 4 as const }],
    };
    expect(sent({ ...more, name: ' Coats ' })).toEqual(said);
    expect(sent({ ...draft, rules: [' '] })).toEqual(draft);
  });

  it('is read from JSON as far as the form can show it, and the door judges the rest', () => {
    expect(readJson('{"name":"x","algorithm":{"kind":"recent"},"leastStock":-7}')).toMatchObject({
      content: { leastStock: -7 },
    });
    for (const text of [
      '{',
      '7',
      '{"name":"x"}',
      '{"name":"x","algorithm":null}',
      '{"name":"x","algorithm":{"kind":"recent"},"rules":7}',
      '{"name":"x","algorithm":{"kind":"recent"},"backup":{"chain":"x"}}',
      '{"name":"x","algorithm":{"kind":"popular","action":"viewed","within":5}}',
      '{"name":"x","algorithm":{"kind":"magic"}}',
      '{"name":"x","algorithm":{"kind":"similar"}}',
    ]) {
      expect(readJson(text), text).toHaveProperty('why');
    }
  });
});
