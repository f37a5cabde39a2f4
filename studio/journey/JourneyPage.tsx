import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconHandStop } from '@tabler/icons-react';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { JourneyDetail } from '../../src/api/contract.ts';
import { journey } from '../api/query.ts';
import { stuck } from '../stuck/query.ts';
import { ButtonLink, TextLink } from '../ui/Link.tsx';
import { PageHead } from '../ui/Page.tsx';
import { Unread } from '../ui/thing.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { ActivityPanel } from './ActivityPanel.tsx';
import { Canvas } from './Canvas.tsx';
import { JourneyEditor } from './JourneyEditor.tsx';
import { Life } from './Life.tsx';
import { Publish } from './Publish.tsx';
import { ReportPanel } from './ReportPanel.tsx';
import { StatusBadge } from './StatusBadge.tsx';
import { hasUnsaved } from './editing.ts';
import { type JourneyDocument, readDocument } from './document.ts';
import { recipeWords } from '../words/words.ts';
import { entryId } from './sentence.ts';

/** One journey: its canvas, and at the right what it did or the chosen activity. */
export function JourneyPage() {
  const { key } = useParams({ from: '/journeys/$key' });
  const { activity, edit } = useSearch({ from: '/journeys/$key' });
  const navigate = useNavigate({ from: '/journeys/$key' });
  const query = useQuery(journey(key));
  const { data } = query;
  // The counts change every two seconds, the document hardly ever: lay it out only when it does.
  const written = JSON.stringify(data?.definition ?? null);
  const document = useMemo(() => readDocument(JSON.parse(written)), [written]);
  if (!data) return <Unread query={query} />;
  const select = (id: string | null) =>
    void navigate({ search: (before) => ({ ...before, activity: id ?? undefined }), replace: true });
  const change = () => void navigate({ search: (before) => ({ ...before, edit: true }) });
  if (edit) {
    const leave = () => void navigate({ search: {} });
    return <JourneyEditor key={key} detail={data} chosen={activity ?? null} onChoose={select} onLeave={leave} />;
  }
  const chosen =
    activity !== undefined && (activity === entryId || document.activities.has(activity)) ? activity : null;
  return (
    <div className="journey-page">
      <div className="journey-main">
        <JourneyHead detail={data} document={document} onChange={change} />
        <Canvas key={key} document={document} counts={data.counts} selected={chosen} onSelect={select} />
        {document.exits.length > 0 && <Exits reasons={document.exits} />}
      </div>
      <aside className="journey-aside">
        {chosen === null ? (
          <ReportPanel journeyKey={key} />
        ) : (
          <ActivityPanel detail={data} document={document} id={chosen} onChange={change} onClose={() => select(null)} />
        )}
      </aside>
    </div>
  );
}

function JourneyHead(props: { detail: JourneyDetail; document: JourneyDocument; onChange: () => void }) {
  const { detail, document, onChange } = props;
  const { say, moment } = useVoice();
  const name = recipeWords(document.name, say);
  const inside = Object.values(detail.counts).reduce((sum, count) => sum + count.now, 0);
  const people = inside > 0 ? say('journey.people', { count: inside }) : say('journey.nobody');
  const published =
    detail.publishedAt === null
      ? say('journey.notPublished')
      : say('journey.published', { time: moment(detail.publishedAt) });
  const note = (
    <span className="journey-note">
      <StatusBadge status={detail.status} />
      <NeedHand journeyKey={detail.key} />
      <span>
        {name} · {detail.draft !== null && `${say('action.isDraft')} · `}
        <TextLink to="/journeys/$key/versions" params={{ key: detail.key }} underline="always">
          {say('journey.version', { version: String(detail.version) })}
        </TextLink>{' '}
        · {published}
      </span>
    </span>
  );
  return (
    <PageHead title={name} answer={`${people}.`} note={note}>
      <ButtonLink to="/journeys/$key/simulate" params={{ key: detail.key }} variant="default">
        {say('simulate.open')}
      </ButtonLink>
      <May ask="journeys">
        <Button variant="default" onClick={onChange}>
          {say(hasUnsaved(detail.key) ? 'edit.goOn' : 'edit.change')}
        </Button>
      </May>
      {(detail.status === 'draft' || detail.draft !== null) && (
        <May ask={['journeys', 'publish']}>
          <Publish journeyKey={detail.key} document={document} isFirst={detail.version === 0} />
        </May>
      )}
      <May ask="journeys">
        <Life detail={detail} />
      </May>
    </PageHead>
  );
}

/** How many runs of it are stuck, with the way to them; nothing where none is. */
function NeedHand({ journeyKey }: { journeyKey: string }) {
  const { say } = useVoice();
  const { data } = useQuery(stuck(journeyKey));
  if (!data || data.total === 0) return null;
  return (
    <TextLink to="/stuck" search={{ journey: journeyKey }} className="need-hand">
      <IconHandStop size={14} stroke={1.5} aria-hidden="true" />
      {say('stuck.inJourney', { count: data.total })}
    </TextLink>
  );
}

/** What ends a wait wherever one stands; it has no place of its own on the canvas. */
function Exits({ reasons }: { reasons: string[] }) {
  const { say } = useVoice();
  return (
    <p className="exits">
      <b>{say('journey.leaves')}</b>
      {reasons.map((reason) => (
        <span key={reason} className="chip">
          {recipeWords(reason, say)}
        </span>
      ))}
    </p>
  );
}
