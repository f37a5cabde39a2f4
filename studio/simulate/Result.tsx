import { Button, Slider } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { SimulationView } from '../../src/api/contract-simulation.ts';
import { Canvas } from '../journey/Canvas.tsx';
import type { JourneyDocument } from '../journey/document.ts';
import { titleOf } from '../journey/sentence.ts';
import { Panel } from '../ui/Page.tsx';
import { reasonWords } from '../ui/reason.ts';
import { useVoice } from '../ui/voice.tsx';
import { recipeWords } from '../words/words.ts';
import { type Line, linesOf } from './asking.ts';
import { People } from './People.tsx';
import { Person } from './Person.tsx';
import { simulationPath } from './query.ts';

type Summary = NonNullable<SimulationView['summary']>;

/** What came of a simulation: numbers that add up, the canvas at any moment, people, and their mails. */
export function Result(props: {
  id: string;
  summary: Summary;
  /** How many people were invented; null where they were not. */
  invented: number | null;
  journeyKey: string;
  document: JourneyDocument;
}) {
  const { id, summary, invented, journeyKey, document } = props;
  const { say, number } = useVoice();
  const { activity, who } = useSearch({ from: '/journeys/$key/simulate' });
  const navigate = useNavigate({ from: '/journeys/$key/simulate' });
  const total = summary.totals.find(({ journey }) => journey === journeyKey);
  const names = Object.fromEntries(summary.totals.map(({ journey, name }) => [journey, recipeWords(name, say)]));
  const choose = (chosen: string | null) =>
    void navigate({
      search: (old) => ({ ...old, run: id, activity: chosen ?? undefined, who: undefined }),
      replace: true,
      resetScroll: false,
    });
  return (
    <>
      <Panel
        title={say('simulate.sum', {
          people: number(total?.entered ?? 0),
          mails: number(total?.sent ?? 0),
        })}
        aside={<Files id={id} />}
      >
        <Span summary={summary} invented={invented} />
        {summary.misses.map((miss) => (
          <p key={miss} className="text-harm">
            {miss}
          </p>
        ))}
        {Object.entries(summary.unanswered).map(([name, count]) => (
          <p key={name} className="text-wait">
            {say('simulate.unanswered', { activity: titleOf(document, name, say), count })}
          </p>
        ))}
        {total && <Sums lines={linesOf(total)} document={document} />}
      </Panel>
      {total && (
        <Moments
          summary={summary}
          passed={total.passed}
          journeyKey={journeyKey}
          document={document}
          selected={activity ?? null}
          onSelect={choose}
        />
      )}
      {who === undefined ? (
        <People id={id} journeyKey={journeyKey} document={document} activity={activity} reasons={reasonsOf(total)} />
      ) : (
        <Person {...{ id, journeyKey, document, names }} no={who} />
      )}
    </>
  );
}

/** Which days, and how many people there were. */
function Span({ summary, invented }: { summary: Summary; invented: number | null }) {
  const { say, clockFace, number } = useVoice();
  const { from, to, events, people, untouched } = summary;
  const some = { from: clockFace(from), to: clockFace(to), events: number(events), people: number(people) };
  return (
    <p className="quiet">
      {invented === null
        ? say('simulate.span', some)
        : say('simulate.spanInvented', { ...some, all: number(invented) })}
      . {untouched > 0 && `${say('simulate.untouchedCount', { count: untouched })}.`}
    </p>
  );
}

/** Every reason why not, the most frequent first. */
function reasonsOf(total: Summary['totals'][number] | undefined): string[] {
  if (!total) return [];
  const held = total.heldOut > 0 ? { 'held out': total.heldOut } : {};
  const all = Object.entries({ ...total.refused, ...total.notSent, ...held });
  return all.sort(([, a], [, b]) => b - a).map(([reason]) => reason);
}

function Files({ id }: { id: string }) {
  const { say } = useVoice();
  return (
    <span className="simulate-files">
      {(['ndjson', 'csv'] as const).map((format) => (
        <Button
          key={format}
          component="a"
          size="xs"
          variant="default"
          leftSection={<IconDownload size={14} stroke={1.5} />}
          href={`${simulationPath(id)}/file?format=${format}`}
          download
        >
          {say(`simulate.file.${format}`)}
        </Button>
      ))}
    </span>
  );
}

function Sums({ lines, document }: { lines: Line[]; document: JourneyDocument }) {
  const { say, number } = useVoice();
  const nameOf = ({ what, name }: Line) => {
    if (name === null) return '';
    return what === 'inside' ? titleOf(document, name, say) : reasonWords(name, say);
  };
  return (
    <table className="sums">
      <caption>{say('simulate.sums')}</caption>
      <tbody>
        {lines.map((line) => (
          <tr key={`${line.what}/${line.name}`} className={line.isPart ? 'sums-part' : 'sums-whole'}>
            <th scope="row">
              {say(`simulate.sums.${line.what}`)}
              {line.name !== null && <span className="quiet">: {nameOf(line)}</span>}
            </th>
            <td>{number(line.count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The canvas at any moment of the simulated time. */
function Moments(props: {
  summary: Summary;
  passed: Record<string, number>;
  journeyKey: string;
  document: JourneyDocument;
  selected: string | null;
  onSelect: (id: string | null) => void;
}) {
  const { summary, passed, journeyKey, document, selected, onSelect } = props;
  const { say, clockFace } = useVoice();
  const { frames } = summary;
  const [place, setPlace] = useState(frames.length - 1);
  const frame = frames[place] ?? frames.at(-1);
  if (!frame) return null;
  const here = frame.here[journeyKey] ?? {};
  const names = new Set([...Object.keys(passed), ...Object.keys(here)]);
  const counts = Object.fromEntries(
    [...names].map((name) => [name, { now: here[name] ?? 0, today: passed[name] ?? 0, ever: passed[name] ?? 0 }]),
  );
  const time = clockFace(frame.at);
  return (
    <Panel title={say('simulate.canvas')} className="simulate-canvas">
      <div className="simulate-slider">
        <output>{say('simulate.at', { time, count: frame.sentBy?.[journeyKey] ?? frame.sent })}</output>
        <Slider
          min={0}
          max={frames.length - 1}
          value={place}
          onChange={setPlace}
          label={null}
          thumbLabel={say('simulate.slider')}
          thumbProps={{ 'aria-valuetext': time }}
        />
      </div>
      <Canvas
        document={document}
        counts={counts}
        selected={selected}
        onSelect={onSelect}
        pastWord={say('simulate.passed')}
      />
    </Panel>
  );
}
