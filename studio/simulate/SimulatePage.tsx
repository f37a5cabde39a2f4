import './simulate.css';
import { Button, Progress, Select } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { SimulationView } from '../../src/api/contract-simulation.ts';
import { ask } from '../api/client.ts';
import { journey } from '../api/query.ts';
import { readDocument } from '../journey/document.ts';
import { TextLink } from '../ui/Link.tsx';
import { PageHead, Panel } from '../ui/Page.tsx';
import { Empty, PageSkeleton, ProblemNote, Rows } from '../ui/State.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { recipeWords } from '../words/words.ts';
import { AskForm } from './AskForm.tsx';
import { simulation, simulationPath, simulations } from './query.ts';
import { Result } from './Result.tsx';

/** What a journey would do: over whom, how far it is, and what came of it. */
export function SimulatePage() {
  const { say } = useVoice();
  const { key } = useParams({ from: '/journeys/$key/simulate' });
  const { run } = useSearch({ from: '/journeys/$key/simulate' });
  const navigate = useNavigate({ from: '/journeys/$key/simulate' });
  const detail = useQuery({ ...journey(key), refetchInterval: false });
  const list = useQuery(simulations);
  const mine = (list.data ?? []).filter(({ journeys }) => journeys.includes(key));
  const shown = run ?? mine[0]?.id;
  const choose = (id: string | undefined) => void navigate({ search: { run: id }, replace: true });
  if (detail.error && !detail.data) {
    return (
      <div className="page">
        <ProblemNote error={detail.error} again={() => void detail.refetch()} />
      </div>
    );
  }
  if (!detail.data) return <PageSkeleton />;
  const { name } = readDocument(detail.data.draft ?? detail.data.definition);
  return (
    <div className="page simulate">
      <PageHead
        title={say('simulate.title', { name: recipeWords(name, say) })}
        note={
          <>
            {say('simulate.says')}{' '}
            <TextLink to="/journeys/$key" params={{ key }}>
              {say('simulate.back')}
            </TextLink>
          </>
        }
      />
      <div className="simulate-ground">
        <div className="simulate-ask">
          <May ask="journeys">
            <AskForm detail={detail.data} onBegun={choose} />
          </May>
          {mine.length > 1 && <Earlier all={mine} chosen={shown} onChoose={choose} />}
        </div>
        <div className="simulate-shown">
          {list.error && !list.data && <ProblemNote error={list.error} again={() => void list.refetch()} />}
          {shown !== undefined && <One key={shown} id={shown} journeyKey={key} detail={detail.data} />}
          {shown === undefined && list.data && (
            <Empty
              title={say('simulate.none')}
              says={say('simulate.noneSays')}
              icon={<IconPlayerPlay stroke={1.5} />}
            />
          )}
        </div>
      </div>
    </div>
  );
}

function Earlier(props: { all: SimulationView[]; chosen: string | undefined; onChoose: (id: string) => void }) {
  const { say, moment } = useVoice();
  return (
    <Select
      label={say('simulate.earlier')}
      value={props.chosen ?? null}
      allowDeselect={false}
      data={props.all.map(({ id, askedAt, state, over }) => ({
        value: id,
        label: `${moment(askedAt)} · ${say(`simulate.kind.${kindOf(over)}`)} · ${say(`simulate.state.${state}`)}`,
      }))}
      onChange={(id) => id !== null && props.onChoose(id)}
    />
  );
}

function kindOf(over: Record<string, unknown>): 'invented' | 'history' | 'story' {
  const { kind } = over;
  return kind === 'history' || kind === 'story' ? kind : 'invented';
}

function One(props: { id: string; journeyKey: string; detail: { definition: unknown; draft: unknown } }) {
  const { say } = useVoice();
  const { data, error, refetch } = useQuery(simulation(props.id));
  const { definition, draft } = props.detail;
  const written = JSON.stringify(draft ?? definition);
  const document = useMemo(() => readDocument(JSON.parse(written)), [written]);
  if (error && !data) return <ProblemNote error={error} again={() => void refetch()} />;
  if (!data) return <Rows count={8} height={28} />;
  if (data.state === 'waiting' || data.state === 'running') return <Running data={data} />;
  if (data.summary) {
    const { over, id, summary } = data;
    const invented = over['kind'] === 'invented' ? Number(over['people']) : null;
    return <Result {...{ id, summary, invented, document }} journeyKey={props.journeyKey} />;
  }
  return (
    <Panel title={say(`simulate.state.${data.state}`)}>
      <p className="quiet">{data.fault ?? say('simulate.nothingKept')}</p>
    </Panel>
  );
}

function Running({ data }: { data: SimulationView }) {
  const { say, percent } = useVoice();
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => ask<SimulationView>(`${simulationPath(data.id)}/cancel`, { method: 'POST' }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['simulations'] }),
  });
  return (
    <Panel
      title={say(`simulate.state.${data.state}`)}
      aside={
        <Button size="xs" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
          {say('simulate.cancel')}
        </Button>
      }
    >
      <p className="quiet" role="status">
        {say('simulate.progress', { share: percent(data.progress) })}
      </p>
      <Progress value={data.progress * 100} aria-label={say('simulate.progressOf')} />
      {cancel.error && <ProblemNote error={cancel.error} />}
    </Panel>
  );
}
