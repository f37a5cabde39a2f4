import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Whom } from './query.ts';

/** For whom rules are tried, as it is read from the address; what makes no sense is left out. Pure. */
export function readWhom(search: Record<string, unknown>): Whom {
  const text = (value: unknown) =>
    typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
  const { parameters } = search;
  const texts = Array.isArray(parameters) ? parameters.flatMap((one) => text(one) ?? []) : [];
  return {
    item: text(search['item']),
    person: text(search['person']),
    parameters: texts.length === 0 ? undefined : texts,
  };
}

/** For whom the rules of this page are tried, and how that is changed. */
export function useWhom(): { whom: Whom; put: (change: Whom) => void } {
  const whom: Whom = useSearch({ from: '/rules/$kind/$key' });
  const navigate = useNavigate({ from: '/rules/$kind/$key' });
  const put = (change: Whom) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  return { whom, put };
}
