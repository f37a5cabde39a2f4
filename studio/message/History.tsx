import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { TemplateView } from '../../src/api/contract-message.ts';
import { ask } from '../api/client.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { difference, templatePath, versions } from './query.ts';

/** Versions on the page; older ones stay at the door. */
const mostShown = 20;

/** What a template said before: what changed since, and back to it. */
export function History({ known }: { known: TemplateView }) {
  const { say, moment } = useVoice();
  const client = useQueryClient();
  const [open, setOpen] = useState<number | null>(null);
  const { data = [] } = useQuery(versions(known.key));
  const restore = useMutation({
    mutationFn: (version: number) =>
      ask<TemplateView>(`${templatePath(known.key)}/versions/${version}/restore`, { method: 'POST' }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['templates'] }),
  });
  const older = data.filter(({ version }) => version !== known.version).slice(0, mostShown);
  if (older.length === 0) return null;
  return (
    <Panel title={say('rule.before')}>
      <ul className="plain-list versions">
        {older.map(({ version, savedAt, publishedAt }) => (
          <li key={version}>
            <span>
              {say('rule.versionAt', { version, time: moment(savedAt) })}{' '}
              <span className="quiet">{publishedAt !== null && say('messages.wasSent')}</span>
            </span>
            <span className="actions">
              <Button
                size="xs"
                variant="default"
                aria-expanded={open === version}
                onClick={() => setOpen(open === version ? null : version)}
              >
                {say('messages.compare')}
              </Button>
              <Button size="xs" variant="default" disabled={restore.isPending} onClick={() => restore.mutate(version)}>
                {say('rule.again')}
              </Button>
            </span>
            {open === version && <Changes known={known} from={version} />}
          </li>
        ))}
      </ul>
      {restore.error && <ProblemNote error={restore.error} />}
    </Panel>
  );
}

function Changes({ known, from }: { known: TemplateView; from: number }) {
  const { say } = useVoice();
  const { data, error } = useQuery(difference(known.key, from, known.version));
  if (error) return <ProblemNote error={error} />;
  if (!data) return <Rows count={2} height={20} />;
  if (data.differences.length === 0) return <p className="quiet">{say('messages.same')}</p>;
  return (
    <dl className="changes">
      {data.differences.map(({ what, where, before, after }) => (
        <div key={`${what} ${where}`}>
          <dt>
            {say(`messages.what.${what}`)} <code>{where}</code>
          </dt>
          {what !== 'added' && (
            <dd>
              <del>{shown(before)}</del>
            </dd>
          )}
          {what !== 'removed' && (
            <dd>
              <ins>{shown(after)}</ins>
            </dd>
          )}
        </div>
      ))}
    </dl>
  );
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
