import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { CriterionView } from '../../src/api/contract-criterion.ts';
import { ask } from '../api/client.ts';
import { Versions } from '../ui/Versions.tsx';
import { type Place, TakeThingAway } from '../ui/thing.tsx';
import { contentOf } from './draft.ts';
import { criteria, criterionPath, criterionVersions } from './query.ts';

export function TakeCriterionAway({ data }: { data: CriterionView }) {
  const navigate = useNavigate();
  const place: Place = {
    door: criterionPath,
    cache: criteria.queryKey,
    open: (key) => navigate({ to: '/recommendations/$key', params: { key } }),
    leave: () => navigate({ to: '/recommendations' }),
  };
  return <TakeThingAway place={place} thing={data} before={contentOf(data)} />;
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
