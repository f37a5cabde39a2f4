import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconAt } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { ButtonLink } from '../ui/Link.tsx';
import { Listing } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { senders } from './query.ts';

/** In whose names mails go out. */
export function Senders() {
  const { say, moment } = useVoice();
  const none = {
    title: say('senders.none'),
    says: say('senders.noneSays'),
    icon: <IconAt stroke={1.5} />,
    action: <NewSender />,
  };
  return (
    <Listing query={useQuery(senders)} none={none}>
      {(rows) => (
        <div className="table">
          <Table highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{say('form.name')}</Table.Th>
                <Table.Th>{say('senders.from')}</Table.Th>
                <Table.Th className="wide-only">{say('senders.signs')}</Table.Th>
                <Table.Th className="number wide-only">{say('designs.saved')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(({ key, sender, dkim, savedAt }) => (
                <Table.Tr key={key}>
                  <Table.Td className="main-cell">
                    <Link to="/senders/$key" params={{ key }} className="row-link">
                      {sender.name}
                    </Link>
                    <span className="quiet">{key}</span>
                  </Table.Td>
                  <Table.Td className="breaks">{sender.from}</Table.Td>
                  <Table.Td className="wide-only">
                    {dkim.length === 0 ? say('senders.unsigned') : dkim.map(({ selector }) => selector).join(', ')}
                  </Table.Td>
                  <Table.Td className="number wide-only">
                    {savedAt === null ? say('senders.settings') : moment(savedAt)}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Listing>
  );
}

export function NewSender() {
  const { say } = useVoice();
  return (
    <ButtonLink to="/senders/$key" params={{ key: '+' }}>
      {say('senders.new')}
    </ButtonLink>
  );
}
