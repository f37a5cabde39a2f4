import '../journey/report.css';
import { Table } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ComparisonView } from '../../src/api/contract-measured.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { Files } from './Files.tsx';

/** What a journey compares, or all mail with none: the arms, and each read against the first. */
export function Comparisons(props: {
  query: UseQueryResult<ComparisonView[]>;
  title: string;
  none: string;
  /** Where the sums of the arms are a file. */
  file: string;
}) {
  const { data, error, refetch } = props.query;
  return (
    <Panel title={props.title}>
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={2} />}
      {data?.length === 0 && <p className="quiet">{props.none}</p>}
      {data?.map((one) => (
        <Comparison key={one.key} one={one} />
      ))}
      {data && data.length > 0 && <Files to={`${props.file}?`} />}
    </Panel>
  );
}

/** Names that are ours, in the language of the page; those of the journey as they are. */
function useArm() {
  const { say } = useVoice();
  return (arm: string) => {
    if (arm === 'treated') return say('report.treated');
    return arm === 'control' || arm === 'Held out' ? say('report.control') : arm;
  };
}

function Comparison({ one }: { one: ComparisonView }) {
  const { say, number, percent, money } = useVoice();
  const named = useArm();
  const { currency } = one;
  return (
    <section className="comparison">
      <h3>{one.activity ?? one.key.replace('global:', '')}</h3>
      <div className="table table-bare">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th />
              <Table.Th className="number">{say('report.profiles')}</Table.Th>
              <Table.Th className="number wide-only">{say('reports.expected')}</Table.Th>
              <Table.Th className="number wide-only">{say('report.buyRate')}</Table.Th>
              <Table.Th className="number">{say('report.each')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {one.arms.map(({ arm, all, expected }) => (
              <Table.Tr key={arm}>
                <Table.Td>
                  {named(arm)}
                  {arm === one.base && <span className="quiet"> · {say('reports.base')}</span>}
                </Table.Td>
                <Table.Td className="number">{number(all.profiles)}</Table.Td>
                <Table.Td className="number wide-only">{expected === null ? '–' : percent(expected)}</Table.Td>
                <Table.Td className="number wide-only">
                  {all.profiles === 0 ? '–' : percent(all.buyers / all.profiles)}
                </Table.Td>
                <Table.Td className="number">
                  {all.profiles === 0 ? '–' : money({ amount: all.revenue / all.profiles, currency })}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {one.bandit ? <Weights one={one} /> : <Against one={one} />}
      {!one.bandit && <Won one={one} />}
      {one.ratio?.alarm && <p className="harm-word">{say('reports.skewed')}</p>}
      {one.conflicted > 0 && <p className="quiet">{say('report.conflicted', { count: one.conflicted })}</p>}
    </section>
  );
}

function Against({ one: { against, currency } }: { one: ComparisonView }) {
  const { say, money, percent } = useVoice();
  const named = useArm();
  const write = (reading: string, value: number) =>
    reading === 'conversion' ? percent(value) : money({ amount: value, currency });
  const words = {
    clear: 'report.word.clear',
    'too early': 'report.word.early',
    'no clear effect': 'report.word.unclear',
  } as const;
  return (
    <ul className="reading-list">
      {against.map((row) => (
        <li key={`${row.arm} ${row.reading}`}>
          <div className="reading-line">
            <span>
              {named(row.arm)} · {say(`report.reading.${row.reading}`)}
            </span>
            <b>{say(words[row.word])}</b>
          </div>
          {row.effect !== null && row.low !== null && row.high !== null && (
            <div className="quiet">
              {say('report.eachBetween', {
                effect: write(row.reading, row.effect),
                low: write(row.reading, row.low),
                high: write(row.reading, row.high),
              })}
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Since when everybody goes to the alternative that has won. */
function Won({ one: { weights } }: { one: ComparisonView }) {
  const { say } = useVoice();
  const winner = Object.entries(weights[0]?.shares ?? {}).find(([, share]) => share === 1)?.[0];
  return winner === undefined ? null : <p>{say('reports.won', { label: winner, day: weights.at(-1)!.day })}</p>;
}

/** A bandit's arms are filled by their own outcome, so only what it goes by is said. */
function Weights({ one: { weights } }: { one: ComparisonView }) {
  const { say, percent } = useVoice();
  const [today] = weights;
  return (
    <>
      <p className="quiet">{say('reports.bandit')}</p>
      {today && (
        <p>
          {say('reports.sharesOf', { day: today.day })}{' '}
          {Object.entries(today.shares)
            .map(([label, share]) => `${label} ${percent(share)}`)
            .join(' · ')}
        </p>
      )}
    </>
  );
}
