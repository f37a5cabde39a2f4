import { useNames } from '../recommend/query.ts';
import { useVoice } from '../ui/voice.tsx';
import { calledBy } from './figure.ts';

/** How what a backtest tried is called. */
export function useCalled(): (criterion: string) => string {
  const { say } = useVoice();
  const nameOf = useNames();
  return (criterion) => calledBy(say, criterion, nameOf);
}
