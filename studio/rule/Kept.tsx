import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ask } from '../api/client.ts';
import { TakeAway } from '../ui/TakeAway.tsx';
import { Versions } from '../ui/Versions.tsx';
import { contentOf, inputOf } from './draft.ts';
import { type AnyView, type RuleKind, definitionVersions, rulePath } from './query.ts';

interface Props {
  kind: RuleKind;
  known: AnyView;
}

export function TakeRuleAway({ kind, known }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const path = rulePath(kind, known.key);
  const fresh = () => client.invalidateQueries({ queryKey: ['definitions', kind] });
  const away = async () => {
    await ask<unknown>(path, { method: 'DELETE' });
    await navigate({ to: '/recommendations', search: { show: 'rules' } });
    client.removeQueries({ queryKey: ['definitions', kind, known.key] });
    await fresh();
  };
  const back = async () => {
    await ask<unknown>(path, { method: 'PUT', body: inputOf(kind, contentOf(known)) });
    await fresh();
  };
  return <TakeAway name={known.name} away={away} back={back} />;
}

/** What it said before. */
export function RuleVersions({ kind, known }: Props) {
  const { data = [] } = useQuery(definitionVersions(kind, known.key));
  const client = useQueryClient();
  const before = data
    .filter(({ version }) => version !== known.version)
    .map((one) => ({ ...one, says: one.content.name }));
  const again = async ({ content }: (typeof before)[number]) => {
    const body = inputOf(kind, contentOf(content));
    await ask<unknown>(rulePath(kind, known.key), { method: 'PUT', body });
    await client.invalidateQueries({ queryKey: ['definitions', kind] });
  };
  return <Versions before={before} again={again} />;
}
