import { useQuery } from '@tanstack/react-query';
import { IconComponents } from '@tabler/icons-react';
import type { ComponentView } from '../../src/api/contract-message.ts';
import { ButtonLink } from '../ui/Link.tsx';
import { May } from '../ui/May.tsx';
import { ThingTable, type Column } from '../ui/ThingTable.tsx';
import { useVoice } from '../ui/voice.tsx';
import { components } from './query.ts';

/** What many messages share. */
export function Components() {
  const { say, number } = useVoice();
  const none = {
    title: say('components.none'),
    says: say('components.noneSays'),
    icon: <IconComponents stroke={1.5} />,
    action: <NewComponent />,
  };
  const columns: Column<ComponentView>[] = [
    { head: say('components.origin'), look: 'wide-only', cell: ({ origin }) => say(`components.origin.${origin}`) },
    {
      head: say('components.parameters'),
      look: 'wide-only',
      cell: ({ document }) => document.parameters.map(({ name, label }) => label || name).join(', '),
    },
    { head: say('components.usedBy'), look: 'number', cell: ({ usedBy }) => number(usedBy.templates.length) },
  ];
  return (
    <ThingTable
      query={useQuery(components)}
      none={none}
      to="/components/$key"
      nameOf={(row) => row.document.name}
      columns={columns}
    />
  );
}

export function NewComponent() {
  const { say } = useVoice();
  return (
    <May ask="journeys">
      <ButtonLink to="/components/$key" params={{ key: '+' }}>
        {say('components.new')}
      </ButtonLink>
    </May>
  );
}
