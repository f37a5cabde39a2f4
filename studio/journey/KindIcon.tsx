import {
  IconArrowsSplit2,
  IconDoorEnter,
  IconFlag,
  IconHourglassEmpty,
  IconMail,
  IconPlugConnected,
} from '@tabler/icons-react';
import type { CardKind } from './sentence.ts';

const icons = {
  entry: IconDoorEnter,
  wait: IconHourglassEmpty,
  condition: IconArrowsSplit2,
  action: IconPlugConnected,
  message: IconMail,
  end: IconFlag,
};

export function KindIcon({ kind, size = 16 }: { kind: CardKind; size?: number }) {
  const Icon = icons[kind];
  return <Icon className="kind-icon" size={size} stroke={1.5} aria-hidden="true" />;
}
