import './team.css';
import { Button, PasswordInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.ts';
import { PageHead, Panel } from '../ui/Page.tsx';
import { faultAt } from '../ui/fault.ts';
import { useVoice } from '../ui/voice.tsx';
import { Codes } from './Codes.tsx';
import { Fields, NewPassword, SetUp } from './Door.tsx';
import { SignOut } from './SignOut.tsx';
import { me } from './query.ts';

/** One's own password and authenticator; while nobody signs in, the way to the first password. */
export function AccountPage() {
  const { say } = useVoice();
  const { data } = useQuery(me);
  if (!data?.member)
    return (
      <div className="page">
        <PageHead title={say('team.account')} answer={say('team.open')} note={say('team.openSays')} />
        <Panel title={say('team.setUpTitle')} className="narrow">
          <p className="quiet">{say('team.setUpSays')}</p>
          <SetUp />
        </Panel>
      </div>
    );
  const { name, role, email } = data.member;
  return (
    <div className="page">
      <PageHead
        title={say('team.account')}
        answer={name}
        note={say('team.accountNote', { role: say(`team.role.${role}`), email })}
      >
        <SignOut />
      </PageHead>
      <div className="account">
        <Panel title={say('team.changePassword')}>
          <ChangePassword email={email} />
        </Panel>
        <Panel title={say('team.authenticator')}>
          <Codes />
        </Panel>
      </div>
    </div>
  );
}

function ChangePassword({ email }: { email: string }) {
  const { say } = useVoice();
  const [old, setOld] = useState('');
  const [password, setPassword] = useState('');
  const change = useMutation({
    mutationFn: () => ask<unknown>('/v1/me/password', { method: 'POST', body: { old, password } }),
    onSuccess: () => {
      setOld('');
      setPassword('');
    },
  });
  return (
    <Fields onSend={() => change.mutate()} error={change.error}>
      <input type="hidden" autoComplete="username" value={email} readOnly />
      <PasswordInput
        label={say('team.old')}
        autoComplete="current-password"
        required
        value={old}
        maxLength={1024}
        error={faultAt(change.error, 'old')}
        onChange={(event) => setOld(event.currentTarget.value)}
      />
      <NewPassword
        label={say('team.new')}
        value={password}
        error={faultAt(change.error, 'password')}
        onChange={setPassword}
      />
      <div className="actions">
        <Button type="submit" variant="default" loading={change.isPending}>
          {say('team.change')}
        </Button>
        <span role="status">{change.isSuccess && say('team.changed')}</span>
      </div>
    </Fields>
  );
}
