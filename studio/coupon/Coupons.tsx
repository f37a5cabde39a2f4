import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconTicket } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { ButtonLink } from '../ui/Link.tsx';
import { Listing } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { pools } from './query.ts';

/** Pools of codes, and how many of each are left. */
export function Coupons() {
  const { say, number } = useVoice();
  const none = {
    title: say('coupons.none'),
    says: say('coupons.noneSays'),
    icon: <IconTicket stroke={1.5} />,
    action: <NewPool />,
  };
  return (
    <Listing query={useQuery(pools)} none={none}>
      {(rows) => (
        <div className="table">
          <Table highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{say('form.name')}</Table.Th>
                <Table.Th className="number">{say('coupons.free')}</Table.Th>
                <Table.Th className="number">{say('coupons.used')}</Table.Th>
                <Table.Th className="number wide-only">{say('coupons.expired')}</Table.Th>
                <Table.Th className="wide-only">{say('coupons.whenEmpty')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(({ key, pool, free, used, expired, low }) => (
                <Table.Tr key={key}>
                  <Table.Td className="main-cell">
                    <Link to="/coupons/$key" params={{ key }} className="row-link">
                      {pool.name}
                    </Link>
                    <span className="quiet">{low ? say('coupons.low') : key}</span>
                  </Table.Td>
                  <Table.Td className="number">{number(free)}</Table.Td>
                  <Table.Td className="number">{number(used)}</Table.Td>
                  <Table.Td className="number wide-only">{number(expired)}</Table.Td>
                  <Table.Td className="wide-only">{say(`coupons.then.${pool.whenEmpty ?? 'hold'}`)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Listing>
  );
}

export function NewPool() {
  const { say } = useVoice();
  return (
    <ButtonLink to="/coupons/$key" params={{ key: '+' }}>
      {say('coupons.new')}
    </ButtonLink>
  );
}
