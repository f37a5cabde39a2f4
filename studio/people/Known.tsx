import { Button, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ProfileDetail } from '../../src/api/contract.ts';
import type { MergeView } from '../../src/api/contract-person.ts';
import { ask } from '../api/client.ts';
import { Panel } from '../ui/Page.tsx';
import { Pair } from '../ui/Pair.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { Join } from './Join.tsx';
import { valueText } from './value.ts';

/** What somebody is known as and why that is believed; merges to be undone; claims that are used for nothing. */
export function KnownPanel({ data }: { data: ProfileDetail }) {
  const { say, moment } = useVoice();
  const attributes = Object.entries(data.attributes);
  return (
    <Panel title={say('person.identities')}>
      <ul className="pairs">
        {data.identities.map(({ namespace, id, level, source, since }) => (
          <Pair
            key={`${namespace} ${id}`}
            name={namespace}
            note={say('known.since', { level, source: source === '' ? '–' : source, time: moment(since) })}
            value={
              <span className="code clip" title={id}>
                {id}
              </span>
            }
          />
        ))}
        {data.mailboxProvenAt !== null && <Pair name={say('known.mailbox')} value={moment(data.mailboxProvenAt)} />}
        {data.timeZone !== null && <Pair name={say('person.timeZone')} value={data.timeZone} />}
        {data.language !== null && <Pair name={say('bar.language')} value={data.language} />}
      </ul>
      {data.identities.some(({ namespace }) => namespace !== 'ecid') && <Join data={data} />}
      {data.merges.length > 0 && <Merges data={data} />}
      {data.claims.length > 0 && <Claims data={data} />}
      {attributes.length > 0 && (
        <>
          <h3>{say('person.attributes')}</h3>
          <ul className="pairs">
            {attributes.map(([name, value]) => (
              <Pair key={name} name={name} note={<Origin data={data} name={name} />} value={valueText(value)} />
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}

function Origin({ data, name }: { data: ProfileDetail; name: string }) {
  const { say, moment } = useVoice();
  const origin = data.origins[`attributes.${name}`];
  return origin ? say('person.saidAt', { time: moment(origin.at), source: origin.source }) : null;
}

function Claims({ data }: { data: ProfileDetail }) {
  const { say, moment } = useVoice();
  return (
    <details className="more">
      <summary>{say('known.claims', { count: data.claims.length })}</summary>
      <p className="quiet">{say('known.claimsSay')}</p>
      <ul className="pairs">
        {data.claims.map((claim) => (
          <Pair
            key={`${claim.device} ${claim.namespace} ${claim.id}`}
            name={claim.namespace}
            note={moment(claim.lastAt)}
            value={<span className="code clip">{claim.id}</span>}
          />
        ))}
      </ul>
    </details>
  );
}

function Merges({ data }: { data: ProfileDetail }) {
  const { say, moment } = useVoice();
  const [asked, setAsked] = useState<MergeView | null>(null);
  return (
    <>
      <h3>{say('known.merges')}</h3>
      <ul className="pairs">
        {data.merges.map((merge) => (
          <Pair
            key={merge.id}
            name={
              merge.identities.map(({ namespace, id }) => `${namespace}:${id}`).join(', ') || merge.from.slice(0, 8)
            }
            note={say('person.saidAt', { time: moment(merge.at), source: merge.source })}
            value={
              <May ask="privacy">
                <Button size="xs" variant="default" onClick={() => setAsked(merge)}>
                  {say('known.unmerge')}
                </Button>
              </May>
            }
          />
        ))}
      </ul>
      {asked && <Unmerge data={data} merge={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function Unmerge({ data, merge, onClose }: { data: ProfileDetail; merge: MergeView; onClose: () => void }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const unmerge = useMutation({
    mutationFn: () =>
      ask<unknown>(`/v1/profiles/id:${encodeURIComponent(data.id)}/unmerge`, {
        method: 'POST',
        body: { merge: merge.id },
      }),
    onSuccess: async () => {
      await client.invalidateQueries();
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={<b>{say('known.unmergeTitle')}</b>}
      closeButtonProps={{ 'aria-label': say('journey.cancel') }}
    >
      <p>{say('known.unmergeSays')}</p>
      <p className="quiet">{say('known.unmergeNot')}</p>
      {unmerge.error && <ProblemNote error={unmerge.error} />}
      <div className="modal-foot">
        <Button variant="default" onClick={onClose}>
          {say('journey.cancel')}
        </Button>
        <Button loading={unmerge.isPending} onClick={() => unmerge.mutate()}>
          {say('known.unmerge')}
        </Button>
      </div>
    </Modal>
  );
}
