import type { JourneyReport } from '../../src/api/contract.ts';
import { useSaid } from '../ui/said.ts';
import { useVoice } from '../ui/voice.tsx';
import type { Say } from '../words/words.ts';
import { intervalOf } from './funnel.ts';

/** The claim in a sentence: how much more or less, between what and what; or that it is too early. Pure. */
export function claimOf(
  { word, total, low, high }: JourneyReport['caused'],
  euro: (amount: number) => string,
  say: Say,
): string {
  if (word === 'too early' || total === null || low === null || high === null) return say('report.caused.early');
  const values = { total: euro(Math.abs(total)), low: euro(low), high: euro(high) };
  if (word !== 'clear') return say('report.caused.unclear', values);
  if (total >= 0) return say('report.caused.more', values);
  return say('report.caused.less', { ...values, low: euro(Math.abs(high)), high: euro(Math.abs(low)) });
}

/** What the journey caused: the claim first, then the interval as a band with its point and zero. */
export function Caused({ report: { caused, currency } }: { report: JourneyReport }) {
  const { say, money } = useVoice();
  const words = useSaid();
  const euro = (amount: number) => money({ amount, currency }, true);
  const { low, high, total } = caused;
  const known = low !== null && high !== null && total !== null;
  return (
    <div className="effect effect-caused">
      <span className="effect-kind">{say('report.caused')}</span>
      <b className="effect-claim">{claimOf(caused, euro, say)}</b>
      {known && <Band low={low} high={high} point={total} write={euro} />}
      <p className="quiet">{caused.said.map((one) => words(one, caused.why)).join('; ')}</p>
      {known && caused.perThousandMails !== null && (
        <p className="quiet">{say('report.perThousand', { amount: euro(caused.perThousandMails) })}</p>
      )}
      {known && <p className="quiet">{say('report.confidence')}</p>}
    </div>
  );
}

function Band(props: { low: number; high: number; point: number; write: (amount: number) => string }) {
  const { say } = useVoice();
  const spot = intervalOf(props.low, props.high, props.point);
  return (
    <>
      <svg className="band" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">
        <line className="band-axis" x1="0" x2="100" y1="12" y2="12" />
        <rect className="band-range" x={spot.low} width={spot.high - spot.low} y="6" height="12" />
        <line className="band-zero" x1={spot.zero} x2={spot.zero} y1="0" y2="24" />
        <line className="band-point" x1={spot.point} x2={spot.point} y1="3" y2="21" />
      </svg>
      <details className="quiet">
        <summary>{say('report.asTable')}</summary>
        <table className="sums">
          <tbody>
            <BandRow name={say('report.low')} value={props.write(props.low)} />
            <BandRow name={say('report.point')} value={props.write(props.point)} />
            <BandRow name={say('report.high')} value={props.write(props.high)} />
            <BandRow name={say('report.zero')} value={props.write(0)} />
          </tbody>
        </table>
      </details>
    </>
  );
}

function BandRow({ name, value }: { name: string; value: string }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{value}</td>
    </tr>
  );
}
