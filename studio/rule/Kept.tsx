import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ask } from '../api/client.ts';
import { Versions } from '../ui/Versions.tsx';
import { type Place, TakeThingAway } from '../ui/thing.tsx';
import { contentOf, inputOf } from './draft.ts';
import { type AnyView, type RuleKind, definitionVersions, rulePath } from './query.ts';

interface Props {
  kind: RuleKind;
  known: AnyView;
}

/** Where rules of a kind are kept. */
export function useRulePlace(kind: RuleKind): Place {
  const navigate = useNavigate();
  return {
    door: (key) => rulePath(kind, key),
    cache: ['definitions', kind],
    shownIn: ['items'],
    open: (key) => navigate({ to: '/rules/$kind/$key', params: { kind, key }, search: (before) => before }),
    leave: () => navigate({ to: '/recommendations', search: { show: 'rules' } }),
  };
}

export function TakeRuleAway({ kind, known }: Props) {
  return <TakeThingAway place={useRulePlace(kind)} thing={known} before={inputOf(kind, contentOf(known))} />;
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
