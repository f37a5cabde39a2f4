import { SegmentedControl, Table } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { BacktestView } from '../../src/api/contract-replay.ts';
import { Panel } from '../ui/Page.tsx';
import { useVoice } from '../ui/voice.tsx';
import { useCalled } from './called.ts';
import { type Spot, type Target, isAhead, reachOf, rowsBeside, spotsOf } from './figure.ts';

const targets: readonly Target[] = ['view', 'cart', 'purchase'];

/** Criteria with their intervals, run beside run, all on one axis. */
export function Chart({ runs }: { runs: readonly BacktestView[] }) {
  const { say, percent } = useVoice();
  const called = useCalled();
  const { target: wanted } = useSearch({ from: '/recommendations' });
  const navigate = useNavigate({ from: '/recommendations' });
  const target = targets.find((one) => one === wanted) ?? 'view';
  const done = runs.flatMap(({ id, askedAt, settings, result }) => (result ? [{ id, askedAt, settings, result }] : []));
  const [first] = done;
  if (first === undefined) {
    const [{ state = 'waiting', fault = null } = {}] = runs;
    if (state === 'waiting' || state === 'running') return null;
    return (
      <Panel title={say(`backtest.state.${state}`)}>
        <p className="quiet">{fault ?? say('backtest.nothing')}</p>
      </Panel>
    );
  }
  const beside = done.map(({ result }) => spotsOf(result.rows, target));
  const spots = beside[0] ?? [];
  const [best] = spots;
  const asked = first.result.questions[target] ?? 0;
  const claim =
    best === undefined || asked === 0
      ? say('backtest.noQuestions')
      : say(isAhead(spots) ? 'backtest.ahead' : 'backtest.close', {
          name: called(best.criterion),
          share: percent(best.value),
        });
  return (
    <Panel
      title={done.length > 1 ? <BesideClaim count={done.length} spots={beside.flat()} /> : claim}
      aside={
        <SegmentedControl
          size="xs"
          value={target}
          aria-label={say('backtest.target')}
          data={targets.map((value) => ({ value, label: say(`backtest.target.${value}`) }))}
          onChange={(value) =>
            void navigate({ search: (old) => ({ ...old, target: value }), replace: true, resetScroll: false })
          }
        />
      }
    >
      {done.map(({ id, result }) => (
        <div key={id}>
          <Over result={result} target={target} />
          <Lacks result={result} target={target} />
        </div>
      ))}
      {done.length === 1 ? <One spots={spots} /> : <Beside runs={done} beside={beside} />}
    </Panel>
  );
}

/** What foresaw most in any of the runs. */
function BesideClaim({ count, spots }: { count: number; spots: readonly Spot[] }) {
  const { say, percent } = useVoice();
  const called = useCalled();
  const [best] = [...spots].sort((a, b) => b.value - a.value);
  if (best === undefined) return say('backtest.noQuestions');
  const values = { count, name: called(best.criterion), share: percent(best.value) };
  return say('backtest.beside', values);
}

function Over({ result, target }: { result: NonNullable<BacktestView['result']>; target: Target }) {
  const { say, number, clockFace } = useVoice();
  const values = {
    count: result.questions[target] ?? 0,
    events: number(result.events),
    from: clockFace(result.split),
    until: clockFace(result.until),
  };
  const { described } = result;
  const known =
    described === undefined
      ? []
      : [say(`backtest.${described > 0 ? '' : 'un'}described`, { items: number(described) })];
  return <p className="quiet">{[say('backtest.over', values), ...known].join(' ')}</p>;
}

/** What criteria were tried without, or could not be tried for. */
function Lacks({ result, target }: { result: NonNullable<BacktestView['result']>; target: Target }) {
  const { say } = useVoice();
  const lacking = (result.criteria ?? []).filter(({ lacks }) => lacks.length > 0);
  const gone = result.gone?.[target] ?? 0;
  if (lacking.length === 0 && gone === 0) return null;
  return (
    <ul className="plain-list quiet">
      {lacking.map(({ criterion, name, evaluated, lacks }) => {
        const values = { name, lacks: lacks.map((one) => say(`backtest.lack.${one}`)).join(', ') };
        return <li key={criterion}>{say(evaluated ? 'backtest.lacked' : 'backtest.notTried', values)}</li>;
      })}
      {gone > 0 && <li>{say('backtest.gone', { count: gone })}</li>}
    </ul>
  );
}

/** One run, with all its figures. */
function One({ spots }: { spots: readonly Spot[] }) {
  const { say, number, percent } = useVoice();
  const called = useCalled();
  const reach = reachOf(spots);
  return (
    <div className="table table-bare">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('criteria.name')}</Table.Th>
            <Table.Th className="number">{say('backtest.hit')}</Table.Th>
            <Table.Th className="interval-cell">{say('backtest.interval', { reach: percent(reach) })}</Table.Th>
            <Table.Th className="number wide-only">MRR</Table.Th>
            <Table.Th className="number wide-only">{say('backtest.answered')}</Table.Th>
            <Table.Th className="number wide-only">{say('backtest.coverage')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {spots.map((spot) => (
            <Table.Tr key={spot.criterion}>
              <Table.Td>{called(spot.criterion)}</Table.Td>
              <Table.Td className="number">{spot.answered > 0 ? <b>{percent(spot.value)}</b> : '–'}</Table.Td>
              <Table.Td className="interval-cell">{spot.answered > 0 && <Band spot={spot} reach={reach} />}</Table.Td>
              <Table.Td className="number wide-only">
                {spot.answered > 0 ? number(Number(spot.reciprocalRank.toFixed(3))) : '–'}
              </Table.Td>
              <Table.Td className="number wide-only">{percent(spot.answered)}</Table.Td>
              <Table.Td className="number wide-only">{percent(spot.coverage)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

interface BesideProps {
  runs: readonly Pick<BacktestView, 'id' | 'askedAt' | 'settings'>[];
  beside: readonly (readonly Spot[])[];
}

/** Several runs: a column each, on one axis. */
function Beside({ runs, beside }: BesideProps) {
  const { say, percent, moment } = useVoice();
  const called = useCalled();
  const reach = reachOf(beside.flat());
  return (
    <div className="table table-bare scrolls">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('criteria.name')}</Table.Th>
            {runs.map(({ id, askedAt, settings }) => (
              <Table.Th key={id} className="interval-cell">
                {moment(askedAt)}
                <span className="quiet run-span">
                  {settings.days === undefined ? percent(settings.share) : say('duration.d', { count: settings.days })}
                </span>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rowsBeside(beside).map(({ criterion, spots }) => (
            <Table.Tr key={criterion}>
              <Table.Td>{called(criterion)}</Table.Td>
              {spots.map((spot, place) => (
                <Table.Td key={place} className="interval-cell">
                  {spot === null || spot.answered === 0 ? (
                    '–'
                  ) : (
                    <span className="beside-cell">
                      <b>{percent(spot.value)}</b>
                      <Band spot={spot} reach={reach} />
                    </span>
                  )}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <p className="quiet">{say('backtest.interval', { reach: percent(reach) })}</p>
    </div>
  );
}

/** The interval as a band, then the point. */
function Band({ spot, reach }: { spot: Spot; reach: number }) {
  const { percent } = useVoice();
  const says = `${percent(spot.low)} – ${percent(spot.high)}`;
  const at = (value: number) => (value / reach) * 100;
  return (
    <span title={says}>
      <svg className="band" viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label={says}>
        <line className="band-axis" x1="0" x2="100" y1="12" y2="12" />
        <rect className="band-range" x={at(spot.low)} width={at(spot.high) - at(spot.low)} y="6" height="12" />
        <line className="band-point" x1={at(spot.value)} x2={at(spot.value)} y1="3" y2="21" />
      </svg>
    </span>
  );
}
