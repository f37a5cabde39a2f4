import './team.css';
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { LinkView, MeView } from '../../src/api/contract-team.ts';
import { ApiError, ask } from '../api/client.ts';
import { Mark } from '../ui/Mark.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { elsewhere, faultAt } from '../ui/fault.ts';
import { useVoice } from '../ui/voice.tsx';
import { Codes } from './Codes.tsx';
import { isKey } from '../words/words.ts';
import { me as meQuery } from './query.ts';
import { SignOut } from './SignOut.tsx';

/** Before the studio: signing in, the first password, a password by a link, and an authenticator where one is due. */
export function Door({ me, isWelcome }: { me: MeView; isWelcome: boolean }) {
  const { say } = useVoice();
  if (isWelcome) return <Welcome />;
  if (me.wantsCodes)
    return (
      <Card title={say('team.wantsCodes')} says={say('team.wantsCodesSays')}>
        <Codes />
        <SignOut />
      </Card>
    );
  return <SignIn service={me.service} />;
}

export function Card(props: { title: string; says?: string; children: ReactNode }) {
  const { title, says, children } = props;
  return (
    <main className="door">
      <title>{title}</title>
      <div className="door-card">
        <Mark size={36} />
        <h1>{title}</h1>
        {says !== undefined && <p className="quiet">{says}</p>}
        {children}
      </div>
    </main>
  );
}

/** A form that begins a session; then the studio is drawn. */
function useBegin(path: string, onDone?: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: object) => ask<MeView>(path, { method: 'POST', body }),
    onSuccess: async () => {
      onDone?.();
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
      await client.invalidateQueries({ queryKey: meQuery.queryKey });
    },
  });
}

function SignIn({ service }: { service: string | null }) {
  const { say } = useVoice();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [asksCode, setAsksCode] = useState(false);
  const begin = useBegin('/v1/session');
  const send = () =>
    begin.mutate(
      { email: email.trim(), password, ...(code.trim() === '' ? {} : { code: code.trim() }) },
      { onError: (error) => setAsksCode((asks) => asks || isCodeNeeded(error)) },
    );
  return (
    <Card title={say('team.signInTitle')}>
      <Refused />
      <Fields onSend={send} error={isCodeNeeded(begin.error) ? null : begin.error}>
        <TextInput
          label={say('team.email')}
          type="email"
          autoComplete="username"
          required
          value={email}
          maxLength={254}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label={say('team.password')}
          autoComplete="current-password"
          required
          value={password}
          maxLength={1024}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {asksCode && (
          <TextInput
            label={say('team.code')}
            description={say('team.codeSays')}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            autoComplete="one-time-code"
            data-autofocus
            autoFocus
            required
            value={code}
            maxLength={40}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        )}
        <Button type="submit" loading={begin.isPending}>
          {say('team.signIn')}
        </Button>
      </Fields>
      {service !== null && (
        <Button component="a" href="/v1/session/service" variant="default">
          {say('team.service', { name: service })}
        </Button>
      )}
      <p className="quiet">{say('team.lost')}</p>
    </Card>
  );
}

/** What went wrong at another service, of which only the code came back. */
function Refused() {
  const { say } = useVoice();
  const code = new URLSearchParams(window.location.search).get('refused');
  if (code === null) return null;
  const word = `problem.of.${code}`;
  return (
    <p className="harm" role="alert">
      {isKey(word) ? say(word) : code.slice(0, 60)}
    </p>
  );
}

const isCodeNeeded = (error: unknown) => error instanceof ApiError && error.problem.code === 'TEAM_CODE_NEEDED';

/** What follows `#` is the link: it is never sent in an address, so it stands in no log. */
function Welcome() {
  const { say } = useVoice();
  const link = window.location.hash.slice(1);
  const { data, error } = useQuery({
    queryKey: ['link', link],
    queryFn: () => ask<LinkView>('/v1/session/link', { method: 'POST', body: { link } }),
    retry: false,
    staleTime: Infinity,
  });
  if (error instanceof ApiError && error.problem.status === 404)
    return (
      <Card title={say('team.linkOver')} says={say('team.linkOverSays')}>
        <Button component="a" href="/" variant="default">
          {say('team.toStart')}
        </Button>
      </Card>
    );
  if (error)
    return (
      <Card title={say('team.setUpTitle')}>
        <ProblemNote error={error} />
      </Card>
    );
  if (!data)
    return (
      <Card title={say('loading')}>
        <Rows count={3} />
      </Card>
    );
  return data.kind === 'setup' ? (
    <Card title={say('team.setUpTitle')} says={say('team.setUpSays')}>
      <SetUp link={link} />
    </Card>
  ) : (
    <Choose link={link} view={data} />
  );
}

function Choose({ link, view }: { link: string; view: LinkView }) {
  const { say } = useVoice();
  const [password, setPassword] = useState('');
  const begin = useBegin('/v1/session/choose', toStart);
  const { name = '', email = '' } = view.member ?? {};
  const title = view.kind === 'reset' ? say('team.resetTitle') : say('team.welcome', { name });
  return (
    <Card title={title} says={say('team.welcomeSays', { email })}>
      <Fields onSend={() => begin.mutate({ link, password })} error={begin.error}>
        <input type="hidden" autoComplete="username" value={email} readOnly />
        <NewPassword value={password} error={faultAt(begin.error, 'password')} onChange={setPassword} />
        <Button type="submit" loading={begin.isPending}>
          {say('team.choose')}
        </Button>
      </Fields>
    </Card>
  );
}

/** The first owner: by the link that Beckon printed, or on its own machine without one. */
export function SetUp({ link }: { link?: string }) {
  const { say } = useVoice();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const begin = useBegin('/v1/session/set-up', link === undefined ? undefined : toStart);
  const body = { name: name.trim(), email: email.trim(), password, ...(link === undefined ? {} : { link }) };
  return (
    <Fields onSend={() => begin.mutate(body)} error={begin.error}>
      <TextInput
        label={say('team.name')}
        autoComplete="name"
        required
        value={name}
        maxLength={100}
        error={faultAt(begin.error, 'name')}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label={say('team.email')}
        type="email"
        autoComplete="username"
        required
        value={email}
        maxLength={254}
        error={faultAt(begin.error, 'email')}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <NewPassword value={password} error={faultAt(begin.error, 'password')} onChange={setPassword} />
      <Button type="submit" loading={begin.isPending}>
        {say('team.setUp')}
      </Button>
    </Fields>
  );
}

/** Leaves the link's address behind, so that going back does not show a link that is over. */
function toStart(): void {
  window.history.replaceState(null, '', '/');
}

export function NewPassword(props: {
  value: string;
  error: ReactNode;
  onChange: (value: string) => void;
  label?: string;
}) {
  const { say } = useVoice();
  return (
    <PasswordInput
      label={props.label ?? say('team.password')}
      description={say('team.passwordSays')}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      autoComplete="new-password"
      required
      value={props.value}
      maxLength={1024}
      error={props.error}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  );
}

/** Fields under each other, with what went wrong above the button. */
export function Fields(props: { onSend: () => void; error: unknown; children: ReactNode }) {
  const { onSend, error, children } = props;
  const rest = elsewhere(error, 'name', 'email', 'password', 'role');
  return (
    <form
      className="stack-form"
      onSubmit={(event) => {
        event.preventDefault();
        onSend();
      }}
    >
      {children}
      {rest instanceof Error && <ProblemNote error={rest} />}
    </form>
  );
}
