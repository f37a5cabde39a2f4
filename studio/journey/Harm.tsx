import { useQuery } from '@tanstack/react-query';
import type { HarmView } from '../../src/api/contract-mail.ts';
import { harm } from '../api/query.ts';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';

const kinds = ['complaints', 'unsubscribes', 'hardBounces', 'softBounces', 'policyBounces'] as const;

/** What a journey's mails did to those who got them: each share with its interval, and whether hosts mind. */
export function Harm({ journeyKey }: { journeyKey: string }) {
  const { say } = useVoice();
  const { data, error, refetch } = useQuery(harm(journeyKey));
  if (error && !data) return <ProblemNote error={error} again={() => void refetch()} />;
  if (!data || data.sent === 0) return null;
  return (
    <>
      <h3>{say('harm.title')}</h3>
      <p className="quiet">{say('harm.says', { count: data.days })}</p>
      <ul className="reading-list">
        {kinds.map((kind) => (
          <Line key={kind} name={say(`harm.${kind}`)} of={data[kind]} />
        ))}
      </ul>
    </>
  );
}

function Line({ name, of }: { name: string; of: HarmView['complaints'] }) {
  const { say, number, percent } = useVoice();
  return (
    <li>
      <div className="reading-line">
        <span>
          {name}: {number(of.count)}
        </span>
        <b className={of.level === 'harm' ? 'harm-word' : undefined}>
          {say(`harm.level.${of.level === 'too early' ? 'early' : of.level}`)}
        </b>
      </div>
      {of.share !== null && (
        <div className="quiet">
          {say('harm.between', { share: percent(of.share), low: percent(of.low), high: percent(of.high) })}
        </div>
      )}
    </li>
  );
}
