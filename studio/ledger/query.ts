import { queryOptions } from '@tanstack/react-query';
import type { LedgerPage, LedgerStory, LedgerView, SendingView } from '../../src/api/contract-ledger.ts';
import type { PaceView } from '../../src/api/contract-pace.ts';
import { ask } from '../api/client.ts';

/** What stands in the address of the ledger. */
export interface LedgerSearch {
  state?: string | undefined;
  reason?: string | undefined;
  journey?: string | undefined;
  class?: string | undefined;
  /** Planned within so many days. */
  days?: number | undefined;
  /** Below this message. */
  after?: string | undefined;
}

/** Of the shop's now, so that the clock of the demo counts; whole hours, so that the same is asked for a while. */
function spanOf(days: number | undefined, now: number): string[][] {
  if (days === undefined) return [];
  const hour = 3_600_000;
  return [['from', new Date(Math.floor(now / hour) * hour - days * 86_400_000).toISOString()]];
}

const asked = (pairs: (readonly [string, string | undefined])[]) =>
  pairs.filter((pair): pair is [string, string] => pair[1] !== undefined);

export const ledger = (search: LedgerSearch, now: number) => {
  const query = new URLSearchParams([
    ...asked([
      ['journey', search.journey],
      ['class', search.class],
    ]),
    ...spanOf(search.days, now),
  ]).toString();
  return queryOptions({
    queryKey: ['ledger', query],
    queryFn: () => ask<LedgerView>(`/v1/ledger?${query}`),
    refetchInterval: 10_000,
    placeholderData: (before) => before,
  });
};

/** Messages on a page. */
export const pageSize = 50;

export const ledgerMessages = (search: LedgerSearch, now: number) => {
  const query = new URLSearchParams([
    ...asked([
      ['journey', search.journey],
      ['class', search.class],
      ['state', search.state],
      ['reason', search.reason],
      ['after', search.after],
    ]),
    ...spanOf(search.days, now),
    ['limit', String(pageSize)],
  ]).toString();
  return queryOptions({
    queryKey: ['ledger', 'messages', query],
    queryFn: () => ask<LedgerPage>(`/v1/ledger/messages?${query}`),
    refetchInterval: 10_000,
    placeholderData: (before) => before,
  });
};

export const ledgerStory = (id: string) =>
  queryOptions({
    queryKey: ['ledger', 'message', id],
    queryFn: () => ask<LedgerStory>(`/v1/ledger/messages/${encodeURIComponent(id)}`),
    refetchInterval: 5_000,
  });

/** Does mail leave? */
export const sending = queryOptions({
  queryKey: ['sending'],
  queryFn: () => ask<SendingView>('/v1/sending'),
  refetchInterval: 10_000,
});

/** How fast it may. */
export const pace = queryOptions({
  queryKey: ['sending', 'pace'],
  queryFn: () => ask<PaceView>('/v1/sending/pace'),
  refetchInterval: 10_000,
});
