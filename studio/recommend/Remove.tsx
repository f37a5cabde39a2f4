import { Button, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { CriterionView } from '../../src/api/contract-criterion.ts';
import { ask } from '../api/client.ts';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { criteria, criterionPath, useUses } from './query.ts';

/** Ends a criterion; what uses it stands there first, and then it cannot go. */
export function Remove({ data }: { data: CriterionView }) {
  const { say } = useVoice();
  const [asking, setAsking] = useState(false);
  const uses = useUses()?.(data.key) ?? [];
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => ask<unknown>(criterionPath(data.key), { method: 'DELETE' }),
    onSuccess: async () => {
      client.setQueryData(criteria.queryKey, (all) => all?.filter(({ key }) => key !== data.key));
      await navigate({ to: '/recommendations' });
      client.removeQueries({ queryKey: ['criteria', data.key] });
      await client.invalidateQueries({ queryKey: ['criteria'] });
    },
  });
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        {say('criterion.remove')}
      </Button>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={<b>{say('criterion.removeTitle', { name: data.name })}</b>}
        closeButtonProps={{ 'aria-label': say('journey.cancel') }}
      >
        <p>{uses.length === 0 ? say('criterion.removeSays') : say('criterion.removeUsed', { count: uses.length })}</p>
        {uses.length > 0 && (
          <ul className="plain-list">
            {uses.map(({ kind, key, name }) => (
              <li key={`${kind} ${key}`}>
                {name} <span className="quiet">{say(`criterion.use.${kind}`)}</span>
              </li>
            ))}
          </ul>
        )}
        {remove.error && <ProblemNote error={remove.error} />}
        <div className="modal-foot">
          <Button variant="default" onClick={() => setAsking(false)}>
            {say('journey.cancel')}
          </Button>
          <Button color="harm" loading={remove.isPending} onClick={() => remove.mutate()}>
            {say('criterion.remove')}
          </Button>
        </div>
      </Modal>
    </>
  );
}
