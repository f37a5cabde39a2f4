import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ServiceState } from '../../src/api/contract-action.ts';
import type { JourneyDetail } from '../../src/api/contract.ts';
import { ask } from '../api/client.ts';
import { services } from '../api/query.ts';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { ActionTest } from './ActionTest.tsx';
import { Secrets } from './Secrets.tsx';

/** What can be done with a custom action: see how its service is, send a test, keep its secrets. */
export function ActionTools({ detail, id }: { detail: JourneyDetail; id: string }) {
  const { say } = useVoice();
  const [tests, setTests] = useState(false);
  return (
    <div className="action-tools">
      <Service journeyKey={detail.key} activity={id} />
      <div className="action-buttons">
        <Button variant="default" aria-expanded={tests} onClick={() => setTests(!tests)}>
          {say('action.test')}
        </Button>
      </div>
      {tests && <ActionTest journeyKey={detail.key} activity={id} action={null} />}
      <Secrets />
    </div>
  );
}

/** Whether the service answers, and a way to call it at once. */
function Service({ journeyKey, activity }: { journeyKey: string; activity: string }) {
  const { say, moment } = useVoice();
  const client = useQueryClient();
  const { data } = useQuery(services);
  const mine = data?.find(({ actions }) =>
    actions.some((one) => one.journey === journeyKey && one.activity === activity),
  );
  const up = useMutation({
    mutationFn: (service: string) => ask<unknown>(`/v1/services/${encodeURIComponent(service)}/up`, { method: 'POST' }),
    onSuccess: () => client.invalidateQueries(),
  });
  if (!mine) return null;
  const { calls, failed } = mine.lastMinute;
  if (mine.state === 'up') return <p className="quiet">{say('action.up', { count: calls, failed })}</p>;
  return (
    <div className="problem" role="status">
      <div className="problem-words">
        <strong>{say('action.down', { time: moment(mine.since!) })}</strong>
        <p>{say('action.downSays', { time: moment(mine.until!), count: mine.waiting, why: whyOf(mine) })}</p>
        <Button variant="default" size="xs" mt={8} loading={up.isPending} onClick={() => up.mutate(mine.service)}>
          {say('action.callNow')}
        </Button>
        {up.error && <ProblemNote error={up.error} />}
      </div>
    </div>
  );
}

function whyOf({ lastFailure }: ServiceState): string {
  return [lastFailure?.status, lastFailure?.reason].filter((one) => one !== null && one !== undefined).join(': ');
}
