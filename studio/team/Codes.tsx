import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { renderSVG } from 'uqr';
import type { CodesOffer, SpareView } from '../../src/api/contract-team.ts';
import { ask } from '../api/client.ts';
import { useVoice } from '../ui/voice.tsx';
import { Fields } from './Door.tsx';
import { me } from './query.ts';

/** One's authenticator: set up in three steps, or taken off. */
export function Codes() {
  const { say } = useVoice();
  const client = useQueryClient();
  const { data } = useQuery(me);
  const [offer, setOffer] = useState<CodesOffer | null>(null);
  const [spare, setSpare] = useState<string[] | null>(null);
  const fresh = () => client.invalidateQueries({ queryKey: me.queryKey });
  if (spare)
    return (
      <div className="stack-form">
        <h3>{say('team.spare')}</h3>
        <p className="quiet">{say('team.spareSays')}</p>
        <ul className="plain-list spare-codes code">
          {spare.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <Button
          onClick={() => {
            setSpare(null);
            setOffer(null);
            void fresh();
          }}
        >
          {say('team.kept')}
        </Button>
      </div>
    );
  if (offer) return <Confirm offer={offer} onDone={setSpare} />;
  if (data?.member?.codes === true)
    return (
      <>
        <p>{say('team.authenticatorOn')}</p>
        <AskPassword path="/v1/me/codes/drop" word={say('team.drop')} onDone={() => void fresh()} />
      </>
    );
  return (
    <>
      <p className="quiet">{say('team.authenticatorSays')}</p>
      <AskPassword<CodesOffer> path="/v1/me/codes/offer" word={say('team.begin')} onDone={setOffer} />
    </>
  );
}

/** Something that is done once the password was shown again. */
function AskPassword<T>(props: { path: string; word: string; onDone: (answer: T) => void }) {
  const { say } = useVoice();
  const { path, word, onDone } = props;
  const [password, setPassword] = useState('');
  const send = useMutation({
    mutationFn: () => ask<T>(path, { method: 'POST', body: { password } }),
    onSuccess: onDone,
  });
  return (
    <Fields onSend={() => send.mutate()} error={send.error}>
      <PasswordInput
        label={say('team.confirmPassword')}
        autoComplete="current-password"
        required
        value={password}
        maxLength={1024}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <div className="actions">
        <Button type="submit" variant="default" loading={send.isPending}>
          {word}
        </Button>
      </div>
    </Fields>
  );
}

function Confirm({ offer, onDone }: { offer: CodesOffer; onDone: (spare: string[]) => void }) {
  const { say } = useVoice();
  const [code, setCode] = useState('');
  const picture = useMemo(
    () => `data:image/svg+xml;utf8,${encodeURIComponent(renderSVG(offer.address, { border: 2 }))}`,
    [offer.address],
  );
  const send = useMutation({
    mutationFn: () =>
      ask<SpareView>('/v1/me/codes', { method: 'PUT', body: { secret: offer.secret, code: code.replace(/\s/g, '') } }),
    onSuccess: ({ spare }) => onDone(spare),
  });
  return (
    <Fields onSend={() => send.mutate()} error={send.error}>
      <p>{say('team.scan')}</p>
      <img className="code-picture" src={picture} width={184} height={184} alt="" />
      <code className="code-secret">{offer.secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
      <TextInput
        label={say('team.shown')}
        autoComplete="one-time-code"
        inputMode="numeric"
        required
        value={code}
        maxLength={12}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <Button type="submit" loading={send.isPending}>
        {say('team.confirm')}
      </Button>
    </Fields>
  );
}
