import { Button, SegmentedControl } from '@mantine/core';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { IconArrowLeft, IconDownload } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { SimulatedPersonView } from '../../src/api/contract-simulation.ts';
import type { JourneyDocument } from '../journey/document.ts';
import { titleOf } from '../journey/sentence.ts';
import { MailFrame } from '../mailbox/MailFrame.tsx';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { reasonWords } from '../ui/reason.ts';
import { useVoice } from '../ui/voice.tsx';
import { simulatedMail, simulatedPerson, storyOfPerson } from './query.ts';

/** One person: the path, each why not, and the mails as they would have come. */
export function Person({ id, no, document }: { id: string; no: number; document: JourneyDocument }) {
  const { say } = useVoice();
  const { data, error, refetch } = useQuery(simulatedPerson(id, no));
  const { mail } = useSearch({ from: '/journeys/$key/simulate' });
  const navigate = useNavigate({ from: '/journeys/$key/simulate' });
  const back = () =>
    void navigate({ search: (old) => ({ ...old, who: undefined, mail: undefined }), resetScroll: false });
  return (
    <Panel title={data?.label ?? say('simulate.person')} aside={data && <SaveStory id={id} no={no} />}>
      <Button
        size="xs"
        variant="subtle"
        leftSection={<IconArrowLeft size={14} stroke={1.5} />}
        onClick={back}
        className="simulate-back"
      >
        {say('simulate.toPeople')}
      </Button>
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={6} />}
      {data && <Path data={data} document={document} />}
      {data && data.mails.length > 0 && <Mails id={id} numbers={data.mails} chosen={mail ?? data.mails[0]!} />}
    </Panel>
  );
}

interface Moment {
  at: string;
  what: string;
  tone: '' | 'text-harm' | 'quiet';
}

function Path({ data, document }: { data: SimulatedPersonView; document: JourneyDocument }) {
  const { say, clockFace } = useVoice();
  const runs = data.runs.flatMap(({ enteredAt, path, end }): Moment[] => [
    { at: enteredAt, what: say('simulate.entered'), tone: 'quiet' },
    ...path.map(({ activity, at }): Moment => ({ at, what: titleOf(document, activity, say), tone: '' })),
    ...(end
      ? [
          {
            at: end.at,
            what: say('simulate.endedAs', { reason: reasonWords(end.reason, say) }),
            tone: 'quiet',
          } as const,
        ]
      : []),
  ]);
  const refused = data.whyNot.map(({ at, activity, reason }): Moment => ({
    at,
    what: say('simulate.not', { activity: titleOf(document, activity, say), reason: reasonWords(reason, say) }),
    tone: 'text-harm',
  }));
  const all = [...runs, ...refused].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  if (all.length === 0) return <p className="quiet">{say('simulate.untouched')}</p>;
  return (
    <ol className="simulate-path">
      {all.map(({ at, what, tone }, place) => (
        <li key={place}>
          <time dateTime={at} className="quiet">
            {clockFace(at)}
          </time>
          <span className={tone}>{what}</span>
        </li>
      ))}
    </ol>
  );
}

function Mails({ id, numbers, chosen }: { id: string; numbers: number[]; chosen: number }) {
  const { say, clockFace } = useVoice();
  const navigate = useNavigate({ from: '/journeys/$key/simulate' });
  const { data, error, refetch } = useQuery({ ...simulatedMail(id, chosen), placeholderData: keepPreviousData });
  return (
    <div className="simulate-mails">
      {numbers.length > 1 && (
        <SegmentedControl
          size="xs"
          value={String(chosen)}
          aria-label={say('simulate.mails')}
          data={numbers.map((no, place) => ({
            value: String(no),
            label: say('simulate.mailNo', { no: String(place + 1) }),
          }))}
          onChange={(no) =>
            void navigate({ search: (old) => ({ ...old, mail: Number(no) }), replace: true, resetScroll: false })
          }
        />
      )}
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {data && (
        <>
          <h3>{data.subject}</h3>
          <p className="quiet">
            {say('simulate.mailSays', { time: clockFace(data.at), count: data.items.length })}{' '}
            {data.items.map(({ item }) => item).join(', ')}
          </p>
          <MailFrame subject={data.subject} html={data.html} links={false} />
        </>
      )}
    </div>
  );
}

/** Hands the person over as a file for the stories beside the journey. */
function SaveStory({ id, no }: { id: string; no: number }) {
  const { say } = useVoice();
  const save = useMutation({
    mutationFn: () => storyOfPerson(id, no),
    onSuccess: (story) => {
      const url = URL.createObjectURL(
        new Blob([`${JSON.stringify([story], null, 2)}\n`], { type: 'application/json' }),
      );
      const link = window.document.createElement('a');
      Object.assign(link, { href: url, download: `person-${no}.stories.json` });
      link.click();
      URL.revokeObjectURL(url);
    },
  });
  return (
    <>
      <Button
        size="xs"
        variant="default"
        loading={save.isPending}
        leftSection={<IconDownload size={14} stroke={1.5} />}
        onClick={() => save.mutate()}
      >
        {say('simulate.saveStory')}
      </Button>
      {save.error && <ProblemNote error={save.error} />}
    </>
  );
}
