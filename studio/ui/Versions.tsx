import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Panel } from './Page.tsx';
import { ProblemNote } from './State.tsx';
import { useVoice } from './voice.tsx';

interface Kept {
  version: number;
  at: string | null;
  /** What tells it from the others, such as its name. */
  says?: string | undefined;
}

/** Versions on a page; older ones stay at the door. */
const mostShown = 20;

/** What something said before, newest first; each may be said again. */
export function Versions<V extends Kept>(props: { before: readonly V[]; again: (version: V) => Promise<unknown> }) {
  const { say, moment } = useVoice();
  const { before, again } = props;
  const sayAgain = useMutation({ mutationFn: again });
  if (before.length === 0) return null;
  return (
    <Panel title={say('rule.before')}>
      <ul className="plain-list versions">
        {before.slice(0, mostShown).map((one) => (
          <li key={one.version}>
            <span>
              {say('rule.versionAt', { version: one.version, time: one.at === null ? '–' : moment(one.at) })}{' '}
              <span className="quiet">{one.says}</span>
            </span>
            <Button size="xs" variant="default" disabled={sayAgain.isPending} onClick={() => sayAgain.mutate(one)}>
              {say('rule.again')}
            </Button>
          </li>
        ))}
      </ul>
      {sayAgain.error && <ProblemNote error={sayAgain.error} />}
    </Panel>
  );
}
