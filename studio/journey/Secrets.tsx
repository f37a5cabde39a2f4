import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.ts';
import { secrets } from '../api/query.ts';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';

/** The secrets of services: which there are; a new one, or a new value. Values go in and never come out. */
export function Secrets() {
  const { say, moment } = useVoice();
  const client = useQueryClient();
  const { data } = useQuery(secrets);
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const put = useMutation({
    mutationFn: () => ask<unknown>(`/v1/secrets/${encodeURIComponent(name)}`, { method: 'PUT', body: { value } }),
    onSuccess: async () => {
      setName('');
      setValue('');
      await client.invalidateQueries();
    },
  });
  const remove = useMutation({
    mutationFn: (one: string) => ask<unknown>(`/v1/secrets/${encodeURIComponent(one)}`, { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries(),
  });
  const known = data?.some((one) => one.name === name) ?? false;
  return (
    <details className="more">
      <summary>{say('secrets.title', { count: data?.length ?? 0 })}</summary>
      <div className="action-form">
        <p className="quiet">{say('secrets.says', { form: '{{secret.name}}' })}</p>
        <ul className="people-here">
          {data?.map((one) => (
            <li key={one.name}>
              <code>{one.name}</code>
              <span className="quiet">
                {say('secrets.since', { time: moment(one.rotatedAt ?? one.madeAt) })}
                {one.usedBy.length > 0 && ` · ${one.usedBy.join(', ')}`}
              </span>
              {one.usedBy.length === 0 && (
                <Button size="xs" variant="subtle" color="harm" onClick={() => remove.mutate(one.name)}>
                  {say('secrets.remove')}
                </Button>
              )}
            </li>
          ))}
        </ul>
        {remove.error && <ProblemNote error={remove.error} />}
        <TextInput
          label={say('secrets.name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value.trim())}
        />
        <PasswordInput
          label={say('secrets.value')}
          autoComplete="off"
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
        {put.error && <ProblemNote error={put.error} />}
        <Button
          variant="default"
          disabled={name === '' || value === ''}
          loading={put.isPending}
          onClick={() => put.mutate()}
        >
          {say(known ? 'secrets.replace' : 'secrets.keep')}
        </Button>
      </div>
    </details>
  );
}
