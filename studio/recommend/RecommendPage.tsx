import './recommend.css';
import { useQuery } from '@tanstack/react-query';
import { ButtonLink } from '../ui/Link.tsx';
import { PageHead } from '../ui/Page.tsx';
import { useVoice } from '../ui/voice.tsx';
import { CriteriaList } from './CriteriaList.tsx';
import { criteria } from './query.ts';

/** What is recommended: criteria. */
export function RecommendPage() {
  const { say } = useVoice();
  return (
    <div className="page">
      <PageHead title={say('recommend.title')} answer={<Answer />} note={say('criteria.note')}>
        <ButtonLink to="/recommendations/$key" params={{ key: '+' }}>
          {say('criteria.new')}
        </ButtonLink>
      </PageHead>
      <CriteriaList />
    </div>
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
