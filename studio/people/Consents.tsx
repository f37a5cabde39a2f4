import { IconCheck, IconClock, IconX } from '@tabler/icons-react';
import type { ProfileDetail } from '../../src/api/contract.ts';
import type { ConsentView } from '../../src/api/contract-person.ts';
import { Pair } from '../ui/Pair.tsx';
import { Panel } from '../ui/Page.tsx';
import { useVoice } from '../ui/voice.tsx';
import { isKey } from '../words/words.ts';

const looks = {
  in: { Icon: IconCheck, tone: 'status-live' },
  out: { Icon: IconX, tone: 'status-harm' },
  pending: { Icon: IconClock, tone: 'status-wait' },
} as const;

/** What holds now of each purpose, and every statement that was ever made, with its proof. */
export function ConsentPanel({ data }: { data: ProfileDetail }) {
  const { say, moment } = useVoice();
  const purpose = usePurpose();
  const stated = Object.entries(data.consent);
  return (
    <Panel title={say('person.consent')}>
      {stated.length === 0 && <p className="quiet">{say('person.consentNone')}</p>}
      <ul className="pairs">
        {stated.map(([name, { state, at, source }]) => (
          <Pair
            key={name}
            name={purpose(name)}
            value={<State state={state} />}
            note={say('person.saidAt', { time: moment(at), source })}
          />
        ))}
      </ul>
      {data.consents.length > 0 && (
        <details className="more">
          <summary>{say('consents.records', { count: data.consents.length })}</summary>
          <ol className="records">
            {data.consents.map((record, place) => (
              <ConsentRecord key={`${record.at} ${record.purpose} ${place}`} record={record} />
            ))}
          </ol>
        </details>
      )}
    </Panel>
  );
}

function usePurpose(): (name: string) => string {
  const { say } = useVoice();
  return (name) => {
    const word = `purpose.${name}`;
    return isKey(word) ? say(word) : name;
  };
}

function State({ state }: { state: ConsentView['state'] }) {
  const { say } = useVoice();
  const { Icon, tone } = looks[state];
  return (
    <span className={`status ${tone}`}>
      <Icon size={14} stroke={1.5} aria-hidden="true" />
      {say(`person.${state}`)}
    </span>
  );
}

function ConsentRecord({ record }: { record: ConsentView }) {
  const { say, moment } = useVoice();
  const purpose = usePurpose();
  const { basis, wording } = record;
  const word = `basis.${basis}`;
  const proof = Object.entries(record.proof).filter(([, value]) => value !== null && value !== '');
  return (
    <li>
      <div className="record-head">
        <span>{purpose(record.purpose)}</span>
        <State state={record.state} />
      </div>
      <p className="quiet">
        {say('person.saidAt', { time: moment(record.at), source: record.source })} · {record.channel}
        {basis !== null && ` · ${isKey(word) ? say(word) : basis}`} · {say('consents.level', { level: record.level })}
      </p>
      {wording !== null && wording !== '' && <blockquote>{wording}</blockquote>}
      {proof.length > 0 && (
        <p className="quiet record-proof">
          {proof
            .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
            .join(' · ')}
        </p>
      )}
    </li>
  );
}
