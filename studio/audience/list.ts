import { ask } from '../api/client.ts';

/** What became of the rows of a list. Rows count from 1. */
export interface ListReport {
  changed: number;
  refused: { row: number; why: string }[];
}

/** Typed lines as CSV: an address or `namespace:id` a line. What has a head already stays as it is. */
export function csvOf(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const first = lines.find((line) => line !== '') ?? '';
  const hasHead = /^"?(namespace|identity|email|id|ecid|crm)"?\s*(,|;|$)/i.test(first);
  return `${[...(hasHead ? [] : ['identity']), ...lines.filter((line) => line !== '')].join('\n')}\n`;
}

/** Puts people in a list or takes them out. */
export function changeList(key: string, how: 'add' | 'remove', text: string): Promise<ListReport> {
  const path = `/v1/audiences/${encodeURIComponent(key)}/members?how=${how}`;
  return ask<ListReport>(path, { method: 'POST', type: 'text/csv', text: csvOf(text) });
}
