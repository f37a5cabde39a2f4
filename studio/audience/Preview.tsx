import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { MemberTable } from './Members.tsx';
import type { RuleCheck } from './RuleEditor.tsx';
import { rulePreview } from './query.ts';

/** Who would be in it, while the rule is being written: nothing is saved by looking. */
export function Preview({ rule, check }: { rule: string; check: RuleCheck }) {
  const { say } = useVoice();
  const [settled] = useDebouncedValue(rule, 700);
  const canAsk = check.settled && !check.wrong && settled === rule && rule.trim() !== '';
  const { data, error, isFetching, refetch } = useQuery({ ...rulePreview(settled), enabled: canAsk });
  const title =
    canAsk && data
      ? say(data.exact ? 'audience.would' : 'audience.wouldAbout', { count: data.size })
      : say('audience.preview');
  return (
    <Panel title={title}>
      <div aria-live="polite">
        {!canAsk && (
          <p className="quiet">{say(rule.trim() === '' ? 'audience.previewEmpty' : 'audience.previewWaits')}</p>
        )}
        {canAsk && error && <ProblemNote error={error} again={() => void refetch()} />}
        {canAsk && isFetching && !data && <Rows count={4} />}
        {canAsk && data && data.sample.length === 0 && <p className="quiet">{say('audience.previewNobody')}</p>}
      </div>
      {canAsk && data && data.sample.length > 0 && <MemberTable rows={data.sample} />}
      {canAsk && data && data.size > data.sample.length && data.sample.length > 0 && (
        <p className="quiet">{say('audience.sampleOf', { count: data.sample.length })}</p>
      )}
    </Panel>
  );
}
