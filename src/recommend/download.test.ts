import { expect, it } from 'vitest';
import type { RecommendRequest } from './answer.ts';
import { sampleAnswer } from './design-sample.ts';
import { basisOf, downloadOf, type DownloadLine } from './download.ts';
import { shippedOnly } from './criteria.ts';

const lists: Record<string, string[]> = { 'coat-1': ['scarf-1', 'hat-1'], 'hat-1': ['coat-1'], lonely: [] };

function answer(request: RecommendRequest) {
  const { criterion, item, category, limit = 4 } = request;
  const popular = ['pop-1', 'pop-2', 'pop-3'];
  const ids = criterion === 'viewed-together' ? (lists[item!] ?? []) : category ? [`${category}-1`] : popular;
  const made = sampleAnswer('plain', 1);
  return { ...made, items: ids.slice(0, limit).map((id) => ({ ...made.items[0]!, id })) };
}

const text = (lines: Iterable<DownloadLine>) =>
  [...lines].map((line) => ('raw' in line ? line.raw : line.cells.join(',')));
const of = (criterion: string) =>
  downloadOf({ criterion, basis: basisOf(shippedOnly.get(criterion)), width: 2, keys: Object.keys(lists), answer });

it('a head, comments, the backup under *, a row for each key with a list, the end (DL-1)', () => {
  expect(text(of('viewed-together'))).toEqual([
    '# Key,Recommendation_1,Recommendation_2',
    '# Algorithm: viewed-together',
    '# environment: -1 (all)',
    '*,pop-1,pop-2',
    'coat-1,scarf-1,hat-1',
    'hat-1,coat-1',
    '# EndOfFile',
  ]);
});

it('lists by category have a row for each (ALG-17)', () => {
  const [basis, keys] = [basisOf(shippedOnly.get('popular-in-category')), ['coats', 'hats']];
  const lines = text(downloadOf({ criterion: 'popular-in-category', basis, width: 2, keys, answer }));
  expect(lines.slice(4)).toEqual(['coats,coats-1', 'hats,hats-1', '# EndOfFile']);
});

it('a list that hangs on no item has the empty key (CUS-1)', () => {
  expect(text(of('popular')).slice(3)).toEqual(['*,pop-1,pop-2', ',pop-1,pop-2', '# EndOfFile']);
});

it('lists of persons and carts are refused before anything is sent (DL-1)', () => {
  for (const criterion of ['recently-viewed', 'cart-based', 'viewed-together-last-viewed', 'favourite-category'])
    expect(() => of(criterion)).toThrow(/one person or cart at a time/);
});
