import { useQuery } from '@tanstack/react-query';
import { type ReactNode, Suspense, lazy } from 'react';
import { ProblemNote } from '../ui/State.tsx';
import { isIn, me } from './query.ts';

const Door = lazy(async () => ({ default: (await import('./Door.tsx')).Door }));

/** Lets into the studio who may come in; shows everybody else the door. */
export function Gate({ children }: { children: ReactNode }) {
  const { data, error, refetch } = useQuery(me);
  const isWelcome = window.location.pathname === '/welcome';
  if (!data) {
    return error ? (
      <main className="door">
        <ProblemNote error={error} again={() => void refetch()} />
      </main>
    ) : null;
  }
  if (isIn(data) && !isWelcome) return children;
  return (
    <Suspense>
      <Door me={data} isWelcome={isWelcome} />
    </Suspense>
  );
}
