import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconCircleX } from '@tabler/icons-react';
import type { FeedView } from '../../src/api/contract-feed.ts';
import { useVoice } from '../ui/voice.tsx';

const icons = { green: IconCircleCheck, yellow: IconAlertTriangle, white: IconCircleDashed, red: IconCircleX };
const tones = { green: 'status-live', yellow: 'text-wait', white: 'quiet', red: 'status-harm' };

/** How a feed stands: an icon and a word beside the colour. */
export function FeedDot({ feed }: { feed: Pick<FeedView, 'status' | 'dot'> }) {
  const { say } = useVoice();
  const Icon = icons[feed.dot];
  return (
    <span className={`status ${tones[feed.dot]}`}>
      <Icon size={14} stroke={1.5} aria-hidden="true" />
      {say(`feed.status.${feed.status}`)}
    </span>
  );
}
