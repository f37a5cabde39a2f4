import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ask } from '../api/client.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { useUndo } from '../ui/undo.tsx';
import { useVoice } from '../ui/voice.tsx';
import { contentOf, inputOf } from './draft.ts';
import { type AnyView, type RuleKind, type Version, definitionVersions, rulePath } from './query.ts';

/** Takes it away, with a way back; what uses it refuses that, and says so. */
export function TakeAway({ kind, known }: { kind: RuleKind; known: AnyView }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const navigate = useNavigate();
  const undo = useUndo();
  const fresh = () => client.invalidateQueries({ queryKey: ['definitions', kind] });
  const away = useMutation({
    mutationFn: () => ask<unknown>(rulePath(kind, known.key), { method: 'DELETE' }),
    onSuccess: async () => {
      await navigate({ to: '/recommendations', search: { show: 'rules' } });
      client.removeQueries({ queryKey: ['definitions', kind, known.key] });
      await fresh();
      const back = async () => {
        await ask<unknown>(rulePath(kind, known.key), { method: 'PUT', body: inputOf(kind, contentOf(known)) });
        await fresh();
      };
      undo({ says: say('rule.taken', { name: known.name }), undo: back });
    },
  });
  return (
    <div className="take-away">
      <Button variant="default" loading={away.isPending} onClick={() => away.mutate()}>
        {say('criterion.remove')}
      </Button>
      {away.error && <ProblemNote error={away.error} />}
    </div>
  );
}

/** What it said before; each may be said again. */
export function Versions({ kind, known }: { kind: RuleKind; known: AnyView }) {
  const { say, moment } = useVoice();
  const { data = [] } = useQuery(definitionVersions(kind, known.key));
  const before = data.filter(({ version }) => version !== known.version);
  const client = useQueryClient();
  const again = useMutation({
    mutationFn: ({ content }: Version) =>
      ask<AnyView>(rulePath(kind, known.key), { method: 'PUT', body: inputOf(kind, contentOf(content)) }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['definitions', kind] }),
  });
  if (before.length === 0) return null;
  return (
    <Panel title={say('rule.before')}>
      <ul className="plain-list versions">
        {before.slice(0, 20).map((one) => (
          <li key={one.version}>
            <span>
              {say('rule.versionAt', { version: one.version, time: one.at === null ? '–' : moment(one.at) })}{' '}
              <span className="quiet">{one.content.name}</span>
            </span>
            <Button size="xs" variant="default" disabled={again.isPending} onClick={() => again.mutate(one)}>
              {say('rule.again')}
            </Button>
          </li>
        ))}
      </ul>
      {again.error && <ProblemNote error={again.error} />}
    </Panel>
  );
}
