import { Button, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../api/client.ts';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import type { AudienceView } from '../../src/api/contract-audience.ts';

/** Ends an audience; what that means stands there first, with the number. */
export function Remove({ audience }: { audience: AudienceView }) {
  const { say } = useVoice();
  const [asking, setAsking] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => ask<unknown>(`/v1/audiences/${encodeURIComponent(audience.key)}`, { method: 'DELETE' }),
    onSuccess: async () => {
      await navigate({ to: '/audiences' });
      client.removeQueries({ queryKey: ['audiences', audience.key] });
      await client.invalidateQueries({ queryKey: ['audiences'] });
    },
  });
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        {say('audience.remove')}
      </Button>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={<b>{say('audience.removeTitle', { name: audience.name })}</b>}
        closeButtonProps={{ 'aria-label': say('journey.cancel') }}
      >
        <p>{say('audience.removeSays', { count: audience.size })}</p>
        <p className="quiet">{say('audience.removeNot')}</p>
        {remove.error && <ProblemNote error={remove.error} />}
        <div className="modal-foot">
          <Button variant="default" onClick={() => setAsking(false)}>
            {say('journey.cancel')}
          </Button>
          <Button color="harm" loading={remove.isPending} onClick={() => remove.mutate()}>
            {say('audience.remove')}
          </Button>
        </div>
      </Modal>
    </>
  );
}
