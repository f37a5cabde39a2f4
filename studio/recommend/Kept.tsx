import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { CriterionView } from '../../src/api/contract-criterion.ts';
import { ask } from '../api/client.ts';
import { TakeAway } from '../ui/TakeAway.tsx';
import { Versions } from '../ui/Versions.tsx';
import { contentOf } from './draft.ts';
import { criteria, criterionPath, criterionVersions } from './query.ts';

export function TakeCriterionAway({ data }: { data: CriterionView }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const away = async () => {
    await ask<unknown>(criterionPath(data.key), { method: 'DELETE' });
    client.setQueryData(criteria.queryKey, (all) => all?.filter(({ key }) => key !== data.key));
    await navigate({ to: '/recommendations' });
    client.removeQueries({ queryKey: ['criteria', data.key] });
    await client.invalidateQueries({ queryKey: ['criteria'] });
  };
  const back = async () => {
    await ask<unknown>(criterionPath(data.key), { method: 'PUT', body: contentOf(data) });
    await client.invalidateQueries({ queryKey: ['criteria'] });
  };
  return <TakeAway name={data.name} away={away} back={back} />;
}

/** What it said before. */
export function CriterionVersions({ data }: { data: CriterionView }) {
  const { data: versions = [] } = useQuery({ ...criterionVersions(data.key), enabled: !data.shipped });
  const client = useQueryClient();
  const before = versions
    .filter(({ version }) => version !== data.version)
    .map((one) => ({ ...one, says: one.content.name }));
  const again = async ({ content }: (typeof before)[number]) => {
    await ask<unknown>(criterionPath(data.key), { method: 'PUT', body: content });
    await client.invalidateQueries({ queryKey: ['criteria'] });
    await client.invalidateQueries({ queryKey: ['preview'] });
  };
  return <Versions before={before} again={again} />;
}
