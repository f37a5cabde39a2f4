import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconSnowflake } from '@tabler/icons-react';
import { useState } from 'react';
import type { SendingView } from '../../src/api/contract-ledger.ts';
import { ask } from '../api/client.ts';
import { ProblemNote } from '../ui/State.tsx';
import { useMay } from '../ui/may.ts';
import { useVoice } from '../ui/voice.tsx';

/** Holds back all mail, or lets it go again; each with what that means before it happens. */
export function Switch({ state }: { state: SendingView }) {
  const { say } = useVoice();
  const [asking, setAsking] = useState(false);
  const may = useMay();
  const what = state.frozen ? 'thaw' : 'freeze';
  if (!may(what === 'thaw' ? 'settings' : 'journeys')) return null;
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        {say(`ledger.${what}`)}
      </Button>
      {asking && <Sure state={state} onClose={() => setAsking(false)} />}
    </>
  );
}

function Sure({ state, onClose }: { state: SendingView; onClose: () => void }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const what = state.frozen ? 'thaw' : 'freeze';
  const drops = state.cause === 'restored' || state.cause === 'copied';
  const work = useMutation({
    mutationFn: () =>
      ask<unknown>(`/v1/sending/${what}`, {
        method: 'POST',
        ...(what === 'freeze' ? { body: { reason: reason.trim() } } : {}),
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
      title={<b>{say(`ledger.${what}.title`)}</b>}
      closeButtonProps={{ 'aria-label': say('journey.cancel') }}
    >
      <p>{say(what === 'thaw' && drops ? 'ledger.thaw.drops' : `ledger.${what}.says`)}</p>
      {what === 'freeze' && (
        <TextInput
          mt={12}
          label={say('ledger.freeze.why')}
          value={reason}
          maxLength={500}
          data-autofocus
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      {work.error && <ProblemNote error={work.error} />}
      <div className="modal-foot">
        <Button variant="default" onClick={onClose}>
          {say('journey.cancel')}
        </Button>
        <Button
          color={what === 'freeze' ? 'harm' : undefined}
          disabled={what === 'freeze' && reason.trim() === ''}
          loading={work.isPending}
          onClick={() => work.mutate()}
        >
          {say(`ledger.${what}`)}
        </Button>
      </div>
    </Modal>
  );
}

/** That all mail is held back: since when, by whom, why. */
export function Held({ state }: { state: SendingView }) {
  const { say, moment } = useVoice();
  if (!state.frozen) return null;
  const { cause, reason, since, by } = state;
  return (
    <div className="held-note" role="status">
      <IconSnowflake size={18} stroke={1.5} aria-hidden="true" />
      <div>
        <b>{say('ledger.frozen')}</b>
        <p className="quiet">
          {cause !== null && `${say(`ledger.cause.${cause}`)} · `}
          {since !== null && say('journey.since', { time: moment(since) })}
          {by !== null && ` · ${by}`}
        </p>
        {reason !== null && <p>{reason}</p>}
      </div>
    </div>
  );
}
