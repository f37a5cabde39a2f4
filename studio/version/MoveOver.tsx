import { Button, Modal, Select } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconArrowRight } from '@tabler/icons-react';
import { useState } from 'react';
import type { JourneyDetail } from '../../src/api/contract.ts';
import type { JourneyDocument } from '../journey/document.ts';
import { sentenceOf, titleOf } from '../journey/sentence.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { type PlaceMap, byActivity, sumsOf } from './moving.ts';
import { dryMove, move } from './query.ts';

const ends = '';

/** Brings those who go by older versions over to the live one: which activity takes whom, and how many that are. */
export function MoveOver({ detail, document }: { detail: JourneyDetail; document: JourneyDocument }) {
  const { say } = useVoice();
  const [map, setMap] = useState<PlaceMap>({});
  const [asking, setAsking] = useState(false);
  const { data, error, refetch } = useQuery(dryMove(detail.key, map));
  if (error && !data) return <ProblemNote error={error} again={() => void refetch()} />;
  if (!data) return <Rows count={3} height={28} />;
  const places = byActivity(data);
  const sums = sumsOf(data);
  const choices = [
    ...[...document.activities.keys()].map((id) => ({ value: id, label: nameIn(document, id) })),
    { value: ends, label: say('versions.move.end') },
  ];
  function nameIn(of: JourneyDocument, id: string): string {
    return of.activities.has(id) ? `${titleOf(of, id, say)}: ${sentenceOf(of, id, say)}` : id;
  }
  if (places.length === 0) {
    return (
      <Panel title={say('versions.move')}>
        <p className="quiet">{say('versions.move.none')}</p>
      </Panel>
    );
  }
  return (
    <Panel title={say('versions.move')}>
      <p className="quiet">{say('versions.move.says')}</p>
      <ul>
        {places.map(({ activity, count, versions, to }) => (
          <li key={activity} className="move-row">
            <span>
              <b>{activity}</b>
              <span className="quiet"> {say('versions.move.at', { count, versions: versions.join(', ') })}</span>
            </span>
            <IconArrowRight size={16} stroke={1.5} aria-hidden="true" />
            <Select
              aria-label={say('versions.move.where', { activity })}
              placeholder={say('versions.move.choose')}
              data={choices}
              value={to === undefined ? null : (to ?? ends)}
              allowDeselect={false}
              searchable
              error={to === undefined ? say('versions.move.homeless') : undefined}
              onChange={(chosen) => chosen !== null && setMap({ ...map, [activity]: chosen === ends ? null : chosen })}
            />
          </li>
        ))}
      </ul>
      <p role="status">{say('versions.move.sums', { on: sums.on, end: sums.end, homeless: sums.homeless })}</p>
      {detail.status !== 'live' && <p className="quiet">{say('versions.move.notLive')}</p>}
      <div className="actions">
        <May ask={['journeys', 'publish']}>
          <Button disabled={sums.homeless > 0 || detail.status !== 'live'} onClick={() => setAsking(true)}>
            {say('versions.move.do')}
          </Button>
        </May>
      </div>
      {asking && <Sure detail={detail} map={map} sums={sums} onClose={() => setAsking(false)} />}
    </Panel>
  );
}

interface SureProps {
  detail: JourneyDetail;
  map: PlaceMap;
  sums: ReturnType<typeof sumsOf>;
  onClose: () => void;
}

function Sure({ detail, map, sums, onClose }: SureProps) {
  const { say } = useVoice();
  const client = useQueryClient();
  const work = useMutation({
    mutationFn: () => move(detail.key, { map, dry: false }),
    onSuccess: async () => {
      await client.invalidateQueries();
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={<b>{say('versions.move.title', { count: sums.on + sums.end, version: detail.version })}</b>}
      closeButtonProps={{ 'aria-label': say('journey.cancel') }}
    >
      <p>{say('versions.move.means', { on: sums.on, end: sums.end })}</p>
      {work.error && <ProblemNote error={work.error} />}
      <div className="modal-foot">
        <Button variant="default" onClick={onClose}>
          {say('journey.cancel')}
        </Button>
        <Button color={sums.end > 0 ? 'harm' : undefined} loading={work.isPending} onClick={() => work.mutate()}>
          {say('versions.move.do')}
        </Button>
      </div>
    </Modal>
  );
}
