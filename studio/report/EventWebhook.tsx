import { Anchor, Button, Checkbox, Group, TagsInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { OutletView } from '../../src/api/contract-measured.ts';
import { ask } from '../api/client.ts';
import { elsewhere, faultAt } from '../ui/fault.ts';
import { useMay } from '../ui/may.ts';
import { Panel } from '../ui/Page.tsx';
import { Remove } from '../ui/Remove.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { eventWebhook } from './query.ts';

const door = '/v1/event-webhook';

/** The log, taken elsewhere: as a file, or sent on to an address as it grows. Only for those who may see all of it. */
export function EventWebhook() {
  const { say } = useVoice();
  const may = useMay();
  if (!may('settings')) return null;
  return (
    <Panel title={say('reports.log')}>
      <p className="quiet">{say('reports.logSays')}</p>
      <Group gap="md" mb="sm">
        <Anchor href="/v1/events/export" download>
          {say('reports.logFile')}
        </Anchor>
      </Group>
      <Sending />
    </Panel>
  );
}

function Sending() {
  const { data, error, refetch } = useQuery(eventWebhook);
  const [secret, setSecret] = useState<string | null>(null);
  if (error && data === undefined) return <ProblemNote error={error} again={() => void refetch()} />;
  if (data === undefined) return <Rows count={2} />;
  return (
    <>
      {data && <Standing webhook={data} />}
      {secret !== null && <Secret secret={secret} />}
      <AddressForm key={data?.url ?? ''} webhook={data} onMade={setSecret} />
    </>
  );
}

/** How far it was taken, and what is wrong. */
function Standing({ webhook: { url, types, sent, fault } }: { webhook: OutletView }) {
  const { say, number } = useVoice();
  const client = useQueryClient();
  const remove = async () => {
    await ask<unknown>(door, { method: 'DELETE' });
    await client.invalidateQueries({ queryKey: eventWebhook.queryKey });
  };
  return (
    <div className="webhook-standing">
      <p className="webhook-address">
        <code>{url}</code>
      </p>
      <p className="quiet">
        {say('reports.logSent', { count: sent, number: number(sent) })}
        {' · '}
        {types.length === 0 ? say('reports.logAll') : types.join(', ')}
      </p>
      {fault !== null && <p className="harm-word">{say('reports.logFault', { fault })}</p>}
      <Remove word={say('reports.logEnd')} title={say('reports.logEndTitle')} size="xs" work={remove}>
        <p>{say('reports.logEndSays')}</p>
      </Remove>
    </div>
  );
}

function Secret({ secret }: { secret: string }) {
  const { say } = useVoice();
  return (
    <div className="note" role="status">
      <p>{say('reports.logSecret')}</p>
      <code>{secret}</code>
    </div>
  );
}

function AddressForm(props: { webhook: OutletView | null; onMade: (secret: string) => void }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const { webhook, onMade } = props;
  const [url, setUrl] = useState(webhook?.url ?? '');
  const [types, setTypes] = useState(webhook?.types ?? []);
  const [whole, setWhole] = useState(false);
  const put = useMutation({
    mutationFn: () => ask<{ secret: string }>(door, { method: 'PUT', body: { url, types, whole } }),
    onSuccess: async ({ secret }) => {
      onMade(secret);
      await client.invalidateQueries({ queryKey: eventWebhook.queryKey });
    },
  });
  const error = elsewhere(put.error, 'url', 'types');
  return (
    <form
      className="webhook-form"
      onSubmit={(event) => {
        event.preventDefault();
        put.mutate();
      }}
    >
      <TextInput
        label={say('reports.logUrl')}
        placeholder="https://warehouse.example/events"
        inputMode="url"
        value={url}
        error={faultAt(put.error, 'url')}
        onChange={(event) => setUrl(event.currentTarget.value.trim())}
      />
      <TagsInput
        label={say('reports.logTypes')}
        description={say('reports.logTypesSay')}
        placeholder={types.length === 0 ? 'commerce.purchases' : ''}
        value={types}
        error={faultAt(put.error, 'types')}
        onChange={setTypes}
      />
      <Checkbox
        label={say('reports.logWhole')}
        checked={whole}
        onChange={(event) => setWhole(event.currentTarget.checked)}
      />
      {error !== null && error !== undefined && <ProblemNote error={error} />}
      <div>
        <Button type="submit" variant="default" disabled={url === ''} loading={put.isPending}>
          {say(webhook ? 'reports.logAgain' : 'reports.logSend')}
        </Button>
      </div>
    </form>
  );
}
