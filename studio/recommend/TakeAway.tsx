import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { CriterionView } from '../../src/api/contract-criterion.ts';
import { ask } from '../api/client.ts';
import { ProblemNote } from '../ui/State.tsx';
import { useUndo } from '../ui/undo.tsx';
import { useVoice } from '../ui/voice.tsx';
import { contentOf } from './draft.ts';
import { criteria, criterionPath } from './query.ts';

/** Takes a criterion away, with a way back; what uses it refuses that, and is named. */
export function TakeAway({ data }: { data: CriterionView }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const navigate = useNavigate();
  const undo = useUndo();
  const away = useMutation({
    mutationFn: () => ask<unknown>(criterionPath(data.key), { method: 'DELETE' }),
    onSuccess: async () => {
      client.setQueryData(criteria.queryKey, (all) => all?.filter(({ key }) => key !== data.key));
      await navigate({ to: '/recommendations' });
      client.removeQueries({ queryKey: ['criteria', data.key] });
      await client.invalidateQueries({ queryKey: ['criteria'] });
      const back = async () => {
        await ask<unknown>(criterionPath(data.key), { method: 'PUT', body: contentOf(data) });
        await client.invalidateQueries({ queryKey: ['criteria'] });
      };
      undo({ says: say('rule.taken', { name: data.name }), undo: back });
    },
  });
  return (
    <div className="take-away">
      <Button variant="default" loading={away.isPending} onClick={() => away.mutate()}>
        {say('criterion.remove')}
      </Button>
      {away.error && <ProblemNote error={away.error} />}
    </div>
  );
}
