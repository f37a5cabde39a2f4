import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconCheck, IconDownload, IconHourglassEmpty, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ProfileDetail } from '../../src/api/contract.ts';
import type { CertificateView, PersonExport } from '../../src/api/contract-person.ts';
import { ask } from '../api/client.ts';
import { erasure } from '../api/query.ts';
import { PageHead, Panel } from '../ui/Page.tsx';
import { Pair } from '../ui/Pair.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { useMay } from '../ui/may.ts';
import { useVoice } from '../ui/voice.tsx';
import { isKey } from '../words/words.ts';
import { isTyped, wordOf } from './value.ts';

const pathOf = (data: ProfileDetail, what: string) => `/v1/profiles/id:${encodeURIComponent(data.id)}/${what}`;

/** The rights of the person: everything known as a file, and being forgotten. */
export function PrivacyPanel({ data, onErased }: { data: ProfileDetail; onErased: (id: string) => void }) {
  const { say } = useVoice();
  const may = useMay();
  const [asking, setAsking] = useState(false);
  const copy = useMutation({
    mutationFn: () => ask<PersonExport>(pathOf(data, 'export'), { method: 'POST' }),
    onSuccess: (all) => save(`${data.id}.json`, JSON.stringify(all, null, 2)),
  });
  if (!may('privacy')) return null;
  return (
    <Panel title={say('privacy.title')}>
      <p className="quiet">{say('privacy.says')}</p>
      <div className="actions">
        <Button
          variant="default"
          size="xs"
          loading={copy.isPending}
          leftSection={<IconDownload size={14} stroke={1.5} />}
          onClick={() => copy.mutate()}
        >
          {say('privacy.export')}
        </Button>
        <Button
          variant="default"
          size="xs"
          className="text-harm"
          leftSection={<IconTrash size={14} stroke={1.5} />}
          onClick={() => setAsking(true)}
        >
          {say('privacy.erase')}
        </Button>
      </div>
      {copy.error && <ProblemNote error={copy.error} />}
      {asking && <Erase data={data} onClose={() => setAsking(false)} onErased={onErased} />}
    </Panel>
  );
}

interface EraseProps {
  data: ProfileDetail;
  onClose: () => void;
  onErased: (id: string) => void;
}

/** Erasing cannot be undone, so the address has to be typed. */
function Erase({ data, onClose, onErased }: EraseProps) {
  const { say, number } = useVoice();
  const [typed, setTyped] = useState('');
  const word = wordOf(data);
  const erase = useMutation({
    mutationFn: () => ask<CertificateView>(pathOf(data, 'erase'), { method: 'POST' }),
    onSuccess: ({ id }) => onErased(id),
  });
  const consequences = say('privacy.eraseSays', {
    orders: number(data.orders.length),
    viewed: number(data.viewed.length),
    identities: number(data.identities.length),
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={<b>{say('privacy.eraseTitle', { name: word })}</b>}
      closeButtonProps={{ 'aria-label': say('journey.cancel') }}
    >
      <form
        className="stack-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isTyped(typed, word)) erase.mutate();
        }}
      >
        <p>{consequences}</p>
        <p className="quiet">{say('privacy.eraseStays')}</p>
        <TextInput
          label={say('privacy.type', { word })}
          value={typed}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {erase.error && <ProblemNote error={erase.error} />}
        <div className="modal-foot">
          <Button variant="default" onClick={onClose}>
            {say('journey.cancel')}
          </Button>
          <Button type="submit" color="harm" disabled={!isTyped(typed, word)} loading={erase.isPending}>
            {say('privacy.erase')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** How far an erasure is, room by room, and its certificate as a file. */
export function Erased({ id }: { id: string }) {
  const { say, moment } = useVoice();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(erasure(id));
  const leave = () => {
    client.removeQueries({ queryKey: ['person'] });
    void client.invalidateQueries();
    void navigate({ to: '/people' });
  };
  const isDone = data?.state === 'done';
  const roomName = (room: string) => {
    const word = `room.${room}`;
    return isKey(word) ? say(word) : room;
  };
  return (
    <>
      <PageHead title={say(isDone ? 'privacy.erased' : 'privacy.erasing')} note={say('privacy.names')} />
      <Panel className="erased">
        <div role="status">
          {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
          <p className={isDone ? 'status status-live' : 'status status-wait'}>
            {isDone ? <IconCheck size={14} stroke={1.5} /> : <IconHourglassEmpty size={14} stroke={1.5} />}
            {say(isDone ? 'privacy.erasedSays' : 'privacy.erasingSays')}
          </p>
          <ul className="pairs">
            {data?.steps.map(({ room, at }) => (
              <Pair key={room} name={roomName(room)} value={moment(at)} />
            ))}
          </ul>
        </div>
        <div className="actions">
          <Button
            size="xs"
            variant="default"
            disabled={!data}
            leftSection={<IconDownload size={14} stroke={1.5} />}
            onClick={() => save(`erasure-${id}.json`, JSON.stringify(data, null, 2))}
          >
            {say('privacy.certificate')}
          </Button>
          <Button size="xs" variant="default" onClick={leave}>
            {say('privacy.toPeople')}
          </Button>
        </div>
      </Panel>
    </>
  );
}

/** Hands a text to the browser as a file. */
function save(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
