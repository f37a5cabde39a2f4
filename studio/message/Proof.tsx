import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { TemplateProof } from '../../src/api/contract-message.ts';
import { ask } from '../api/client.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { templatePath, whomOf } from './query.ts';
import { useAs } from './Stage.tsx';

/** Sends the saved version, as the chosen recipient would get it, to who looks at it. */
export function Proof({
  templateKey,
  version,
  isChanged,
}: {
  templateKey: string;
  version: number;
  isChanged: boolean;
}) {
  const { say } = useVoice();
  const [as] = useAs();
  const [to, setTo] = useState('');
  const addresses = to.split(/[\s,;]+/).filter(Boolean);
  const send = useMutation({
    mutationFn: () =>
      ask<TemplateProof>(`${templatePath(templateKey)}/proof`, {
        method: 'POST',
        body: { to: addresses, ...whomOf(as) },
      }),
  });
  return (
    <Panel title={say('messages.proof')}>
      <form
        className="stack-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (addresses.length > 0) send.mutate();
        }}
      >
        <TextInput
          label={say('messages.proofTo')}
          description={say('messages.proofSays')}
          inputWrapperOrder={['label', 'input', 'description']}
          type="text"
          autoComplete="email"
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
        <div className="actions">
          <Button type="submit" variant="default" loading={send.isPending} disabled={addresses.length === 0}>
            {say('messages.proofSend', { version })}
          </Button>
          <span className="quiet" role="status">
            {send.data && say('messages.proofSent', { count: send.data.proofs.length })}{' '}
            {isChanged && say('messages.proofOld')}
          </span>
        </div>
        {send.error && <ProblemNote error={send.error} />}
      </form>
    </Panel>
  );
}
