import { useQuery } from '@tanstack/react-query';
import type { MeView } from '../../src/api/contract-team.ts';
import { me } from '../team/query.ts';

/** A scope or a right that a door asks of whoever comes in; what only looks needs no more than `read` and `people`. */
export type Asked =
  | 'people'
  | 'privacy'
  | 'items'
  | 'profiles'
  | 'journeys'
  | 'messages'
  | 'recommend'
  | 'settings'
  | 'clock'
  | '*'
  | MeView['rights'][number];

const rights: readonly string[] = ['team', 'export', 'lift', 'publish'] satisfies MeView['rights'];

/** Whether somebody with these scopes and rights may do what asks for all of `asked`. Pure. */
export function isAllowed(found: Pick<MeView, 'scopes' | 'rights' | 'reads'>, asked: readonly Asked[]): boolean {
  const has = (one: Asked) =>
    rights.includes(one)
      ? (found.rights as readonly string[]).includes(one)
      : !found.reads && (found.scopes.includes('*') || found.scopes.includes(one));
  return asked.every(has);
}

/**
 * What whoever is here may do: buttons that would be refused are not shown. While it is not known, everything is shown
 * as to an owner, so that nothing jumps for those who may.
 */
export function useMay(): (...asked: Asked[]) => boolean {
  const { data } = useQuery(me);
  return (...asked) => data === undefined || data.state === 'open' || isAllowed(data, asked);
}
