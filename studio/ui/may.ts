import { useQuery } from '@tanstack/react-query';
import type { MeView } from '../../src/api/contract-team.ts';
import { me } from '../team/query.ts';

/** A scope or a right that a door asks of whoever comes in; what only looks needs no more than `read` and `people`. */
export type Asked =
  | 'people'
  | 'privacy'
  | 'items'
  | 'events'
  | 'profiles'
  | 'journeys'
  | 'messages'
  | 'recommend'
  | 'settings'
  | 'clock'
  | '*'
  | MeView['rights'][number];

/** Which scope changing a thing asks for, by the first part of its door. */
const scopeOfDoor: Readonly<Record<string, Asked>> = {
  ...Object.fromEntries(
    (
      [
        'activities',
        'offers',
        'criteria',
        'custom-lists',
        'designs',
        'feeds',
        'collections',
        'exclusions',
        'promotions',
      ] as const
    ).map((door) => [door, 'items' as const]),
  ),
  ...Object.fromEntries(
    (['audiences', 'coupon-pools', 'forms', 'journeys', 'templates', 'themes'] as const).map((door) => [
      door,
      'journeys' as const,
    ]),
  ),
  senders: 'settings',
  datastreams: 'settings',
  suppressions: 'people',
};

/** The scope that a change at a path such as `/v1/themes/plain` asks for. Pure. */
export const scopeOf = (path: string): Asked => scopeOfDoor[path.split('/')[2] ?? ''] ?? 'settings';

const rights: readonly string[] = ['team', 'export', 'lift', 'publish'] satisfies MeView['rights'];

/** Whether somebody with these scopes and rights may do what asks for all of `asked`. Pure. */
export function isAllowed(found: Pick<MeView, 'scopes' | 'rights' | 'reads'>, asked: readonly Asked[]): boolean {
  const has = (one: Asked) =>
    rights.includes(one)
      ? (found.rights as readonly string[]).includes(one)
      : !found.reads && (found.scopes.includes('*') || found.scopes.includes(one));
  return asked.every(has);
}

/** Whether whoever is here may look at what asks for this scope. */
export function useSees(scope: 'people'): boolean {
  const { data } = useQuery(me);
  if (data === undefined || data.state === 'open') return true;
  return data.scopes.includes('*') || data.scopes.includes(scope);
}

/**
 * What whoever is here may do: buttons that would be refused are not shown. While it is not known, everything is shown
 * as to an owner, so that nothing jumps for those who may.
 */
export function useMay(): (...asked: Asked[]) => boolean {
  const { data } = useQuery(me);
  return (...asked) => data === undefined || data.state === 'open' || isAllowed(data, asked);
}
