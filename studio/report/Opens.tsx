import { Table } from '@mantine/core';
import type { FunnelLine } from '../../src/api/contract-report.ts';
import { useVoice } from '../ui/voice.tsx';

/** Who loaded the picture of the mails, for whoever asks: it stands apart from what people did, since it is no evidence of it. */
export function Opens({ rows }: { rows: readonly FunnelLine[] }) {
  const { say, number } = useVoice();
  const opened = rows.filter((row) => [row.openedByReader, row.openedUnknown, row.openedByMachine].some(Boolean));
  return (
    <details className="more">
      <summary>{say('reports.opens')}</summary>
      <p className="quiet">{say('reports.opensSay')}</p>
      {opened.length === 0 && <p className="quiet">{say('reports.noOpens')}</p>}
      {opened.length > 0 && (
        <div className="table table-bare report-opens">
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th />
                <Table.Th className="number wide-only">{say('reports.row.accepted')}</Table.Th>
                <Table.Th className="number">{say('reports.opens.reader')}</Table.Th>
                <Table.Th className="number">{say('reports.opens.unknown')}</Table.Th>
                <Table.Th className="number">{say('reports.opens.machine')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {opened.map((row) => (
                <Table.Tr key={row.group}>
                  <Table.Td>{row.group === '' ? say('reports.noVariant') : row.group}</Table.Td>
                  <Table.Td className="number wide-only">{number(row.accepted)}</Table.Td>
                  <Table.Td className="number">{number(row.openedByReader ?? 0)}</Table.Td>
                  <Table.Td className="number">{number(row.openedUnknown ?? 0)}</Table.Td>
                  <Table.Td className="number">{number(row.openedByMachine ?? 0)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </details>
  );
}
