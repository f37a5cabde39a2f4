import type { CriterionView } from '../../src/api/contract-criterion.ts';
import type { Asking } from './query.ts';
import type { Algorithm } from './sentence.ts';

/** What stands in the address of a criterion's page. */
export interface Search {
  person?: string | undefined;
  /** Ids with commas between. */
  cart?: string | undefined;
  item?: string | undefined;
  category?: string | undefined;
  limit?: number | undefined;
  language?: string | undefined;
  /** The item whose evidence is open. */
  open?: string | undefined;
  /** The criterion that a new one begins as. */
  from?: string | undefined;
  /** Is it being changed? */
  edit?: boolean | undefined;
}

export const usualLimit = 6;
export const mostItems = 50;

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;

/** The address as it is read: what makes no sense is left out. Pure. */
export function readSearch(search: Record<string, unknown>): Search {
  const limit = Number(search['limit']);
  const isUsual = !Number.isInteger(limit) || limit < 1 || limit > mostItems || limit === usualLimit;
  return {
    person: text(search['person']),
    cart: text(search['cart']),
    item: text(search['item']),
    category: text(search['category']),
    limit: isUsual ? undefined : limit,
    language: text(search['language']),
    open: text(search['open']),
    from: text(search['from']),
    edit: search['edit'] === true ? true : undefined,
  };
}

export const cartOf = ({ cart }: Search): string[] => cart?.split(',').filter(Boolean) ?? [];

/** Reasons in the language of whom they are for, in place of the reader's. */
export const theirLanguage = 'own';

/** What a preview asks, by what stands in the address; reasons in the reader's language, unless another is chosen. Pure. */
export function askingOf(search: Search, reader: string): Asking {
  const cart = cartOf(search);
  return {
    limit: search.limit ?? usualLimit,
    ...(search.person === undefined ? {} : { profileId: search.person }),
    ...(cart.length === 0 ? {} : { cart }),
    ...(search.item === undefined ? {} : { item: search.item }),
    ...(search.category === undefined ? {} : { category: search.category }),
    ...(search.language === theirLanguage ? {} : { language: search.language ?? reader }),
  };
}

export type Needs = CriterionView['needs'];

/** What a request must name besides (as src/recommend/key.ts has it). Pure. */
export function needsOf(algorithm: Algorithm): Needs {
  if ('item' in algorithm) return algorithm.item.from === 'current' ? 'item' : null;
  if (algorithm.kind === 'custom' && algorithm.by !== undefined) {
    if ('item' in algorithm.by) return algorithm.by.item.from === 'current' ? 'item' : null;
    if ('category' in algorithm.by) return algorithm.by.category.from === 'current' ? 'category' : null;
  }
  if (algorithm.kind !== 'popular' || algorithm.within === undefined || !('category' in algorithm.within)) return null;
  return algorithm.within.category.from === 'current' ? 'category' : null;
}

/** Are its lists the same for everybody, so that they can be downloaded as a whole (as src/recommend/download.ts has it)? Pure. */
export function hasLists(algorithm: Algorithm): boolean {
  if (needsOf(algorithm) !== null) return true;
  if (algorithm.kind === 'popular') return algorithm.within === undefined;
  return algorithm.kind === 'custom' && algorithm.by === undefined;
}

/** What is still to be named before a preview can be asked; null when nothing is. Pure. */
export function lacking(needs: Needs, { item, category }: Search): Needs {
  if (needs === null || item !== undefined) return null;
  return needs === 'category' && category !== undefined ? null : needs;
}
