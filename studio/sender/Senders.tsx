import { useQuery } from '@tanstack/react-query';
import { IconAt } from '@tabler/icons-react';
import type { SenderView } from '../../src/api/contract-sender.ts';
import { ButtonLink } from '../ui/Link.tsx';
import { ThingTable, type Column } from '../ui/ThingTable.tsx';
import { May } from '../ui/May.tsx';
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
  const columns: Column<SenderView>[] = [
    { head: say('senders.from'), look: 'breaks', cell: ({ sender }) => sender.from },
    {
      head: say('senders.signs'),
      look: 'wide-only',
      cell: ({ dkim }) =>
        dkim.length === 0 ? say('senders.unsigned') : dkim.map(({ selector }) => selector).join(', '),
    },
    {
      head: say('designs.saved'),
      look: 'number wide-only',
      cell: ({ savedAt }) => (savedAt === null ? say('senders.settings') : moment(savedAt)),
    },
  ];
  return (
    <ThingTable
      query={useQuery(senders)}
      none={none}
      to="/senders/$key"
      nameOf={(row) => row.sender.name}
      columns={columns}
    />
  );
}

export function NewSender() {
  const { say } = useVoice();
  return (
    <May ask="settings">
      <ButtonLink to="/senders/$key" params={{ key: '+' }}>
        {say('senders.new')}
      </ButtonLink>
    </May>
  );
}
