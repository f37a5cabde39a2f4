import './alert.css';
import { useQuery } from '@tanstack/react-query';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import type { AlertRow } from '../../src/api/contract-alert.ts';
import { me } from '../team/query.ts';
import { TextLink } from '../ui/Link.tsx';
import { PageHead, Panel } from '../ui/Page.tsx';
import { OnePage } from '../ui/thing.tsx';
import { useSaid } from '../ui/said.ts';
import { useVoice } from '../ui/voice.tsx';
import { Told } from './Told.tsx';
import { alertSettings, alerts } from './query.ts';

/** What is wrong now, what was, and who is told. */
export function AlertPage() {
  const { say } = useVoice();
  const scopes = useQuery(me).data?.scopes ?? [];
  const maySet = scopes.includes('*') || scopes.includes('settings');
  return (
    <OnePage query={useQuery(alerts)}>
      {(rows) => {
        const now = rows.filter(({ resolvedAt }) => resolvedAt === null);
        const over = rows.filter(({ resolvedAt }) => resolvedAt !== null);
        const answer = now.length === 0 ? say('alerts.fine') : say('alerts.wrong', { count: now.length });
        return (
          <>
            <PageHead title={say('nav.settings')} answer={answer} note={maySet ? <WhoIsTold /> : undefined} />
            <div className="alert-parts">
              <div>
                {now.length === 0 && <p className="quiet">{say('alerts.noneNow')}</p>}
                {now.length > 0 && (
                  <Panel title={say('alerts.now')}>
                    <Rows rows={now} />
                  </Panel>
                )}
                <Panel title={say('alerts.before')}>
                  {over.length === 0 && <p className="quiet">{say('alerts.noneBefore')}</p>}
                  <Rows rows={over} />
                </Panel>
              </div>
              {maySet && <Told />}
            </div>
          </>
        );
      }}
    </OnePage>
  );
}

function WhoIsTold() {
  const { say } = useVoice();
  const { data } = useQuery(alertSettings);
  if (!data) return null;
  const told = [...data.mails, ...(data.webhook === null ? [] : [say('alerts.webhook')])];
  return <>{told.length === 0 ? say('alerts.nobody') : say('alerts.told', { names: told.join(', ') })}</>;
}

function Rows({ rows }: { rows: readonly AlertRow[] }) {
  const { say, moment } = useVoice();
  const words = useSaid();
  return (
    <ul className="plain-list alert-rows">
      {rows.map(({ key, kind, title, text, said, journey, raisedAt, resolvedAt }) => (
        <li key={`${key} ${raisedAt}`}>
          <span className={resolvedAt === null ? 'status alert-wrong' : 'status status-live'}>
            {resolvedAt === null ? (
              <IconAlertTriangle size={14} stroke={1.5} aria-hidden="true" />
            ) : (
              <IconCheck size={14} stroke={1.5} aria-hidden="true" />
            )}
            {say(`alerts.kind.${kind}`)}
          </span>
          <b>{words(said?.title, title)}</b>
          <span>{words(said?.text, text)}</span>
          <span className="quiet">
            {resolvedAt === null
              ? say('journey.since', { time: moment(raisedAt) })
              : say('alerts.fromTo', { from: moment(raisedAt), to: moment(resolvedAt) })}
            {journey !== null && (
              <>
                {' · '}
                {kind === 'stuck' && resolvedAt === null ? (
                  <TextLink to="/stuck" search={{ journey }}>
                    {say('nav.stuck')}
                  </TextLink>
                ) : (
                  <TextLink to="/journeys/$key" params={{ key: journey }}>
                    {say('alerts.toJourney')}
                  </TextLink>
                )}
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
