import { Button, Modal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ProfileDetail } from '../../src/api/contract.ts';
import { ask } from '../api/client.ts';
import { person } from '../api/query.ts';
import { PersonSelect } from '../recommend/ItemSelect.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { joining } from './join.ts';

/** Joins a visitor to this person by hand: what the shop's server would say by one name of each. */
export function Join({ data }: { data: ProfileDetail }) {
  const { say } = useVoice();
  const [asking, setAsking] = useState(false);
  return (
    <May ask="profiles">
      <Button size="xs" variant="default" className="fits" onClick={() => setAsking(true)}>
        {say('known.join')}
      </Button>
      {asking && <Ask data={data} onClose={() => setAsking(false)} />}
    </May>
  );
}

function Ask({ data, onClose }: { data: ProfileDetail; onClose: () => void }) {
  const { say, number } = useVoice();
  const client = useQueryClient();
  const [chosen, setChosen] = useState<string | null>(null);
  const { data: visitor } = useQuery({ ...person(chosen ?? ''), enabled: chosen !== null, refetchInterval: false });
  const found = visitor === undefined ? null : joining(data, visitor);
  const join = useMutation({
    mutationFn: (identities: Record<string, string>) =>
      ask<unknown>('/v1/profiles', { method: 'POST', body: { identities } }),
    onSuccess: async () => {
      await client.invalidateQueries();
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={<b>{say('known.joinTitle')}</b>}
      closeButtonProps={{ 'aria-label': say('journey.cancel') }}
    >
      <PersonSelect chosen={chosen} onChoose={setChosen} />
      {visitor && typeof found === 'object' && found !== null && (
        <p>
          {say('known.joinSays', {
            viewed: number(visitor.viewed.length),
            orders: number(visitor.orders.length),
            lines: number(visitor.cart.lines.length),
          })}
        </p>
      )}
      {typeof found === 'string' && <p className="text-harm">{say(`known.joinNot.${found}`)}</p>}
      <p className="quiet">{say('known.joinBack')}</p>
      {join.error && <ProblemNote error={join.error} />}
      <div className="modal-foot">
        <Button variant="default" onClick={onClose}>
          {say('journey.cancel')}
        </Button>
        <Button
          disabled={found === null || typeof found === 'string'}
          loading={join.isPending}
          onClick={() => typeof found === 'object' && found !== null && join.mutate(found.identities)}
        >
          {say('known.join')}
        </Button>
      </div>
    </Modal>
  );
}
