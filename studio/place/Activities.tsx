import { useQuery } from '@tanstack/react-query';
import { IconTargetArrow } from '@tabler/icons-react';
import type { ActivityView } from '../../src/api/contract-design.ts';
import { StatusBadge } from '../journey/StatusBadge.tsx';
import { ButtonLink } from '../ui/Link.tsx';
import { ThingTable, type Column } from '../ui/ThingTable.tsx';
import { May } from '../ui/May.tsx';
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
  const columns: Column<ActivityView>[] = [
    { head: say('field.place.location'), cell: (row) => <code className="code">{saidOf(row).location}</code> },
    { head: say('journeys.status'), cell: ({ state }) => <StatusBadge status={state} /> },
    {
      head: say('field.place.audience'),
      look: 'wide-only',
      cell: (row) => saidOf(row).audience ?? say('places.everybody'),
    },
    {
      head: say('field.place.experiences'),
      look: 'number wide-only',
      cell: (row) => number(shownOf(saidOf(row)).length),
    },
    { head: say('field.place.control'), look: 'number wide-only', cell: (row) => percent(saidOf(row).control ?? 0) },
  ];
  return (
    <ThingTable
      query={useQuery(activities)}
      none={none}
      to="/activities/$key"
      nameOf={(row) => saidOf(row).name}
      columns={columns}
    />
  );
}

export function NewActivity() {
  const { say } = useVoice();
  return (
    <May ask="items">
      <ButtonLink to="/activities/$key" params={{ key: '+' }}>
        {say('places.new')}
      </ButtonLink>
    </May>
  );
}
