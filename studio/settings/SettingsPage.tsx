import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { AlertPage } from '../alert/AlertPage.tsx';
import { AuditPart } from '../team/AuditPart.tsx';
import { me } from '../team/query.ts';
import { TeamPart } from '../team/TeamPart.tsx';
import { useVoice } from '../ui/voice.tsx';

const parts = ['alerts', 'team', 'audit'] as const;
type Part = (typeof parts)[number];
const shown: Record<Part, ComponentType> = { alerts: AlertPage, team: TeamPart, audit: AuditPart };

/** What concerns the house as a whole, part by part; the team and its log for those who may manage it. */
export function SettingsPage() {
  const { say } = useVoice();
  const { show } = useSearch({ from: '/settings' });
  const navigate = useNavigate({ from: '/settings' });
  const { data } = useQuery(me);
  const open = parts.filter((one) => one === 'alerts' || data?.rights.includes('team'));
  const part = open.find((one) => one === show) ?? 'alerts';
  const Part = shown[part];
  return (
    <>
      <div className="page settings-parts">
        <div className="parts-row">
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
