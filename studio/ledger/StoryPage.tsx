import './ledger.css';
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { LedgerStory } from '../../src/api/contract-ledger.ts';
import { ask } from '../api/client.ts';
import { clock } from '../api/query.ts';
import { ButtonLink, TextLink } from '../ui/Link.tsx';
import { PageHead, Panel } from '../ui/Page.tsx';
import { useMay } from '../ui/may.ts';
import { ProblemNote } from '../ui/State.tsx';
import { OnePage } from '../ui/thing.tsx';
import { reasonWords } from '../ui/reason.ts';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { ledgerStory } from './query.ts';
import { storyLines } from './story.ts';

/** One mail: what became of it, step by step, and what was decided. */
export function StoryPage() {
  const { say } = useVoice();
  const { id } = useParams({ from: '/ledger/$id' });
  return (
    <OnePage query={useQuery(ledgerStory(id))}>
      {(story) => {
        const reason = story.reason === null ? '' : `: ${reasonWords(story.reason, say)}`;
        return (
          <>
            <PageHead
              title={say('ledger.mail')}
              answer={`${say(`ledger.state.${story.state}`)}${reason}`}
              note={story.subject ?? say('ledger.noSubject')}
            >
              {story.state === 'quarantined' && <Release id={story.id} />}
              <ButtonLink to="/people/$id" params={{ id: story.profileId }} variant="default">
                {say('ledger.person')}
              </ButtonLink>
            </PageHead>
            <div className="split">
              <History story={story} />
              <Facts story={story} />
            </div>
          </>
        );
      }}
    </OnePage>
  );
}

/** Lets a mail go that was put aside. */
function Release({ id }: { id: string }) {
  const { say } = useVoice();
  const may = useMay();
  const client = useQueryClient();
  const release = useMutation({
    mutationFn: () => ask<unknown>(`/v1/ledger/messages/${id}/release`, { method: 'POST' }),
    onSuccess: () => client.invalidateQueries(),
  });
  if (!may('settings')) return null;
  return (
    <>
      <May ask="settings">
        <Button loading={release.isPending} title={say('ledger.release.says')} onClick={() => release.mutate()}>
          {say('ledger.release')}
        </Button>
      </May>
      {release.error && <ProblemNote error={release.error} />}
    </>
  );
}

function History({ story }: { story: LedgerStory }) {
  const { say, moment } = useVoice();
  const { data } = useQuery(clock);
  return (
    <Panel title={say('ledger.history')}>
      <ol className="ledger-story">
        {storyLines(story, say).map(({ at, tone, what, says }, index) => (
          <li key={`${index} ${what}`} className={`text-${tone}`}>
            <span className="quiet ledger-when">{at === null ? '' : moment(at)}</span>
            <span className="ledger-what">
              <span className="ledger-dot" aria-hidden="true" />
              <span>
                {what}
                {says !== null && <span className="quiet ledger-reason">{says}</span>}
              </span>
            </span>
          </li>
        ))}
      </ol>
      {data?.kind === 'virtual' && <p className="quiet">{say('ledger.realTime')}</p>}
    </Panel>
  );
}

function Facts({ story }: { story: LedgerStory }) {
  const { say, moment } = useVoice();
  const rows: [string, string][] = [
    [say('mailbox.to'), story.recipient ?? '–'],
    [say('detail.message'), story.template],
    [say('ledger.class'), say(`ledger.class.${story.class}`)],
    [say('ledger.arm'), story.arm === null ? '–' : say(`report.${story.arm}`)],
    [say('ledger.planned'), moment(story.plannedAt)],
    [say('ledger.deadline'), moment(story.deadline)],
    ['Message-ID', story.wire.at(-1)?.mailId ?? '–'],
    [say('ledger.key'), story.key],
  ];
  return (
    <Panel title={say('journey.details')}>
      <dl className="details">
        <div className="detail">
          <dt>{say('search.journey')}</dt>
          <dd>
            <TextLink to="/journeys/$key" params={{ key: story.journey }} search={{ activity: story.activity }}>
              {story.journey} / {story.activity}
            </TextLink>
          </dd>
        </div>
        {rows.map(([name, value]) => (
          <div key={name} className="detail">
            <dt>{name}</dt>
            <dd className="ledger-fact">{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
