import { useQuery } from '@tanstack/react-query';
import { IconTicket } from '@tabler/icons-react';
import type { PoolView } from '../../src/api/contract-sender.ts';
import { ButtonLink } from '../ui/Link.tsx';
import { ThingTable, type Column } from '../ui/ThingTable.tsx';
import { May } from '../ui/May.tsx';
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
  const columns: Column<PoolView>[] = [
    { head: say('coupons.free'), look: 'number', cell: ({ free }) => number(free) },
    { head: say('coupons.used'), look: 'number', cell: ({ used }) => number(used) },
    { head: say('coupons.expired'), look: 'number wide-only', cell: ({ expired }) => number(expired) },
    {
      head: say('coupons.whenEmpty'),
      look: 'wide-only',
      cell: ({ pool }) => say(`coupons.then.${pool.whenEmpty ?? 'hold'}`),
    },
  ];
  return (
    <ThingTable
      query={useQuery(pools)}
      none={none}
      to="/coupons/$key"
      nameOf={(row) => row.pool.name}
      below={(row) => (row.low ? say('coupons.low') : row.key)}
      columns={columns}
    />
  );
}

export function NewPool() {
  const { say } = useVoice();
  return (
    <May ask="journeys">
      <ButtonLink to="/coupons/$key" params={{ key: '+' }}>
        {say('coupons.new')}
      </ButtonLink>
    </May>
  );
}
