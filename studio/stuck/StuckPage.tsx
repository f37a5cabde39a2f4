import './stuck.css';
import { Checkbox, Select, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconHandStop } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { journey, journeys } from '../api/query.ts';
import { readDocument } from '../journey/document.ts';
import { titleOf } from '../journey/sentence.ts';
import { FilterField, filtered } from '../ui/Filter.tsx';
import { ButtonLink, TextLink } from '../ui/Link.tsx';
import { PageHead } from '../ui/Page.tsx';
import { Empty } from '../ui/State.tsx';
import { Unread } from '../ui/thing.tsx';
import { useSaid } from '../ui/said.ts';
import { useVoice } from '../ui/voice.tsx';
import { recipeWords } from '../words/words.ts';
import { GiveHand } from './GiveHand.tsx';
import { type Run, byJourney, toggled } from './choice.ts';
import { stuck } from './query.ts';

/** Runs that need a hand, over all journeys or in one: why, since when, where, who; and what can be done for them. */
export function StuckPage() {
  const { say, moment } = useVoice();
  const words = useSaid();
  const { journey: of, q = '' } = useSearch({ from: '/stuck' });
  const navigate = useNavigate({ from: '/stuck' });
  const query = useQuery(stuck(of));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const nameOf = useJourneyNames();
  if (!query.data) return <Unread query={query} />;
  const { stuck: all, total } = query.data;
  const shown = filtered(
    all,
    q,
    (run) => `${run.label} ${nameOf(run.journey)} ${run.activity} ${words(run.said, run.why)}`,
  );
  const groups = byJourney(all, chosen);
  const first = all[0];
  const answer =
    first === undefined
      ? say('stuck.none')
      : `${say('stuck.answer', { count: total })}; ${say('stuck.longest', { time: moment(first.since) })}.`;
  return (
    <div className="page">
      <PageHead title={say('nav.stuck')} answer={answer} note={say('stuck.note')} />
      <div className="filters">
        <OfJourney
          value={of}
          onChange={(key) => void navigate({ search: (before) => ({ ...before, journey: key }) })}
        />
        {all.length > 0 && (
          <FilterField
            word={say('stuck.filter')}
            value={q}
            onChange={(text) =>
              void navigate({ search: (before) => ({ ...before, q: text || undefined }), replace: true })
            }
          />
        )}
      </div>
      {all.length === 0 ? (
        <Empty title={say('stuck.empty')} says={say('stuck.emptySays')} icon={<IconHandStop stroke={1.5} />}>
          <ButtonLink to="/journeys" variant="default">
            {say('nav.journeys')}
          </ButtonLink>
        </Empty>
      ) : (
        <>
          <GiveHand groups={groups} onDone={() => setChosen(new Set())} />
          {shown.length === 0 && <p className="quiet">{say('stuck.noneMatch', { query: q })}</p>}
          {shown.length > 0 && (
            <Runs rows={shown} chosen={chosen} onToggle={(ids) => setChosen(toggled(chosen, ids))} nameOf={nameOf} />
          )}
          {total > all.length && <p className="quiet">{say('stuck.left', { count: total - all.length })}</p>}
        </>
      )}
    </div>
  );
}

function useJourneyNames(): (key: string) => string {
  const { say } = useVoice();
  const { data } = useQuery(journeys);
  return (key) => recipeWords(data?.find((row) => row.key === key)?.name ?? key, say);
}

function OfJourney({ value, onChange }: { value: string | undefined; onChange: (key: string | undefined) => void }) {
  const { say } = useVoice();
  const { data = [] } = useQuery(journeys);
  return (
    <Select
      className="filter"
      aria-label={say('search.journey')}
      placeholder={say('stuck.allJourneys')}
      data={data.map(({ key, name }) => ({ value: key, label: recipeWords(name, say) }))}
      value={value ?? null}
      clearable
      searchable
      clearButtonProps={{ 'aria-label': say('stuck.allJourneys') }}
      onChange={(key) => onChange(key ?? undefined)}
    />
  );
}

interface RunsProps {
  rows: readonly Run[];
  chosen: ReadonlySet<string>;
  onToggle: (ids: readonly string[]) => void;
  nameOf: (key: string) => string;
}

function Runs({ rows, chosen, onToggle, nameOf }: RunsProps) {
  const { say, moment } = useVoice();
  const words = useSaid();
  const ids = rows.map(({ runId }) => runId);
  const some = ids.filter((id) => chosen.has(id)).length;
  return (
    <div className="table">
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th className="choose-cell">
              <Checkbox
                aria-label={say('stuck.chooseAll', { count: ids.length })}
                checked={some === ids.length}
                indeterminate={some > 0 && some < ids.length}
                onChange={() => onToggle(ids)}
              />
            </Table.Th>
            <Table.Th>{say('people.name')}</Table.Th>
            <Table.Th>{say('stuck.why')}</Table.Th>
            <Table.Th className="wide-only">{say('stuck.where')}</Table.Th>
            <Table.Th className="wide-only">{say('stuck.since')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((run) => (
            <Table.Tr key={run.runId}>
              <Table.Td className="choose-cell">
                <Checkbox
                  aria-label={say('stuck.chooseOne', { name: run.label })}
                  checked={chosen.has(run.runId)}
                  onChange={() => onToggle([run.runId])}
                />
              </Table.Td>
              <Table.Td className="main-cell">
                <TextLink to="/people/$id" params={{ id: run.profileId }}>
                  {run.label}
                </TextLink>
                <span className="quiet narrow-only">
                  {nameOf(run.journey)} · <ActivityName run={run} />
                </span>
                <span className="quiet narrow-only">{moment(run.since)}</span>
              </Table.Td>
              <Table.Td>{words(run.said, run.why)}</Table.Td>
              <Table.Td className="main-cell wide-only">
                <TextLink to="/journeys/$key" params={{ key: run.journey }} search={{ activity: run.activity }}>
                  <ActivityName run={run} />
                </TextLink>
                <span className="quiet">{nameOf(run.journey)}</span>
              </Table.Td>
              <Table.Td className="wide-only">{moment(run.since)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

/** What the activity is called in its journey; its id where that was changed since. */
function ActivityName({ run }: { run: Run }) {
  const { say } = useVoice();
  const { data } = useQuery({ ...journey(run.journey), refetchInterval: false, staleTime: 60_000 });
  const document = useMemo(() => (data ? readDocument(data.definition) : null), [data]);
  if (!document?.activities.has(run.activity)) return run.activity;
  return titleOf(document, run.activity, say);
}
