import { expect, it } from 'vitest';
import { BeckonError } from '../base/index.ts';
import type { RecommendRequest } from './answer.ts';
import { sampleAnswer } from './design-sample.ts';
import { basisOf, downloadOf, type DownloadLine } from './download.ts';
import { errors } from './error.ts';

const lists: Record<string, string[]> = { 'coat-1': ['scarf-1', 'hat-1'], 'hat-1': ['coat-1'], lonely: [] };

function answer(request: RecommendRequest) {
  const { criterion, item, limit = 4 } = request;
  if (criterion === 'viewed-together' && item === undefined) {
    throw new BeckonError(errors.CRITERION_ITEM_MISSING, 'no item');
  }
  const ids = criterion === 'viewed-together' ? (lists[item!] ?? []) : ['pop-1', 'pop-2', 'pop-3'];
  const made = sampleAnswer('plain', 1);
  return { ...made, items: ids.slice(0, limit).map((id) => ({ ...made.items[0]!, id })) };
}

const text = (lines: Iterable<DownloadLine>) =>
  [...lines].map((line) => ('raw' in line ? line.raw : line.cells.join(',')));
const of = (criterion: string) =>
  downloadOf({ criterion, basis: basisOf(criterion, answer), width: 2, keys: Object.keys(lists), answer });

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

it('a list that hangs on no item has the empty key (CUS-1)', () => {
  expect(text(of('popular')).slice(3)).toEqual(['*,pop-1,pop-2', ',pop-1,pop-2', '# EndOfFile']);
});

it('lists of persons and carts are refused before anything is sent (DL-1)', () => {
  for (const criterion of ['recently-viewed', 'cart-based'])
    expect(() => of(criterion)).toThrow(/one person or cart at a time/);
});
