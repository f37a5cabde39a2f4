import { useVoice } from '../ui/voice.tsx';
import { shareOf } from './rule.ts';
import type { AudienceView } from '../../src/api/contract-audience.ts';

/** Says that a membership is being worked out, and how far that is. */
export function BuildState({ build }: { build: AudienceView['build'] }) {
  const { say, percent } = useVoice();
  if (build === null) return null;
  return <span className="quiet build-state">{say('audience.building', { share: percent(shareOf(build)) })}</span>;
}
