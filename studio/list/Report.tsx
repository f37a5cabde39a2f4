import { Table } from '@mantine/core';
import type { CustomUpload } from '../../src/api/contract-custom-list.ts';
import { useVoice } from '../ui/voice.tsx';

/** What a file came to, or would come to: rows kept and gone, and each that was refused with its line. */
export function Report({ report: { kept, removed, refused, more, written } }: { report: CustomUpload }) {
  const { say } = useVoice();
  const count = refused.length + more;
  return (
    <div className="file-report" role="status">
      <p>
        <b>{say(written ? 'lists.written' : 'lists.tried', { count: kept })}</b>{' '}
        {removed > 0 && say(written ? 'lists.gone' : 'lists.wouldGo', { count: removed })}{' '}
        {count > 0 && say('lists.refused', { count })}
      </p>
      {refused.length > 0 && (
        <div className="table table-bare">
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th className="number">{say('lists.line')}</Table.Th>
                <Table.Th>{say('lists.key')}</Table.Th>
                <Table.Th>{say('lists.why')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {refused.slice(0, 50).map(({ row, id, why }) => (
                <Table.Tr key={row}>
                  <Table.Td className="number">{row}</Table.Td>
                  <Table.Td>{id ?? '–'}</Table.Td>
                  <Table.Td className="breaks">{why}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {count > 50 && <p className="quiet">{say('criteria.andMore', { count: count - 50 })}</p>}
    </div>
  );
}
