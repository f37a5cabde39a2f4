import { BeckonError } from '../base/index.ts';
import type { RecommendationAnswer, RecommendRequest } from './answer.ts';
import type { CriterionContent, PopularWithin } from './criterion-definition.ts';
import { designErrors } from './design-error.ts';

/** What the lists of a criterion hang on: an item, a category, nothing, or one person and their cart. */
export type ListBasis = 'item' | 'category' | 'nothing' | 'person';

type Answer = (request: RecommendRequest, person: null) => RecommendationAnswer;

/**
 * What the lists of a criterion hang on. Lists about an item are lists about any item, whichever of a person's own it is
 * asked about.
 */
export function basisOf({ algorithm }: Pick<CriterionContent, 'algorithm'>): ListBasis {
  switch (algorithm.kind) {
    case 'item':
    case 'similar':
      return algorithm.item.from === 'current' ? 'item' : 'person';
    case 'popular':
      return basisOfWithin(algorithm.within);
    case 'custom':
      if (algorithm.by === undefined) return 'nothing';
      if ('item' in algorithm.by) return algorithm.by.item.from === 'current' ? 'item' : 'person';
      return 'category' in algorithm.by ? basisOfWithin(algorithm.by) : 'person';
    default:
      return 'person';
  }
}

function basisOfWithin(within: PopularWithin | undefined): ListBasis {
  if (within === undefined) return 'nothing';
  return 'category' in within && within.category.from === 'current' ? 'category' : 'person';
}

/** One line of a download. */
export type DownloadLine = { raw: string } | { cells: string[] };

/** What is downloaded. */
export interface Download {
  criterion: string;
  basis: ListBasis;
  /** Items a row has at most. */
  width: number;
  /** The items, or the categories, that lists may hang on. */
  keys: Iterable<string>;
  answer: Answer;
}

/**
 * The lists of a criterion in Adobe's form (recommendations DL-1): a head, comments, the backup under the key `*`, a row
 * for each key that has a list, the end. Rules and stock count as they stand now. Lists that hang on no item have the
 * empty key.
 *
 * @throws CRITERION_NOT_DOWNLOADABLE before the first line
 */
export function downloadOf(download: Download): Generator<DownloadLine> {
  if (download.basis === 'person') {
    const sentence = `"${download.criterion}" answers for one person or cart at a time`;
    throw new BeckonError(designErrors.CRITERION_NOT_DOWNLOADABLE, sentence, { where: 'criterion' });
  }
  return linesOf(download);
}

function* linesOf({ criterion, basis, width, keys, answer }: Download): Generator<DownloadLine> {
  const places = Array.from({ length: width }, (_, i) => `Recommendation_${i + 1}`);
  const list = (key: string): string[] => {
    const about = basis === 'nothing' ? {} : basis === 'item' ? { item: key } : { category: key };
    const request: RecommendRequest = { criterion, limit: width, backup: 'none', partial: true, ...about };
    return answer(request, null).items.map(({ id }) => id);
  };
  yield { raw: `# Key,${places.join(',')}` };
  yield { raw: `# Algorithm: ${criterion}` };
  yield { raw: '# environment: -1 (all)' };
  const backup = answer({ criterion: 'popular', limit: width }, null).items.map(({ id }) => id);
  if (backup.length > 0) yield { cells: ['*', ...backup] };
  for (const key of basis === 'nothing' ? [''] : keys) {
    const ids = list(key);
    if (ids.length > 0) yield { cells: [key, ...ids] };
  }
  yield { raw: '# EndOfFile' };
}
