import { Button, Modal, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { JourneyDetail } from '../../src/api/contract.ts';
import { ask } from '../api/client.ts';
import { journeys } from '../api/query.ts';
import { keyOf } from '../audience/rule.ts';
import type { Raw } from '../form/schema.ts';
import '../form/form.css';
import { KeyField } from '../ui/KeyField.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { recipeWords } from '../words/words.ts';
import { useVoice } from '../ui/voice.tsx';

/** Makes a draft, empty or like another journey, and opens it to be changed. */
export function NewJourney() {
  const { say } = useVoice();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button onClick={() => setOpened(true)}>{say('edit.new')}</Button>
      <Modal
        opened={opened}
        onClose={() => setOpened(false)}
        title={<b>{say('edit.new')}</b>}
        closeButtonProps={{ 'aria-label': say('journey.cancel') }}
      >
        <Form onClose={() => setOpened(false)} />
      </Modal>
    </>
  );
}

function Form({ onClose }: { onClose: () => void }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const navigate = useNavigate();
  const known = useQuery(journeys).data ?? [];
  const [name, setName] = useState('');
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const [like, setLike] = useState('');
  const key = ownKey ?? keyOf(name);
  const taken = known.some((one) => one.key === key);
  const make = useMutation({
    mutationFn: async () => {
      const before = like === '' ? emptyJourney(say('edit.newEnd')) : await documentOf(like);
      const body = { ...before, key, name };
      await ask<unknown>(`/v1/journeys/${encodeURIComponent(key)}?revision=none`, { method: 'PUT', body });
      await client.invalidateQueries({ queryKey: ['journeys'] });
    },
    onSuccess: () => navigate({ to: '/journeys/$key', params: { key }, search: { edit: true } }),
  });
  return (
    <form
      className="form-fields"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <p className="quiet">{say('edit.newSays')}</p>
      <TextInput
        label={say('field.name')}
        value={name}
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <KeyField value={key} says={say('edit.keySays')} taken={taken} onChange={setOwnKey} />
      <Select
        label={say('edit.like')}
        value={like}
        data={[
          { value: '', label: say('edit.likeNone') },
          ...known.map((one) => ({ value: one.key, label: recipeWords(one.name, say) })),
        ]}
        allowDeselect={false}
        onChange={(next) => setLike(next ?? '')}
      />
      {make.error && <ProblemNote error={make.error} />}
      <div className="modal-foot">
        <Button variant="default" onClick={onClose}>
          {say('journey.cancel')}
        </Button>
        <Button type="submit" disabled={name.trim() === '' || taken || key === ''} loading={make.isPending}>
          {say('edit.make')}
        </Button>
      </div>
    </form>
  );
}

const emptyJourney = (end: string): Raw => ({
  entry: { kind: 'event', event: 'cart.changed' },
  start: 'end',
  activities: { end: { kind: 'end', label: end } },
});

async function documentOf(key: string): Promise<Raw> {
  const { draft, definition } = await ask<JourneyDetail>(`/v1/journeys/${encodeURIComponent(key)}`);
  return draft ?? definition;
}
