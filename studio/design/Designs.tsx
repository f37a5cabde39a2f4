import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconLayoutGrid } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { ButtonLink } from '../ui/Link.tsx';
import { Listing } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { designs } from './query.ts';

/** How recommended items look where they are shown. */
export function Designs() {
  const { say, number, moment } = useVoice();
  const none = {
    title: say('designs.none'),
    says: say('designs.noneSays'),
    icon: <IconLayoutGrid stroke={1.5} />,
    action: <NewDesign />,
  };
  return (
    <Listing query={useQuery(designs)} none={none}>
      {(rows) => (
        <div className="table">
          <Table highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{say('form.name')}</Table.Th>
                <Table.Th>{say('designs.type')}</Table.Th>
                <Table.Th className="wide-only">{say('designs.language')}</Table.Th>
                <Table.Th className="number">{say('designs.slots')}</Table.Th>
                <Table.Th className="number wide-only">{say('designs.saved')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(({ key, name, type, language, entityCount, savedAt }) => (
                <Table.Tr key={key}>
                  <Table.Td className="main-cell">
                    <Link to="/designs/$key" params={{ key }} className="row-link">
                      {name}
                    </Link>
                    <span className="quiet">{key}</span>
                  </Table.Td>
                  <Table.Td>{say(`designs.type.${type}`)}</Table.Td>
                  <Table.Td className="wide-only">{say(`designs.language.${language}`)}</Table.Td>
                  <Table.Td className="number">{number(entityCount)}</Table.Td>
                  <Table.Td className="number wide-only">{moment(savedAt)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Listing>
  );
}

export function NewDesign() {
  const { say } = useVoice();
  return (
    <ButtonLink to="/designs/$key" params={{ key: '+' }}>
      {say('designs.new')}
    </ButtonLink>
  );
}
