import './version.css';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconVersions } from '@tabler/icons-react';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { JourneyVersions } from '../../src/api/contract-journey.ts';
import type { JourneyDetail } from '../../src/api/contract.ts';
import { journey } from '../api/query.ts';
import { readDocument } from '../journey/document.ts';
import { ButtonLink } from '../ui/Link.tsx';
import { PageHead, Panel } from '../ui/Page.tsx';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { Unread } from '../ui/thing.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { recipeWords } from '../words/words.ts';
import { Differences } from './Differences.tsx';
import { MoveOver } from './MoveOver.tsx';
import { Rollback } from './Rollback.tsx';
import { versions } from './query.ts';

type Version = JourneyVersions['versions'][number];

/** What a journey said before: what each version changes, back to it, and those who go by it still. */
export function VersionsPage() {
  const { say } = useVoice();
  const { key } = useParams({ from: '/journeys/$key/versions' });
  const query = useQuery(journey(key));
  const all = useQuery(versions(key));
  const { data } = query;
  const written = JSON.stringify(data?.definition ?? null);
  const document = useMemo(() => readDocument(JSON.parse(written)), [written]);
  if (!data) return <Unread query={query} />;
  const older = all.data?.filter((one) => one.version !== data.version) ?? [];
  const inOlder = older.reduce((sum, { inside }) => sum + inside, 0);
  const answer =
    data.version === 0
      ? say('versions.never')
      : `${say(data.status === 'live' ? 'versions.live' : 'versions.last', { version: data.version })}; ${say('versions.inOlder', { count: inOlder })}.`;
  return (
    <div className="page">
      <PageHead title={say('versions.title')} answer={answer} note={recipeWords(document.name, say)}>
        <ButtonLink to="/journeys/$key" params={{ key }} variant="default">
          {say('simulate.back')}
        </ButtonLink>
      </PageHead>
      {all.error && !all.data && <ProblemNote error={all.error} again={() => void all.refetch()} />}
      {!all.data && !all.error && <Rows />}
      {all.data?.length === 0 && (
        <Empty title={say('versions.empty')} says={say('versions.emptySays')} icon={<IconVersions stroke={1.5} />} />
      )}
      {all.data && all.data.length > 0 && (
        <div className="split">
          <List detail={data} rows={all.data} />
          <MoveOver detail={data} document={document} />
        </div>
      )}
    </div>
  );
}

function List({ detail, rows }: { detail: JourneyDetail; rows: readonly Version[] }) {
  const { say, moment } = useVoice();
  const { show } = useSearch({ from: '/journeys/$key/versions' });
  const navigate = useNavigate({ from: '/journeys/$key/versions' });
  const [back, setBack] = useState<number | null>(null);
  const compare = (of: string) => (
    <Button
      size="xs"
      variant="default"
      aria-expanded={show === of}
      onClick={() => void navigate({ search: { show: show === of ? undefined : of }, replace: true })}
    >
      {say('messages.compare')}
    </Button>
  );
  return (
    <Panel title={say('versions.published')}>
      <ul className="plain-list versions">
        {detail.draft !== null && (
          <li className="version-row">
            <span>
              <b>{say('versions.draft')}</b> <span className="quiet">{say('versions.draftSays')}</span>
            </span>
            <span className="actions">{compare('draft')}</span>
            {show === 'draft' && <Differences journeyKey={detail.key} of="draft" />}
          </li>
        )}
        {rows.map(({ version, publishedAt, inside }) => (
          <li key={version} className="version-row">
            <span>
              <b>{say('journey.version', { version: String(version) })}</b>{' '}
              <span className="quiet">
                {say('journey.published', { time: moment(publishedAt) })} · {say('versions.inside', { count: inside })}
              </span>
            </span>
            <span className="actions">
              {version === detail.version ? (
                <span className="quiet">{say('versions.isLast')}</span>
              ) : (
                <>
                  {compare(String(version))}
                  <May ask={['journeys', 'publish']}>
                    <Button size="xs" variant="default" onClick={() => setBack(version)}>
                      {say('versions.back')}
                    </Button>
                  </May>
                </>
              )}
            </span>
            {show === String(version) && (
              <div className="version-changes">
                <p className="quiet">{say('versions.changes')}</p>
                <Differences journeyKey={detail.key} of={version} />
              </div>
            )}
          </li>
        ))}
      </ul>
      {back !== null && <Rollback detail={detail} to={back} onClose={() => setBack(null)} />}
    </Panel>
  );
}
