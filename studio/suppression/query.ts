import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { SuppressionPage, SuppressionReport } from '../../src/api/contract-mail.ts';
import { ask } from '../api/client.ts';

export const reasons = ['unsubscribed', 'complained', 'bounced', 'cooling', 'manual', 'imported', 'erased'] as const;
export type Reason = (typeof reasons)[number];

export interface Asked {
  /** An address; only what stands under it is shown. */
  q?: string | undefined;
  reason?: string | undefined;
  after?: string | undefined;
}

/** A page of the list; an address that is being typed is looked for as soon as it is one. */
export const suppressions = ({ q, reason, after }: Asked) => {
  const query = new URLSearchParams({
    limit: '50',
    ...(q !== undefined && /@.+\../.test(q) ? { address: q } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(after === undefined ? {} : { after }),
  });
  return queryOptions({
    queryKey: ['suppressions', query.toString()],
    queryFn: () => ask<SuppressionPage>(`/v1/suppressions?${query}`),
    placeholderData: keepPreviousData,
  });
};

export function bringList(csv: string, dryRun: boolean): Promise<SuppressionReport> {
  const path = `/v1/suppressions/import${dryRun ? '?dryRun=true' : ''}`;
  return ask<SuppressionReport>(path, { method: 'POST', type: 'text/csv', text: csv });
}
