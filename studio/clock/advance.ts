import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AdvanceReport, ClockView } from '../../src/api/contract.ts';
import { ask } from '../api/client.ts';
import { clock } from '../api/query.ts';

/** How far a click moves the clock. */
export type Step = 'PT1H' | 'P1D';
export const stepMs: Record<Step, number> = { PT1H: 3_600_000, P1D: 86_400_000 };

export type AdvanceState =
  | { is: 'still' }
  | { is: 'moving'; from: number; by: number }
  | { is: 'moved'; report: AdvanceReport; held: ClockView['held'] }
  | { is: 'failed'; error: unknown };

export interface Advance {
  state: AdvanceState;
  move: (by: Step) => void;
  close: () => void;
}

/** Moves the virtual clock and keeps what came of it until it is closed or the clock moves again. */
export function useAdvance(): Advance {
  const client = useQueryClient();
  const [state, setState] = useState<AdvanceState>({ is: 'still' });
  const { mutate } = useMutation({
    mutationFn: (by: Step) => ask<AdvanceReport>('/v1/clock/advance', { method: 'POST', body: { by } }),
    onMutate: (by) => {
      const before = client.getQueryData(clock.queryKey);
      setState({ is: 'moving', from: before ? Date.parse(before.now) : 0, by: stepMs[by] });
    },
    onSuccess: async (report) => {
      await client.invalidateQueries();
      setState({ is: 'moved', report, held: client.getQueryData(clock.queryKey)?.held ?? [] });
    },
    onError: (error) => setState({ is: 'failed', error }),
  });
  return { state, move: mutate, close: () => setState({ is: 'still' }) };
}
