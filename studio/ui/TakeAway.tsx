import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { ProblemNote } from './State.tsx';
import { useUndo } from './undo.tsx';
import { useVoice } from './voice.tsx';

/**
 * Takes something away that can be brought back, and offers the way back; what uses it refuses that, and is named.
 *
 * @param away takes it away and leaves its page
 * @param back puts it back as it was
 */
export function TakeAway(props: { name: string; away: () => Promise<unknown>; back: () => Promise<unknown> }) {
  const { say } = useVoice();
  const { name, away, back } = props;
  const undo = useUndo();
  const work = useMutation({
    mutationFn: away,
    onSuccess: () => undo({ says: say('rule.taken', { name }), undo: back }),
  });
  return (
    <div className="take-away">
      <Button variant="default" loading={work.isPending} onClick={() => work.mutate()}>
        {say('criterion.remove')}
      </Button>
      {work.error && <ProblemNote error={work.error} />}
    </div>
  );
}
