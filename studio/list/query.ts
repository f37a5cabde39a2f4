import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { CustomListRow, CustomListView, CustomUpload } from '../../src/api/contract-custom-list.ts';
import { ask } from '../api/client.ts';

const part = encodeURIComponent;
export const listPath = (key: string) => `/v1/custom-lists/${part(key)}`;

/** Lists that the shop has uploaded. */
export const customLists = queryOptions({
  queryKey: ['custom-lists'],
  queryFn: async () => (await ask<{ lists: CustomListView[] }>('/v1/custom-lists')).lists,
});

export const customList = (key: string) =>
  queryOptions({ queryKey: ['custom-lists', key], queryFn: () => ask<CustomListView>(listPath(key)) });

/** Rows of one page. */
export const pageSize = 25;

export const listRows = (key: string, after: string | null) =>
  queryOptions({
    queryKey: ['custom-lists', key, 'rows', after],
    queryFn: async () => {
      const search = new URLSearchParams({ limit: String(pageSize) });
      if (after !== null) search.set('after', after);
      return (await ask<{ rows: CustomListRow[] }>(`${listPath(key)}/rows?${search.toString()}`)).rows;
    },
    placeholderData: keepPreviousData,
  });

export type Mode = 'replace' | 'merge';

/** Sends a file of rows, or only tries it. */
export function uploadRows(key: string, file: Blob, how: { mode: Mode; dry: boolean }): Promise<CustomUpload> {
  const path = `${listPath(key)}/rows?mode=${how.mode}&dry=${String(how.dry)}`;
  return ask<CustomUpload>(path, { method: 'POST', type: 'text/csv', text: file });
}
