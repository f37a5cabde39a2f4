import { useQuery } from '@tanstack/react-query';
import { IconForms } from '@tabler/icons-react';
import type { FormView } from '../../src/api/contract-form.ts';
import { ButtonLink } from '../ui/Link.tsx';
import { PageHead } from '../ui/Page.tsx';
import { type Column, ThingTable } from '../ui/ThingTable.tsx';
import { useMay } from '../ui/may.ts';
import { useVoice } from '../ui/voice.tsx';
import { forms } from './query.ts';

/** Forms by which visitors ask for letters, and how many did. */
export function SignUpsPart() {
  const { say, number } = useVoice();
  const query = useQuery(forms);
  const may = useMay();
  const confirmed = query.data?.reduce((sum, { counts }) => sum + counts.confirmed, 0) ?? 0;
  const make = may('journeys') && (
    <ButtonLink to="/sign-ups/$key" params={{ key: '+' }}>
      {say('signUps.new')}
    </ButtonLink>
  );
  const columns: Column<FormView>[] = [
    { head: say('signUps.confirmed'), look: 'number', cell: ({ counts }) => number(counts.confirmed) },
    { head: say('signUps.pending'), look: 'number', cell: ({ counts }) => number(counts.pending) },
    { head: say('signUps.expired'), look: 'number wide-only', cell: ({ counts }) => number(counts.expired) },
  ];
  return (
    <div className="page">
      <PageHead
        title={say('settings.show.signUps')}
        answer={query.data && say('signUps.answer', { count: confirmed })}
        note={say('signUps.note')}
      >
        {query.data && query.data.length > 0 && make}
      </PageHead>
      <ThingTable
        query={query}
        none={{
          title: say('signUps.none'),
          says: say('signUps.noneSays'),
          icon: <IconForms stroke={1.5} />,
          action: make,
        }}
        to="/sign-ups/$key"
        nameOf={(row) => row.title || row.key}
        columns={columns}
      />
    </div>
  );
}
