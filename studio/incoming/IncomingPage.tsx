import { Button, SegmentedControl, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconDoorEnter, IconPlayerPause, IconPlayerPlay, IconSearch } from '@tabler/icons-react';
import { useLocation, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { IntakeView } from '../../src/api/contract-watch.ts';
import { intake, quarantine } from '../api/query.ts';
import { PageHead, ShopLink } from '../ui/Page.tsx';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { Lines } from './Lines.tsx';
import { Requests } from './Requests.tsx';
import { SetAside } from './SetAside.tsx';
import { Webhooks } from './Webhooks.tsx';
import { chosen, sums, typesOf } from './line.ts';
import { useSourceName } from './source.ts';

/** The intake follows the house this often, milliseconds. */
const beat = 2_000;

/** What a held page shows, and since when. */
interface Held {
  view: IntakeView;
  since: string;
}

/** What just came in, by source, with what was refused and why; what could not be folded; webhooks. */
export function IncomingPage() {
  const { say } = useVoice();
  const { source, show } = useSearch({ from: '/incoming' });
  const [held, setHeld] = useState<Held | null>(null);
  const { data, error, refetch } = useQuery({
    ...intake(source, show === 'refused'),
    refetchInterval: held ? false : beat,
    enabled: held === null,
  });
  const view = held?.view ?? data;
  // What needs a hand stands above what streams by.
  const isAside = (useQuery(quarantine).data?.total ?? 0) > 0;
  const pause = () => setHeld(held === null && data ? { view: data, since: data.lines[0]?.at ?? '' } : null);
  useHashTarget(view !== undefined);
  return (
    <div className="page">
      <PageHead title={say('incoming.title')} answer={<Answer view={view} />} note={<Note held={held} />}>
        <Button
          variant="default"
          disabled={!view}
          aria-pressed={held !== null}
          leftSection={held ? <IconPlayerPlay size={16} stroke={1.5} /> : <IconPlayerPause size={16} stroke={1.5} />}
          onClick={pause}
        >
          {say(held ? 'incoming.resume' : 'incoming.pause')}
        </Button>
      </PageHead>
      <Requests />
      {isAside && <SetAside />}
      {error && !view && <ProblemNote error={error} again={() => void refetch()} />}
      {!view && !error && <Rows count={8} />}
      {view && view.sources.length === 0 && (
        <Empty title={say('incoming.empty')} says={say('incoming.emptySays')} icon={<IconDoorEnter stroke={1.5} />}>
          <div className="actions">
            <ShopLink />
            <Button component="a" href="/docs/guide/connect-a-shop.html" variant="default">
              {say('incoming.connect')}
            </Button>
          </div>
        </Empty>
      )}
      {view && view.sources.length > 0 && <Stream view={view} />}
      {!isAside && <SetAside />}
      <Webhooks />
    </div>
  );
}

/** The places of this page that other pages link to come later than the page itself. */
function useHashTarget(isThere: boolean): void {
  const hash = useLocation({ select: (location) => location.hash });
  useEffect(() => {
    if (isThere && hash !== '') document.getElementById(hash)?.scrollIntoView();
  }, [isThere, hash]);
}

function Answer({ view }: { view: IntakeView | undefined }) {
  const { say } = useVoice();
  if (!view) return say('incoming.title');
  const { lines, refused } = sums(view.sources);
  if (lines === 0) return say('incoming.nothing');
  const came = say('incoming.came', { count: lines });
  return `${came}; ${refused === 0 ? say('incoming.noneRefused') : say('incoming.refused', { count: refused })}.`;
}

function Note({ held }: { held: Held | null }) {
  const { say, moment } = useVoice();
  if (held === null) return <span className="reading">{say('incoming.note')}</span>;
  return <span role="status">{say('incoming.held', { time: held.since === '' ? '–' : moment(held.since) })}</span>;
}

function Stream({ view }: { view: IntakeView }) {
  const { say } = useVoice();
  const { source, type, show } = useSearch({ from: '/incoming' });
  const navigate = useNavigate({ from: '/incoming' });
  const refused = show === 'refused';
  const lines = chosen(view.lines, { source, type, refused });
  const clear = () => void navigate({ search: {}, replace: true });
  return (
    <section className="stream" aria-label={say('incoming.title')}>
      <Filters view={view} />
      {lines.length > 0 ? (
        <Lines lines={lines} />
      ) : (
        <Empty
          title={say(refused ? 'incoming.noRefusal' : 'incoming.noneMatch')}
          says={say('incoming.noneMatchSays')}
          icon={<IconSearch stroke={1.5} />}
        >
          <Button variant="default" onClick={clear}>
            {say('incoming.clear')}
          </Button>
        </Empty>
      )}
    </section>
  );
}

function Filters({ view }: { view: IntakeView }) {
  const { say, number } = useVoice();
  const sourceName = useSourceName();
  const { source, type, show } = useSearch({ from: '/incoming' });
  const navigate = useNavigate({ from: '/incoming' });
  const put = (change: { source?: string | undefined; type?: string | undefined; show?: string | undefined }) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const known = view.sources.some((one) => one.source === source) || source === undefined;
  const sources = [...view.sources, ...(known ? [] : [{ source, sender: null, lines: 0, refused: 0 }])];
  return (
    <div className="filters">
      <Select
        aria-label={say('incoming.source')}
        placeholder={say('incoming.anySource')}
        value={source ?? null}
        clearable
        clearButtonProps={{ 'aria-label': say('incoming.anySource') }}
        data={sources.map((one) => ({
          value: one.source,
          label: `${sourceName(one.source, one.sender)} (${number(one.lines)})`,
        }))}
        onChange={(value) => put({ source: value ?? undefined })}
      />
      <Select
        aria-label={say('incoming.type')}
        placeholder={say('incoming.anyType')}
        value={type ?? null}
        clearable
        searchable
        clearButtonProps={{ 'aria-label': say('incoming.anyType') }}
        data={typesOf(view.lines, type)}
        onChange={(value) => put({ type: value ?? undefined })}
      />
      <SegmentedControl
        value={show === 'refused' ? 'refused' : 'all'}
        aria-label={say('incoming.outcome')}
        data={[
          { value: 'all', label: say('incoming.all') },
          { value: 'refused', label: say('incoming.onlyRefused') },
        ]}
        onChange={(value) => put({ show: value === 'refused' ? value : undefined })}
      />
    </div>
  );
}
