import { useQuery } from '@tanstack/react-query';
import { IconLayoutGrid } from '@tabler/icons-react';
import type { DesignView } from '../../src/api/contract-design.ts';
import { ButtonLink } from '../ui/Link.tsx';
import { ThingTable, type Column } from '../ui/ThingTable.tsx';
import { May } from '../ui/May.tsx';
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
  const columns: Column<DesignView>[] = [
    { head: say('designs.type'), cell: ({ type }) => say(`designs.type.${type}`) },
    { head: say('designs.language'), look: 'wide-only', cell: ({ language }) => say(`designs.language.${language}`) },
    { head: say('designs.slots'), look: 'number', cell: ({ entityCount }) => number(entityCount) },
    { head: say('designs.saved'), look: 'number wide-only', cell: ({ savedAt }) => moment(savedAt) },
  ];
  return (
    <ThingTable query={useQuery(designs)} none={none} to="/designs/$key" nameOf={(row) => row.name} columns={columns} />
  );
}

export function NewDesign() {
  const { say } = useVoice();
  return (
    <May ask="items">
      <ButtonLink to="/designs/$key" params={{ key: '+' }}>
        {say('designs.new')}
      </ButtonLink>
    </May>
  );
}
