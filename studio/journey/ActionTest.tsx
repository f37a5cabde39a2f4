import { Button, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ActionTrial } from '../../src/api/contract-action.ts';
import { ask } from '../api/client.ts';
import { PersonSelect } from '../recommend/ItemSelect.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import type { Raw } from '../form/schema.ts';

interface ActionTestProps {
  journeyKey: string;
  activity: string;
  /** As the form has it; null: as it is saved. */
  action: Raw | null;
}

/** Calls the service once for a chosen person, and shows what went out and what came back. */
export function ActionTest({ journeyKey, activity, action }: ActionTestProps) {
  const { say } = useVoice();
  const [person, setPerson] = useState<string | null>(null);
  const [event, setEvent] = useState('');
  const given = readEvent(event);
  const test = useMutation({
    mutationFn: (dry: boolean) =>
      ask<ActionTrial>(`/v1/journeys/${encodeURIComponent(journeyKey)}/actions/${encodeURIComponent(activity)}/test`, {
        method: 'POST',
        body: { profileId: person, dry, ...(action && { action }), ...(given && { event: given }) },
      }),
  });
  const isOdd = given === undefined;
  return (
    <section className="action-test" aria-label={say('action.test')}>
      <PersonSelect chosen={person} onChoose={setPerson} />
      <Textarea
        label={say('action.event')}
        description={say('action.eventSays')}
        error={isOdd ? say('action.fault.json') : undefined}
        value={event}
        autosize
        classNames={{ input: 'code' }}
        onChange={(change) => setEvent(change.currentTarget.value)}
      />
      <div className="action-buttons">
        <Button variant="subtle" disabled={person === null || isOdd} onClick={() => test.mutate(true)}>
          {say('action.fillIn')}
        </Button>
        <Button
          variant="default"
          disabled={person === null || isOdd}
          loading={test.isPending}
          onClick={() => test.mutate(false)}
        >
          {say('action.send')}
        </Button>
      </div>
      <p className="quiet">{say('action.sendSays')}</p>
      {test.error && <ProblemNote error={test.error} />}
      {test.data && <Trial trial={test.data} />}
    </section>
  );
}

/** Undefined: it is no JSON object. Null: none was given. */
function readEvent(text: string): Record<string, unknown> | null | undefined {
  if (text.trim() === '') return null;
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function Trial({ trial }: { trial: ActionTrial }) {
  const { say } = useVoice();
  const { request, answer, kept, misfits, recording } = trial;
  return (
    <div className="details" aria-live="polite">
      <p>
        <b>{say(trial.status === 'notSent' ? 'action.notSent' : trial.ok ? 'action.worked' : 'action.failed')}</b>{' '}
        {trial.status !== 'notSent' && <code>{trial.status}</code>} {trial.why}
      </p>
      {misfits.length > 0 && (
        <ul className="misfits">
          {misfits.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      )}
      {request && (
        <Code
          name={say('action.request')}
          text={[
            `${request.method} ${request.url}`,
            ...Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`),
            '',
            pretty(request.body ?? ''),
          ].join('\n')}
        />
      )}
      {answer && (
        <Code
          name={say('action.answer', { ms: answer.ms })}
          text={[
            String(answer.status),
            ...Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`),
            '',
            pretty(answer.text),
          ].join('\n')}
        />
      )}
      {kept && <Code name={say('action.kept')} text={JSON.stringify(kept, null, 2)} />}
      {recording !== null && <Code name={say('action.recording')} text={JSON.stringify(recording)} />}
    </div>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function Code({ name, text }: { name: string; text: string }) {
  return (
    <div className="detail detail-code">
      <dt>{name}</dt>
      <dd>
        <pre tabIndex={0}>{text}</pre>
      </dd>
    </div>
  );
}
