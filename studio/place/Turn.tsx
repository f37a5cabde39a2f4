import { Button, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ActivityView } from '../../src/api/contract-design.ts';
import { ask } from '../api/client.ts';
import { ProblemNote } from '../ui/State.tsx';
import { useUndo } from '../ui/undo.tsx';
import { useVoice } from '../ui/voice.tsx';
import { activityPath } from './query.ts';
import { saidOf, shownOf } from './shown.ts';

/** Switches an activity on, after what that means, and off, with a way back. */
export function Turn({ data }: { data: ActivityView }) {
  const { say } = useVoice();
  const undo = useUndo();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const turn = useMutation({
    mutationFn: (act: 'publish' | 'pause') => ask<unknown>(`${activityPath(data.key)}/${act}`, { method: 'POST' }),
    onSuccess: async (_answer, act) => {
      setAsking(false);
      await client.invalidateQueries({ queryKey: ['activities'] });
      // Publishing would bring a draft too, so with one there is no way back but by hand.
      if (act === 'pause' && data.draft === null)
        undo({ says: say('places.paused', { name: saidOf(data).name }), undo: () => turn.mutateAsync('publish') });
    },
  });
  const mayPublish = data.state !== 'live' || data.draft !== null;
  return (
    <>
      {data.state === 'live' && (
        <Button variant="default" loading={turn.isPending} onClick={() => turn.mutate('pause')}>
          {say('life.pause')}
        </Button>
      )}
      {mayPublish && <Button onClick={() => setAsking(true)}>{say('journey.publish')}</Button>}
      {turn.error && !asking && <ProblemNote error={turn.error} />}
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={<b>{say('journey.publishTitle', { name: saidOf(data).name })}</b>}
        closeButtonProps={{ 'aria-label': say('journey.cancel') }}
      >
        <Consequences data={data} />
        {turn.error && <ProblemNote error={turn.error} />}
        <div className="modal-foot">
          <Button variant="default" onClick={() => setAsking(false)}>
            {say('journey.cancel')}
          </Button>
          <Button loading={turn.isPending} onClick={() => turn.mutate('publish')}>
            {say('journey.publish')}
          </Button>
        </div>
      </Modal>
    </>
  );
}

function Consequences({ data }: { data: ActivityView }) {
  const { say, percent } = useVoice();
  const said = saidOf(data);
  return (
    <p>
      {say('places.publishSays', {
        place: said.location,
        whom: said.audience ?? say('places.everybody'),
        count: shownOf(said).length,
        control: percent(said.control ?? 0),
      })}
    </p>
  );
}
