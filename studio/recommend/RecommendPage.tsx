import './recommend.css';
import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { Backtests } from '../backtest/Backtests.tsx';
import { Designs, NewDesign } from '../design/Designs.tsx';
import { designs } from '../design/query.ts';
import { Lists, NewList } from '../list/Lists.tsx';
import { customLists } from '../list/query.ts';
import { Library, NewOffer } from '../offer/Library.tsx';
import { offers } from '../offer/query.ts';
import { Activities, NewActivity } from '../place/Activities.tsx';
import { activities } from '../place/query.ts';
import { definitions } from '../rule/query.ts';
import { Shelf } from '../rule/Shelf.tsx';
import { ButtonLink } from '../ui/Link.tsx';
import { PageHead } from '../ui/Page.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { CriteriaList } from './CriteriaList.tsx';
import { criteria } from './query.ts';

const parts = ['criteria', 'rules', 'lists', 'designs', 'offers', 'activities', 'backtests'] as const;
type Part = (typeof parts)[number];

/** What a part of the page shows, and its one action. */
const shown: Record<Part, { Page: ComponentType; Answer: ComponentType; New?: ComponentType }> = {
  criteria: { Page: CriteriaList, Answer: CriteriaAnswer, New: NewCriterion },
  rules: { Page: Shelf, Answer: RulesAnswer },
  lists: { Page: Lists, Answer: () => <Count part="lists" of={useQuery(customLists).data} />, New: NewList },
  designs: { Page: Designs, Answer: () => <Count part="designs" of={useQuery(designs).data} />, New: NewDesign },
  offers: { Page: Library, Answer: () => <Count part="offers" of={useQuery(offers).data} />, New: NewOffer },
  activities: {
    Page: Activities,
    Answer: () => <Count part="activities" of={useQuery(activities).data} />,
    New: NewActivity,
  },
  backtests: { Page: Backtests, Answer: BacktestAnswer },
};

/** What is recommended: criteria, and beside them the rules, lists, designs and offers, and what a replay of history says. */
export function RecommendPage() {
  const { say } = useVoice();
  const { show } = useSearch({ from: '/recommendations' });
  const navigate = useNavigate({ from: '/recommendations' });
  const part = parts.find((one) => one === show) ?? 'criteria';
  const { Page, Answer, New } = shown[part];
  return (
    <div className="page">
      <PageHead title={say('recommend.title')} answer={<Answer />} note={say(`recommend.note.${part}`)}>
        {New && <New />}
      </PageHead>
      <div className="parts-row">
        <SegmentedControl
          value={part}
          aria-label={say('recommend.show')}
          data={parts.map((value) => ({ value, label: say(`recommend.show.${value}`) }))}
          onChange={(value) => void navigate({ search: { show: value === 'criteria' ? undefined : value } })}
        />
      </div>
      <Page />
    </div>
  );
}

function NewCriterion() {
  const { say } = useVoice();
  return (
    <May ask="items">
      <ButtonLink to="/recommendations/$key" params={{ key: '+' }}>
        {say('criteria.new')}
      </ButtonLink>
    </May>
  );
}

function CriteriaAnswer() {
  const { say } = useVoice();
  const { data } = useQuery(criteria);
  if (!data) return say('recommend.title');
  const own = data.filter(({ shipped }) => !shipped).length;
  const count = say('criteria.answer', { count: data.length });
  return own === 0 ? `${count}.` : `${count}; ${say('criteria.ownCount', { count: own })}.`;
}

function RulesAnswer() {
  const { say } = useVoice();
  const collections = useQuery(definitions('collections')).data;
  const exclusions = useQuery(definitions('exclusions')).data;
  const promotions = useQuery(definitions('promotions')).data;
  if (!collections || !exclusions || !promotions) return say('recommend.title');
  const taken = exclusions.filter(({ on }) => on).length;
  const running = promotions.filter((one) => one.running).length;
  return say('recommend.answer.rules', { collections: collections.length, exclusions: taken, promotions: running });
}

function Count({
  part,
  of,
}: {
  part: 'lists' | 'designs' | 'offers' | 'activities';
  of: readonly unknown[] | undefined;
}) {
  const { say } = useVoice();
  return of === undefined ? say('recommend.title') : say(`recommend.answer.${part}`, { count: of.length });
}

function BacktestAnswer() {
  const { say } = useVoice();
  return say('recommend.answer.backtests');
}
