import './place.css';
import { Button, Select } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ActivityInput } from '../../src/api/contract-design.ts';
import { ask } from '../api/client.ts';
import { useNames } from '../recommend/query.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { activityPath } from './query.ts';
import { shownOf } from './shown.ts';

/** A token that shows the activity, drafts too, to whoever sends it. */
export function OnSite({ activityKey, said }: { activityKey: string; said: ActivityInput }) {
  const { say, moment } = useVoice();
  const nameOf = useNames();
  const [experience, setExperience] = useState<string | null>(null);
  const make = useMutation({
    mutationFn: () =>
      ask<{ token: string; until: string }>(`${activityPath(activityKey)}/preview-token`, {
        method: 'POST',
        body: experience === null ? {} : { experience },
      }),
  });
  return (
    <Panel title={say('places.onSite')}>
      <p className="quiet">{say('places.onSiteSays')}</p>
      <div className="place-token">
        <Select
          label={say('places.experience')}
          placeholder={say('places.asAssigned')}
          value={experience}
          clearable
          data={shownOf(said, nameOf).map(({ key, name }) => ({ value: key, label: name }))}
          onChange={setExperience}
        />
        <Button variant="default" loading={make.isPending} onClick={() => make.mutate()}>
          {say('places.makeToken')}
        </Button>
      </div>
      {make.error && <ProblemNote error={make.error} />}
      {make.data && (
        <div role="status">
          <p>{say('places.tokenUntil', { time: moment(make.data.until) })}</p>
          <pre className="raw" tabIndex={0}>
            {make.data.token}
          </pre>
        </div>
      )}
    </Panel>
  );
}
