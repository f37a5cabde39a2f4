import { useVoice } from '../ui/voice.tsx';
import type { ExclusionView, PromotionView } from '../../src/api/contract-rule.ts';
import type { AnyView, RuleKind } from './query.ts';

/** What a collection, exclusion or promotion does at present, in a few words. */
export function useStateWords(kind: RuleKind): (view: AnyView) => string {
  const { say } = useVoice();
  const leaves = (count: number | null, of: number) =>
    count === null ? say('shelf.dynamic') : say('rule.leaves', { count, of });
  return (view) => {
    if (kind === 'collections') return leaves(view.matches, view.of);
    if (kind === 'exclusions') {
      if (!(view as ExclusionView).on) return say('shelf.off');
      return leaves(view.matches === null ? null : view.of - view.matches, view.of);
    }
    const { front, back, running, ids, matches } = view as PromotionView;
    const places = say('shelf.places', { front, back });
    if (!running) return `${places}; ${say('shelf.off')}`;
    const count = ids === null ? matches : ids.length;
    return `${places}; ${count === null ? say('shelf.dynamic') : say('shelf.promotes', { count })}`;
  };
}
