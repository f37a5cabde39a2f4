import './report.css';
import { Anchor, Group } from '@mantine/core';
import type { JourneyReport } from '../../src/api/contract.ts';
import { useSaid } from '../ui/said.ts';
import { useVoice } from '../ui/voice.tsx';

type Reading = JourneyReport['readings'][number];
type Scale = { low: number; high: number };
type DeviceWord = 'phone' | 'tablet' | 'computer' | 'unknown';

/** The same comparison read in other ways, the effect week by week, what decides, and the sums to work it out. */
export function Readings({ report, journeyKey }: { report: JourneyReport; journeyKey: string }) {
  const { say } = useVoice();
  const words = useSaid();
  return (
    <>
      <h3>{say('report.readings')}</h3>
      <p className="quiet">{say('report.readingsSay')}</p>
      <ReadingList report={report} />
      {report.lasting && <p>{words(report.lasting.said, report.lasting.why)}.</p>}
      <Weeks report={report} />
      <Decided report={report} />
      <Group gap="md" mt="sm">
        {(['csv', 'ndjson'] as const).map((format) => (
          <Anchor
            key={format}
            href={`/v1/journeys/${encodeURIComponent(journeyKey)}/report/sums?format=${format}`}
            download
          >
            {say('report.sums', { format: format.toUpperCase() })}
          </Anchor>
        ))}
      </Group>
    </>
  );
}

function ReadingList({ report: { readings, currency } }: { report: JourneyReport }) {
  const { say, number } = useVoice();
  const write = useWrite(currency);
  return (
    <ul className="reading-list">
      {readings.map((reading) => (
        <li key={reading.reading}>
          <div className="reading-line">
            <span>
              {say(`report.reading.${reading.reading}`)}
              {reading.reading === 'revenue' && <span className="quiet"> · {say('report.decides')}</span>}
            </span>
            <b>{say(`report.word.${wordKey(reading.word)}`)}</b>
          </div>
          <Range scale={scaleOf([reading])} {...reading} />
          {reading.p !== null && (
            <div className="quiet reading-line">
              <span>
                {say('report.eachBetween', {
                  effect: write(reading, reading.effect),
                  low: write(reading, reading.low),
                  high: write(reading, reading.high),
                })}
              </span>
              <span>p {number(round(reading.pHolm ?? reading.p))}</span>
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

function Weeks({ report: { weeks, currency } }: { report: JourneyReport }) {
  const { say, day, money, number } = useVoice();
  if (weeks.length < 2) return null;
  const scale = scaleOf(weeks);
  return (
    <>
      <h4>{say('report.weeks')}</h4>
      <ul className="reading-list">
        {weeks.map((week) => (
          <li key={week.from}>
            <div className="reading-line">
              <span>{day(week.from)}</span>
              <span>{money({ amount: week.effect, currency })}</span>
            </div>
            <Range scale={scale} {...week} />
            <div className="quiet">
              {say('report.people', {
                count: week.treated + week.control,
                number: number(week.treated + week.control),
              })}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

function Decided({ report }: { report: JourneyReport }) {
  const { decided, ratio, ratioByDay, ratioByDevice, currency, conflicted } = report;
  const { say, moment, day, money, percent, number } = useVoice();
  return (
    <ul className="quiet reading-notes">
      {decided && (
        <li>
          {say('report.decided', { at: moment(decided.at) })} <code>{decided.hash.slice(0, 12)}</code>
        </li>
      )}
      {decided && (
        <li>
          {decided.cap === null
            ? say('report.noCap')
            : say('report.cap', { cap: money({ amount: decided.cap, currency }, true) })}
        </li>
      )}
      {ratio && (
        <li>
          {say(ratio.alarm ? 'report.ratioAlarm' : 'report.ratio', {
            share: percent(ratio.expected),
            p: number(round(ratio.p)),
          })}
        </li>
      )}
      {ratioByDay && ratioByDay.worst.p < 0.001 && (
        <li className="harm-word">
          {say('report.ratioDay', { day: day(ratioByDay.worst.day), p: number(round(ratioByDay.worst.p)) })}
        </li>
      )}
      {ratioByDevice
        .filter(({ p }) => p < 0.001)
        .map(({ device, p }) => (
          <li key={device} className="harm-word">
            {say('report.ratioDevice', { device: say(`report.on.${device as DeviceWord}`), p: number(round(p)) })}
          </li>
        ))}
      {conflicted > 0 && <li>{say('report.conflicted', { count: conflicted })}</li>}
    </ul>
  );
}

/** An interval with its point and zero; on one scale with its neighbours, so that they can be compared. */
function Range({
  scale,
  low,
  high,
  effect,
}: {
  scale: Scale;
  low: number | null;
  high: number | null;
  effect: number | null;
}) {
  if (low === null || high === null || effect === null) return null;
  const span = scale.high - scale.low || 1;
  const at = (value: number) => 4 + ((value - scale.low) / span) * 92;
  return (
    <svg className="band" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">
      <line className="band-axis" x1="0" x2="100" y1="12" y2="12" />
      <rect className="band-range" x={at(low)} width={at(high) - at(low)} y="6" height="12" />
      <line className="band-zero" x1={at(0)} x2={at(0)} y1="0" y2="24" />
      <line className="band-point" x1={at(effect)} x2={at(effect)} y1="3" y2="21" />
    </svg>
  );
}

function scaleOf(rows: readonly { low: number | null; high: number | null }[]): Scale {
  return {
    low: Math.min(0, ...rows.map(({ low }) => low ?? 0)),
    high: Math.max(0, ...rows.map(({ high }) => high ?? 0)),
  };
}

/** Writes an effect for each person: money, or points of a hundred for the share who buy. */
function useWrite(currency: string) {
  const { money, percent } = useVoice();
  return ({ reading }: Reading, value: number | null) => {
    if (value === null) return '–';
    return reading === 'conversion' ? percent(value) : money({ amount: value, currency });
  };
}

const round = (p: number) => Number(p.toPrecision(2));

const wordKey = (word: Reading['word']) => (word === 'clear' ? 'clear' : word === 'too early' ? 'early' : 'unclear');
