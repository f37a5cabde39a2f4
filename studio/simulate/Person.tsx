import { Button, SegmentedControl } from '@mantine/core';
import { keepPreviousData, useMutation, useQueries, useQuery } from '@tanstack/react-query';
import { IconArrowLeft, IconDownload } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { SimulatedPersonView } from '../../src/api/contract-simulation.ts';
import { journey } from '../api/query.ts';
import { type JourneyDocument, readDocument } from '../journey/document.ts';
import { titleOf } from '../journey/sentence.ts';
import { MailFrame } from '../mailbox/MailFrame.tsx';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { reasonWords } from '../ui/reason.ts';
import { useVoice } from '../ui/voice.tsx';
import { isKey, type Say } from '../words/words.ts';
import { simulatedMail, simulatedPerson, storyOfPerson } from './query.ts';

/** One person: the path, each why not, and the mails as they would have come. */
export function Person(props: {
  id: string;
  no: number;
  journeyKey: string;
  /** How the simulated journeys are called, by key. */
  names: Readonly<Record<string, string>>;
  document: JourneyDocument;
}) {
  const { id, no, journeyKey, names, document } = props;
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
      {data && <Path {...{ data, document, journeyKey, names }} />}
      {data && data.mails.length > 0 && (
        <Mails {...{ id, journeyKey, names }} numbers={data.mails} chosen={mail ?? data.mails[0]!} />
      )}
    </Panel>
  );
}

interface Moment {
  at: string;
  what: string;
  tone: '' | 'text-harm' | 'quiet';
  /** Of what falls at the same time, this comes first. */
  rank: 0 | 1 | 2 | 3;
  /** Of another journey that ran beside it. */
  of?: string;
}

/** What they did, where it led them, and each why not, in the order of time. */
function Path(props: {
  data: SimulatedPersonView;
  document: JourneyDocument;
  journeyKey: string;
  names: Readonly<Record<string, string>>;
}) {
  const { data, document, journeyKey, names } = props;
  const { say, clockFace } = useVoice();
  const documents = useDocuments(data, document, journeyKey);
  const about = (key: string) => {
    const of = documents.get(key);
    return {
      title: (activity: string) => (of ? titleOf(of, activity, say) : activity),
      ...(key === journeyKey ? {} : { of: names[key] ?? key }),
    };
  };
  const acts = data.acts.map((act): Moment => ({ at: act.at, what: deedOf(act, say), tone: 'quiet', rank: 0 }));
  const runs = data.runs.flatMap(({ journey: key, enteredAt, path, end }): Moment[] => {
    const { title, ...of } = about(key);
    const isEnd = (activity: string) => end !== null && documents.get(key)?.activities.get(activity)?.kind === 'end';
    const came = path.filter(({ activity }) => !isEnd(activity));
    return [
      { at: enteredAt, what: say('simulate.entered'), tone: '', rank: 1, ...of },
      ...came.map(({ activity, at }): Moment => ({ at, what: title(activity), tone: '', rank: 1, ...of })),
      ...(end
        ? [
            {
              at: end.at,
              what: say('simulate.endedAs', { reason: reasonWords(end.reason, say) }),
              tone: '',
              rank: 3,
              ...of,
            } as const,
          ]
        : []),
    ];
  });
  const refused = data.whyNot.map(({ journey: key, at, activity, reason }): Moment => {
    const { title, ...of } = about(key);
    const what = say('simulate.not', { activity: title(activity), reason: reasonWords(reason, say) });
    return { at, what, tone: 'text-harm', rank: 2, ...of };
  });
  const held = data.held.map(({ journey: key, at, activity, reason, until }): Moment => {
    const { title, ...of } = about(key);
    const [why, till] = [reasonWords(reason, say), clockFace(until)];
    return {
      at,
      what: say('simulate.held', { activity: title(activity), reason: why, until: till }),
      tone: 'quiet',
      rank: 2,
      ...of,
    };
  });
  const all = [...acts, ...runs, ...held, ...refused].sort(
    (a, b) => Date.parse(a.at) - Date.parse(b.at) || a.rank - b.rank,
  );
  return (
    <>
      {runs.length + refused.length === 0 && <p className="quiet">{say('simulate.untouched')}</p>}
      <ol className="simulate-path">
        {all.map(({ at, what, tone, of }, place) => (
          <li key={place}>
            <time dateTime={at} className="quiet">
              {clockFace(at)}
            </time>
            <span className={tone}>
              {what}
              {of !== undefined && <span className="quiet"> · {of}</span>}
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}

/** The journeys that touched this person, by key, as they are written. */
function useDocuments(
  { runs, whyNot }: SimulatedPersonView,
  own: JourneyDocument,
  ownKey: string,
): Map<string, JourneyDocument> {
  const others = [...new Set([...runs, ...whyNot].map((one) => one.journey))].filter((key) => key !== ownKey);
  const read = useQueries({ queries: others.map((key) => ({ ...journey(key), refetchInterval: false as const })) });
  const known = read.flatMap(({ data }) =>
    data ? [[data.key, readDocument(data.draft ?? data.definition)] as const] : [],
  );
  return new Map([[ownKey, own], ...known]);
}

/** "Puts coat-1 in the cart". */
function deedOf({ does, items = [], what = '' }: SimulatedPersonView['acts'][number], say: Say): string {
  const key = `simulate.did.${does}`;
  const named = items.length > 0 ? items.join(', ') : what === '' ? say('simulate.shop') : what;
  return isKey(key) ? say(key as 'simulate.did.visits', { what: named }) : does;
}

function Mails(props: {
  id: string;
  journeyKey: string;
  names: Readonly<Record<string, string>>;
  numbers: number[];
  chosen: number;
}) {
  const { id, journeyKey, names, numbers, chosen } = props;
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
            {data.journey !== journeyKey && `${names[data.journey] ?? data.journey} · `}
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
