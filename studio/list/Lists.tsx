import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconListDetails } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { ButtonLink } from '../ui/Link.tsx';
import { Listing } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { customLists } from './query.ts';

/** Lists that the shop has uploaded itself. */
export function Lists() {
  const { say, number, moment } = useVoice();
  const none = {
    title: say('lists.none'),
    says: say('lists.noneSays'),
    icon: <IconListDetails stroke={1.5} />,
    action: <NewList />,
  };
  return (
    <Listing query={useQuery(customLists)} none={none}>
      {(rows) => (
        <div className="table">
          <Table highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{say('form.name')}</Table.Th>
                <Table.Th className="number">{say('lists.rows')}</Table.Th>
                <Table.Th className="number wide-only">{say('lists.uploaded')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(({ key, name, rows, uploadedAt }) => (
                <Table.Tr key={key}>
                  <Table.Td className="main-cell">
                    <Link to="/lists/$key" params={{ key }} className="row-link">
                      {name}
                    </Link>
                    <span className="quiet">{key}</span>
                  </Table.Td>
                  <Table.Td className="number">{number(rows)}</Table.Td>
                  <Table.Td className="number wide-only">{uploadedAt === null ? '–' : moment(uploadedAt)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Listing>
  );
}

export function NewList() {
  const { say } = useVoice();
  return (
    <ButtonLink to="/lists/$key" params={{ key: '+' }}>
      {say('lists.new')}
    </ButtonLink>
  );
}
