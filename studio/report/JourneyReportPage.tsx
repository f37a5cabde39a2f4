import './report.css';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { journey, report } from '../api/query.ts';
import { ButtonLink } from '../ui/Link.tsx';
import { PageHead } from '../ui/Page.tsx';
import { Unread } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { recipeWords } from '../words/words.ts';
import { Comparisons } from './Comparisons.tsx';
import { Credits } from './Credits.tsx';
import { Mails } from './Mails.tsx';
import { Periods } from './Periods.tsx';
import { experiments } from './query.ts';

/** All that can be said of what a journey did: spans side by side, mails told apart, what it compares, what it is credited with. */
export function JourneyReportPage() {
  const { say, number } = useVoice();
  const { key } = useParams({ from: '/journeys/$key/report' });
  const query = useQuery(journey(key));
  const whole = useQuery(report(key));
  const compared = useQuery(experiments(key));
  const { data } = query;
  if (!data) return <Unread query={query} />;
  const name = recipeWords(String(data.definition['name'] ?? key), say);
  const planned = whole.data?.messages.planned ?? 0;
  return (
    <div className="page">
      <PageHead
        title={say('reports.ofJourney')}
        answer={`${say('reports.planned', { count: planned, number: number(planned) })}.`}
        note={name}
      >
        <ButtonLink to="/journeys/$key" params={{ key }} variant="default">
          {say('simulate.back')}
        </ButtonLink>
      </PageHead>
      <Periods journeyKey={key} />
      <Mails journeyKey={key} />
      <Comparisons
        query={compared}
        title={say('reports.compared')}
        none={say('reports.nothingCompared')}
        file={`/v1/journeys/${encodeURIComponent(key)}/report/experiments/file`}
      />
      <Credits journeyKey={key} />
    </div>
  );
}
