import { SegmentedControl } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ComponentType, useEffect, useRef } from 'react';
import { AlertPage } from '../alert/AlertPage.tsx';
import { KeysPart } from '../connect/KeysPart.tsx';
import { ShopPart } from '../connect/ShopPart.tsx';
import { SignUpsPart } from '../signup/SignUpsPart.tsx';
import { AuditPart } from '../team/AuditPart.tsx';
import { TeamPart } from '../team/TeamPart.tsx';
import { type Asked, useMay } from '../ui/may.ts';
import { useVoice } from '../ui/voice.tsx';
import { HousePart } from './HousePart.tsx';

const parts = ['alerts', 'shop', 'signUps', 'keys', 'team', 'audit', 'house'] as const;
type Part = (typeof parts)[number];
const shown: Record<Part, ComponentType> = {
  alerts: AlertPage,
  shop: ShopPart,
  signUps: SignUpsPart,
  keys: KeysPart,
  team: TeamPart,
  audit: AuditPart,
  house: HousePart,
};
/** Parts that only some may open. */
const asks: Partial<Record<Part, Asked>> = { keys: '*', team: 'team', audit: 'team', house: 'settings' };

/** What concerns the house as a whole, part by part; some of it only for those who may manage it. */
export function SettingsPage() {
  const { say } = useVoice();
  const { show } = useSearch({ from: '/settings' });
  const navigate = useNavigate({ from: '/settings' });
  const may = useMay();
  const open = parts.filter((one) => asks[one] === undefined || may(asks[one]));
  const part = open.find((one) => one === show) ?? 'alerts';
  const Part = shown[part];
  // Where the parts do not fit side by side, the open one is seen.
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    row.current?.querySelector('label[data-active]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [part]);
  return (
    <>
      <div className="page settings-parts">
        <div className="parts-row" ref={row}>
          <SegmentedControl
            value={part}
            aria-label={say('settings.show')}
            data={open.map((value) => ({ value, label: say(`settings.show.${value}`) }))}
            onChange={(value) => void navigate({ search: { show: value === 'alerts' ? undefined : value } })}
          />
        </div>
      </div>
      <Part />
    </>
  );
}
