import { Button } from '@mantine/core';
import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import type { WebhookRequest, WebhookView } from '../../src/api/contract-webhook.ts';
import { ask } from '../api/client.ts';
import { webhookRequests, webhooks } from '../api/query.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { subjectOf } from './line.ts';

/** What platforms ask about people's data. Open requests only; one that was met needs nobody any more. */
export function Requests() {
  const { say } = useVoice();
  const hooks = useQuery(webhooks).data ?? [];
  const answers = useQueries({ queries: hooks.map(({ key }) => webhookRequests(key)) });
  const open = answers.flatMap(({ data }, place) =>
    (data ?? []).filter(({ doneAt }) => doneAt === null).map((request) => ({ request, hook: hooks[place]! })),
  );
  if (open.length === 0) return null;
  return (
    <div id="requests">
      <Panel title={say('requests.title', { count: open.length })} className="panel-signal">
        <p className="quiet">{say('requests.says')}</p>
        <ul className="pairs">
          {open.map(({ request, hook }) => (
            <Request key={request.id} request={request} hook={hook} />
          ))}
        </ul>
      </Panel>
    </div>
  );
}

function Request({ request, hook }: { request: WebhookRequest; hook: WebhookView }) {
  const { say, moment } = useVoice();
  const client = useQueryClient();
  const path = `/v1/webhooks/${encodeURIComponent(hook.key)}/requests/${encodeURIComponent(request.id)}/done`;
  const done = useMutation({
    mutationFn: () => ask<unknown>(path, { method: 'POST' }),
    onSuccess: () => client.invalidateQueries(),
  });
  const whom = subjectOf(request.body);
  return (
    <li className="aside-row">
      <details>
        <summary>
          <span>{whom === null ? request.topic : `${request.topic}: ${whom}`}</span>
          <span className="quiet pair-note">
            {say('person.saidAt', { time: moment(request.at), source: hook.name })}
          </span>
        </summary>
        <pre className="raw">{JSON.stringify(request.body, null, 2)}</pre>
        {done.error && <ProblemNote error={done.error} />}
      </details>
      <May ask="people">
        <Button size="xs" variant="default" loading={done.isPending} onClick={() => done.mutate()}>
          {say('requests.done')}
        </Button>
      </May>
    </li>
  );
}
