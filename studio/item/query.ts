import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { RecommendationAnswer } from '../../src/api/contract.ts';
import type { ItemList, ItemPage, ItemSettings } from '../../src/api/contract-item.ts';
import { ask } from '../api/client.ts';
import type { Content } from '../recommend/sentence.ts';

const part = encodeURIComponent;
/** Rows of one page. */
export const pageSize = 50;

export interface Wanted {
  q?: string | undefined;
  category?: string | undefined;
  stock?: string | undefined;
  sort?: string | undefined;
  /** Rows passed over. */
  skip?: number | undefined;
  /** Rows wanted; a page of them, if left out. */
  limit?: number | undefined;
}

export const itemList = (wanted: Wanted) =>
  queryOptions({
    queryKey: ['items', 'list', wanted],
    queryFn: () => {
      const search = new URLSearchParams({ limit: String(wanted.limit ?? pageSize), sort: wanted.sort ?? 'viewed' });
      for (const name of ['q', 'category', 'stock'] as const) {
        const value = wanted[name];
        if (value !== undefined) search.set(name, value);
      }
      if (wanted.skip !== undefined) search.set('from', String(wanted.skip));
      return ask<ItemList>(`/v1/items?${search.toString()}`);
    },
    placeholderData: keepPreviousData,
  });

export const itemPage = (id: string) =>
  queryOptions({ queryKey: ['items', 'page', id], queryFn: () => ask<ItemPage>(`/v1/items/${part(id)}`) });

/** What stands on its page by one way to recommend, without anybody filling in. */
export const goesWith = (id: string, algorithm: Content['algorithm']) =>
  queryOptions({
    queryKey: ['items', 'with', id, algorithm],
    queryFn: () =>
      ask<RecommendationAnswer>('/v1/criteria/preview', {
        method: 'POST',
        body: { criterion: { name: 'item page', algorithm, backup: { when: 'none' } }, item: id, limit: 6 },
      }),
  });

export const itemSettings = queryOptions({
  queryKey: ['item-settings'],
  queryFn: () => ask<ItemSettings>('/v1/item-settings'),
});
