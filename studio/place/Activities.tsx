import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconTargetArrow } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { StatusBadge } from '../journey/StatusBadge.tsx';
import { ButtonLink } from '../ui/Link.tsx';
import { Listing } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { activities } from './query.ts';
import { saidOf, shownOf } from './shown.ts';

/** What places of the site show, to whom. */
export function Activities() {
  const { say, number, percent } = useVoice();
  const none = {
    title: say('places.none'),
    says: say('places.noneSays'),
    icon: <IconTargetArrow stroke={1.5} />,
    action: <NewActivity />,
  };
  return (
    <Listing query={useQuery(activities)} none={none}>
      {(rows) => (
        <div className="table">
          <Table highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{say('form.name')}</Table.Th>
                <Table.Th>{say('field.place.location')}</Table.Th>
                <Table.Th>{say('journeys.status')}</Table.Th>
                <Table.Th className="wide-only">{say('field.place.audience')}</Table.Th>
                <Table.Th className="number wide-only">{say('field.place.experiences')}</Table.Th>
                <Table.Th className="number wide-only">{say('field.place.control')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => {
                const said = saidOf(row);
                return (
                  <Table.Tr key={row.key}>
                    <Table.Td className="main-cell">
                      <Link to="/activities/$key" params={{ key: row.key }} className="row-link">
                        {said.name}
                      </Link>
                      <span className="quiet">{row.key}</span>
                    </Table.Td>
                    <Table.Td>
                      <code className="code">{said.location}</code>
                    </Table.Td>
                    <Table.Td>
                      <StatusBadge status={row.state} />
                    </Table.Td>
                    <Table.Td className="wide-only">{said.audience ?? say('places.everybody')}</Table.Td>
                    <Table.Td className="number wide-only">{number(shownOf(said).length)}</Table.Td>
                    <Table.Td className="number wide-only">{percent(said.control ?? 0)}</Table.Td>
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Listing>
  );
}

export function NewActivity() {
  const { say } = useVoice();
  return (
    <ButtonLink to="/activities/$key" params={{ key: '+' }}>
      {say('places.new')}
    </ButtonLink>
  );
}
