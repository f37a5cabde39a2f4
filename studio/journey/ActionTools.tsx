import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ServiceState } from '../../src/api/contract-action.ts';
import type { JourneyDetail } from '../../src/api/contract.ts';
import { ask } from '../api/client.ts';
import { services } from '../api/query.ts';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { ActionForm } from './ActionForm.tsx';
import { ActionTest } from './ActionTest.tsx';
import { Publish } from './Publish.tsx';
import { Secrets } from './Secrets.tsx';
import { type ActionFields, actionOf, fieldsOf, type RawAction } from './action-fields.ts';
import type { JourneyDocument } from './document.ts';

interface ActionToolsProps {
  detail: JourneyDetail;
  document: JourneyDocument;
  id: string;
}

/** What can be done with a custom action: see how its service is, change it, send a test, keep its secrets. */
export function ActionTools({ detail, document, id }: ActionToolsProps) {
  const { say } = useVoice();
  const [fields, setFields] = useState<ActionFields | null>(null);
  const [tests, setTests] = useState(false);
  const saved = savedAction(detail, id);
  const { action, faults } = fields === null ? { action: saved, faults: [] } : actionOf(fields, saved);
  return (
    <div className="action-tools">
      <Service journeyKey={detail.key} activity={id} />
      <div className="action-buttons">
        <Button
          variant={fields === null ? 'default' : 'subtle'}
          onClick={() => setFields(fields ? null : fieldsOf(saved))}
        >
          {say(fields === null ? 'action.change' : 'action.leave')}
        </Button>
        <Button variant="default" aria-expanded={tests} onClick={() => setTests(!tests)}>
          {say('action.test')}
        </Button>
        {detail.draft !== null && <Publish journeyKey={detail.key} document={document} />}
      </div>
      {detail.draft !== null && <p className="quiet">{say('action.isDraft')}</p>}
      {fields !== null && (
        <ActionForm fields={fields} faults={faults} onChange={setFields}>
          <Save detail={detail} id={id} action={action} isSound={faults.length === 0} onSaved={() => setFields(null)} />
        </ActionForm>
      )}
      {tests && (
        <ActionTest
          journeyKey={detail.key}
          activity={id}
          action={fields === null || faults.length > 0 ? null : action}
        />
      )}
      <Secrets />
    </div>
  );
}

function savedAction({ draft, definition }: JourneyDetail, id: string): RawAction {
  const activities = ((draft ?? definition) as { activities?: Record<string, RawAction> }).activities ?? {};
  return activities[id] ?? {};
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

/** Saves the draft with the action in it, if nobody else has saved another meanwhile. */
function Save(props: { detail: JourneyDetail; id: string; action: RawAction; isSound: boolean; onSaved: () => void }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const { detail, id, action, isSound, onSaved } = props;
  const save = useMutation({
    mutationFn: () => {
      const document = (detail.draft ?? detail.definition) as { activities: Record<string, RawAction> };
      const body = { ...document, activities: { ...document.activities, [id]: action } };
      const at = `/v1/journeys/${encodeURIComponent(detail.key)}?revision=${encodeURIComponent(detail.revision)}`;
      return ask<unknown>(at, { method: 'PUT', body });
    },
    onSuccess: async () => {
      await client.invalidateQueries();
      onSaved();
    },
  });
  return (
    <>
      {save.error && <ProblemNote error={save.error} />}
      <Button disabled={!isSound} loading={save.isPending} onClick={() => save.mutate()}>
        {say('action.save')}
      </Button>
      <p className="quiet">{say('action.saveSays')}</p>
    </>
  );
}
