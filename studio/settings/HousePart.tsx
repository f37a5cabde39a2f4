import './settings.css';
import { queryOptions, useQuery } from '@tanstack/react-query';
import type { InstallationView } from '../../src/api/contract.ts';
import { ask } from '../api/client.ts';
import { CopyText } from '../ui/CopyText.tsx';
import { PageHead, Panel } from '../ui/Page.tsx';
import { Pair } from '../ui/Pair.tsx';
import { Unread } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';

const installation = queryOptions({
  queryKey: ['installation'],
  queryFn: () => ask<InstallationView>('/v1/installation'),
  staleTime: Infinity,
});

type Row = InstallationView['settings'][number];

/** Where mail goes and comes from, and what holds things back; all other settings stand together. */
const groups: Readonly<Record<'transport' | 'limit', readonly string[]>> = {
  transport: [
    'smtpUrl',
    'ways',
    'from',
    'replyTo',
    'returnDomain',
    'inboundSmtp',
    'inboundImap',
    'dkim',
    'postalAddress',
  ],
  limit: ['rates', 'allowedHosts', 'linkHosts', 'leaseMs', 'recoveryMs', 'globalHoldout', 'mailThreads'],
};

/** How the installation is set up, and how it is taken elsewhere. */
export function HousePart() {
  const { say } = useVoice();
  const query = useQuery(installation);
  const { data } = query;
  if (!data) return <Unread query={query} />;
  const named = Object.values(groups).flat();
  const rest = data.settings.filter(({ name }) => !named.includes(name));
  const note = (
    <>
      {say('house.says')}{' '}
      <a href="/docs/guide/settings.html" target="_blank" rel="noreferrer">
        {say('house.docs')}
      </a>
    </>
  );
  return (
    <div className="page">
      <PageHead title={say('settings.show.house')} answer={say('house.title', { version: data.version })} note={note} />
      <div className="house-parts">
        {(['transport', 'limit'] as const).map((group) => (
          <SettingRows
            key={group}
            title={say(`house.${group}`)}
            rows={data.settings.filter(({ name }) => groups[group].includes(name))}
          />
        ))}
        <Panel title={say('house.move')}>
          <p className="quiet">{say('house.moveSays')}</p>
          <CopyText name={say('house.exportLabel')} text="beckon export /backup --keep 35" />
          <CopyText name={say('house.importLabel')} text="beckon import /backup/beckon-2026-11-30T02-00-00Z.beckon" />
        </Panel>
        <Panel title={say('house.look')}>
          <p className="quiet">{say('house.lookSays')}</p>
        </Panel>
        <SettingRows title={say('house.rest')} rows={rest} />
      </div>
    </div>
  );
}

function SettingRows({ title, rows }: { title: string; rows: Row[] }) {
  const { say } = useVoice();
  return (
    <Panel title={title}>
      <ul className="pairs">
        {rows.map(({ name, by, text, value }) => (
          <Pair
            key={name}
            name={<span className="code">{by.at(-1) ?? name}</span>}
            value={
              value === null ? (
                <span className="quiet">{say('house.unset')}</span>
              ) : (
                <span className="code clip">{value}</span>
              )
            }
            note={<span lang="en">{text}</span>}
          />
        ))}
      </ul>
    </Panel>
  );
}
