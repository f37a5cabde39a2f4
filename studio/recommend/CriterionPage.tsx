import './recommend.css';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconDownload } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import { ButtonLink, TextLink } from '../ui/Link.tsx';
import { PageHead, Panel } from '../ui/Page.tsx';
import { PageSkeleton, ProblemNote } from '../ui/State.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { AskForm } from './AskForm.tsx';
import { hasLists } from './asking.ts';
import { useAsked } from './asked.ts';
import { CriterionForm } from './CriterionForm.tsx';
import { contentOf, put } from './draft.ts';
import { Preview } from './Preview.tsx';
import { CriterionVersions, TakeCriterionAway } from './Kept.tsx';
import { criterion, criterionPath, useNames, useUses } from './query.ts';
import { howOf, ruleText, sentencesOf } from './sentence.ts';
import type { CriterionView } from '../../src/api/contract-criterion.ts';

/** One criterion: what it says, and what it would show to whom, and why. */
export function CriterionPage() {
  const { key } = useParams({ from: '/recommendations/$key' });
  return key === '+' ? <NewCriterion /> : <KnownCriterion key={key} criterionKey={key} />;
}

/** A new one begins empty, or as a copy of another. */
function NewCriterion() {
  const { say, language } = useVoice();
  const nameOf = useNames();
  const { search } = useAsked();
  const { data, error, refetch } = useQuery({ ...criterion(search.from ?? ''), enabled: search.from !== undefined });
  if (search.from !== undefined && !data && !error) return <PageSkeleton />;
  const begin = data
    ? { ...copied(data, language), name: say('form.copyOf', { name: nameOf(data.key) }) }
    : { name: '', algorithm: { kind: 'cart' as const } };
  return (
    <div className="page">
      <PageHead title={say('criteria.new')} answer={say('form.newAnswer')} note={say('form.newNote')} />
      {error ? (
        <ProblemNote error={error} again={() => void refetch()} />
      ) : (
        <CriterionForm key={search.from ?? ''} known={null} begin={begin} />
      )}
    </div>
  );
}

/** What a copy begins with; Beckon's own notes are in English, and nobody's in another language. */
function copied(data: CriterionView, language: string) {
  const { description, ...content } = contentOf(data);
  return data.shipped && language !== 'en' ? content : put(content, 'description', description);
}

function KnownCriterion({ criterionKey }: { criterionKey: string }) {
  const { say } = useVoice();
  const { data, error, refetch } = useQuery(criterion(criterionKey));
  const { search, put } = useAsked();
  if (error && !data) {
    return (
      <div className="page">
        <ProblemNote error={error} again={() => void refetch()} />
      </div>
    );
  }
  if (!data) return <PageSkeleton />;
  if (search.edit === true && !data.shipped) {
    return (
      <div className="page">
        <PageHead title={data.name} answer={say('form.editAnswer', { name: data.name })} note={say('form.editNote')} />
        <CriterionForm known={data} begin={contentOf(data)} />
      </div>
    );
  }
  return (
    <div className="page">
      <Head data={data} />
      <Panel>
        <AskForm search={search} needs={data.needs} put={put} />
      </Panel>
      <Preview tried={{ key: data.key }} needs={data.needs} search={search} onOpen={(open) => put({ open })} />
      <Says data={data} />
      <CriterionVersions data={data} />
    </div>
  );
}

function Head({ data }: { data: CriterionView }) {
  const { say, language } = useVoice();
  const nameOf = useNames();
  const note = (
    <>
      <b className="person-name">{nameOf(data.key)}</b>{' '}
      {say('criterion.title', { title: data.titles?.[language] ?? data.title })}{' '}
      {say(data.shipped ? 'criterion.shipped' : 'criterion.version', { version: data.version })}
    </>
  );
  return (
    <PageHead title={nameOf(data.key)} answer={`${howOf(data.algorithm, say, nameOf)}.`} note={note}>
      <div className="actions">
        {hasLists(data.algorithm) && (
          <Button
            component="a"
            href={`${criterionPath(data.key)}/download.csv`}
            download={`${data.key}.csv`}
            variant="default"
            leftSection={<IconDownload size={14} stroke={1.5} />}
          >
            {say('criterion.lists')}
          </Button>
        )}
        <May ask="items">
          <ButtonLink to="/recommendations/$key" params={{ key: '+' }} search={{ from: data.key }} variant="default">
            {say('criterion.copy')}
          </ButtonLink>
        </May>
        {!data.shipped && (
          <>
            <May ask="items">
              <TakeCriterionAway data={data} />
            </May>
            <ButtonLink
              to="/recommendations/$key"
              params={{ key: data.key }}
              search={(before) => ({ ...before, edit: true })}
            >
              {say('criterion.change')}
            </ButtonLink>
          </>
        )}
      </div>
    </PageHead>
  );
}

/** All that it says, in plain sentences, and as it is kept. */
function Says({ data }: { data: CriterionView }) {
  const { say } = useVoice();
  const nameOf = useNames();
  const { rules = [], weights = [] } = data;
  return (
    <div className="split">
      <Panel title={say('criterion.says')}>
        <ul className="plain-list sentences">
          {sentencesOf(data, say, nameOf).map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
        {rules.length > 0 && (
          <>
            <h3 className="sentences-head">{say('criterion.rules')}</h3>
            {rules.map((rule, index) => (
              <pre key={index} className="raw">
                {ruleText(rule)}
              </pre>
            ))}
          </>
        )}
        {weights.length > 0 && (
          <>
            <h3 className="sentences-head">{say('criterion.weights')}</h3>
            {weights.map(({ rule, weight }, index) => (
              <pre key={index} className="raw">{`${weight}/4  ${ruleText(rule)}`}</pre>
            ))}
          </>
        )}
        <details className="more">
          <summary>{say('criterion.json')}</summary>
          <pre className="raw">{JSON.stringify(data, null, 2)}</pre>
        </details>
      </Panel>
      <Uses criterionKey={data.key} />
    </div>
  );
}

const pageOf = { criterion: '/recommendations/$key', journey: '/journeys/$key' } as const;

function Uses({ criterionKey }: { criterionKey: string }) {
  const { say } = useVoice();
  const nameOf = useNames();
  const uses = useUses()?.(criterionKey);
  return (
    <Panel title={say('criteria.usedBy')}>
      {uses === undefined && <p className="quiet">{say('loading')} …</p>}
      {uses?.length === 0 && <p className="quiet">{say('criterion.unused')}</p>}
      <ul className="plain-list">
        {uses?.map(({ kind, key, name }) => (
          <li key={`${kind} ${key}`}>
            {kind === 'activity' ? (
              name
            ) : (
              <TextLink to={pageOf[kind]} params={{ key }}>
                {kind === 'criterion' ? nameOf(key) : name}
              </TextLink>
            )}{' '}
            <span className="quiet">{say(`criterion.use.${kind}`)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
