import { Button, Modal, Radio } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { JourneyDetail } from '../../src/api/contract.ts';
import { ask } from '../api/client.ts';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';

type Change = 'pause' | 'resume' | 'close' | 'stop';
type Waits = 'shift' | 'late' | 'skip';

/** What can be done with a journey in each of its states. */
const offered: Readonly<Record<JourneyDetail['status'], readonly Change[]>> = {
  draft: [],
  live: ['pause', 'close', 'stop'],
  paused: ['resume', 'close', 'stop'],
  closed: ['stop'],
  stopped: [],
};
const choices: readonly Waits[] = ['shift', 'late', 'skip'];

/** Pause, resume, close and stop, each with what it means for those inside before it happens. */
export function Life({ detail }: { detail: JourneyDetail }) {
  const { say } = useVoice();
  const [asking, setAsking] = useState<Change | null>(null);
  return (
    <>
      {offered[detail.status].map((change, place) => (
        <Button
          key={change}
          variant={place === 0 && change !== 'stop' ? 'default' : 'subtle'}
          color={change === 'stop' ? 'harm' : change === 'close' ? 'control' : undefined}
          onClick={() => setAsking(change)}
        >
          {say(`life.${change}`)}
        </Button>
      ))}
      {asking !== null && <Consequences detail={detail} change={asking} onClose={() => setAsking(null)} />}
    </>
  );
}

function Consequences({ detail, change, onClose }: { detail: JourneyDetail; change: Change; onClose: () => void }) {
  const { say } = useVoice();
  const [waits, setWaits] = useState<Waits>('shift');
  const client = useQueryClient();
  const inside = Object.values(detail.counts).reduce((sum, { now }) => sum + now, 0);
  const send = useMutation({
    mutationFn: () =>
      ask<unknown>(`/v1/journeys/${encodeURIComponent(detail.key)}/${change}`, {
        method: 'POST',
        ...(change === 'resume' ? { body: { waits } } : {}),
      }),
    onSuccess: async () => {
      await client.invalidateQueries();
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={<b>{say(`life.${change}.title`)}</b>}
      closeButtonProps={{ 'aria-label': say('journey.cancel') }}
    >
      <p>{say(`life.${change}.says`, { count: inside })}</p>
      {change === 'resume' && (
        <Radio.Group value={waits} onChange={(value) => setWaits(value as Waits)} label={say('life.waits')}>
          {choices.map((choice) => (
            <Radio key={choice} value={choice} label={say(`life.waits.${choice}`)} mt={8} />
          ))}
        </Radio.Group>
      )}
      {send.error && <ProblemNote error={send.error} />}
      <div className="modal-foot">
        <Button variant="default" onClick={onClose}>
          {say('journey.cancel')}
        </Button>
        <Button color={change === 'stop' ? 'harm' : undefined} loading={send.isPending} onClick={() => send.mutate()}>
          {say(`life.${change}`)}
        </Button>
      </div>
    </Modal>
  );
}
