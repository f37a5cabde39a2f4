import { useQuery } from '@tanstack/react-query';
import type { ArmSums, JourneyReport } from '../../src/api/contract.ts';
import { report } from '../api/query.ts';
import { TextLink } from '../ui/Link.tsx';
import { Figure } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { reasonWords } from '../ui/reason.ts';
import { useVoice } from '../ui/voice.tsx';
import { Files } from '../report/Files.tsx';
import { Caused } from './Caused.tsx';
import { type FunnelRow, funnelOf } from './funnel.ts';
import { Harm } from './Harm.tsx';
import { Readings } from './Readings.tsx';

/** What a journey did: messages that add up, runs, both arms, and credited beside caused. */
export function ReportPanel({ journeyKey }: { journeyKey: string }) {
  const { say } = useVoice();
  const { data, error, refetch } = useQuery(report(journeyKey));
  return (
    <section className="report" aria-label={say('report.title')}>
      <h2>{say('report.title')}</h2>
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={10} />}
      {data && (
        <>
          <div className="beside">
            <Caused report={data} />
            <Credited report={data} />
          </div>
          <Messages messages={data.messages} />
          <Arms report={data} />
          <Readings report={data} journeyKey={journeyKey} />
          <Harm journeyKey={journeyKey} />
          <Runs report={data} journeyKey={journeyKey} />
          <p>
            <TextLink to="/journeys/$key/report" params={{ key: journeyKey }}>
              {say('reports.more.journey')}
            </TextLink>
          </p>
        </>
      )}
    </section>
  );
}

function Credited({ report: { credited, clicks, creditedToCaused } }: { report: JourneyReport }) {
  const { say, money, number } = useVoice();
  return (
    <div className="effect">
      <span className="effect-kind">{say('report.credited')}</span>
      <b className="effect-claim">
        {money(credited.revenue, true)} · {say('report.creditedOrders', { count: credited.orders })}
      </b>
      <p className="quiet">{say('report.creditedSays')}</p>
      {creditedToCaused?.flagged && creditedToCaused.ratio > 0 && (
        <p className="harm-word">{say('report.creditFlag', { ratio: number(creditedToCaused.ratio) })}</p>
      )}
      <p className="quiet">
        {say('report.clicks')}: {number(clicks.human)} {say('report.clicksHuman')}
        {clicks.unknown > 0 && `, ${number(clicks.unknown)} ${say('report.clicksUnknown')}`}
      </p>
    </div>
  );
}

function Messages({ messages }: { messages: JourneyReport['messages'] }) {
  const { say, number } = useVoice();
  const rows = funnelOf(messages);
  if (messages.planned === 0) {
    return (
      <>
        <h3>{say('report.messages')}</h3>
        <p className="quiet">{say('report.none')}</p>
      </>
    );
  }
  return (
    <>
      <h3>{say('report.messages')}</h3>
      <div className="stack" aria-hidden="true">
        {rows
          .filter((row) => row.count > 0)
          .map((row) => (
            <span key={`${row.key} ${row.reason}`} className={`tone-${row.tone}`} style={{ flexGrow: row.count }} />
          ))}
      </div>
      <table className="sums">
        <caption>{say('report.messagesSay', { count: messages.planned })}</caption>
        <tbody>
          {rows.map((row) => (
            <FunnelLine key={`${row.key} ${row.reason}`} row={row} />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{say('report.planned')}</th>
            <td>{number(messages.planned)}</td>
          </tr>
        </tfoot>
      </table>
    </>
  );
}

function FunnelLine({ row }: { row: FunnelRow }) {
  const { say, number } = useVoice();
  const name = row.key === 'excluded' ? reasonWords(row.reason ?? '', say) : say(`report.${row.key}`);
  return (
    <tr>
      <th scope="row">
        <i className={`swatch tone-${row.tone}`} aria-hidden="true" />
        {name}
      </th>
      <td>{number(row.count)}</td>
    </tr>
  );
}

function Arms({ report: { arms, currency, windowDays } }: { report: JourneyReport }) {
  const { say, number, percent, money } = useVoice();
  const share = (arm: ArmSums) => (arm.profiles === 0 ? '–' : percent(arm.buyers / arm.profiles));
  const each = (arm: ArmSums) => (arm.profiles === 0 ? '–' : money({ amount: arm.revenue / arm.profiles, currency }));
  const rows: [string, (arm: ArmSums) => string][] = [
    [say('report.profiles'), (arm) => number(arm.profiles)],
    [say('report.buyers'), (arm) => number(arm.buyers)],
    [say('report.buyRate'), share],
    [say('figure.orders'), (arm) => number(arm.orders)],
    [say('figure.revenue'), (arm) => money({ amount: arm.revenue, currency }, true)],
    [say('report.each'), each],
  ];
  return (
    <>
      <h3>{say('report.arms')}</h3>
      <table className="sums sums-arms">
        <caption>{say('report.window', { count: windowDays })}</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">
              <i className="swatch tone-signal" aria-hidden="true" />
              {say('report.treated')}
            </th>
            <th scope="col">
              <i className="swatch tone-control" aria-hidden="true" />
              {say('report.control')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value(arms.treated)}</td>
              <td>{value(arms.control)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Runs({ report: { runs }, journeyKey }: { report: JourneyReport; journeyKey: string }) {
  const { say, number } = useVoice();
  return (
    <>
      <h3>{say('report.runs')}</h3>
      <div className="figures">
        <Figure value={number(runs.entered)} word={say('figure.entered')} />
        <Figure value={number(runs.active)} word={say('report.active')} />
        <Figure value={number(runs.ended)} word={say('figure.ended')} />
      </div>
      {runs.byEnd.length > 0 && (
        <table className="sums">
          <tbody>
            {runs.byEnd.map((row) => (
              <tr key={row.reason}>
                <th scope="row">{say('report.endBy', { reason: reasonWords(row.reason, say) })}</th>
                <td>{number(row.count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Files to={`/v1/journeys/${encodeURIComponent(journeyKey)}/report/runs/file?`} />
    </>
  );
}
