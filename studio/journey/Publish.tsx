import { Button, Modal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.ts';
import { overview } from '../api/query.ts';
import { Differences } from '../version/Differences.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { recipeWords } from '../words/words.ts';
import type { JourneyDocument } from './document.ts';

/** Publishing leaves the house, so its consequences stand there with numbers before it happens. */
export function Publish(props: { journeyKey: string; document: JourneyDocument; isFirst: boolean }) {
  const { journeyKey, document, isFirst } = props;
  const { say, number, percent } = useVoice();
  const [asking, setAsking] = useState(false);
  const client = useQueryClient();
  const { data } = useQuery(overview);
  const publish = useMutation({
    mutationFn: () => ask<unknown>(`/v1/journeys/${encodeURIComponent(journeyKey)}/publish`, { method: 'POST' }),
    onSuccess: async () => {
      await client.invalidateQueries();
      setAsking(false);
    },
  });
  const numbers = {
    people: number(data?.people ?? 0),
    reachable: number(data?.reachable ?? 0),
    holdout: percent(document.holdout),
  };
  return (
    <>
      <Button onClick={() => setAsking(true)}>{say('journey.publish')}</Button>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={<b>{say('journey.publishTitle', { name: recipeWords(document.name, say) })}</b>}
        closeButtonProps={{ 'aria-label': say('journey.cancel') }}
      >
        <p>{say('journey.publishSays', numbers)}</p>
        <p className="quiet">{say('journey.publishNot')}</p>
        {!isFirst && (
          <>
            <h3>{say('versions.willChange')}</h3>
            <Differences journeyKey={journeyKey} of="draft" />
          </>
        )}
        {publish.error && <ProblemNote error={publish.error} />}
        <div className="modal-foot">
          <Button variant="default" onClick={() => setAsking(false)}>
            {say('journey.cancel')}
          </Button>
          <Button loading={publish.isPending} onClick={() => publish.mutate()}>
            {say('journey.publish')}
          </Button>
        </div>
      </Modal>
    </>
  );
}
