import { Checkbox, Table } from '@mantine/core';
import type { BacktestView } from '../../src/api/contract-replay.ts';
import { Panel } from '../ui/Page.tsx';
import { useVoice } from '../ui/voice.tsx';
import { mostBeside } from './Backtests.tsx';
import { useCalled } from './called.ts';
import { bestOf } from './figure.ts';

/** All past runs; those that are ticked stand side by side above. */
export function Runs(props: { rows: readonly BacktestView[]; chosen: string[]; onChoose: (ids: string[]) => void }) {
  const { say, number, moment, percent } = useVoice();
  const called = useCalled();
  const { rows, chosen, onChoose } = props;
  const turn = (id: string) => onChoose(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  return (
    <Panel
      title={say('backtest.past')}
      aside={<span className="quiet">{say('backtest.pastSays', { count: mostBeside })}</span>}
    >
      <div className="table table-bare">
        <Table highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{say('backtest.asked')}</Table.Th>
              <Table.Th>{say('feeds.status')}</Table.Th>
              <Table.Th className="wide-only">{say('backtest.criteria')}</Table.Th>
              <Table.Th className="number wide-only">{say('backtest.span')}</Table.Th>
              <Table.Th className="number wide-only">{say('backtest.questions')}</Table.Th>
              <Table.Th>{say('backtest.best')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => {
              const best = row.result ? bestOf(row.result.rows) : undefined;
              const isFull = chosen.length >= mostBeside && !chosen.includes(row.id);
              return (
                <Table.Tr key={row.id}>
                  <Table.Td>
                    <Checkbox
                      label={moment(row.askedAt)}
                      checked={chosen.includes(row.id)}
                      disabled={row.result === null || isFull}
                      onChange={() => turn(row.id)}
                    />
                  </Table.Td>
                  <Table.Td>
                    {say(`backtest.state.${row.state}`)}
                    {row.fault !== null && <span className="quiet"> {row.fault}</span>}
                  </Table.Td>
                  <Table.Td className="wide-only">
                    {row.settings.criteria === undefined
                      ? say('backtest.criteria.all')
                      : row.settings.criteria.map((one) => called(one)).join(', ')}
                  </Table.Td>
                  <Table.Td className="number wide-only">
                    {row.settings.days === undefined
                      ? percent(row.settings.share)
                      : say('duration.d', { count: row.settings.days })}
                  </Table.Td>
                  <Table.Td className="number wide-only">
                    {row.result ? number(row.result.questions['view'] ?? 0) : '–'}
                  </Table.Td>
                  <Table.Td>{best ? `${called(best.criterion)} ${percent(best.value)}` : '–'}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </div>
    </Panel>
  );
}
