import { Button, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { JourneyDetail } from '../../src/api/contract.ts';
import { ask } from '../api/client.ts';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';

/** Makes an earlier version live again, after what that means for those inside and for the draft. */
export function Rollback({ detail, to, onClose }: { detail: JourneyDetail; to: number; onClose: () => void }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const inside = Object.values(detail.counts).reduce((sum, { now }) => sum + now, 0);
  const work = useMutation({
    mutationFn: () =>
      ask<unknown>(`/v1/journeys/${encodeURIComponent(detail.key)}/rollback`, {
        method: 'POST',
        body: { version: to },
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
      title={<b>{say('versions.back.title', { version: to })}</b>}
      closeButtonProps={{ 'aria-label': say('journey.cancel') }}
    >
      <p>{say('versions.back.says', { next: String(detail.version + 1), count: inside })}</p>
      {detail.status !== 'live' && <p>{say(`versions.back.${detail.status === 'paused' ? 'paused' : 'opens'}`)}</p>}
      {detail.draft !== null && <p className="text-harm">{say('versions.back.draft')}</p>}
      {work.error && <ProblemNote error={work.error} />}
      <div className="modal-foot">
        <Button variant="default" onClick={onClose}>
          {say('journey.cancel')}
        </Button>
        <Button loading={work.isPending} onClick={() => work.mutate()}>
          {say('versions.back')}
        </Button>
      </div>
    </Modal>
  );
}
