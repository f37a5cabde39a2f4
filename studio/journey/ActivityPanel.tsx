import { Button, CloseButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { JourneyDetail } from '../../src/api/contract.ts';
import { peopleHere } from '../api/query.ts';
import { TextLink } from '../ui/Link.tsx';
import { Figure } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { ActionTools } from './ActionTools.tsx';
import { KindIcon } from './KindIcon.tsx';
import { type DetailRow, detailsOf } from './detail.ts';
import type { JourneyDocument } from './document.ts';
import { kindOf, sentenceOf, titleOf } from './sentence.ts';

interface ActivityPanelProps {
  detail: JourneyDetail;
  document: JourneyDocument;
  id: string;
  onChange: () => void;
  onClose: () => void;
}

/** The chosen activity: what it says, how it is set, who is there. */
export function ActivityPanel({ detail, document, id, onChange, onClose }: ActivityPanelProps) {
  const { say, number, percent } = useVoice();
  const kind = kindOf(document, id);
  const title = titleOf(document, id, say);
  const counts = detail.counts[id] ?? { now: 0, today: 0, ever: 0 };
  return (
    <section className={`activity kind-${kind}`} aria-label={title}>
      <div className="activity-head">
        <span className="activity-kind">
          <KindIcon kind={kind} />
          {title}
        </span>
        <CloseButton aria-label={say('journey.close', { name: title })} onClick={onClose} />
      </div>
      <h2>{sentenceOf(document, id, say)}</h2>
      <div className="figures">
        <Figure value={number(counts.now)} word={say('journey.here')} />
        <Figure value={number(counts.today)} word={say('journey.today')} />
        <Figure value={number(counts.ever)} word={say('journey.ever')} />
      </div>
      <PeopleHere journeyKey={detail.key} activity={id} />
      <div className="panel-head">
        <h3>{say('journey.details')}</h3>
        <Button size="xs" variant="default" onClick={onChange}>
          {say('edit.change')}
        </Button>
      </div>
      <dl className="details">
        {detailsOf(document, id, say, percent).map((row) => (
          <Detail key={row.name} row={row} />
        ))}
      </dl>
      {kind === 'action' && <ActionTools key={id} detail={detail} id={id} />}
    </section>
  );
}

function Detail({ row }: { row: DetailRow }) {
  return (
    <div className={row.code ? 'detail detail-code' : 'detail'}>
      <dt>{row.name}</dt>
      <dd>{row.code ? <pre tabIndex={0}>{row.value}</pre> : row.value}</dd>
    </div>
  );
}

function PeopleHere({ journeyKey, activity }: { journeyKey: string; activity: string }) {
  const { say, moment } = useVoice();
  const { data, error, refetch } = useQuery(peopleHere(journeyKey, activity));
  return (
    <>
      <h3>{say('journey.peopleHere')}</h3>
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={3} />}
      {data?.length === 0 && <p className="quiet">{say('journey.peopleNone')}</p>}
      <ul className="people-here">
        {data?.map((one) => (
          <li key={`${one.profileId} ${one.since}`}>
            <TextLink to="/people/$id" params={{ id: one.profileId }}>
              {one.label}
            </TextLink>
            <span className="quiet">
              {say('journey.since', { time: moment(one.since) })}
              {one.due !== null && ` · ${say('journey.until', { time: moment(one.due) })}`}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
