import './recommend.css';
import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ButtonLink } from '../ui/Link.tsx';
import { PageHead } from '../ui/Page.tsx';
import { useVoice } from '../ui/voice.tsx';
import { Backtests } from './Backtests.tsx';
import { CriteriaList } from './CriteriaList.tsx';
import { criteria } from './query.ts';
import { Shelf } from '../rule/Shelf.tsx';

/** What is recommended: criteria, the rules over items beside them, and what a replay of history says of them. */
export function RecommendPage() {
  const { say } = useVoice();
  const { show } = useSearch({ from: '/recommendations' });
  return (
    <div className="page">
      <PageHead title={say('recommend.title')} answer={<Answer />} note={say('criteria.note')}>
        {(show === undefined || show === 'criteria') && (
          <ButtonLink to="/recommendations/$key" params={{ key: '+' }}>
            {say('criteria.new')}
          </ButtonLink>
        )}
      </PageHead>
      <Part />
    </div>
  );
}

const parts = ['criteria', 'rules', 'backtests'] as const;

function Part() {
  const { say } = useVoice();
  const { show } = useSearch({ from: '/recommendations' });
  const navigate = useNavigate({ from: '/recommendations' });
  const part = parts.find((one) => one === show) ?? 'criteria';
  return (
    <>
      <SegmentedControl
        className="parts"
        value={part}
        aria-label={say('recommend.show')}
        data={parts.map((value) => ({ value, label: say(`recommend.show.${value}`) }))}
        onChange={(value) => void navigate({ search: { show: value === 'criteria' ? undefined : value } })}
      />
      {part === 'criteria' && <CriteriaList />}
      {part === 'rules' && <Shelf />}
      {part === 'backtests' && <Backtests />}
    </>
  );
}

function Answer() {
  const { say } = useVoice();
  const { data } = useQuery(criteria);
  if (!data) return say('recommend.title');
  const own = data.filter(({ shipped }) => !shipped).length;
  const count = say('criteria.answer', { count: data.length });
  return own === 0 ? `${count}.` : `${count}; ${say('criteria.ownCount', { count: own })}.`;
}
