import { Button, Table, UnstyledButton } from '@mantine/core';
import { IconBan, IconCheck, IconChevronDown, IconChevronRight, IconRepeat } from '@tabler/icons-react';
import { Fragment, type ReactNode, useMemo, useState } from 'react';
import type { IntakeLine, IntakeOutcome } from '../../src/api/contract-watch.ts';
import { useVoice } from '../ui/voice.tsx';
import { useSourceName } from './source.ts';

const outcomes = {
  kept: { Icon: IconCheck, tone: 'status-live' },
  repeated: { Icon: IconRepeat, tone: '' },
  refused: { Icon: IconBan, tone: 'status-harm' },
} as const;

/** So many lines stand there until somebody asks for more. */
const shownFirst = 40;

/** The lines as a table; each opens what it says. */
export function Lines({ lines }: { lines: IntakeLine[] }) {
  const { say } = useVoice();
  const [most, setMost] = useState(shownFirst);
  const more = lines.length - most;
  return (
    <>
      <LineTable lines={lines.slice(0, most)} />
      {more > 0 && (
        <Button variant="default" className="more-lines" onClick={() => setMost(lines.length + shownFirst)}>
          {say('incoming.more', { count: more })}
        </Button>
      )}
    </>
  );
}

function LineTable({ lines }: { lines: IntakeLine[] }) {
  const { say } = useVoice();
  const [open, setOpen] = useState<number | null>(null);
  return (
    <div className="table">
      <Table className="lines" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th className="wide-only">{say('incoming.at')}</Table.Th>
            <Table.Th>{say('incoming.event')}</Table.Th>
            <Table.Th className="wide-only">{say('incoming.visitor')}</Table.Th>
            <Table.Th>{say('incoming.outcome')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map((line) => (
            <Line
              key={line.number}
              line={line}
              isOpen={line.number === open}
              onTurn={() => setOpen(line.number === open ? null : line.number)}
            />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Line({ line, isOpen, onTurn }: { line: IntakeLine; isOpen: boolean; onTurn: () => void }) {
  const { say } = useVoice();
  const time = useSecond();
  const sourceName = useSourceName();
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  const id = `line-${line.number}`;
  return (
    <Fragment>
      <Table.Tr className={isOpen ? 'line-open' : undefined} onClick={onTurn}>
        <Table.Td className="line-at wide-only">{time(line.at)}</Table.Td>
        <Table.Td className="line-what">
          <UnstyledButton
            className="line-turn"
            aria-expanded={isOpen}
            aria-controls={isOpen ? id : undefined}
            onClick={(event) => {
              event.stopPropagation();
              onTurn();
            }}
          >
            <Chevron size={14} stroke={1.5} aria-hidden="true" />
            <Dotted text={line.type ?? line.door ?? say('incoming.unreadable')} />
          </UnstyledButton>
          <span className="quiet line-source">
            <span className="narrow-only">{time(line.at)} · </span>
            {sourceName(line.source, line.sender)}
            {line.why !== null && <span className="text-harm"> · {line.why}</span>}
          </span>
        </Table.Td>
        <Table.Td className="wide-only">
          <span className="code clip line-visitor">{line.visitor ?? '–'}</span>
        </Table.Td>
        <Table.Td>
          <Outcome outcome={line.outcome} />
        </Table.Td>
      </Table.Tr>
      {isOpen && (
        <Table.Tr>
          <Table.Td colSpan={4} className="line-detail" id={id}>
            <Summary line={line} />
          </Table.Td>
        </Table.Tr>
      )}
    </Fragment>
  );
}

/** A dotted name, to be broken after its dots where it must be. */
function Dotted({ text }: { text: string }) {
  return (
    <span>
      {text.split(/(?<=[./])/).map((part, place) => (
        <Fragment key={place}>
          {place > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </span>
  );
}

function Outcome({ outcome }: { outcome: IntakeOutcome }) {
  const { say } = useVoice();
  const { Icon, tone } = outcomes[outcome];
  return (
    <span className={`status ${tone}`}>
      <Icon size={14} stroke={1.5} aria-hidden="true" />
      {say(outcome === 'refused' ? 'incoming.refused.one' : `incoming.${outcome}`)}
    </span>
  );
}

/** What a line says, in short: enough to see whether a door is connected rightly. */
function Summary({ line }: { line: IntakeLine }) {
  const rows = useRows(line);
  return (
    <dl className="summary">
      {rows.map(([word, value]) => (
        <div key={word}>
          <dt>{word}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function useRows(line: IntakeLine): [string, ReactNode][] {
  const { say, number } = useVoice();
  const time = useSecond();
  const { what } = line;
  const rows: [string, ReactNode][] = [];
  const put = (word: string, value: ReactNode) => {
    if (value !== null && value !== '') rows.push([word, value]);
  };
  put(say('incoming.why'), line.why);
  put(say('incoming.code'), line.code !== null && <Code code={line.code} />);
  put(say('incoming.door'), line.door);
  put(say('incoming.visitor'), line.visitor !== null && <span className="code">{line.visitor}</span>);
  if (!what) return rows.filter(([, value]) => value !== false);
  const items = what.items.map(({ id, quantity }) => (quantity === null ? id : `${id} × ${number(quantity)}`));
  const more = what.itemCount - items.length;
  put(say('incoming.types'), what.types.join(', '));
  put(say('incoming.happened'), time(what.happenedAt));
  put(say('incoming.id'), <span className="code">{what.id}</span>);
  put(say('incoming.level'), say(`level.${level(what.level)}`));
  put(say('incoming.identities'), what.identities.join(', '));
  put(say('incoming.claims'), what.claims.join(', '));
  put(
    say('incoming.items'),
    more > 0 ? `${items.join(', ')} ${say('person.more', { count: more })}` : items.join(', '),
  );
  put(say('incoming.order'), what.order);
  put(say('incoming.cart'), what.cart);
  put(say('incoming.page'), what.page);
  put(
    say('person.consent'),
    Object.entries(what.consent)
      .map((pair) => pair.join(': '))
      .join(', '),
  );
  put(say('person.attributes'), what.attributes.join(', '));
  put(say('incoming.bot'), what.bot ? say('incoming.botSays') : null);
  return rows.filter(([, value]) => value !== false);
}

/** A code of ours leads to its page. */
function Code({ code }: { code: string }) {
  if (!/^[A-Z]+(_[A-Z]+)+$/.test(code)) return <span className="code">{code}</span>;
  return (
    <a className="code" href={`/docs/error/${code}.html`} target="_blank" rel="noreferrer">
      {code}
    </a>
  );
}

const level = (given: number): 0 | 1 | 2 | 3 => (given === 1 || given === 2 || given === 3 ? given : 0);

/** "10:24:07" in the shop's zone; with the day when it is another one. */
function useSecond(): (at: string) => string {
  const { frame, moment } = useVoice();
  return useMemo(() => {
    const write = new Intl.DateTimeFormat(frame.locale, {
      timeZone: frame.zone,
      hour12: false,
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    return (at) => {
      const ms = Date.parse(at);
      return Math.abs(frame.now - ms) < 43_200_000 ? write.format(ms) : moment(at);
    };
  }, [frame, moment]);
}
