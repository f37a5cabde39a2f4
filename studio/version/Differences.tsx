import './version.css';
import { useQuery } from '@tanstack/react-query';
import { differenceRows } from '../journey/difference.ts';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { version } from './query.ts';

/** What a version, or the draft, changes of the one published last. */
export function Differences({ journeyKey, of }: { journeyKey: string; of: number | 'draft' }) {
  const { say } = useVoice();
  const { data, error, refetch } = useQuery(version(journeyKey, of));
  if (error && !data) return <ProblemNote error={error} again={() => void refetch()} />;
  if (!data) return <Rows count={2} height={20} />;
  if (data.live === null) return null;
  const rows = differenceRows(data, say);
  if (rows.length === 0) return <p className="quiet">{say('versions.same')}</p>;
  return (
    <dl className="differences">
      {rows.map(({ where, name, before, after }) => (
        <div key={where}>
          <dt>
            {name} <code className="quiet">{where}</code>
          </dt>
          {before !== null && (
            <dd>
              <del>{before}</del>
            </dd>
          )}
          {after !== null && (
            <dd>
              <ins>{after}</ins>
            </dd>
          )}
        </div>
      ))}
    </dl>
  );
}
