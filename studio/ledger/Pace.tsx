import { Button, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { PaceView } from '../../src/api/contract-pace.ts';
import { journeys } from '../api/query.ts';
import { ask } from '../api/client.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useMay } from '../ui/may.ts';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { recipeWords } from '../words/words.ts';
import { PaceForms, usePut } from './PaceForms.tsx';
import { pace } from './query.ts';

type Brake = PaceView['brakes'][number];
type Lane = PaceView['lanes'][number];
type WarmUp = PaceView['warmUps'][number];

/** What slows mail down: brakes that were pulled, rates, warm-ups. */
export function Pace() {
  const { say } = useVoice();
  const may = useMay();
  const { data, error, refetch } = useQuery(pace);
  if (error && !data) return <ProblemNote error={error} again={() => void refetch()} />;
  if (!data) return <Rows count={4} />;
  const pulled = data.brakes.filter(({ releasedAt }) => releasedAt === null);
  const released = data.brakes.filter(({ releasedAt }) => releasedAt !== null);
  const slow = data.lanes.filter(({ perMinute, closedUntil }) => perMinute !== null || closedUntil !== null);
  const running = data.warmUps.filter(({ endedAt }) => endedAt === null);
  const isFree = pulled.length + slow.length + running.length + data.told.length === 0;
  return (
    <Panel title={say('pace.title')}>
      {isFree && <p className="quiet">{say('pace.free')}</p>}
      <ul className="pace-rows">
        {pulled.map((brake) => (
          <Pulled key={brake.scope} brake={brake} />
        ))}
        {slow.map((lane) => (
          <LaneRow key={lane.lane} lane={lane} />
        ))}
        {running.map((one) => (
          <WarmUpRow key={one.domain} of={one} />
        ))}
        {data.told.map((one) => (
          <ToldRow key={`${one.domain} ${one.host} ${one.day}`} told={one} />
        ))}
        {released.slice(0, 5).map((brake) => (
          <Released key={`${brake.scope} ${brake.pulledAt}`} brake={brake} />
        ))}
      </ul>
      {may('settings') && <PaceForms data={data} />}
    </Panel>
  );
}

/** "all marketing mail", a journey by its name, a mailbox host, a way out. */
function useScope(): (scope: string) => string {
  const { say } = useVoice();
  const { data = [] } = useQuery(journeys);
  return (scope) => {
    if (scope === 'all') return say('pace.all');
    const [kind, ...rest] = scope.split(':');
    const name = rest.join(':');
    if (kind === 'domain') return say('pace.ofDomain', { domain: name });
    if (kind === 'template') return say('pace.ofTemplate', { template: name });
    if (kind !== 'journey') return name === '' ? scope : name;
    return recipeWords(data.find(({ key }) => key === name)?.name ?? name, say);
  };
}

function Pulled({ brake }: { brake: Brake }) {
  const { say, moment, number } = useVoice();
  const scope = useScope();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [note, setNote] = useState('');
  const release = useMutation({
    mutationFn: () =>
      ask<unknown>('/v1/sending/brakes/release', {
        method: 'POST',
        body: { scope: brake.scope, note: note.trim() },
      }),
    onSuccess: () => client.invalidateQueries(),
  });
  const { sent, hard, complained } = brake.counts;
  return (
    <li>
      <b className="text-harm">{say('pace.pulled', { scope: scope(brake.scope) })}</b>
      <span className="quiet">
        {say('journey.since', { time: moment(brake.pulledAt) })} ·{' '}
        {say('pace.counts', { sent: number(sent), hard: number(hard), complained: number(complained) })}
      </span>
      <p>{say('pace.pulledSays')}</p>
      {!open && (
        <May ask="settings">
          <Button size="xs" variant="default" onClick={() => setOpen(true)}>
            {say('pace.release')}
          </Button>
        </May>
      )}
      {open && (
        <div className="stack-form">
          <Textarea
            label={say('pace.release.why')}
            description={say('pace.release.says')}
            value={note}
            maxLength={1000}
            autosize
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <div className="actions">
            <Button
              size="xs"
              disabled={note.trim() === ''}
              loading={release.isPending}
              onClick={() => release.mutate()}
            >
              {say('pace.release')}
            </Button>
            <Button size="xs" variant="default" onClick={() => setOpen(false)}>
              {say('journey.cancel')}
            </Button>
          </div>
          {release.error && <ProblemNote error={release.error} />}
        </div>
      )}
    </li>
  );
}

function Released({ brake }: { brake: Brake }) {
  const { say, moment } = useVoice();
  const scope = useScope();
  return (
    <li className="quiet">
      {say('pace.released', {
        scope: scope(brake.scope),
        time: moment(brake.releasedAt ?? brake.pulledAt),
        by: brake.releasedBy ?? '–',
      })}
      {brake.note !== null && `: ${brake.note}`}
    </li>
  );
}

function LaneRow({ lane: { lane, perMinute, ceiling, closedUntil, why } }: { lane: Lane }) {
  const { say, moment, number } = useVoice();
  const may = useMay();
  const scope = useScope();
  const name = scope(lane);
  return (
    <li>
      <b>
        {closedUntil === null
          ? say('pace.rate', { lane: name, number: number(Math.floor(perMinute ?? 0)) })
          : say('pace.closed', { lane: name, time: moment(closedUntil) })}
      </b>
      <span className="quiet">
        {ceiling !== null && `${say('pace.ceiling', { number: number(ceiling) })} `}
        {why}
      </span>
      {may('settings') && (
        <Act
          label={say('pace.free.lane')}
          act={{ path: `rates/${encodeURIComponent(lane)}`, method: 'PUT', body: { perMinute: null } }}
        />
      )}
    </li>
  );
}

function WarmUpRow({ of: { domain, caps, step, used, room, kept } }: { of: WarmUp }) {
  const { say, number } = useVoice();
  const may = useMay();
  return (
    <li>
      <b>{say('pace.warmUp', { domain, day: step + 1, of: caps.length })}</b>
      <span className="quiet">
        {say('pace.warmUpSays', { used: number(used), room: room === null ? '–' : number(room) })} {kept}
      </span>
      {may('settings') && (
        <Act
          label={say('pace.warmUp.end')}
          act={{ path: `warm-ups/${encodeURIComponent(domain)}`, method: 'DELETE' }}
        />
      )}
    </li>
  );
}

function ToldRow({ told: { domain, host, day, share, toldBy } }: { told: PaceView['told'][number] }) {
  const { say, number } = useVoice();
  const percent = `${number(Number((share * 100).toFixed(4)))} %`;
  return (
    <li>
      <b>{say('pace.told', { host, percent, day })}</b>
      <span className="quiet">{say('pace.toldSays', { domain, by: toldBy })}</span>
    </li>
  );
}

/** Takes something of the pace away. */
function Act({ label, act }: { label: string; act: Parameters<ReturnType<typeof usePut>['mutate']>[0] }) {
  const put = usePut();
  return (
    <>
      <Button size="xs" variant="default" loading={put.isPending} onClick={() => put.mutate(act)}>
        {label}
      </Button>
      {put.error && <ProblemNote error={put.error} />}
    </>
  );
}
