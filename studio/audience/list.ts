import { ask } from '../api/client.ts';
import type { AudienceListReport } from '../../src/api/contract-audience.ts';

/** Typed lines as a table: an address or `namespace:id` a line, each namespace a column of its own. */
export function csvOf(text: string): string {
  const people = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(nameOf);
  const columns = [...new Set(people.map(({ namespace }) => namespace))];
  const rows = people.map(({ namespace, id }) =>
    columns.map((column) => (column === namespace ? cell(id) : '')).join(','),
  );
  return `${[columns.join(','), ...rows].join('\n')}\n`;
}

/** `crm:42` → crm 42; what has no namespace is an address. */
function nameOf(line: string): { namespace: string; id: string } {
  const found = /^([A-Za-z]\w{0,39}):(.+)$/.exec(line);
  return found
    ? { namespace: found[1]!.toLowerCase(), id: found[2]!.trim() }
    : { namespace: 'email', id: line.replace(/[,;]$/, '') };
}

const cell = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Puts the people of a table into a list or takes them out. */
export function changeList(key: string, how: 'add' | 'remove', csv: string): Promise<AudienceListReport> {
  const path = `/v1/audiences/${encodeURIComponent(key)}/members?how=${how}`;
  return ask<AudienceListReport>(path, { method: 'POST', type: 'text/csv', text: csv });
}
