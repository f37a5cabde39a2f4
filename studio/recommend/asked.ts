import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Search } from './asking.ts';

/** What stands in the address of a criterion's page, and how it is changed. */
export function useAsked(): { search: Search; put: (change: Search) => void } {
  const search: Search = useSearch({ from: '/recommendations/$key' });
  const navigate = useNavigate({ from: '/recommendations/$key' });
  const put = (change: Search) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  return { search, put };
}
