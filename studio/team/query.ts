import { queryOptions } from '@tanstack/react-query';
import type { AuditView, MeView, MemberView } from '../../src/api/contract-team.ts';
import { ask, session } from '../api/client.ts';

/** Who is here. What changes carry as proof is kept where calls are made. */
export const me = queryOptions({
  queryKey: ['me'],
  queryFn: async () => {
    const found = await ask<MeView>('/v1/me');
    session.proof = found.proof;
    return found;
  },
  staleTime: 60_000,
});

/** May the studio ask for content? */
export function isIn(found: MeView | undefined): boolean {
  return found?.state === 'open' || (found?.state === 'signed-in' && !found.wantsCodes);
}

export const members = queryOptions({
  queryKey: ['members'],
  queryFn: async () => (await ask<{ members: MemberView[] }>('/v1/members')).members,
});

export const audit = (search: string, before: number | null) =>
  queryOptions({
    queryKey: ['audit', search, before],
    queryFn: () => {
      const asked = new URLSearchParams({ limit: '50', ...(search === '' ? {} : { q: search }) });
      if (before !== null) asked.set('before', String(before));
      return ask<AuditView>(`/v1/audit?${asked.toString()}`);
    },
    placeholderData: (last) => last,
  });
