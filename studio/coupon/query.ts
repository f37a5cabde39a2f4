import { queryOptions } from '@tanstack/react-query';
import type { PoolReport, PoolView } from '../../src/api/contract-sender.ts';
import { ask } from '../api/client.ts';

export const poolPath = (key: string) => `/v1/coupon-pools/${encodeURIComponent(key)}`;

export const pools = queryOptions({
  queryKey: ['coupon-pools'],
  queryFn: async () => (await ask<{ pools: PoolView[] }>('/v1/coupon-pools')).pools,
});

export const pool = (key: string) =>
  queryOptions({ queryKey: ['coupon-pools', key], queryFn: () => ask<PoolView>(poolPath(key)) });

/** Brings codes in: a CSV file, or lines typed by hand. With `dryRun` it is only told what would come of it. */
export function bring(key: string, csv: string, { dryRun, expires }: { dryRun: boolean; expires: string }) {
  const query = new URLSearchParams({ ...(dryRun ? { dryRun: 'true' } : {}), ...(expires === '' ? {} : { expires }) });
  return ask<PoolReport>(`${poolPath(key)}/codes?${query}`, { method: 'POST', type: 'text/csv', text: csv });
}

/** Lines as they are typed as a table; a table with its heading stays as it is. */
export function tableOf(lines: string): string {
  return /^\s*"?(code|coupon|voucher)\b/i.test(lines) ? lines : `code\n${lines}`;
}
