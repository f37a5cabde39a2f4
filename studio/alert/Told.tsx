import { Button, Checkbox, TagsInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AlertRow, AlertSettingsView } from '../../src/api/contract-alert.ts';
import { ask } from '../api/client.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { elsewhere, faultAt } from '../ui/fault.ts';
import { useVoice } from '../ui/voice.tsx';
import { alertSettings } from './query.ts';

type Kind = AlertRow['kind'];
const kinds: readonly Kind[] = ['stuck', 'action', 'breaker', 'mails', 'reading', 'feed', 'coupons', 'invariant'];
const path = '/v1/alerts/settings';

/** Who is told by mail and by webhook, and of what. */
export function Told() {
  const { say } = useVoice();
  const { data, error, refetch } = useQuery(alertSettings);
  return (
    <Panel title={say('alerts.who')}>
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={4} />}
      {data && <Form key={JSON.stringify([data.mails, data.webhook, data.off])} saved={data} />}
    </Panel>
  );
}

function Form({ saved }: { saved: AlertSettingsView }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const [mails, setMails] = useState(saved.mails);
  const [webhook, setWebhook] = useState(saved.webhook ?? '');
  const [off, setOff] = useState<readonly Kind[]>(saved.off);
  const body = { mails, webhook: webhook.trim() || null, off };
  const isSame =
    JSON.stringify(body) === JSON.stringify({ mails: saved.mails, webhook: saved.webhook, off: saved.off });
  const save = useMutation({
    mutationFn: (more: { newSecret?: true }) =>
      ask<AlertSettingsView>(path, { method: 'PUT', body: { ...body, ...more } }),
    onSuccess: (answer) => client.setQueryData(alertSettings.queryKey, answer),
  });
  const { secret } = saved;
  return (
    <form
      className="stack-form"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({});
      }}
    >
      <TagsInput
        label={say('alerts.mails')}
        description={say('alerts.mailsSay')}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        error={faultAt(save.error, 'mails')}
        value={mails}
        maxTags={20}
        acceptValueOnBlur
        onChange={setMails}
      />
      <TextInput
        label={say('alerts.webhookField')}
        description={say('alerts.webhookSays')}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        placeholder="https://"
        classNames={{ input: 'code' }}
        error={faultAt(save.error, 'webhook')}
        value={webhook}
        maxLength={2000}
        onChange={(event) => setWebhook(event.currentTarget.value)}
      />
      <Checkbox.Group
        label={say('alerts.of')}
        value={kinds.filter((kind) => !off.includes(kind))}
        onChange={(on) => setOff(kinds.filter((kind) => !on.includes(kind)))}
      >
        {kinds.map((kind) => (
          <Checkbox key={kind} value={kind} mt={8} label={say(`alerts.kind.${kind}`)} />
        ))}
      </Checkbox.Group>
      {elsewhere(save.error, 'mails', 'webhook') ? <ProblemNote error={save.error} /> : null}
      {secret !== undefined && <Secret secret={secret} />}
      <div className="actions">
        <Button type="submit" disabled={isSame} loading={save.isPending}>
          {say('audience.save')}
        </Button>
        {saved.webhook !== null && isSame && (
          <Button variant="subtle" disabled={save.isPending} onClick={() => save.mutate({ newSecret: true })}>
            {say('alerts.newSecret')}
          </Button>
        )}
        <Test isOff={!isSame || (saved.mails.length === 0 && saved.webhook === null)} />
      </div>
    </form>
  );
}

/** Shown once, when it is made. */
function Secret({ secret }: { secret: string }) {
  const { say } = useVoice();
  return (
    <div role="status">
      <p>{say('alerts.secret')}</p>
      <pre className="raw" tabIndex={0}>
        {secret}
      </pre>
    </div>
  );
}

function Test({ isOff }: { isOff: boolean }) {
  const { say } = useVoice();
  const test = useMutation({ mutationFn: () => ask<unknown>('/v1/alerts/test', { method: 'POST' }) });
  return (
    <>
      <Button variant="default" disabled={isOff} loading={test.isPending} onClick={() => test.mutate()}>
        {say('alerts.test')}
      </Button>
      <span className="quiet" role="status">
        {test.isSuccess && say('alerts.tested')}
      </span>
      {test.error && <ProblemNote error={test.error} />}
    </>
  );
}
