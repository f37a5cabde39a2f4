import { Button, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ProblemNote } from '../ui/State.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { type Hand, giveHand } from './query.ts';

/**
 * What can be done for the chosen runs. Trying again takes nothing from anybody, so it happens at once; what cannot be
 * undone says with numbers what it means before.
 */
export function GiveHand({ groups, onDone }: { groups: ReadonlyMap<string, readonly string[]>; onDone: () => void }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const [asking, setAsking] = useState<Exclude<Hand, 'retry'> | null>(null);
  const count = [...groups.values()].reduce((sum, { length }) => sum + length, 0);
  const work = useMutation({
    mutationFn: async (hand: Hand) => ({ hand, moved: await giveHand(hand, groups), of: count }),
    onSuccess: async () => {
      setAsking(null);
      onDone();
      await client.invalidateQueries();
    },
  });
  const done = work.data;
  return (
    <div className="give-hand">
      <div className="actions">
        <May ask="journeys">
          <Button disabled={count === 0 || work.isPending} onClick={() => work.mutate('retry')}>
            {say('stuck.retry')}
          </Button>
          <Button variant="default" disabled={count === 0 || work.isPending} onClick={() => setAsking('skip')}>
            {say('stuck.skip')}
          </Button>
          <Button variant="default" disabled={count === 0 || work.isPending} onClick={() => setAsking('exit')}>
            {say('stuck.exit')}
          </Button>
        </May>
        <span className="quiet" role="status">
          {count > 0 && say('stuck.chosen', { count })}
          {count === 0 && !done && say('stuck.choose')}
          {count === 0 && done && say(`stuck.done.${done.hand}`, { count: done.moved })}{' '}
          {count === 0 && done && done.moved < done.of && say('stuck.goneOn', { count: done.of - done.moved })}
        </span>
      </div>
      {work.error && asking === null && <ProblemNote error={work.error} />}
      {asking !== null && (
        <Modal
          opened
          onClose={() => setAsking(null)}
          title={<b>{say(`stuck.${asking}.title`, { count })}</b>}
          closeButtonProps={{ 'aria-label': say('journey.cancel') }}
        >
          <p>{say(`stuck.${asking}.says`)}</p>
          {work.error && <ProblemNote error={work.error} />}
          <div className="modal-foot">
            <Button variant="default" onClick={() => setAsking(null)}>
              {say('journey.cancel')}
            </Button>
            <Button
              color={asking === 'exit' ? 'harm' : undefined}
              loading={work.isPending}
              onClick={() => work.mutate(asking)}
            >
              {say(`stuck.${asking}`)}
            </Button>
          </div>
        </Modal>
      )}
    </div>
  );
}
