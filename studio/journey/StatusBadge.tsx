import { IconCircleCheck, IconCircleDashed, IconCircleOff, IconCircleX, IconPlayerPause } from '@tabler/icons-react';
import type { JourneyStatus } from '../../src/api/contract.ts';
import { useVoice } from '../ui/voice.tsx';

const icons = {
  draft: IconCircleDashed,
  live: IconCircleCheck,
  paused: IconPlayerPause,
  closed: IconCircleOff,
  stopped: IconCircleX,
};

/** A journey's state: always an icon and a word beside the colour. */
export function StatusBadge({ status }: { status: JourneyStatus }) {
  const { say } = useVoice();
  const Icon = icons[status];
  return (
    <span className={`status status-${status}`}>
      <Icon size={14} stroke={1.5} aria-hidden="true" />
      {say(`status.${status}`)}
    </span>
  );
}
