import { useQuery } from '@tanstack/react-query';
import { IconListDetails } from '@tabler/icons-react';
import type { CustomListView } from '../../src/api/contract-custom-list.ts';
import { ButtonLink } from '../ui/Link.tsx';
import { ThingTable, type Column } from '../ui/ThingTable.tsx';
import { May } from '../ui/May.tsx';
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
  const columns: Column<CustomListView>[] = [
    { head: say('lists.rows'), look: 'number', cell: ({ rows }) => number(rows) },
    {
      head: say('lists.uploaded'),
      look: 'number wide-only',
      cell: ({ uploadedAt }) => (uploadedAt === null ? '–' : moment(uploadedAt)),
    },
  ];
  return (
    <ThingTable
      query={useQuery(customLists)}
      none={none}
      to="/lists/$key"
      nameOf={(row) => row.name}
      columns={columns}
    />
  );
}

export function NewList() {
  const { say } = useVoice();
  return (
    <May ask="items">
      <ButtonLink to="/lists/$key" params={{ key: '+' }}>
        {say('lists.new')}
      </ButtonLink>
    </May>
  );
}
