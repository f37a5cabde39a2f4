import { BeckonError } from '../base/index.ts';
import type { RecommendationAnswer, RecommendRequest } from './answer.ts';
import { designErrors } from './design-error.ts';

/** What the lists of a criterion hang on: an item, nothing, or one person and their cart. */
export type ListBasis = 'item' | 'nothing' | 'person';

type Answer = (request: RecommendRequest, person: null) => RecommendationAnswer;

/** Made for one person or cart at a time, so that there is no table of them. */
const ofPersons = new Set(['cart-based', 'recently-viewed', 'for-you', 'session', 'next-basket']);

/**
 * What the lists of a criterion hang on, as it answers: one that wants an item says so.
 *
 * @throws CRITERION_UNKNOWN
 */
export function basisOf(criterion: string, answer: Answer): ListBasis {
  try {
    answer({ criterion, limit: 1 }, null);
  } catch (error) {
    if (error instanceof BeckonError && error.code === 'CRITERION_ITEM_MISSING') return 'item';
    throw error;
  }
  return ofPersons.has(criterion) ? 'person' : 'nothing';
}

/** One line of a download. */
export type DownloadLine = { raw: string } | { cells: string[] };

/** What is downloaded. */
export interface Download {
  criterion: string;
  basis: ListBasis;
  /** Items a row has at most. */
  width: number;
  /** The items that lists may hang on. */
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
  const list = (item?: string): string[] => {
    const request: RecommendRequest = {
      criterion,
      limit: width,
      backup: 'none',
      ...(item === undefined ? {} : { item }),
    };
    return answer(request, null).items.map(({ id }) => id);
  };
  yield { raw: `# Key,${places.join(',')}` };
  yield { raw: `# Algorithm: ${criterion}` };
  yield { raw: '# environment: -1 (all)' };
  const backup = answer({ criterion: 'popular', limit: width }, null).items.map(({ id }) => id);
  if (backup.length > 0) yield { cells: ['*', ...backup] };
  for (const key of basis === 'item' ? keys : ['']) {
    const ids = list(key === '' ? undefined : key);
    if (ids.length > 0) yield { cells: [key, ...ids] };
  }
  yield { raw: '# EndOfFile' };
}
